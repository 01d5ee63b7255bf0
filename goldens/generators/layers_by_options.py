"""Regenerates the goldens of layers that models.py does not make: data/linen/more_*.json."""
import jax, jax.numpy as jnp
import flax.linen as nn
from jax import random
from models import arange, golden, run

I = nn.initializers
x3, img = arange(2, 3, 4), arange(2, 6, 6, 2, scale=0.01)
KEYS = {"params": random.key(0), "dropout": random.key(1)}

class RNNWith(nn.Module):
  """An RNN called with options, on one input"""
  options: dict
  @nn.compact
  def __call__(self, x, **call): return nn.RNN(nn.GRUCell(4), **self.options)(x, **call)
class Twice(nn.Module):
  """A normalization of weights, called for training or not"""
  update: bool
  @nn.compact
  def __call__(self, x): return nn.SpectralNorm(nn.Dense(3), n_steps=2)(x, update_stats=self.update)
class Tied(nn.Module):
  def setup(self): self.embed = nn.Embed(7, 4)
  def __call__(self, ids): return self.embed.attend(self.embed(ids))
class Block(nn.Module):
  """Modules in attributes, fields and lists, shared and named"""
  inner: nn.Module
  def setup(self):
    self.first = nn.Dense(4)
    self.rest = [nn.Dense(4), self.first, {"a": nn.Dense(4)}]
  def __call__(self, x):
    x = self.inner(self.first(x))
    return self.rest[2]["a"](self.rest[1](self.rest[0](x))) + self.inner(x)

