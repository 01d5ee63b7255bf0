"""Regenerates data/core/design_*.json: little programs of functions of a scope, such as Flax's designers tried their core with."""
import pathlib
import jax, jax.numpy as jnp, numpy as np
import flax.linen as nn
from flax.core import init, apply, lift
from jax import lax, random
from jax.scipy.linalg import expm
from encode import write

DATA = pathlib.Path(__file__).parent.parent / "data"
KEYS = {"params": random.key(0), "dropout": random.key(1)}
I = nn.initializers
KERNEL = I.lecun_normal()
def arange(*shape, scale=0.1, start=-3): return (jnp.arange(np.prod(shape), dtype=jnp.float32) + start).reshape(shape) * scale

def golden(name, description, fn, *args, mutable=False, **more):
  y, v = init(fn)(KEYS, *args)
  r = apply(fn, mutable=mutable)(v, *args, rngs=KEYS)
  parts = dict(args=args, init_output=y, variables=v, output=r[0] if mutable else r)
  if mutable: parts["mutated"] = r[1]
  write(DATA, f"core/design_{name}", description, **parts, **more, rngs=KEYS)
  return y, v

# ---- layers ----
def dense(scope, x, features, bias=True, kernel_init=KERNEL):
  y = x @ scope.param("kernel", kernel_init, (x.shape[-1], features))
  return y + scope.param("bias", I.zeros_init(), (features,)) if bias else y
