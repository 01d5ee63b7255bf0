"""Regenerates data/core/lift_*.json but those that models.py makes: lifted transformations of functions of a scope, one program each."""
import pathlib
import jax, jax.numpy as jnp, numpy as np
import flax.linen as nn
from flax.core import init, apply, lift, DenyList
from jax import random
from encode import write

DATA = pathlib.Path(__file__).parent.parent / "data"
KEYS = {"params": random.key(0), "noise": random.key(1)}
I = nn.initializers
def arange(*shape, scale=0.1, start=-3): return (jnp.arange(np.prod(shape), dtype=jnp.float32) + start).reshape(shape) * scale
def dense(scope, x, features):
  k = scope.param("kernel", I.lecun_normal(), (x.shape[-1], features)); return x @ k + scope.param("bias", I.zeros_init(), (features,))

def golden(name, description, fn, *args, mutable=False, twice=True):
  out0, v = init(fn)(KEYS, *args)
  parts = dict(args=args, init_output=out0, variables=v)
  if twice:
    r = apply(fn, mutable=mutable)(v, *args, rngs={"noise": KEYS["noise"]})
    parts["output"] = r[0] if mutable else r
    if mutable: parts["mutated"] = r[1]
  write(DATA, f"core/{name}", description, **parts, rngs=KEYS)

def noise(scope, x): return x + random.uniform(scope.make_rng("noise"), x.shape)

# ---- scan: shared, stacked and carried variables, with keys that differ ----
def scan(scope, c, xs):
  def body(scope, c, x):
    w = scope.param("w", I.normal(1.), (3,))
    n = scope.variable("state", "n", lambda: jnp.zeros((), jnp.int32))
    n.value += 1
    trace = scope.variable("trace", "seen", lambda: jnp.zeros((3,))) if scope.is_mutable_collection("trace") else None
    if trace is not None: trace.value = x * 2
    c = noise(scope, c + w * x)
    return c, (c * 2, n.value)
  scope.variable("state", "n", lambda: jnp.zeros((), jnp.int32))
  return lift.scan(body, variable_axes={"trace": 1}, variable_broadcast="params", variable_carry="state", split_rngs={"params": False, "noise": True}, out_axes=(0, 0), reverse=True)(scope.rewound(), c, xs)
def scan_stacked(scope, x):
  def body(scope, c): return noise(scope, nn.relu(dense(scope.push("dense"), c, 3)) + c), ()
  return lift.scan(body, variable_axes={"params": 0}, split_rngs={"params": True, "noise": True}, length=4)(scope, x)[0]
def scan_shared_out(scope, c, xs):
  def body(scope, c, x, b):
    w = scope.param("w", I.normal(1.), (3,))
    return c + w * x * b, (w * 2, c)
  return lift.scan(body, variable_broadcast="params", split_rngs={"params": False}, in_axes=(1, lift.axes_scan.broadcast), out_axes=(lift.axes_scan.broadcast, 1))(scope, c, xs, 3.)
golden("lift_scan", "scan in reverse: params broadcast and made inside, state carried, trace on axis 1, noise split", scan, jnp.zeros(3), arange(4, 3), mutable=["state", "trace"])
golden("lift_scan_stacked", "scan over 4 layers, params on axis 0, no scanned argument", scan_stacked, arange(2, 3))
golden("lift_scan_shared_out", "scan on axis 1 with a broadcast argument and a broadcast result", scan_shared_out, jnp.zeros(3), arange(3, 4))

# ---- branches and loops ----
def cond(scope, pred, x):
  hits = scope.variable("state", "hits", lambda: jnp.zeros((2,), jnp.int32))
  def branch(i):
    def f(scope, x):
      scope.put_variable("state", "hits", scope.get_variable("state", "hits").at[i].add(1))
      return noise(scope, x) * (i + 1)
    return f
  y = lift.cond(pred, lambda s: branch(0)(s, x), lambda s: branch(1)(s, x), scope)
  return noise(scope, y)
