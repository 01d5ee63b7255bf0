"""Each function that goes element by element, at the special values of each dtype, with its first derivatives: `data/special/grid.jsonl.gz`.

A row is a function, a dtype and further arguments. Its operands are the special values of the dtype (the header's), for two operands all
pairs of the shorter list, the second running fastest. A row holds JAX's results, each with the derivatives by the operands (the gradients of
its sum), and at the elements where it is another number beside them the derivative forwards, and what JAX answers in 64 bits, rounded: XLA's CPU
flushes numbers below the smallest normal one, and some of its approximations give out before their function does. Elements: 16-bit floats as float32, bool as bytes.

  python goldens/generators/special_values.py [np.exp ...] [--to FILE]
"""
import base64, gzip, json, os, sys
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "differential"))
from reference import HALF, function_of, snake
import jax, jax.numpy as jnp, numpy as np

FLOATS = ["float32", "float16", "bfloat16"]
INTS = ["int8", "int16", "int32", "uint8", "uint16", "uint32"]
ALL = [*FLOATS, *INTS, "bool"]
REALS = [*FLOATS, *INTS]

def values(dtype, short):
  """The special values of a dtype."""
  if dtype == "bool": return np.array([False, True])
  if dtype in INTS:
    i = np.iinfo(dtype)
    return np.array([0, 1, 2, 3, 5, i.max, i.max - 1, i.max // 2 + 1] + ([i.min, i.min + 1, -1, -2, -3] if i.min < 0 else []), dtype)
  t = HALF.get(dtype, np.float32)
  i = jnp.finfo(dtype)
  least, below, normal, largest = float(i.smallest_subnormal), float(i.smallest_normal) - float(i.smallest_subnormal), float(i.smallest_normal), float(i.max)
  signed = [0, np.inf, least, below, largest, 1, 0.5] + ([3] if short else [normal, 2, 1.5, 3, 10, 25, 100, 300])
  return np.array([x for v in signed for x in (v, -v)] + [np.nan], t)

UNARY = {
  "np": "negative positive absolute sign floor ceil trunc rint square isnan isfinite isinf isposinf isneginf signbit logicalNot bitwiseNot bitwiseCount fabs exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh cbrt deg2rad rad2deg radians degrees sinc reciprocal modf log log2 log10 log1p sqrt arcsin arccos arctanh arccosh nanToNum round",
  "lax": "neg abs sign square exp exp2 expm1 log log1p sqrt rsqrt cbrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh logistic erf erfc erfInv lgamma digamma floor ceil round isFinite reciprocal bitwiseNot populationCount clz stopGradient",
  "nn": "identity relu relu6 sigmoid softplus logSigmoid softSign sparsePlus sparseSigmoid silu mish elu leakyRelu hardTanh celu selu gelu squareplus hardSigmoid hardSilu tanh log1mexp",
}
BINARY = {
  "np": "add subtract multiply divide floorDivide remainder fmod divmod maximum minimum fmax fmin arctan2 hypot logaddexp logaddexp2 copysign heaviside nextafter equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalXor bitwiseAnd bitwiseOr bitwiseXor leftShift rightShift power floatPower isclose",
  "lax": "add sub mul div rem max min pow atan2 nextafter eq ne lt le gt ge bitwiseAnd bitwiseOr bitwiseXor shiftLeft shiftRightLogical shiftRightArithmetic",
}
def calls():
  """Rows to make: function, number of operands, what stands before and after them, options, dtypes."""
  for space, names in UNARY.items():
    for n in names.split(): yield (f"{space}.{n}", 1, [], [], {}, ALL)
  for space, names in BINARY.items():
    for n in names.split(): yield (f"{space}.{n}", 2, [], [], {}, ALL)
  yield ("np.ldexp", 1, [], [3], {}, FLOATS)
  for y in (-1, 0, 1, 2, 3, 0.5): yield ("np.power", 1, [], [y], {}, ALL)
  for y in (-1, 0, 2, 3): yield ("lax.integerPow", 1, [], [y], {}, REALS)
  yield ("lax.round", 1, [], [1], {}, FLOATS)
  for d in (2, -1): yield ("np.round", 1, [], [d], {}, ALL)
  yield ("np.clip", 1, [], [0, 2], {}, ALL)
  yield ("nn.gelu", 1, [], [], {"approximate": False}, ALL)
  yield ("np.isclose", 2, [], [], {"equalNan": True}, FLOATS)
  for d in ALL: yield ("np.astype", 1, [], [d], {}, ALL)

def grids(dtype, arity):
  v = values(dtype, arity == 2)
  return [v] if arity == 1 else [np.repeat(v, len(v)), np.tile(v, len(v))]
def flat(y): return list(y) if isinstance(y, (list, tuple)) else [y]

def program(row):
  fn, arity, before, after, options, _ = row
  f = function_of(fn)
  def g(*xs): return flat(f(*before, *xs, *after, **{snake(k): v for k, v in options.items()}))
  def whole(*xs):
    out = g(*xs)
    if not jnp.issubdtype(xs[0].dtype, jnp.floating): return out, []
    slopes = []
    for k, y in enumerate(out):
      if not jnp.issubdtype(y.dtype, jnp.floating): slopes.append([]); continue
      h = lambda *xs: g(*xs)[k]
      forward = [jax.jvp(lambda x: h(*xs[:j], x, *xs[j + 1:]), [x], [jnp.ones_like(x)])[1] for j, x in enumerate(xs)]
      slopes.append(list(zip(jax.vjp(h, *xs)[1](jnp.ones_like(y)), forward)))
    return out, slopes
  return whole

def text(a):
  raw = a.astype(np.float32) if a.dtype.name in HALF else a
  return base64.b64encode(np.ascontiguousarray(raw).tobytes()).decode()
def array(a): return [a.dtype.name, text(a)]
def differs(a, b):
  """Where two arrays of floats are not the same number to a few units in the last place."""
  a, b = a.astype(np.float64), b.astype(np.float64)
  same = (a == b) & (np.signbit(a) == np.signbit(b)) | np.isnan(a) & np.isnan(b)
  with np.errstate(all="ignore"): near = np.abs(a - b) <= 1e-5 * np.abs(b)
  return ~(same | near & np.isfinite(a) & np.isfinite(b) & (a != 0) & (b != 0))
def expected(a, **others):
  """JAX's array, and what it says in other ways where that is another number."""
  out = {"jax": array(a)}
  for name, b in others.items():
    if b is None: continue
    with np.errstate(all="ignore"): other = np.asarray(b).astype(a.dtype)
    at = np.flatnonzero(differs(a, other))
    if len(at): out[name] = [at.tolist(), text(other[at])]
  return out
# What is about the dtype itself has no answer in 64 bits.
OF_THE_DTYPE = {"np.nextafter", "lax.nextafter", "np.nanToNum"}

def run(rows, dtype, arity, wide):
  """The answers of rows as one program, or the error of each that has one."""
  xs = [jnp.asarray(g.astype(np.float64) if wide and dtype in FLOATS else g) for g in grids(dtype, arity)]
  programs, answers = {}, {}
  for i, row in rows.items():
    try:
      jax.eval_shape(program(row), *xs)
      programs[i] = program(row)
    except Exception as e: answers[i] = type(e).__name__
  if programs: answers.update(jax.jit(lambda *xs: {i: f(*xs) for i, f in programs.items()})(*xs))
  return answers

def main(args):
  to = args[args.index("--to") + 1] if "--to" in args else os.path.join(os.path.dirname(__file__), "..", "data", "special", "grid.jsonl.gz")
  names = [a for i, a in enumerate(args) if not a.startswith("--") and (i == 0 or args[i - 1] != "--to")]
  rows = [r for r in calls() if not names or r[0] in names]
  lines = [{"values": {d: [text(values(d, s)) for s in (False, True)] for d in ALL}}]
  for dtype in ALL:
    for arity in (1, 2):
      mine = [r for r in rows if r[1] == arity and dtype in r[5]]
      for start in range(0, len(mine), 10):
        part = dict(enumerate(mine[start:start + 10]))
        answers = run(part, dtype, arity, False)
        wide = {}
        if dtype != "bool":
          with jax.enable_x64(True): wide = run({i: r for i, r in part.items() if r[0] not in OF_THE_DTYPE}, dtype, arity, True)
        for i, row in part.items():
          if isinstance(answers[i], str): continue
          fn, _, before, after, options, _ = row
          out, slopes = answers[i]
          more = wide[i] if i in wide and not isinstance(wide[i], str) else None
          line = {"fn": fn, "dtype": dtype, "operands": arity}
          if before: line["before"] = before
          if after: line["after"] = after
          if options: line["options"] = options
          line["results"] = [expected(np.asarray(y), exact=more and more[0][k]) for k, y in enumerate(out)]
          if dtype in FLOATS:
            line["slopes"] = [[expected(np.asarray(s), forward=f, exact=more and more[1][k][j][0]) for j, (s, f) in enumerate(ss)] for k, ss in enumerate(slopes)]
          lines.append(line)
        print(dtype, arity, start, file=sys.stderr, flush=True)
  os.makedirs(os.path.dirname(to) or ".", exist_ok=True)
  with open(to, "wb") as f: f.write(gzip.compress("".join(json.dumps(l, separators=(",", ":")) + "\n" for l in lines).encode(), mtime=0))

if __name__ == "__main__": main(sys.argv[1:])