def conv(scope, x, features, size, strides=(1, 1)):
  kernel = scope.param("kernel", KERNEL, size + (x.shape[-1], features))
  return lax.conv_general_dilated(x, kernel, strides, "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
def batch_norm(scope, x):
  n = x.shape[-1:]
  mean, square = jnp.mean(x, (0, 1, 2)), jnp.mean(x * x, (0, 1, 2))
  var = square - mean * mean
  made = not scope.has_variable("batch_stats", "mean")
  running_mean = scope.variable("batch_stats", "mean", jnp.zeros, n)
  running_var = scope.variable("batch_stats", "var", jnp.ones, n)
  if not made and scope.is_mutable_collection("batch_stats"):
    running_mean.value += 0.1 * (mean - running_mean.value)
    running_var.value += 0.1 * (var - running_var.value)
  scale, bias = scope.param("scale", I.ones_init(), n), scope.param("bias", I.zeros_init(), n)
  return (x - mean) * lax.rsqrt(var + 1e-5) * scale + bias
def dropout(scope, x, rate):
  return jnp.where(random.bernoulli(scope.make_rng("dropout"), 1 - rate, x.shape), x / (1 - rate), 0.)

# ---- autoencoders ----
def mlp(scope, x, hidden, out): return scope.child(dense, "out")(nn.relu(scope.child(dense, "hidden")(x, hidden)), out)
def auto_encoder(scope, x): return scope.child(mlp, "decoder")(scope.child(mlp, "encoder")(x, 3, 2), 3, 4)
golden("auto_encoder", "encoder and decoder as children", auto_encoder, arange(1, 4))
transposed = lambda fn: lift.map_variables(fn, "params", *[lambda v: jax.tree_util.tree_map(lambda a: a.T, v)] * 2, mutable=True)
def tied(scope, x):
  z = dense(scope, x, 2, bias=False)
  return transposed(dense)(scope.rewound(), z, x.shape[-1], bias=False)
golden("tied_auto_encoder", "the decoder's kernel is the encoder's, transposed", tied, arange(1, 4))
golden("tied_decoder", "the decoder alone makes the encoder's kernel", lambda scope, z: transposed(dense)(scope, z, 4, bias=False), arange(1, 2))

# ---- attention: heads and batch by vmap ----
def attend(scope, q_in, kv_in, features, out):
  q, k, v = [scope.child(dense, n)(x, features, False) for n, x in (("query", q_in), ("key", kv_in), ("value", kv_in))]
  weights = dropout(scope, nn.softmax(q @ k.T), 0.1)
  return scope.child(dense, "out")(weights @ v, out)
def attention(scope, q, kv):
  f = lift.vmap(lambda s, q, kv: attend(s, q, kv, 4, 8), in_axes=(None, None), out_axes=-2, axis_size=2, variable_axes={"params": 0}, split_rngs={"params": True, "dropout": True})
  f = lift.vmap(f, variable_axes={"params": None}, split_rngs={"params": False, "dropout": True})
  return f(scope, q, kv).mean(-2)
golden("attention", "two heads by vmap, and the batch by another", attention, arange(2, 3, 8), arange(2, 3, 8))

# ---- resnets ----
def big_block(scope, x):
  y = nn.relu(scope.child(batch_norm, "bn_1")(scope.child(conv, "conv_1")(x, x.shape[-1], (3, 3))))
  return nn.relu(x + scope.child(batch_norm, "bn_2")(scope.child(conv, "conv_2")(y, x.shape[-1], (3, 3))))
def big_resnet(scope, x): return lift.remat_scan(big_block, lengths=(3, 2), variable_axes={"params": 0, "batch_stats": 0}, split_rngs={"params": True})(scope, x)
golden("big_resnet", "3 x 2 residual blocks with statistics, in a loop in a loop", big_resnet, random.normal(random.key(5), (2, 4, 4, 3)), mutable=["batch_stats"])
def block(scope, x, features, strides):
  layer = lambda x, i, *args: scope.child(batch_norm, f"bn_{i}")(scope.child(conv, f"conv_{i}")(x, *args))
  y = nn.relu(layer(x, 1, features, (1, 1)))
  y = nn.relu(layer(y, 2, 2 * features, (3, 3), strides))
  y = layer(y, 3, 2 * features, (1, 1))
  if y.shape != x.shape:
    x = scope.child(batch_norm, "proj_bn")(scope.child(conv, "proj_conv")(x, 2 * features, (1, 1), strides))
  return nn.relu(x + y)
def resnet(scope, x):
  x = nn.relu(scope.child(batch_norm, "init_bn")(scope.child(conv, "init_conv")(x, 4, (5, 5))))
  for i in range(2):
    for j in range(2): x = block(scope.push(f"block_{i}_{j}"), x, 2 * 2 ** i, (2, 2) if i > 0 and j == 0 else (1, 1))
  return scope.child(dense, "out")(x.mean((1, 2)), 5)
golden("resnet", "two stages of two blocks", resnet, random.normal(random.key(6), (2, 8, 8, 3)), mutable=["batch_stats"])

# ---- parameters that are no arrays ----
def explicit(scope, x):
  for i, n in enumerate((3, 1)):
    def make(key, fan_in, n):
      k1, k2 = random.split(key)
      return {"kernel": KERNEL(k1, (fan_in, n)), "bias": I.normal()(k2, (n,))}
    layer = scope.param(f"dense_{i}", make, x.shape[-1], n)
    x = x @ layer["kernel"] + layer["bias"]
  return x
golden("explicit_dense", "a parameter that is a layer", explicit, arange(1, 4))

# ---- flows: forward and back ----
def flow_params(scope, n): return scope.param("kernel", KERNEL, (n, n)), scope.param("bias", I.normal(), (n,))
def forward(scope, x):
  for i in range(3):
    kernel, bias = flow_params(scope.push(str(i)), x.shape[-1]); x = x @ expm(kernel) + bias
  return x
golden("flow", "three layers x expm(W) + b", forward, arange(2, 3))

# ---- loops and maps of layers ----
def counted(shared):
  def f(scope, xs):
    scope.variable("counter", "i", jnp.zeros, ())
    def body(s, c, x):
      s.variable("counter", "i", jnp.zeros, ()).value += 1
      return c, s.child(dense, prefix="dense_")(x, 1)
    how = dict(variable_broadcast="params", split_rngs={"params": False}) if shared else dict(variable_axes={"params": 0}, split_rngs={"params": True})
    return lift.scan(body, variable_carry="counter", **how)(scope.rewound(), (), xs)[1]
  return f
twice = jnp.tile(arange(1, 4), (2, 1))
golden("scan_shared", "a counted scan, params shared", counted(True), twice, mutable=["counter"])
golden("scan_unshared", "a counted scan, params of its own for each step", counted(False), twice, mutable=["counter"])
def mapped(shared):
  def f(scope, x):
    layer = lift.vmap(dense, in_axes=(0, None), variable_axes={"params": None if shared else 0}, split_rngs={"params": not shared})
    return scope.child(layer, "out")(nn.relu(scope.child(layer, prefix="hidden_")(x, 8)), 1)
  return f
golden("vmap_shared", "layers mapped over rows, params shared", mapped(True), twice)
golden("vmap_unshared", "layers mapped over rows, params for each", mapped(False), twice)

# ---- standardized weights, gradients of one's own ----
def weight_std(scope, x):
  def std(v):
    k = v["params"]["kernel"]
    return {"params": {**v["params"], "kernel": k / jnp.sqrt(jnp.sum(k * k, 0, keepdims=True) + 1e-8)}}
  layer = lift.map_variables(lambda s, x, n: dense(s, x, n, kernel_init=I.normal(stddev=1e5)), "params", std, init=True)
  return scope.child(dense, "out")(scope.child(layer, prefix="hidden_")(x, 8), 1)
golden("weight_std", "kernels of length one", weight_std, arange(1, 4))
def sign_grads(scope, x):
  def fwd(s, x, n): return lift.vjp(lambda s, x: dense(s, x, n), s, x)
  def bwd(n, vjp_fn, ct):
    params, *xs = vjp_fn(ct); return (jax.tree_util.tree_map(jnp.sign, params), *xs)
  layer = lift.custom_vjp(dense, forward_fn=fwd, backward_fn=bwd, nondiff_argnums=(2,))
  return scope.child(layer, "out")(nn.relu(scope.child(layer, prefix="hidden_")(x, 8)), 1)
x = arange(1, 4); y, v = init(sign_grads)(KEYS, x)
golden("custom_vjp", "gradients of parameters are signs", sign_grads, x, grads=jax.grad(lambda v: jnp.mean(apply(sign_grads)(v, x) ** 2))(v))
