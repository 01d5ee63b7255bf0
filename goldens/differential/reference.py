"""Answers calls by JAX: a line of JSON for each line of standard input (see call.ts). Run by `run.ts` and `sample.ts`."""
import base64, json, os, re, sys
os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_backend_optimization_level=0 --xla_cpu_multi_thread_eigen=false"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax, jax.numpy as jnp, ml_dtypes, numpy as np
from jax import lax

HALF = {"float16": np.float16, "bfloat16": ml_dtypes.bfloat16}

def array_of(j):
  dtype, shape, text = j
  raw = base64.b64decode(text)
  if dtype in HALF: a = np.frombuffer(raw, np.float32).astype(HALF[dtype])
  elif dtype == "bool": a = np.frombuffer(raw, np.uint8).astype(bool)
  else: a = np.frombuffer(raw, dtype)
  return jnp.asarray(a.reshape(shape))

def leaf_of(x):
  if x is None or isinstance(x, (bool, int, float, str)): return x
  if isinstance(x, np.dtype): return x.name
  if isinstance(x, type) or callable(x): return np.dtype(x).name
  if isinstance(x, np.generic): return x.item()
  if jnp.issubdtype(x.dtype, jax.dtypes.prng_key): x = jax.random.key_data(x)
  a = np.asarray(x)
  name = a.dtype.name
  if name == "float0": a, name = np.zeros(a.shape, np.float32), "float32"
  raw = a.astype(np.float32) if name in HALF else a
  out = {"array": [name, list(a.shape), base64.b64encode(np.ascontiguousarray(raw).tobytes()).decode()]}
  if getattr(x, "weak_type", False): out["weak"] = True
  return out

def flat(y):
  if isinstance(y, (list, tuple)): return [l for x in y for l in flat(x)]
  if isinstance(y, dict): return [l for k in sorted(y) for l in flat(y[k])]
  return [y]

def snake(name):
  return re.sub(r"([A-Z])", lambda m: "_" + m.group(1).lower(), name)

def pattern(j, x):
  """The tangent or cotangent of array j: exact in every float dtype."""
  n = int(np.prod(x.shape))
  return jnp.asarray(((np.arange(n) * 5 + j * 3 + 1) % 7 - 3).reshape(x.shape) / 2, x.dtype)

def index_of(i):
  def one(e):
    if e is None or isinstance(e, int): return e
    if e == "...": return Ellipsis
    if isinstance(e, str): return slice(*[None if p == "" else int(p) for p in e.split(":")])
    return np.asarray(e) if isinstance(e, list) else e
  return tuple(one(e) for e in i) if isinstance(i, list) else one(i)

def update(name):
  def f(x, index, value, **k):
    if isinstance(value, jax.Array) and not isinstance(value, jax.core.Tracer): value = value.astype(x.dtype)
    elif isinstance(value, jax.core.Tracer): value = value.astype(x.dtype)
    return getattr(x.at[index_of(index)], name)(value, **k)
  return f

MODES = {"fill": "fill", "clip": "clip", "promise_in_bounds": "promise_in_bounds", "drop": "fill"}
def camel(d): return {snake(k): tuple(tuple(p) if isinstance(p, list) else p for p in v) if isinstance(v, list) else v for k, v in d.items()}
def gather(x, i, dims, sizes, mode="fill", fill_value=None):
  return lax.gather(x, i, lax.GatherDimensionNumbers(**camel(dims)), tuple(sizes), mode=mode, fill_value=fill_value)
def scatter(f):
  return lambda x, i, u, dims, mode="fill", **k: f(x, i, u, lax.ScatterDimensionNumbers(**camel(dims)), mode=mode, **k)
def window(f, init, low):
  def g(x, dims, strides=None, padding="VALID", base_dilation=None, window_dilation=None, value=None):
    one = (1,) * x.ndim
    start = value if value is not None else low(x.dtype)
    pads = padding if isinstance(padding, str) else [tuple(p) for p in padding]
    return lax.reduce_window(x, jnp.asarray(start, x.dtype), f, tuple(dims), tuple(strides or one), pads, base_dilation and tuple(base_dilation), window_dilation and tuple(window_dilation))
  return g
