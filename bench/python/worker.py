"""The benchmarks' models in JAX and Flax. Reads one JSON command a line, answers one a line; the first answer says that it is ready.

Commands: {"case": name, "do": "step"} one step, waited for, in ms; {"do": "trace"} trace and lower (cold caches), in ms.
"""
import json, sys, time
start = time.perf_counter()
import jax, jax.numpy as jnp, flax.linen as nn, optax, numpy as np
from jax import random, lax

class MLP(nn.Module):
  @nn.compact
  def __call__(self, x):
    for n in (512, 512): x = nn.relu(nn.Dense(n)(x))
    return nn.Dense(10)(x)

class LSTM(nn.Module):
  @nn.compact
  def __call__(self, x):
    scan = nn.scan(nn.LSTMCell, variable_broadcast="params", split_rngs={"params": False}, in_axes=1, out_axes=1)(128)
    _, y = scan(scan.initialize_carry(random.key(0), x[:, 0].shape), x)
    return nn.Dense(64)(y)

class Block(nn.Module):
  @nn.compact
  def __call__(self, x, _):
    h = nn.LayerNorm()(x)
    x = x + nn.MultiHeadDotProductAttention(num_heads=4)(h, mask=nn.make_causal_mask(x[..., 0]))
    h = nn.gelu(nn.Dense(512)(nn.LayerNorm()(x)))
    return x + nn.Dense(128)(h), None

class Transformer(nn.Module):
  @nn.compact
  def __call__(self, ids):
    x = nn.Embed(96, 128)(ids) + self.param("positions", nn.initializers.normal(0.02), (64, 128))
    for _ in range(12): x, _ = Block()(x, None)
    return nn.Dense(96)(nn.LayerNorm()(x))

class ConvNet(nn.Module):
  @nn.compact
  def __call__(self, x):
    for n in (16, 32): x = nn.max_pool(nn.relu(nn.Conv(n, (3, 3))(x)), (2, 2), strides=(2, 2))
    x = x.reshape((x.shape[0], -1))
    return nn.Dense(10)(nn.relu(nn.Dense(64)(x)))

def rows(*shape): return random.normal(random.key(1), shape)
def labels(shape, n): return random.randint(random.key(2), shape, 0, n)
CASES = {
  "mlp": (MLP, lambda: (rows(128, 784), labels((128,), 10)), lambda: optax.sgd(0.1)),
  "lstm": (LSTM, lambda: (rows(32, 64, 64), labels((32, 64), 64)), lambda: optax.adam(1e-3)),
  "transformer": (Transformer, lambda: (labels((8, 64), 96), labels((8, 64), 96)), lambda: optax.adam(1e-3)),
  "conv": (ConvNet, lambda: (rows(64, 28, 28, 1), labels((64,), 10)), lambda: optax.adam(1e-3)),
}

def build(name):
  module, data, optimizer = CASES[name]
  model, (x, y), opt = module(), data(), optimizer()
  params = model.init(random.key(0), x)
  def step(params, state, x, y):
    loss = lambda p: optax.softmax_cross_entropy_with_integer_labels(model.apply(p, x), y).mean()
    value, grads = jax.value_and_grad(loss)(params)
    updates, state = opt.update(grads, state, params)
    return optax.apply_updates(params, updates), state, value
  return jax.jit(step, donate_argnums=(0, 1)), [params, opt.init(params)], x, y

def chain(x):
  for _ in range(5): x = jnp.maximum(x * 1.01, -1) + 0.5
  return x
def norms(x):
  p = jax.nn.softmax(x)
  centred = p - p.mean(-1, keepdims=True)
  return centred / jnp.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-6)
KERNELS = {
  "matmul": (jnp.matmul, lambda: (rows(512, 512), rows(512, 512))),
  "chain": (chain, lambda: (rows(1000000),)),
  "norms": (norms, lambda: (rows(4096, 512),)),
  "normal": (lambda key: random.normal(key, (1000000,)), lambda: (random.key(0),)),
}

ready = {}
def step(name):
  if name == "call": return step("dispatch") * 1e3
  if name in KERNELS:
    if name not in ready: ready[name] = (jax.jit(KERNELS[name][0]), KERNELS[name][1]())
    f, args = ready[name]
    t = time.perf_counter()
    np.asarray(f(*args))
    return (time.perf_counter() - t) * 1e3
  if name == "dispatch":
    if name not in ready: ready[name] = (jax.jit(lambda x: x + 1), jnp.zeros(()))
    f, x = ready[name]
    x = f(x).block_until_ready()
    t = time.perf_counter()
    for _ in range(1000): x = f(x)
    x.block_until_ready()
    return (time.perf_counter() - t)
  if name not in ready: ready[name] = build(name)
  f, state, x, y = ready[name]
  t = time.perf_counter()
  state[0], state[1], value = f(state[0], state[1], x, y)
  value.block_until_ready()
  return (time.perf_counter() - t) * 1e3

def trace(name):
  f, state, x, y = build(name)
  t = time.perf_counter()
  f.lower(*state, x, y)
  return (time.perf_counter() - t) * 1e3

def first(name):
  f, state, x, y = build(name)
  f(state[0], state[1], x, y)[2].block_until_ready()
  return (time.perf_counter() - start) * 1e3

if len(sys.argv) > 1:
  print(json.dumps({"first": first(sys.argv[1])}))
  sys.exit(0)
print(json.dumps({"ready": jax.__version__}), flush=True)
for line in sys.stdin:
  command = json.loads(line)
  print(json.dumps({"ms": (trace if command["do"] == "trace" else step)(command["case"])}), flush=True)
