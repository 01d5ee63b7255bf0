"""Goldens of gradients through transformations of modules, by parameters and by the first argument: python transforms.py."""
import pathlib
import jax, jax.numpy as jnp, numpy as np
import flax.linen as nn
from jax import random
from encode import write

DATA = pathlib.Path(__file__).parent.parent / "data"
def arange(*shape, scale=0.1, start=-3): return (jnp.arange(np.prod(shape), dtype=jnp.float32) + start).reshape(shape) * scale
KEYS = {"params": random.key(0), "noise": random.key(1)}
tmap = jax.tree_util.tree_map

def losses(y): return sum(jnp.mean(jnp.square(l.astype(jnp.float32))) for l in jax.tree_util.tree_leaves(y))
def gradients(name, description, module, *args, init_args=None, mutable=False):
  """The mean of squares of each leaf of the output, summed, differentiated; under jit too, where it is the same."""
  v = module.init(KEYS, *(init_args or args))
  def loss(p, x):
    r = module.apply({**v, "params": p}, x, *args[1:], mutable=mutable, rngs={"noise": KEYS["noise"]})
    return losses(r[0] if mutable else r)
  value, (grads, grads_x) = jax.value_and_grad(loss, (0, 1))(v["params"], args[0])
  write(DATA, f"linen/gradients_{name}", description, args=args, loss=value, grads=grads, grads_x=grads_x, rngs=KEYS)

own = dict(variable_axes={"params": 0}, split_rngs={"params": True})
shared = dict(variable_broadcast="params", split_rngs={"params": False})

gradients("vmap_own", "vmap(Dense(5)), parameters of each index", nn.vmap(nn.Dense, **own)(5), arange(3, 2, 4))
gradients("vmap_shared", "vmap(Dense(5)), parameters shared", nn.vmap(nn.Dense, variable_axes={"params": None}, split_rngs={"params": False})(5), arange(3, 2, 4))

class LSTM(nn.Module):
  features: int
  @nn.compact
  def __call__(self, x):
    l = nn.scan(nn.LSTMCell, in_axes=1, out_axes=1, **shared)(self.features)
    return l(l.initialize_carry(random.key(0), x[:, 0].shape), x)[1]
gradients("scan_lstm", "LSTM(6) scanned over axis 1", LSTM(6), arange(2, 5, 3))

class Block(nn.Module):
  @nn.compact
  def __call__(self, x, _): return x + nn.relu(nn.Dense(2)(x)), None
class ResidualMLP(nn.Module):
  layers: int
  @nn.compact
  def __call__(self, x): return nn.scan(Block, length=self.layers, **own)()(x, None)[0]
gradients("scan_layers", "4 residual layers", ResidualMLP(4), arange(3, 2))

class Counter(nn.Module):
  @nn.compact
  def __call__(self, c, x, b):
    n = self.variable("state", "n", lambda: jnp.zeros((), jnp.int32))
    s = self.param("s", nn.initializers.normal(1.), (3,))
    n.value += 1
    self.sow("trace", "seen", x * 2) if not self.is_initializing() else None
    c = c + s * x + random.uniform(self.make_rng("noise"), (3,)) + b
    return c, (c * 2, n.value)
class CounterScan(nn.Module):
  @nn.compact
  def __call__(self, c, x, b):
    cell = Counter(name="cell")
    if self.is_initializing(): return cell(c, x[0], b)
    scan = nn.scan(lambda m, c, x, b: m(c, x, b), variable_axes={"trace": 1}, variable_broadcast="params", variable_carry="state", split_rngs={"params": False, "noise": True}, in_axes=(0, nn.broadcast), out_axes=(0, 0), reverse=True, unroll=2)
    return scan(cell, c, x, b)
gradients("scan_carry", "scan in reverse with carried state and split noise", CounterScan(), jnp.zeros(3), arange(4, 3), jnp.ones(3), mutable=["state", "trace"])

class JitMLP(nn.Module):
  @nn.compact
  def __call__(self, x):
    x = nn.jit(nn.Dense)(4)(x)
    return nn.jit(nn.Dense)(3)(nn.relu(x))
gradients("jit", "jit(Dense)(4), relu, jit(Dense)(3)", JitMLP(), arange(2, 3))
class CheckpointedMLP(nn.Module):
  @nn.compact
  def __call__(self, x):
    C = nn.checkpoint(nn.Dense); x = C(128)(x); x = nn.relu(x); return C(1)(x)
gradients("checkpoint", "checkpoint(Dense)(128), relu, checkpoint(Dense)(1)", CheckpointedMLP(), arange(2, 16))
class BigModel(nn.Module):
  @nn.compact
  def __call__(self, x): return nn.remat_scan(nn.Dense, lengths=(10, 10))(8, name="dense_stack")(x)