def switch(scope, i, x): return noise(scope, lift.switch(i, [lambda s, k=k: noise(s, x) * k for k in range(3)], scope))
def while_loop(scope, x):
  acc = scope.variable("state", "acc", lambda: jnp.zeros((), jnp.int32)); dense(scope.push("dense"), x, 3)
  def cond_fn(s, c): return s.get_variable("state", "acc") < 4
  def body_fn(s, c):
    s.put_variable("state", "acc", s.get_variable("state", "acc") + 1)
    return noise(s, dense(s.push("dense"), c, 3))
  return lift.while_loop(cond_fn, body_fn, scope.rewound(), x, carry_variables="state", split_rngs={"noise": True})
for p in (True, False): golden(f"lift_cond_{str(p).lower()}", "cond whose branches draw keys and count", cond, p, arange(2, 3), mutable=["state"])
for i in (0, 2): golden(f"lift_switch_{i}", "switch whose branches draw keys", switch, i, arange(2, 3))
golden("lift_while", "while with a carried variable and a split stream", while_loop, arange(2, 3), mutable=["state"])

# ---- derivatives ----
def vjp(scope, x):
  y, bwd = lift.vjp(lambda s, x: jnp.sin(dense(s, x, 2)), scope.push("a"), x)
  params, dx = bwd(jnp.ones_like(y)); return y, params, dx
def value_and_grad(scope, x): return lift.value_and_grad(lambda s, x: jnp.sum(jnp.sin(dense(s, x, 2))), scope, x)
def jvp(scope, x):
  dense(scope, x, 2); params = scope.variables()["params"]
  return lift.jvp(lambda s, x: jnp.sin(dense(s, x, 2)), scope.rewound(), (x,), (jnp.ones_like(x),), variable_tangents={"params": jax.tree_util.tree_map(jnp.ones_like, params)})
def custom_vjp(scope, x):
  f = lambda s, x: jnp.sum(jnp.sin(dense(s, x, 2)))
  def bwd(vjp_fn, ct):
    p, dx = vjp_fn(ct); return jax.tree_util.tree_map(jnp.sign, p), dx
  return lift.custom_vjp(f, forward_fn=lambda s, x: lift.vjp(f, s, x), backward_fn=bwd)(scope, x)
golden("lift_vjp", "value and cotangents of sin(dense) in a child", vjp, arange(2, 3))
golden("lift_value_and_grad", "value and gradient by the argument", value_and_grad, arange(2, 3))
golden("lift_jvp_dense", "jvp with tangents of params and argument", jvp, arange(2, 3))
x = arange(2, 3); y, v = init(custom_vjp)(KEYS, x)
grads = jax.grad(lambda p, x: apply(custom_vjp)({"params": p}, x), argnums=(0, 1))(v["params"], x)
write(DATA, "core/lift_custom_vjp", "gradients of params are replaced by their signs", args=[x], variables=v, output=y, grads=list(grads), rngs=KEYS)

# ---- mapped variables, remat, jit, nesting ----
def map_variables(scope, x):
  triu = lambda v: jax.tree_util.tree_map(lambda a: jnp.triu(a) if a.ndim == 2 else a, v)
  return lift.map_variables(lambda s, x: noise(s, dense(s, x, 3)), "params", triu, init=scope.is_mutable_collection("params"))(scope, x)
def remat_scan(scope, x): return lift.remat_scan(lambda s, c: nn.relu(dense(s.push("dense"), c, 3)) + c, (2, 3))(scope, x)
def nested(scope, x):
  inner = lambda s, x: noise(s, dense(s.push("d"), x, 2))
  mapped = lambda s, x: lift.vmap(inner, variable_axes={"params": 0}, split_rngs={"params": True, "noise": False})(s, x)
  def body(s, c, x): return c, lift.checkpoint(mapped)(s, x)
  return lift.scan(body, variable_broadcast="params", split_rngs={"params": False, "noise": True})(scope, jnp.zeros(()), x)[1]
golden("lift_map_variables", "upper triangular kernels, made at initialization", map_variables, arange(2, 3))
golden("lift_remat_scan", "2 x 3 layers", remat_scan, arange(2, 3))
golden("lift_nested", "checkpoint of vmap in scan", nested, arange(4, 2, 3))
