"""Regenerates data/core/nested_*.json: lifted transformations in each other, closing over values that are not lifted, with gradients from outside."""
import pathlib
import jax, jax.numpy as jnp, numpy as np
import flax.linen as nn
from flax.core import init, apply, lift
from jax import random
from encode import write

DATA = pathlib.Path(__file__).parent.parent / "data"
KEYS = {"params": random.key(0), "noise": random.key(1)}
I = nn.initializers
def arange(*shape, scale=0.1, start=-3): return (jnp.arange(np.prod(shape), dtype=jnp.float32) + start).reshape(shape) * scale
def dense(scope, x, features):
  k = scope.param("kernel", I.lecun_normal(), (x.shape[-1], features)); return x @ k + scope.param("bias", I.zeros_init(), (features,))
def noise(scope, x): return x + random.uniform(scope.make_rng("noise"), x.shape)
def floats(tree): return [x for x in jax.tree_util.tree_leaves(tree) if jnp.issubdtype(jnp.asarray(x).dtype, jnp.floating)]
def jit(f):
  """flax.core.lift.jit wants a hash of the module among the arguments."""
  compiled = lift.jit(lambda scope, _hash, *args: f(scope, *args))
  return lambda scope, *args: compiled(scope, 0, *args)
def loss_of(out): return sum(jnp.sum(jnp.sin(x)) for x in floats(out))

def golden(name, description, fn, *args, mutable=False, forward=False):
  """Variables and output of init; the output of apply; the loss's gradients by params and those args that are floats (forward: its tangent along ones)."""
  out0, v = init(fn)(KEYS, *args)
  rngs = {"noise": KEYS["noise"]}
  r = apply(fn, mutable=mutable)(v, *args, rngs=rngs)
  parts = dict(args=args, init_output=out0, variables=v, output=r[0] if mutable else r)
  if mutable: parts["mutated"] = r[1]
  rest = {k: x for k, x in v.items() if k != "params"}
  is_float = [jnp.issubdtype(jnp.asarray(a).dtype, jnp.floating) for a in args]
  def loss(params, xs):
    xs = iter(xs)
    r = apply(fn, mutable=mutable)({**rest, "params": params}, *[next(xs) if f else a for a, f in zip(args, is_float)], rngs=rngs)
    return loss_of(r[0] if mutable else r)
  at = (v["params"], [a for a, f in zip(args, is_float) if f])
  if forward: parts["tangent"] = jax.jvp(loss, at, jax.tree_util.tree_map(jnp.ones_like, at))[1]
  else: parts["grads"] = list(jax.grad(loss, argnums=(0, 1))(*at))
  write(DATA, f"core/nested_{name}", description, **parts, rngs=KEYS)

STACK = dict(variable_axes={"params": 0}, split_rngs={"params": True, "noise": True})
SHARE = dict(variable_broadcast="params", split_rngs={"params": False, "noise": True})
layer = lambda s, x: jnp.tanh(dense(s.push("d"), x, 3))

# ---- in each other ----
def scan_vmap(scope, x):
  def body(s, c):
    heads = lift.vmap(layer, in_axes=None, axis_size=2, **STACK)(s, c)
    return noise(s, heads.mean(0)), heads
  return lift.scan(body, length=3, **STACK)(scope, x)
def vmap_scan(scope, xs):
  def one(s, xs): return lift.scan(lambda s, c, x: ((h := layer(s, c + x)), h), **SHARE)(s, jnp.zeros(3), xs)
  return lift.vmap(one, variable_axes={"params": None}, split_rngs={"params": False, "noise": True})(scope, xs)
def remat_scan_jit(scope, x):
  step = jit(layer)
  loop = lift.scan(lambda s, c: (lift.checkpoint(step)(s, c), None), length=3, **STACK)
  return lift.checkpoint(loop)(scope, x)[0]
def scan_scan(scope, x):
  def inner(s, c, x): 
    n = s.variable("state", "n", lambda: jnp.zeros(())); n.value += jnp.sum(x)
    return layer(s, c) * x, n.value
  def outer(s, c, x): return lift.scan(inner, variable_carry="state", **SHARE)(s, c, x)
  s = scope; s.variable("state", "n", lambda: jnp.zeros(()))
  return lift.scan(outer, variable_carry="state", **STACK)(scope.rewound(), jnp.ones(3), x)
def scan_cond(scope, x, flags):
  def body(s, c, flag):
    return lift.cond(flag, lambda s, c: layer(s, c), lambda s, c: c - 0.5 * layer(s, c), s, c), c
  return lift.scan(body, **STACK)(scope, x, flags)
def vmap_switch(scope, x, i):
  f = lambda s, x, i: lift.switch(i, [lambda s, x, k=k: layer(s, x) * (k + 1) for k in range(3)], s, x)
  return lift.vmap(f, **STACK)(scope, x, i)
def scan_map(scope, x):
  def unit(v): return jax.tree_util.tree_map(lambda a: a / jnp.sqrt(jnp.sum(a * a, 0, keepdims=True) + 1e-6) if a.ndim == 2 else a, v)
  mapped = lift.map_variables(layer, "params", unit, init=scope.is_mutable_collection("params"))
  return lift.scan(lambda s, c: (mapped(s, c), None), length=3, **SHARE)(scope, x)[0]