gradients("remat_scan", "10 x 10 Dense(8)", BigModel(), arange(2, 8))
class CausalDense(nn.Module):
  features: int
  def apply_mask(self, v): return tmap(jnp.triu, v) if not self.is_initializing() else v
  def setup(self):
    C = nn.map_variables(nn.Dense, "params", self.apply_mask, init=self.is_initializing()); self.dense = C(features=self.features, use_bias=False)
  def __call__(self, x): return self.dense(x)
gradients("map_variables", "CausalDense(5)", CausalDense(5), arange(2, 5))

class Scale(nn.Module):
  @nn.compact
  def __call__(self, x): return self.param("test", nn.initializers.ones_init(), ()) * x
class Jvp(nn.Module):
  @nn.compact
  def __call__(self, x):
    s = Scale()
    vars_t = tmap(jnp.ones_like, s.variables.get("params", {}))
    return nn.jvp(lambda m, x: m(x), s, (x,), (2 * jnp.ones_like(x),), variable_tangents={"params": vars_t})
gradients("jvp", "reverse over forward: value and tangent of a learned scale", Jvp(), arange(4))
class Learn2(nn.Module):
  @nn.compact
  def __call__(self, x, y): return self.param("scale", nn.initializers.constant(1.5), ()) * x * y
class Vjp(nn.Module):
  @nn.compact
  def __call__(self, x, y):
    z, bwd = nn.vjp(lambda m, x, y: m(x, y), Learn2(), x, y)
    pg, xg, yg = bwd(jnp.ones(z.shape)); return z, pg, xg, yg
gradients("vjp", "reverse over reverse: value and cotangents of a learned scale", Vjp(), arange(4), arange(4, start=2))
class VjpAux(nn.Module):
  @nn.compact
  def __call__(self, x, y):
    z, bwd, aux = nn.vjp(lambda m, x, y: (m(x, y), {"xx": x * x}), Learn2(), x, y, has_aux=True)
    return z, bwd(2 * jnp.ones(z.shape)), aux
gradients("vjp_aux", "reverse over reverse with auxiliary data", VjpAux(), arange(4), arange(4, start=2))

def counted(n, c):
  def fn(m, x): m.variable("state", n).value += 1; return c * nn.Dense(2, name="dense")(x)
  return fn
class Cond(nn.Module):
  @nn.compact
  def __call__(self, x, pred):
    for n in ("true_count", "false_count"): self.variable("state", n, lambda: 0)
    return nn.cond(pred, counted("true_count", 1.), counted("false_count", -1.), self, x)
for p in (True, False): gradients(f"cond_{str(p).lower()}", "cond, the false branch negated", Cond(), arange(1, 3), p, init_args=(arange(1, 3), True), mutable=["state"])
class Switch(nn.Module):
  @nn.compact
  def __call__(self, x, i):
    for n in "abc": self.variable("state", f"{n}_count", lambda: 0)
    return nn.switch(i, [counted("a_count", 1.), counted("b_count", 2.), counted("c_count", -1.)], self, x)
for i in range(3): gradients(f"switch_{i}", "switch, branches scaled by 1, 2, -1", Switch(), arange(1, 3), i, init_args=(arange(1, 3), 0), mutable=["state"])
class MultiHead(nn.Module):
  def setup(self):
    self.heads = [nn.Sequential([nn.Dense(10), nn.Dense(7), nn.Dense(5)]), nn.Sequential([nn.Dense(11), nn.Dense(5)]), nn.Dense(5)]
  @nn.compact
  def __call__(self, x, i):
    fns = [lambda m, x, j=j: m.heads[j](x) for j in range(3)]
    if self.is_mutable_collection("params"):
      for b in fns: b(self, x)
    return nn.switch(i, fns, self, x)
for i in range(3): gradients(f"switch_multihead_{i}", "switch over heads of different structure", MultiHead(), arange(1, 3), i, init_args=(arange(1, 3), 0))

class While(nn.Module):
  @nn.compact
  def __call__(self, x):
    def cond_fn(m, c): return m.variables["state"]["acc"] < 10
    def body_fn(m, c):
      acc = m.variable("state", "acc", lambda: jnp.array(0)); acc.value += 1
      return nn.Dense(c.shape[1])(c)
    if self.is_mutable_collection("params"): return body_fn(self, x)
    return nn.while_loop(cond_fn, body_fn, self, x, carry_variables="state")
x = arange(2, 2); v = While().init(KEYS, x)
f = lambda p, x: While().apply({**v, "params": p}, x, mutable=["state"])[0]
output, tangent = jax.jvp(f, (v["params"], x), (tmap(jnp.ones_like, v["params"]), jnp.ones_like(x)))
write(DATA, "linen/gradients_while", "forward through while_loop: tangents of one for parameters and input", args=[x], output=output, tangent=tangent, rngs=KEYS)