def layers():
  run("linen/more_prelu", "PReLU()", nn.PReLU(), x3)
  run("linen/more_instance_norm", "InstanceNorm()", nn.InstanceNorm(), img)
  run("linen/more_group_norm_size", "GroupNorm(num_groups None, group_size 1)", nn.GroupNorm(num_groups=None, group_size=1), img)
  run("linen/more_layer_norm_axes", "LayerNorm(reduction_axes (1, 2), feature_axes 1, slow variance, no bias)", nn.LayerNorm(reduction_axes=(1, 2), feature_axes=1, use_fast_variance=False, use_bias=False), x3)
  run("linen/more_rms_norm_epsilon", "RMSNorm(epsilon 0.001, reduction_axes (1, 2))", nn.RMSNorm(epsilon=1e-3, reduction_axes=(1, 2)), x3)
  run("linen/more_weight_norm", "WeightNorm(Dense(3))", nn.WeightNorm(nn.Dense(3)), x3)
  run("linen/more_weight_norm_whole", "WeightNorm(Dense(3), feature_axes None, no scale)", nn.WeightNorm(nn.Dense(3), feature_axes=None, use_scale=False, variable_filter={"kernel"}), x3)
  run("linen/more_spectral_norm", "SpectralNorm(Dense(3), n_steps 2), update_stats True; submodules of a compact module", Twice(True), x3, mutable=["batch_stats"])
  run("linen/more_spectral_norm_eval", "the same with update_stats False", Twice(False), x3, mutable=["batch_stats"])
  run("linen/more_conv_circular", "Conv(3, (3,3), CIRCULAR)", nn.Conv(3, (3, 3), padding="CIRCULAR"), img)
  run("linen/more_conv_reflect", "Conv(3, (3,3), REFLECT, kernel_dilation 2)", nn.Conv(3, (3, 3), padding="REFLECT", kernel_dilation=2), img)
  run("linen/more_conv_pads", "Conv(3, (3,2), strides (1,2), padding ((1,0), 2), no bias) on [2,2,6,6,2]", nn.Conv(3, (3, 2), strides=(1, 2), padding=((1, 0), 2), use_bias=False), arange(2, 2, 6, 6, 2, scale=0.01))
  run("linen/more_conv_input_dilation", "Conv(3, (3,), padding 2, input_dilation 2)", nn.Conv(3, (3,), padding=2, input_dilation=2), x3)
  run("linen/more_conv_3d", "Conv(2, (2,2,2)) on [1,3,3,3,2]", nn.Conv(2, (2, 2, 2)), arange(1, 3, 3, 3, 2, scale=0.01))
  run("linen/more_conv_unbatched", "Conv(3, (3,3)) on [6,6,2]", nn.Conv(3, (3, 3)), img[0])
  run("linen/more_conv_transpose_valid", "ConvTranspose(3, (2,3), strides (2,1), VALID, kernel_dilation (1,2))", nn.ConvTranspose(3, (2, 3), strides=(2, 1), padding="VALID", kernel_dilation=(1, 2)), img)
  run("linen/more_conv_transpose_kernel", "ConvTranspose(3, (3,3), strides (2,2), transpose_kernel)", nn.ConvTranspose(3, (3, 3), strides=(2, 2), transpose_kernel=True), img)
  run("linen/more_conv_transpose_circular", "ConvTranspose(3, (3,3), strides (2,2), CIRCULAR)", nn.ConvTranspose(3, (3, 3), strides=(2, 2), padding="CIRCULAR"), img)
  run("linen/more_conv_local", "ConvLocal(3, (3,), VALID)", nn.ConvLocal(3, (3,), padding="VALID"), arange(2, 5, 4))
  run("linen/more_conv_local_2d", "ConvLocal(3, (3,2), strides (1,2), padding ((1,0), 2), no bias) on [2,2,6,6,2]", nn.ConvLocal(3, (3, 2), strides=(1, 2), padding=((1, 0), 2), use_bias=False), arange(2, 2, 6, 6, 2, scale=0.01))
  run("linen/more_conv_local_dilated", "ConvLocal(2, (2,2), CIRCULAR, kernel_dilation (1,2), masked) on [6,6,2]", nn.ConvLocal(2, (2, 2), padding="CIRCULAR", kernel_dilation=(1, 2), mask=jnp.tril(jnp.ones((6, 6, 8, 2)))), img[0])
  run("linen/more_conv_local_input_dilation", "ConvLocal(3, (3,), padding 2, input_dilation 2)", nn.ConvLocal(3, (3,), padding=2, input_dilation=2), x3)
  run("linen/more_dense_general_batch", "DenseGeneral(3, batch_dims (0,)) on [2,3,4]", nn.DenseGeneral(3, batch_dims=(0,)), x3)
  run("linen/more_dense_inits", "Dense(3, kernel_init normal(0.1), bias_init ones)", nn.Dense(3, kernel_init=I.normal(0.1), bias_init=I.ones_init()), x3)
  run("linen/more_embed_attend", "Embed(7, 4) and attend with the same table", Tied(), jnp.array([[1, 2, 6]], jnp.int32))
  run("linen/more_dropout_broadcast", "Dropout(0.5, broadcast_dims (1,))", nn.Dropout(0.5, broadcast_dims=(1,), deterministic=False), x3, rngs=KEYS)
  run("linen/more_conv_lstm", "RNN(ConvLSTMCell(2, (3,))) on [2,3,4,2]", nn.RNN(nn.ConvLSTMCell(2, (3,))), arange(2, 3, 4, 2))
  lengths = jnp.array([2, 3], jnp.int32)
  run("linen/more_rnn_carry", "RNN(GRUCell 4, return_carry) with seq_lengths [2,3]; the RNN is a submodule of a compact module", RNNWith(dict(return_carry=True)), x3, apply_kwargs=dict(seq_lengths=lengths))
  run("linen/more_rnn_reverse", "RNN(GRUCell 4, reverse, keep_order) with seq_lengths [2,3]", RNNWith(dict(reverse=True, keep_order=True)), x3, apply_kwargs=dict(seq_lengths=lengths))
  run("linen/more_rnn_time_major", "RNN(GRUCell 4, time_major, reverse, unroll 2)", RNNWith(dict(time_major=True, reverse=True, unroll=2)), x3)
  q = arange(2, 5, 8, scale=0.01)
  run("linen/more_attention_cross", "MultiHeadDotProductAttention(2 heads, qkv 4, out 6, normalize_qk, no bias) of q, k", nn.MultiHeadDotProductAttention(num_heads=2, qkv_features=4, out_features=6, normalize_qk=True, use_bias=False), q, arange(2, 3, 8, scale=0.02))
  run("linen/more_attention_dropout", "MultiHeadDotProductAttention(2 heads, dropout 0.3, deterministic False)", nn.MultiHeadDotProductAttention(num_heads=2, dropout_rate=0.3, deterministic=False), q, rngs=KEYS)
  run("linen/more_setup_tree", "submodules of attributes, lists and props, shared by reference", Block(nn.Dense(4)), x3)
  # decoding: a cache made for five positions, then two steps
  m = nn.MultiHeadDotProductAttention(num_heads=2, decode=True); v = m.init(random.key(0), q)
  y1, s1 = m.apply(v, q[:, :1], mutable=["cache"]); y2, s2 = m.apply({**v, **s1}, q[:, 1:2], mutable=["cache"])
  golden("linen/more_attention_decode", "MultiHeadDotProductAttention(2 heads, decode): init on [2,5,8], then the first two positions one by one", args=[q], variables=v, output=[y1, y2], mutated=s2, rngs={"params": random.key(0)})
  golden("linen/more_pool", "avg_pool (3,3) SAME without counting padding; min and max pool with pads ((1,0),(0,1)) and strides (2,1); avg_pool of an image without batch", args=[img],
    avg=nn.avg_pool(img, (3, 3), padding="SAME", count_include_pad=False), max=nn.max_pool(img, (2, 2), strides=(2, 1), padding=((1, 0), (0, 1))), single=nn.avg_pool(img[0], (2, 2)))
  golden("linen/more_masks", "attention masks: causal, of padding, combined", args=[x3], causal=nn.make_causal_mask(x3[..., 0], extra_batch_dims=1), padding=nn.make_attention_mask(jnp.array([[1., 1., 0.]]), jnp.array([[1., 0., 1., 1.]])),
    combined=nn.combine_masks(nn.make_causal_mask(x3[..., 0]), None, nn.make_attention_mask(jnp.ones((2, 3)), jnp.array([[1., 0., 1.], [1., 1., 0.]]))))

if __name__ == "__main__": layers()