def lowest(d): return -np.inf if jnp.issubdtype(d, jnp.floating) else (False if d == bool else jnp.iinfo(d).min)
def highest(d): return np.inf if jnp.issubdtype(d, jnp.floating) else (True if d == bool else jnp.iinfo(d).max)
WINDOWS = {"add": (lax.add, lambda d: 0), "max": (lax.max, lowest), "min": (lax.min, highest)}
def reduce_window(x, init, name, dims, strides=None, padding="VALID", **k): return window(WINDOWS[name][0], None, WINDOWS[name][1])(x, dims, strides, padding, value=init, **k)
def conv(x, w, strides, padding, **k):
  if "dimension_numbers" in k: k["dimension_numbers"] = tuple(k["dimension_numbers"])
  return lax.conv_general_dilated(x, w, tuple(strides), pads_of(padding), **k)
def pads_of(p): return p if isinstance(p, str) else [tuple(q) for q in p]
def dims_of(d): return tuple(tuple(tuple(x) for x in p) for p in d)
REDUCERS = {"add": lax.add, "mul": lax.mul, "max": lax.max, "min": lax.min, "and": lax.bitwise_and, "or": lax.bitwise_or}

SPECIAL = {
  "np.at": lambda x, i: x[index_of(i)], "np.setAt": update("set"), "np.addAt": update("add"), "np.mulAt": update("multiply"), "np.minAt": update("min"), "np.maxAt": update("max"),
  "np.vecdot": lambda x, y, axis=-1: jnp.vecdot(x, y, axis=axis), "np.ix": lambda *a: jnp.ix_(*a), "np.select": lambda c, x, d=0: jnp.select(c, x, d),
  "np.resize": lambda x, s: jnp.resize(x, tuple(s)), "np.astype": lambda x, d: jnp.asarray(x).astype(d), "np.asarray": lambda x, d=None: jnp.asarray(x, d), "np.full": lambda s, v, d=None: jnp.full(tuple(s) if isinstance(s, list) else s, v, d),
  "np.gradient": lambda x, axis=0, spacing=1: jnp.gradient(x, spacing, axis=axis), "np.gradients": lambda x, s=1: jnp.gradient(x, s) if x.ndim > 1 else [jnp.gradient(x, s)],
  "np.putAlongAxis": lambda x, i, v, axis, add=False: put_along(x, i, v, axis, add), "np.trilIndices": lambda n, k=0, m=None: jnp.tril_indices(n, k, m), "np.triuIndices": lambda n, k=0, m=None: jnp.triu_indices(n, k, m),
  "np.unravelIndex": lambda i, s: jnp.unravel_index(i, tuple(s)), "np.ravelMultiIndex": lambda p, s: jnp.ravel_multi_index(tuple(p), tuple(s), mode="clip"),
  "np.choose": lambda w, c: jnp.choose(w, c, mode="clip"), "np.fillDiagonal": lambda x, v: jnp.fill_diagonal(x, v, inplace=False), "np.einsum": lambda s, *a: jnp.einsum(s, *a), "np.meshgrid": lambda xs, **k: jnp.meshgrid(*xs, **k),
  "np.broadcastTo": lambda x, s: jnp.broadcast_to(x, tuple(s) if isinstance(s, list) else s), "np.tile": lambda x, r: jnp.tile(x, tuple(r) if isinstance(r, list) else r), "np.uniqueAll": lambda x, **k: dict(zip(["values", "indices", "inverse", "counts"], jnp.unique(x, return_index=True, return_inverse=True, return_counts=True, **k))),
  "np.uniqueCounts": lambda x, **k: dict(values=jnp.unique(x, return_counts=True, **k)[0], counts=jnp.unique(x, return_counts=True, **k)[1]), "np.repeat": lambda x, n, axis=None, **k: jnp.repeat(x, np.array(n), axis, **k), "np.diagIndices": lambda n, ndim=2: jnp.diag_indices(n, ndim),
  "np.pad": lambda x, w, mode="constant", **k: jnp.pad(x, tuple(tuple(p) if isinstance(p, list) else p for p in w) if isinstance(w, list) else w, mode, **k),
  "lax.gather": gather, "lax.scatter": scatter(lax.scatter), "lax.scatterAdd": scatter(lax.scatter_add), "lax.scatterSub": scatter(lax.scatter_sub), "lax.scatterMul": scatter(lax.scatter_mul), "lax.scatterMin": scatter(lax.scatter_min), "lax.scatterMax": scatter(lax.scatter_max),
  "lax.reduceWindowSum": window(lax.add, 0, lambda d: 0), "lax.reduceWindowMax": window(lax.max, 0, lowest), "lax.reduceWindowMin": window(lax.min, 0, highest), "lax.reduceWindow": reduce_window,
  "lax.convGeneralDilated": conv, "lax.convTranspose": lambda x, w, s, p, **k: lax.conv_transpose(x, w, tuple(s), pads_of(p), **k), "lax.dotGeneral": lambda a, b, d, **k: lax.dot_general(a, b, dims_of(d), **k), "lax.reduce": lambda x, init, name, axes: lax.reduce(x, jnp.asarray(init, x.dtype), REDUCERS[name], tuple(axes)),
  "lax.pad": lambda x, v, c: lax.pad(x, jnp.asarray(v, x.dtype), [tuple(p) for p in c]), "lax.topK": lambda x, k, axis=-1: lax.top_k(x, k, axis=axis), "lax.sort": lambda xs, **k: lax.sort(tuple(xs) if isinstance(xs, list) else xs, **k), "lax.round": lambda x, m=0: lax.round(x, lax.RoundingMethod(m)), "lax.clamp": lambda a, x, b: lax.clamp(jnp.asarray(a, x.dtype) if not isinstance(a, jax.Array) else a, x, jnp.asarray(b, x.dtype) if not isinstance(b, jax.Array) else b),
  "lax.argmax": lambda x, a, d="int32": lax.argmax(x, a, jnp.dtype(d)), "lax.argmin": lambda x, a, d="int32": lax.argmin(x, a, jnp.dtype(d)), "lax.integerPow": lambda x, y: lax.integer_pow(x, y), "lax.full": lambda s, v, d: lax.full(tuple(s), v, jnp.dtype(d)), "lax.iota": lambda d, n: lax.iota(jnp.dtype(d), n), "lax.split": lambda x, s, axis=0: lax.split(x, tuple(s), axis),
  "lax.linalg.cholesky": lambda x, **k: lax.linalg.cholesky(x, **k), "lax.linalg.qr": lambda x, **k: lax.linalg.qr(x, **k), "lax.dynamicUpdateSlice": lambda x, u, s: lax.dynamic_update_slice(x, u.astype(x.dtype), s),
  "np.concat": lambda xs, axis=0: jnp.concat(xs, axis=axis), "np.unstack": lambda x, axis=0: jnp.unstack(x, axis=axis), "np.block": jnp.block, "np.fix": jnp.trunc,
  "nn.oneHot": lambda x, n, **k: jax.nn.one_hot(x, n, **k), "random.split": lambda k, n=2: jax.random.split(k, tuple(n) if isinstance(n, list) else n),
}
def put_along(x, i, v, axis, add):
  v = jnp.asarray(v, x.dtype)
  return jnp.put_along_axis(x, i, v, axis, inplace=False) if not add else None