def scan_custom_vjp(scope, x):
  def bwd(vjp_fn, ct):
    p, dx = vjp_fn(ct); return jax.tree_util.tree_map(jnp.sign, p), dx
  f = lift.custom_vjp(layer, forward_fn=lambda s, x: lift.vjp(layer, s, x), backward_fn=bwd)
  return jit(lift.scan(lambda s, c: (f(s, c), c), length=3, **STACK))(scope, x)
def scan_vjp(scope, x):
  def body(s, c):
    y, bwd = lift.vjp(layer, s, c)
    params, dc = bwd(jnp.ones_like(y))
    return c - 0.1 * dc, params
  return lift.scan(body, length=2, **SHARE)(scope, x)
def vmap_jvp(scope, x):
  def f(s, x):
    y, t = lift.jvp(layer, s, (x,), (jnp.cos(x),), variable_tangents={})
    return y * t
  return lift.vmap(f, **STACK)(scope, x)
def remat_scan_vmap(scope, x):
  f = lift.vmap(lambda s, x: noise(s, layer(s, x)), variable_axes={"params": None}, split_rngs={"params": False, "noise": True})
  return lift.remat_scan(f, (2, 2))(scope, x)
def while_vmap(scope, x):
  # The loop runs as often as the longest of them needs.
  layer(scope.push("a"), x[0])
  def one(s, x):
    def body(s, c): return (c[0] + 1, layer(s.push("a"), c[1]) + 0.1)
    return lift.while_loop(lambda s, c: (c[0] < 5) & (jnp.sum(c[1]) < 0.4), body, s, (jnp.zeros((), jnp.int32), x))
  return lift.vmap(one, variable_axes={"params": None}, split_rngs={})(scope.rewound(), x)
def stats(scope, x):
  def norm(s, x):
    mean = s.variable("stats", "mean", lambda: jnp.zeros(3))
    mean.value = 0.9 * mean.value + 0.1 * x.mean(0)
    return layer(s, x - mean.value)
  return lift.scan(lambda s, c: (norm(s, c), None), length=3, variable_axes={"params": 0, "stats": 0}, split_rngs={"params": True})(scope, x)[0]

golden("scan_vmap", "vmap over heads in a scan over layers, keys split in both", scan_vmap, arange(2, 3))
golden("vmap_scan", "scan over time in vmap over examples, params shared by both", vmap_scan, arange(2, 4, 3))
golden("remat_scan_jit", "checkpoint of a scan of a checkpoint of a jit", remat_scan_jit, arange(2, 3))
golden("scan_scan", "a scan in a scan: state carried through both, params stacked by the outer one", scan_scan, arange(2, 3, 3), mutable=["state"])
golden("scan_cond", "a cond in a scan, by a scanned predicate", scan_cond, arange(2, 3), jnp.array([True, False, True]).astype(jnp.float32) > 0, forward=True)
golden("vmap_switch", "a switch in vmap, by a mapped index", vmap_switch, arange(4, 3), jnp.array([0, 2, 1, 5]), forward=True)
golden("scan_map", "normalized kernels in a scan that shares them", scan_map, arange(2, 3))
golden("scan_custom_vjp", "gradients of one's own in a compiled scan", scan_custom_vjp, arange(2, 3))
golden("scan_vjp", "a gradient in a scan, and the gradient of that", scan_vjp, arange(2, 3))
golden("vmap_jvp", "a tangent in vmap, and the gradient of that", vmap_jvp, arange(4, 3))
golden("remat_scan_vmap", "2 x 2 layers of a vmap with noise", remat_scan_vmap, arange(2, 3))
golden("while_vmap", "loops of different length in vmap, their tangents", while_vmap, arange(3, 3), forward=True)
golden("stats", "statistics stacked by a scan, written in each layer", stats, arange(4, 3), mutable=["stats"])

# ---- closing over values that are not lifted ----
def close_scan(scope, x, y):
  scale = jnp.sum(x * y)
  def body(s, c, xi): return jnp.tanh(dense(s.push("d"), c, 3) * scale) + y, xi * y
  return lift.scan(body, **SHARE)(scope, y, x)
def close_vmap(scope, x, y):
  scale = jnp.sum(x * y)
  return lift.vmap(lambda s, x: layer(s, x * scale) + y, **STACK)(scope, x)
def close_remat(scope, x, y):
  scale = jnp.sum(x * y)
  return lift.checkpoint(lambda s, x: layer(s, layer(s.push("e"), x) * scale) + y)(scope, x)
def close_jit(scope, x, y):
  scale = jnp.sum(x * y)
  return jit(lambda s, x: layer(s, x * scale) + y)(scope, x)
def close_cond(scope, x, y):
  scale = jnp.sum(x * y)
  return lift.cond(scale > 0, lambda s, x: layer(s, x * scale), lambda s, x: layer(s, x) - y, scope, x)
def close_map(scope, x, y):
  scale = jnp.sum(x * y)
  return lift.map_variables(lambda s, x: layer(s, x) + y, "params", lambda v: jax.tree_util.tree_map(lambda a: a * scale, v), init=scope.is_mutable_collection("params"))(scope, x)
def close_remat_scan(scope, x, y):
  scale = jnp.sum(x * y)
  return lift.remat_scan(lambda s, c: layer(s, c) * scale + y, (2, 2))(scope, x)
for name, fn in dict(scan=close_scan, vmap=close_vmap, remat=close_remat, jit=close_jit, cond=close_cond, map=close_map, remat_scan=close_remat_scan).items():
  golden(f"close_{name}", f"{name} of a function that closes over values by which the gradient is taken", fn, arange(4, 3), arange(3, start=1))
