"""Regenerates the goldens of layers that compute in one dtype and keep parameters in another: data/linen/mixed_*.json."""
import jax, jax.numpy as jnp
import flax.linen as nn
from jax import random
from models import arange, golden

BF, F16, F32 = jnp.bfloat16, jnp.float16, jnp.float32
# name: (dtype of the input, dtype of the computation or None, dtype of parameters)
SETTINGS = {
  "bf16_f32": (F32, BF, F32),
  "bf16_bf16": (F32, BF, BF),
  "bf16_f16": (F32, BF, F16),
  "none_bf16": (F32, None, BF),
  "none_bf16_input_bf16": (BF, None, BF),
  "none_f16_input_bf16": (BF, None, F16),
  "none_f32_input_bf16": (BF, None, F32),
}

def plain(tree):
  """Values as float32, which holds all of them exactly"""
  return jax.tree_util.tree_map(lambda x: x.astype(F32), tree)
def dtypes(tree): return jax.tree_util.tree_map(lambda x: str(x.dtype), tree)

def mixed(name, description, make, *args, mutable=False):
  """for each setting: init, apply, the gradient of the mean of squares (in float32) by params, and all dtypes"""
  parts = {}
  for setting, (of_input, dtype, param_dtype) in SETTINGS.items():
    xs = jax.tree_util.tree_map(lambda x: x.astype(of_input) if jnp.issubdtype(x.dtype, jnp.floating) else x, args)
    module = make(dtype=dtype, param_dtype=param_dtype)
    variables = module.init(random.key(0), *xs)
    def run(p):
      result = module.apply({**variables, "params": p}, *xs, mutable=mutable)
      output, state = result if mutable else (result, {})
      return sum(jnp.mean(jnp.square(y.astype(F32))) for y in jax.tree_util.tree_leaves(output)), (output, state)
    (loss, (output, state)), grads = jax.value_and_grad(run, has_aux=True)(variables["params"])
    result = dict(variables=variables, output=output, grads=grads, **({"mutated": state} if mutable else {}))
    parts[setting] = dict(dtypes=dtypes(result), values=plain(result), loss=loss)
  golden(f"linen/{name}", description, args=args, rngs={"params": random.key(0)}, **parts)

def layers():
  x, img = arange(2, 3, 4), arange(2, 6, 6, 2, scale=0.01)
  mixed("mixed_dense", "Dense(5)", lambda **d: nn.Dense(5, **d), x)
  mixed("mixed_conv", "Conv(3, (3,3))", lambda **d: nn.Conv(3, (3, 3), **d), img)
  mixed("mixed_layer_norm", "LayerNorm()", lambda **d: nn.LayerNorm(**d), x)
  mixed("mixed_batch_norm", "BatchNorm of training", lambda **d: nn.BatchNorm(use_running_average=False, **d), x, mutable=["batch_stats"])
  mixed("mixed_embed", "Embed(7, 4)", lambda **d: nn.Embed(7, 4, **d), jnp.array([[1, 2, 6]], jnp.int32))
  mixed("mixed_attention", "MultiHeadDotProductAttention(2 heads)", lambda **d: nn.MultiHeadDotProductAttention(num_heads=2, **d), arange(2, 5, 8, scale=0.01))
  mixed("mixed_lstm_cell", "LSTMCell(4, recurrent_kernel_init lecun_normal), one step from a carry that is given", lambda **d: nn.LSTMCell(4, recurrent_kernel_init=nn.initializers.lecun_normal(), **d), (arange(2, 4, scale=0.1), arange(2, 4, scale=-0.05)), arange(2, 3))

if __name__ == "__main__": layers()