NAMES = {"np.linalg": jnp.linalg, "lax.linalg": lax.linalg, "np": jnp, "lax": lax, "nn": jax.nn, "random": jax.random}
def function_of(fn):
  if fn in SPECIAL: return SPECIAL[fn]
  space, name = fn.rsplit(".", 1)
  module = NAMES[space]
  for candidate in (snake(name), name.lower(), re.sub(r"(\d+d)$", r"_\1", name)):
    if hasattr(module, candidate): return getattr(module, candidate)
  raise NotImplementedError(fn)

def error(e):
  text = str(e).strip()
  return {"error": f"{type(e).__name__}: {text.splitlines()[0][:160] if text else ''}"}

def answer(call):
  f = function_of(call["fn"])
  arrays = []
  def take(x):
    if isinstance(x, list): return [take(y) for y in x]
    if isinstance(x, dict):
      if "array" in x: arrays.append(array_of(x["array"])); return ("array", len(arrays) - 1)
      if "key" in x: arrays.append(jax.random.wrap_key_data(np.array(x["key"], np.uint32))); return ("array", len(arrays) - 1)
      return {k: take(v) for k, v in x.items()}
    return x
  args, options = take(call["args"]), {snake(k): take(v) for k, v in (call.get("options") or {}).items()}
  def put(x, given, top=True):
    if isinstance(x, tuple): return given[x[1]]
    if isinstance(x, dict): return {k: put(v, given) for k, v in x.items()}
    if isinstance(x, list):
      ys = [put(v, given) for v in x]
      return tuple(ys) if call["fn"] not in SPECIAL and all(isinstance(y, (int, list, tuple)) for y in ys) else ys
    return x
  def g(*given):
    o = {k: put(v, given) for k, v in options.items()}
    if "where" in o and not isinstance(o["where"], (bool, type(None))): o["where"] = jnp.asarray(o["where"])
    return f(*put_all(args, given), **o)
  def put_all(xs, given): return [put(v, given) for v in xs]
  special = any(isinstance(a, dict) and a.get("special") for a in walk([call["args"], call.get("options") or {}]))
  wrt = [i for i, a in enumerate(arrays) if jnp.issubdtype(a.dtype, jnp.floating)]
  derivatives = wrt and not special and call.get("derivatives") is not False
  # One program for all parts where that can be had: compiling is what takes the time.
  try:
    plain, outs = [], []
    def whole(*given):
      ys = flat(g(*given))
      plain[:] = [None if hasattr(y, "dtype") and not isinstance(y, np.dtype) else y for y in ys]
      value = [y for y in ys if hasattr(y, "dtype") and not isinstance(y, np.dtype)]
      outs[:] = [i for i, y in enumerate(value) if jnp.issubdtype(y.dtype, jnp.floating)]
      if not derivatives or not outs: return value, None
      return value, pieces(given, value, outs)
    def pieces(given, value, outs):
      def h(*xs):
        put = list(given)
        for i, x in zip(wrt, xs): put[i] = x
        ys = [y for y in flat(g(*put)) if hasattr(y, "dtype") and not isinstance(y, np.dtype)]
        return [ys[i] for i in outs]
      xs = [given[i] for i in wrt]
      dots = [pattern(j, x) for j, x in enumerate(xs)]
      cts = [pattern(j + 1, value[i]) for j, i in enumerate(outs)]
      back = lambda *xs: list(jax.vjp(h, *xs)[1](cts))
      return {"vjp": lambda: back(*xs), "jvp": lambda: jax.jvp(h, xs, dots)[1], "second": lambda: jax.jvp(back, xs, dots)[1]}
    def only(names):
      def f(*given):
        value, more = whole(*given)
        return value, {k: more[k]() for k in names} if more else {}
      return f
    out = {"traced": True}
    try:
      jax.eval_shape(only([]), *arrays)
    except Exception: out["traced"] = False
    run = (lambda f: jax.jit(f)(*arrays)) if out["traced"] else (lambda f: f(*arrays))
    try: value, more = run(only(["vjp", "jvp", "second"]))
    except Exception:
      value, _ = run(only([]))
      more = {}
      for k in ["vjp", "jvp", "second"]:
        try: more.update(run(only([k]))[1])
        except Exception as e: more[k] = error(e)
    rest = iter(value)
    out["value"] = [leaf_of(next(rest)) if p is None else leaf_of(p) for p in plain] if any(p is None for p in plain) or not value else [leaf_of(v) for v in value]
    for k, v in more.items(): out[k] = v if isinstance(v, dict) else [leaf_of(x) for x in v]
    if isinstance(out.get("vjp"), dict): out.pop("second", None)
    return out
  except Exception as e: return {"value": error(e), "traced": False}

def walk(x):
  yield x
  for y in x if isinstance(x, list) else x.values() if isinstance(x, dict) else []: yield from walk(y)

def wide(call):
  return any(isinstance(a, dict) and isinstance(a.get("array"), list) and a["array"][0] in ("int64", "uint64", "float64") or a in ("int64", "uint64", "float64") for a in walk([call["args"], call.get("options") or {}]) if isinstance(a, (dict, str)))

np.seterr(all="ignore")
import warnings; warnings.simplefilter("ignore")
if __name__ == "__main__":
  for n, line in enumerate(sys.stdin):
    if n % 150 == 149: jax.clear_caches()
    call = json.loads(line)
    try:
      with jax.enable_x64(wide(call)), jax.numpy_dtype_promotion("standard"):
        print(json.dumps(answer(call), separators=(",", ":")), flush=True)
    except NotImplementedError as e:
      print(json.dumps({"value": {"error": "harness: " + str(e)[:100]}, "traced": False}), flush=True)
    except Exception as e:
      print(json.dumps({"value": {"error": "harness: " + type(e).__name__ + str(e)[:100]}, "traced": False}), flush=True)
