"""Regenerates data/primitives: what JAX's primitives give. pip install -r requirements.txt && python primitives.py [family ...]

A family is a list of cases; `case` takes the primitive's name, the parameters in our spelling, the operands, and the function of
jax.lax that computes the results.
"""
import json, pathlib, sys, zlib
import jax
jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp, ml_dtypes, numpy as np
from jax import lax
from jax._src.lax import lax as laxlax, windowed_reductions as wr
from jax.extend.random import threefry2x32_p

DATA = pathlib.Path(__file__).parent.parent / "data" / "primitives"
F32, F64, F16, BF16 = np.float32, np.float64, np.float16, ml_dtypes.bfloat16
I8, I16, I32, I64, U8, U16, U32, U64 = np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64
FLOATS, INTS = [F32, F64, F16, BF16], [I8, I16, I32, I64, U8, U16, U32, U64]
nan, inf = np.nan, np.inf

def scalar(v, dtype):
  if dtype == np.bool_: return bool(v)
  if np.issubdtype(dtype, np.integer): return int(v) if abs(int(v)) < 2**53 else str(int(v))
  x = float(v)
  if not np.isfinite(x): return "NaN" if np.isnan(x) else ("Infinity" if x > 0 else "-Infinity")
  return x if dtype == F64 else float(str(F32(v)))

def array(x):
  a = np.asarray(x)
  return {"$array": {"dtype": str(a.dtype), "shape": list(a.shape), "data": [scalar(v, a.dtype) for v in a.ravel()]}}

def plain(x):
  if isinstance(x, (tuple, list)): return [plain(v) for v in x]
  if isinstance(x, dict): return {k: plain(v) for k, v in x.items()}
  if isinstance(x, (np.integer,)): return int(x)
  return x

cases = []
def case(primitive, params, ins, f):
  ins = [jnp.asarray(x) for x in ins]
  outs = f(*ins)
  outs = list(outs) if isinstance(outs, (tuple, list)) else [outs]
  cases.append({"primitive": primitive, "params": plain(params), "ins": [array(x) for x in ins], "outs": [array(x) for x in outs]})

def write(family, description):
  doc = {"name": f"primitives/{family}", "reference": {"jax": jax.__version__}, "description": description}
  lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
  (DATA / f"{family}.json").write_text(json.dumps(doc, separators=(",", ":"))[:-1] + ',"cases":[\n' + lines + "\n]}\n")
  print(family, len(cases))
  cases.clear()

def rng(name): return np.random.default_rng(zlib.crc32(name.encode()))
def floats(name, shape, dtype=F32, low=-3., high=3.): return rng(name).uniform(low, high, shape).astype(F32).astype(dtype)
def ints(name, shape, dtype=I32, low=-9, high=9):
  return rng(name).integers(max(low, 0) if np.issubdtype(dtype, np.unsignedinteger) else low, high, shape, endpoint=True).astype(dtype)
def bools(name, shape): return rng(name).integers(0, 2, shape).astype(bool)
def some(name, shape, dtype):
  if dtype == np.bool_: return bools(name, shape)
  return ints(name, shape, dtype) if np.issubdtype(dtype, np.integer) else floats(name, shape, dtype)
def limits(dtype): return np.array([np.iinfo(dtype).min, np.iinfo(dtype).max, np.iinfo(dtype).max - 1, 0, 1, 2], dtype)
EVERY = [np.bool_, *INTS, *FLOATS]
def name(d): return "bool" if d is np.bool_ else np.dtype(d).name
def dt(d): return str(np.dtype(d))

# ---- structural ----
def structural():
  def bid(x, shape, dims): case("broadcast_in_dim", {"shape": shape, "broadcastDimensions": dims}, [x], lambda x: lax.broadcast_in_dim(x, shape, dims))
  bid(F32(2.5), [2, 3], []); bid(floats("b1", [3]), [2, 3], [1]); bid(floats("b2", [2]), [2, 3], [0]); bid(floats("b3", [2, 1]), [2, 4], [0, 1])
  bid(floats("b4", [2, 3]), [2, 2, 3, 2], [1, 2]); bid(floats("b5", [1, 1]), [1, 3, 2], [0, 2]); bid(floats("b6", [0]), [2, 0], [1]); bid(floats("b7", [1]), [0, 2], [0])
  for d in EVERY: bid(some("bd" + name(d), [2, 1], d), [2, 2, 2], [0, 2])
  def tr(x, p): case("transpose", {"permutation": p}, [x], lambda x: lax.transpose(x, p))
  tr(F32(1), []); tr(floats("t1", [3]), [0]); tr(floats("t2", [2, 3]), [1, 0]); tr(floats("t3", [2, 3, 4]), [2, 0, 1]); tr(floats("t4", [2, 3, 4]), [0, 2, 1])
  tr(floats("t5", [2, 1, 3, 2]), [3, 1, 0, 2]); tr(floats("t6", [2, 0, 3]), [2, 0, 1]); tr(floats("t7", [2, 3, 2, 2, 2]), [4, 2, 0, 3, 1])
  for d in EVERY: tr(some("td" + name(d), [2, 3], d), [1, 0])
  for a, b in [([6], [2, 3]), ([2, 3], [3, 2]), ([1], []), ([], [1, 1]), ([0, 4], [2, 0]), ([2, 3, 2], [12])]:
    case("reshape", {"newSizes": b}, [floats("r", a)], lambda x, b=b: lax.reshape(x, b))
  for d in EVERY: case("reshape", {"newSizes": [2, 1]}, [some("rd" + name(d), [2], d)], lambda x: lax.reshape(x, [2, 1]))
  for a, dims in [([1, 3], [0]), ([2, 1, 3, 1], [1, 3]), ([2, 1, 3, 1], [3]), ([1, 1], [0, 1]), ([1, 0], [0]), ([2], [])]:
    case("squeeze", {"dimensions": dims}, [floats("s", a)], lambda x, dims=dims: lax.squeeze(x, dims))
  def rs(x, axes): case("reduce_sum", {"axes": axes}, [x], lambda x: lax.reduce_sum(x, axes))
  for axes in [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]: rs(floats("rs", [2, 3, 4]), axes)
  rs(F32(3), []); rs(floats("rs1", [40]), [0]); rs(floats("rs2", [0, 3]), [0]); rs(floats("rs3", [0, 3]), [1]); rs(floats("rs4", [2, 1, 3, 1, 2]), [0, 1, 4]); rs(F32([1, nan, inf]), [0]); rs(F32([inf, -inf]), [0])
  for d in INTS + FLOATS: rs(some("rsd" + name(d), [3, 2], d), [0])
  for d in INTS: rs(np.array([np.iinfo(d).max, 3, np.iinfo(d).max], d), [0])
  for d in INTS + FLOATS: case("add_any", {}, [some("aa1" + name(d), [3], d), some("aa2" + name(d), [3], d)], lax.add)
  case("add_any", {}, [F32(1), F32(2)], lax.add); case("add_any", {}, [floats("aa", [2, 0]), floats("aa", [2, 0])], lax.add)
  for a in EVERY:
    x = F64([-1.5, 0, 2.5, 3.7, 100, -0.25]) if np.dtype(a) in [np.dtype(f) for f in FLOATS] else F64([-2, 0, 1, 5, 100, -100])
    if np.issubdtype(a, np.unsignedinteger): x = abs(x)
    for b in EVERY: case("convert_element_type", {"newDtype": dt(b), "weakType": False}, [x.astype(a)], lambda x, b=b: lax.convert_element_type(x, b))
  for b in [np.bool_, I8, I32, I64, U8, U32, U64, F16, BF16, F64]:
    case("convert_element_type", {"newDtype": dt(b), "weakType": False}, [F32([nan, inf, -inf, 3e9, -3e9, 1e20, 300, 70000, 1e-8, 1.0009765, 1.00390625, 1.01171875, -0.])], lambda x, b=b: lax.convert_element_type(x, b))
  for a in [I32, I64, U32, U64, I16]:
    for b in [I8, U8, I16, I32, U32, I64, U64, F32, F16, BF16, F64]:
      case("convert_element_type", {"newDtype": dt(b), "weakType": False}, [limits(a)], lambda x, b=b: lax.convert_element_type(x, b))
  ties = np.concatenate([1 + (2 * np.arange(8) + 1) * 2.0**-12, 1 + (2 * np.arange(8) + 1) * 2.0**-9, (2 * np.arange(6) + 1) * 2.0**-26, [65504, 65519.996, 65520, 6.1e-5, 5.9e-8, 2.9e-8, 1e-9, 3.4e38, nan, -inf, -0.]])
  for b in [F16, BF16]:
    for x in [F32(ties), -F32(ties) * F32(1.3)]: case("convert_element_type", {"newDtype": dt(b), "weakType": False}, [x], lambda x, b=b: lax.convert_element_type(x, b))
  write("structural", "broadcast_in_dim transpose reshape squeeze reduce_sum add_any convert_element_type")

# ---- arithmetic ----
def arithmetic():
  special = F32([0, -0., 1, -1, 2.5, -7.25, inf, -inf, nan])
  for p, f in [("add", lax.add), ("sub", lax.sub), ("mul", lax.mul), ("div", lax.div), ("rem", lax.rem)]:
    case(p, {}, [floats(p + "1", [2, 3]), floats(p + "2", [2, 3])], f)
    case(p, {}, [F32(5.5), F32(-2)], f); case(p, {}, [floats("e", [0, 2]), floats("e", [0, 2])], f)
    case(p, {}, [np.repeat(special, 9), np.tile(special, 9)], f)
    case(p, {}, [F32(3), floats(p + "4", [4])], f); case(p, {}, [floats(p + "5", [2, 2]), F32(1.5)], f)
    for d in INTS + FLOATS: case(p, {}, [some(p + "a" + name(d), [4], d), some(p + "b" + name(d), [4], d)], f)
    for d in INTS: case(p, {}, [np.repeat(limits(d), 6), np.tile(limits(d), 6)], f)
    for d in [I8, I32, I64]: case(p, {}, [np.array([np.iinfo(d).min, 7, -7, 7, -7], d), np.array([-1, 2, 2, -2, -2], d)], f)
    case(p, {}, [I32(7), ints(p + "6", [3])], f)
  for p, f in [("neg", lax.neg), ("square", lax.square)]:
    case(p, {}, [special], f); case(p, {}, [F32(4)], f); case(p, {}, [floats("e", [0])], f)
    for d in INTS + FLOATS: case(p, {}, [some(p + name(d), [4], d)], f)
    for d in INTS: case(p, {}, [limits(d)], f)
  for y in [0, 1, 2, 3, 4, 7, -1, -2, -3]:
    case("integer_pow", {"y": y}, [special], lambda x, y=y: lax.integer_pow(x, y))
    for d in FLOATS + (INTS if y >= 0 else []): case("integer_pow", {"y": y}, [some("ip" + name(d), [4], d)], lambda x, y=y: lax.integer_pow(x, y))
  write("arithmetic", "neg add sub mul div rem integer_pow square")

# ---- transcendental ----
def transcendental():
  line = F32([-4, -2.5, -1, -0.75, -0.3, -1e-3, 0, 1e-3, 0.3, 0.75, 1, 2.5, 4])
  positive, unit, wild = F32([1e-6, 0.01, 0.5, 1, 1.5, 3, 1e4]), F32([-1, -0.9, -0.5, -1e-3, 0, 1e-3, 0.5, 0.9, 1]), F32([-0., inf, -inf, nan])
  domains = dict(exp=line, exp2=line, expm1=line, log=positive, log1p=positive - F32(0.5), sqrt=positive, rsqrt=positive, cbrt=line, sin=line * 5, cos=line * 5, tan=line, asin=unit, acos=unit, atan=line,
    sinh=line, cosh=line, tanh=line, asinh=line, acosh=positive + 1, atanh=unit * F32(0.9), logistic=line * 4, erf=line, erfc=line, erf_inv=unit * F32(0.999), lgamma=positive, digamma=positive)
  for p, x in domains.items():
    f = getattr(lax, p)
    for d in FLOATS: case(p, {}, [x.astype(d)], f)
    case(p, {}, [F32(0.5) if p != "acosh" else F32(1.5)], f); case(p, {}, [floats("e", [2, 0])], f); case(p, {}, [x[:6].reshape(2, 3)], f)
    if p not in ["lgamma", "digamma", "erf_inv"]: case(p, {}, [wild], f)
  for p in ["log", "log1p", "sqrt", "rsqrt", "acosh", "asin", "acos", "atanh"]: case(p, {}, [F32([0, -2, 2, -1])], getattr(lax, p))
  case("erf_inv", {}, [F32([-1, 1, 2, -0.9999, 0.99999, 0.9999999, nan])], lax.erf_inv); case("erf_inv", {}, [floats("ei", [60], F32, -1, 1)], lax.erf_inv); case("erf_inv", {}, [F64([-0.9, 0.5, 0.999999, 1 - 1e-12, 1e-20])], lax.erf_inv)
  case("erfc", {}, [F64([3, 5, 8, 12, 20])], lax.erfc); case("erf", {}, [F64([1e-20, 1e-5, 0.49, 0.51, 6])], lax.erf)
  for d in [F32, F64]:
    case("lgamma", {}, [d([-0.5, -1.5, -3.3, 0, -1, 100.5, inf, nan])], lax.lgamma); case("digamma", {}, [d([-0.5, -1.25, -3.3, 0, -1, 100.5, inf, nan, 12.25])], lax.digamma)
  case("pow", {}, [np.repeat(F32([0, 1, -1, 2, -2.5, 0.5, inf, -inf, nan]), 9), np.tile(F32([0, 1, -1, 2, 3, 0.5, inf, -inf, nan]), 9)], lax.pow)
  case("pow", {}, [F32(2), floats("pw", [3])], lax.pow); case("pow", {}, [abs(floats("pw2", [2, 2])), F32(1.5)], lax.pow); case("pow", {}, [F32(2), F32(-3)], lax.pow)
  case("atan2", {}, [np.repeat(F32([0, -0., 1, -2, inf, -inf, nan]), 7), np.tile(F32([0, -0., 1, -2, inf, -inf, nan]), 7)], lax.atan2); case("atan2", {}, [F32(1), floats("at", [3])], lax.atan2)
  for d in FLOATS: case("pow", {}, [abs(floats("pd" + name(d), [4], d)), floats("pe" + name(d), [4], d)], lax.pow); case("atan2", {}, [floats("ad" + name(d), [4], d), floats("ae" + name(d), [4], d)], lax.atan2)
  write("transcendental", "exp ... digamma, pow, atan2")

# ---- piecewise ----
def piecewise():
  special = F32([0, -0., 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.3, -0.7, 8388609, -8388609, 1e10, inf, -inf, nan])
  round_ = lambda m: lambda x: lax.round(x, lax.RoundingMethod(m))
  for p, params, f in [("abs", {}, lax.abs), ("sign", {}, lax.sign), ("floor", {}, lax.floor), ("ceil", {}, lax.ceil), ("round", {"roundingMethod": 0}, round_(0)), ("round", {"roundingMethod": 1}, round_(1)), ("is_finite", {}, lax.is_finite)]:
    case(p, params, [special], f); case(p, params, [F32(-1.25)], f); case(p, params, [floats("e", [0, 1])], f)
    for d in FLOATS: case(p, params, [floats(p + name(d), [2, 3], d)], f)
    if p in ["abs", "sign"]:
      for d in INTS if p == "sign" else [I8, I16, I32, I64]: case(p, params, [ints(p + name(d), [4], d)], f); case(p, params, [limits(d)], f)
  x, y = np.repeat(F32([0, -0., 1, -1, inf, -inf, nan]), 7), np.tile(F32([0, -0., 1, -1, inf, -inf, nan]), 7)
  for p in ["max", "min", "eq", "ne", "lt", "le", "gt", "ge"]:
    f = getattr(lax, p)
    case(p, {}, [x, y], f); case(p, {}, [F32(1), F32(2)], f); case(p, {}, [F32(1), floats(p, [3])], f); case(p, {}, [floats(p, [2, 2]), F32(0)], f); case(p, {}, [floats("e", [0]), floats("e", [0])], f)
    for d in EVERY: case(p, {}, [some(p + "1" + name(d), [6], d) if d is np.bool_ else np.clip(some(p + "1" + name(d), [6], d), 0, 2), some(p + "2" + name(d), [6], d) if d is np.bool_ else np.clip(some(p + "2" + name(d), [6], d), 0, 2)], f)
    for d in INTS: case(p, {}, [np.repeat(limits(d), 6), np.tile(limits(d), 6)], f)
  case("clamp", {}, [F32(-1), floats("c1", [2, 4]), F32(1.5)], lax.clamp); case("clamp", {}, [floats("c2", [3]) - 2, floats("c3", [3]), floats("c4", [3]) + 2], lax.clamp); case("clamp", {}, [F32(0), F32([nan, inf, -inf, -0., 0.5]), F32(1)], lax.clamp)
  case("clamp", {}, [F32(nan), F32([1, nan]), F32(1)], lax.clamp); case("clamp", {}, [F32(0), F32([1, nan]), F32(nan)], lax.clamp); case("clamp", {}, [F32(2), F32([0, 5]), F32(1)], lax.clamp); case("clamp", {}, [F32(0), floats("e", [0]), F32(1)], lax.clamp)
  for d in INTS + FLOATS: case("clamp", {}, [d(1), some("cd" + name(d), [5], d), d(4)], lax.clamp)
  for d in EVERY:
    a, b, c = [some(k + name(d), [2, 3], d) for k in ["sa", "sb", "sc"]]
    case("select_n", {}, [bools("sw", [2, 3]), a, b], lax.select_n); case("select_n", {}, [I32([[0, 1, 2], [2, 0, 1]]), a, b, c], lax.select_n)
  a, b, c = floats("s1", [4]), floats("s2", [4]), floats("s3", [4])
  for w in [True, False]: case("select_n", {}, [np.bool_(w), a, b], lax.select_n)
  case("select_n", {}, [I32(2), a, b, c], lax.select_n); case("select_n", {}, [np.bool_(True), F32(1), F32(2)], lax.select_n); case("select_n", {}, [I32([0, 0, 0, 0]), a], lax.select_n); case("select_n", {}, [np.zeros([0], bool), floats("e", [0]), floats("e", [0])], lax.select_n)
  for d in EVERY:
    x = some("cp" + name(d), [2, 2], d)
    case("copy", {}, [x], lax.copy_p.bind if hasattr(lax, "copy_p") else jnp.copy); case("stop_gradient", {}, [x], lax.stop_gradient)
  write("piecewise", "abs sign floor ceil round max min clamp is_finite eq ne lt le gt ge select_n stop_gradient copy")

# ---- bitwise ----
def bitwise():
  for p, f in [("and", lax.bitwise_and), ("or", lax.bitwise_or), ("xor", lax.bitwise_xor)]:
    for d in [np.bool_] + INTS: case(p, {}, [some(p + "1" + name(d), [2, 3], d), some(p + "2" + name(d), [2, 3], d)], f)
    for d in INTS: case(p, {}, [np.repeat(limits(d), 6), np.tile(limits(d), 6)], f)
    case(p, {}, [I32(12), I32(10)], f); case(p, {}, [I32(5), ints(p, [4])], f); case(p, {}, [U32([]), U32([])], f)
  for p, f in [("not", lax.bitwise_not), ("population_count", lax.population_count), ("clz", lax.clz)]:
    for d in INTS + ([np.bool_] if p == "not" else []): case(p, {}, [some(p + name(d), [2, 3], d)], f)
    for d in INTS: case(p, {}, [limits(d)], f)
    case(p, {}, [I32(6)], f); case(p, {}, [U32([])], f)
  for p in ["shift_left", "shift_right_logical", "shift_right_arithmetic"]:
    f = getattr(lax, p)
    for d in INTS:
      w = np.iinfo(d).bits
      case(p, {}, [np.repeat(limits(d), 6), np.tile(np.array([0, 1, 3, w - 1, w, w + 5], d), 6)], f)
    case(p, {}, [I32([-8, 8]), I32([-1, -1])], f); case(p, {}, [I32(-5), I32(1)], f); case(p, {}, [U32(0xdeadbeef), U32([1, 9, 31])], f); case(p, {}, [U32([1, 0xffffffff]), U32(4)], f)
  x = F32([1, -1, 0, -0., 3.14159, inf, -inf, 1e-20])
  for d in [I32, U32]: case("bitcast_convert_type", {"newDtype": dt(d)}, [x], lambda x, d=d: lax.bitcast_convert_type(x, d)); case("bitcast_convert_type", {"newDtype": "float32"}, [x.view(d)], lambda x: lax.bitcast_convert_type(x, F32))
  case("bitcast_convert_type", {"newDtype": "uint32"}, [I32([[-1, 5]])], lambda x: lax.bitcast_convert_type(x, U32)); case("bitcast_convert_type", {"newDtype": "float32"}, [U32(0x3f800001)], lambda x: lax.bitcast_convert_type(x, F32))
  for a, b in [(F16, U16), (BF16, I16), (F64, I64), (I64, U64), (I8, U8), (U16, BF16), (U64, F64)]:
    y = np.array([1, 2, 100], a) if np.issubdtype(a, np.integer) else F32([1, -2.5, 100]).astype(a)
    case("bitcast_convert_type", {"newDtype": dt(b)}, [y], lambda x, b=b: lax.bitcast_convert_type(x, b))
  write("bitwise", "and or xor not shift_left shift_right_logical shift_right_arithmetic population_count clz bitcast_convert_type")

# ---- reduction ----
def reduction():
  for p in ["reduce_max", "reduce_min", "reduce_prod"]:
    f = getattr(lax, p)
    def r(x, axes): case(p, {"axes": axes}, [x], lambda x: f(x, axes))
    for axes in [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]: r(floats(p, [2, 3, 4]), axes)
    r(F32(3), []); r(F32([1, nan, 3]), [0]); r(F32([-inf, -inf]), [0]); r(floats("e", [0, 3]), [0]); r(floats("e", [2, 0]), [0]); r(floats(p + "2", [2, 1, 3, 1, 2]), [0, 1, 4]); r(F32([[1, inf], [nan, 2]]), [1])
    for d in INTS + FLOATS: r(some(p + name(d), [3, 2], d), [0]); r(np.zeros([0, 2], d), [0])
  for p, f in [("reduce_and", lax.reduce_and), ("reduce_or", lax.reduce_or)]:
    for axes in [[], [0], [1], [0, 2], [0, 1, 2]]: case(p, {"axes": axes}, [rng(p).random([2, 3, 2]) < (0.8 if p == "reduce_and" else 0.2)], lambda x: f(x, axes))
    case(p, {"axes": [0]}, [np.zeros([0, 2], bool)], lambda x: f(x, [0])); case(p, {"axes": []}, [np.bool_(True)], lambda x: f(x, []))
  for p in ["argmax", "argmin"]:
    f = getattr(lax, p)
    def a(x, axis, d=I32): case(p, {"axes": [axis], "indexDtype": dt(d)}, [x], lambda x: f(x, axis, d))
    for axis in [0, 1, 2]: a(floats(p, [2, 3, 4]), axis)
    a(F32([1, nan, inf, nan, -inf]), 0); a(F32([2, 1, 2, 1]), 0); a(F32([-0., 0]), 0); a(F32([inf, inf]), 0); a(floats("e", [0, 2]), 1); a(F32([[nan, 1], [2, nan]]), 1); a(floats(p, [5]), 0, I64); a(floats(p, [5]), 0, U32)
    for d in INTS + FLOATS + [np.bool_]: a(some(p + name(d), [3, 4], d), 1)
  write("reduction", "reduce_max reduce_min reduce_prod reduce_and reduce_or argmax argmin")

# ---- cumulative ----
def cumulative():
  for p in ["cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp"]:
    f = getattr(lax, p)
    def c(x, axis, reverse): case(p, {"axis": axis, "reverse": reverse}, [x], lambda x: f(x, axis, reverse))
    for axis in [0, 1, 2]:
      for reverse in [False, True]: c(floats(p, [2, 3, 4]), axis, reverse)
    c(floats("e", [0, 2]), 0, False); c(floats("e", [2, 0]), 0, True); c(floats(p + "1", [1]), 0, False); c(F32([1, 2, nan, 4]), 0, False); c(F32([1, -inf, 2]), 0, True)
    for d in FLOATS + (INTS if p != "cumlogsumexp" else []): c(some(p + name(d), [5], d), 0, False)
  write("cumulative", "cumsum cumprod cummax cummin cumlogsumexp")

# ---- layout ----
def layout():
  def sl(x, start, limit, strides=None): case("slice", {"startIndices": start, "limitIndices": limit, "strides": strides}, [x], lambda x: lax.slice(x, start, limit, strides))
  x = floats("sl", [4, 5])
  sl(x, [0, 0], [4, 5]); sl(x, [1, 2], [3, 4]); sl(x, [0, 1], [4, 5], [2, 3]); sl(x, [2, 0], [2, 5]); sl(x, [3, 4], [4, 5], [1, 1]); sl(floats("s1", [7]), [1], [7], [2]); sl(floats("s3", [2, 3, 4]), [0, 1, 0], [2, 3, 4], [1, 1, 2]); sl(F32(1), [], [])
  def co(xs, d): case("concatenate", {"dimension": d}, xs, lambda *xs: lax.concatenate(xs, d))
  a, b, c = floats("c1", [2, 3]), floats("c2", [2, 3]), floats("c3", [2, 1])
  co([a, b], 0); co([a, c, b], 1); co([a], 0); co([floats("c4", [2]), floats("e", [0]), floats("c5", [1])], 0); co([floats("c6", [2, 1, 2]), floats("c7", [2, 3, 2])], 1)
  def pa(x, v, cfg): case("pad", {"paddingConfig": cfg}, [x, v], lambda x, v: lax.pad(x, v, cfg))
  x = floats("p", [2, 3])
  pa(x, F32(0), [(1, 2, 0), (0, 1, 0)]); pa(x, F32(-1), [(0, 0, 1), (0, 0, 2)]); pa(x, F32(9), [(-1, 0, 0), (0, -1, 0)]); pa(x, F32(9), [(1, -1, 0), (-2, 3, 0)]); pa(x, F32(2), [(1, 1, 1), (-1, 2, 1)]); pa(x, F32(2), [(0, 0, 0), (-1, -1, 2)])
  pa(x, F32(2), [(0, 0, 0), (-3, 1, 2)]); pa(floats("e", [0]), F32(3), [(1, 2, 1)]); pa(x, F32(3), [(-2, 0, 0), (0, 0, 0)]); pa(F32(1), F32(2), []); pa(floats("p1", [4]), F32(nan), [(2, -3, 1)]); pa(floats("p2", [5]), F32(0), [(-4, 0, 1)])
  for dims in [[], [0], [1], [0, 2], [0, 1, 2]]: case("rev", {"dimensions": dims}, [floats("rv", [2, 3, 2])], lambda x: lax.rev(x, dims))
  case("rev", {"dimensions": [0]}, [floats("e", [0, 2])], lambda x: lax.rev(x, [0]))
  for d in EVERY: sl(some("sd" + name(d), [4], d), [1], [4], [2]); co([some("cd1" + name(d), [1], d), some("cd2" + name(d), [2], d)], 0); pa(some("pd" + name(d), [2], d), some("pv" + name(d), [], d), [(1, 0, 1)]); case("rev", {"dimensions": [0]}, [some("rd" + name(d), [3], d)], lambda x: lax.rev(x, [0]))
  def io(d, shape, dim): case("iota", {"dtype": dt(d), "shape": shape, "dimension": dim}, [], lambda: lax.broadcasted_iota(d, shape, dim))
  for d in INTS + FLOATS: io(d, [5], 0)
  io(I32, [2, 3], 0); io(I32, [2, 3], 1); io(F32, [2, 3, 2], 1); io(I32, [0], 0); io(U32, [2, 0], 0); io(I8, [130], 0)
  write("layout", "slice concatenate pad rev iota")

# ---- sort ----
def sort():
  def so(xs, dimension, num_keys=1, stable=True): case("sort", {"dimension": dimension, "isStable": stable, "numKeys": num_keys}, xs, lambda *xs: lax.sort(xs, dimension=dimension, is_stable=stable, num_keys=num_keys))
  so([floats("s1", [9])], 0); so([F32([0, -0., 3, nan, -inf, inf, -0., 0, nan, -3])], 0); so([floats("s2", [3, 4])], 0); so([floats("s2", [3, 4])], 1); so([floats("s3", [2, 3, 2])], 1); so([floats("e", [0])], 0); so([floats("e", [2, 0])], 0); so([floats("s4", [1])], 0)
  so([F32([2, 1, 2, nan, 1, nan, 0, -0.]), np.arange(8, dtype=I32)], 0); so([I32([1, 0, 1, 0, 1]), F32([5, 4, 3, nan, 1]), np.arange(5, dtype=I32)], 0, 2); so([ints("s5", [3, 5]), floats("s6", [3, 5])], 1); so([ints("s7", [20], I32, 0, 3), ints("s8", [20], I32, 0, 3), np.arange(20, dtype=I32)], 0, 2)
  so([bools("s9", [6]), np.arange(6, dtype=U32)], 0); so([U32([0xffffffff, 0, 0x80000000, 7]), np.arange(4, dtype=I32)], 0); so([floats("s10", [4, 2]), ints("s11", [4, 2])], 0, 1, False)
  so([F32([nan, 3, nan, 1, 5, -inf, 2, 4]), np.arange(8, dtype=I32)], 0); so([F32([[nan, 1, nan], [0, nan, nan], [2, 2, 1], [-1, 0, inf]]), np.arange(12, dtype=I32).reshape(4, 3)], 0); so([F64([nan, 2, 1]), np.arange(3, dtype=I32)], 0)
  for d in EVERY: so([some("sd" + name(d), [7], d)], 0)
  for d in INTS: so([limits(d)], 0); so([limits(d), np.arange(6, dtype=I32)], 0)
  def tk(x, k, axis): case("top_k", {"k": k, "axis": axis}, [x], lambda x: lax.top_k(x, k, axis=axis))
  tk(floats("t1", [6]), 3, 0); tk(floats("t2", [3, 5]), 2, 1); tk(floats("t2", [3, 5]), 2, 0); tk(F32([1, 3, 3, 2, 3]), 4, 0); tk(F32([1, nan, inf, nan, -inf]), 4, 0); tk(floats("t3", [4]), 0, 0); tk(floats("t4", [40]), 25, 0); tk(floats("t5", [4]), 4, 0); tk(ints("t6", [2, 3, 4]), 2, 1); tk(floats("e", [0, 3]), 2, 1)
  for d in INTS + FLOATS: tk(some("td" + name(d), [7], d), 3, 0)
  write("sort", "sort top_k")

# ---- contraction ----
def contraction():
  def do(x, y, lc, rc, lb=[], rb=[], pref=None): case("dot_general", {"dimensionNumbers": [[lc, rc], [lb, rb]], "preferredElementType": None if pref is None else dt(pref)}, [x, y], lambda x, y: lax.dot_general(x, y, ((lc, rc), (lb, rb)), preferred_element_type=pref))
  f = lambda k, *s: floats(k, s)
  do(f("a", 2, 3), f("b", 3, 4), [1], [0]); do(f("a", 3, 2), f("b", 3, 4), [0], [0]); do(f("a", 2, 3), f("b", 4, 3), [1], [1]); do(f("a", 3), f("b", 3), [0], [0]); do(f("a", 2, 3), f("b", 3), [1], [0]); do(f("a", 3), f("b", 3, 5), [0], [0])
  do(f("a", 2, 3, 4), f("b", 2, 4, 5), [2], [1], [0], [0]); do(f("a", 3, 2, 4), f("b", 4, 5, 2), [2], [0], [1], [2]); do(f("a", 2, 3, 4), f("b", 4, 3, 5), [1, 2], [1, 0]); do(f("a", 2, 3, 4), f("b", 3, 4, 5), [1, 2], [0, 1])
  do(f("a", 2, 2, 3, 4), f("b", 2, 2, 4, 3), [3], [2], [0, 1], [0, 1]); do(f("a", 2, 3, 4, 5), f("b", 5, 3, 2), [3], [0], [1], [1]); do(f("a", 2), f("b", 3), [], []); do(f("a"), f("b"), [], []); do(f("a", 4), f("b", 4), [], [], [0], [0]); do(f("a", 0, 3), f("b", 3, 2), [1], [0]); do(f("a", 2, 0), f("b", 0, 3), [1], [0]); do(f("a", 9, 7), f("b", 7, 6), [1], [0]); do(f("a", 5, 33), f("b", 33, 9), [1], [0]); do(f("a", 1, 5), f("b", 5, 1), [1], [0]); do(f("a", 2, 3, 4), f("b", 5, 4, 2, 6), [2], [1], [0], [2])
  for d in INTS + FLOATS: do(some("d1" + name(d), [3, 4], d), some("d2" + name(d), [4, 2], d), [1], [0])
  do(floats("pf", [2, 3], BF16), floats("pg", [3, 2], BF16), [1], [0], pref=F32); do(floats("pf", [2, 3], F16), floats("pg", [3, 2], F16), [1], [0], pref=F32); do(ints("pi", [2, 3], I8), ints("pj", [3, 2], I8), [1], [0], pref=I32); do(I32([[65536, 1 << 30]]), I32([[65536], [3]]), [1], [0])
  write("contraction", "dot_general")

# ---- convolution ----
def convolution():
  def co(x, w, strides, padding, ld=None, rd=None, spec=None, fg=1, bg=1, pref=None):
    n = x.ndim - 2
    ld, rd = ld or [1] * n, rd or [1] * n
    l, r, o = spec or [list(range(n + 2))] * 3
    dn = lax.ConvDimensionNumbers(tuple(l), tuple(r), tuple(o))
    case("conv_general_dilated", {"windowStrides": strides, "padding": padding, "lhsDilation": ld, "rhsDilation": rd, "dimensionNumbers": {"lhsSpec": l, "rhsSpec": r, "outSpec": o}, "featureGroupCount": fg, "batchGroupCount": bg, "preferredElementType": None if pref is None else dt(pref)},
      [x, w], lambda x, w: lax.conv_general_dilated(x, w, strides, padding, ld, rd, dn, fg, bg, preferred_element_type=pref))
  f = lambda k, *s: floats(k, s, F32, -1, 1)
  NHWC = ([0, 3, 1, 2], [3, 2, 0, 1], [0, 3, 1, 2])
  co(f("x", 2, 3, 5, 6), f("w", 4, 3, 3, 2), [1, 1], [(0, 0), (0, 0)]); co(f("x", 2, 5, 6, 3), f("w", 3, 3, 3, 4), [1, 1], [(1, 1), (1, 1)], spec=NHWC); co(f("x", 1, 7, 7, 2), f("w", 3, 3, 2, 3), [2, 2], [(0, 1), (1, 1)], spec=NHWC)
  co(f("x", 1, 5, 5, 2), f("w", 3, 2, 2, 3), [1, 1], [(2, 1), (1, 2)], rd=[2, 3], spec=NHWC); co(f("x", 1, 3, 4, 2), f("w", 3, 3, 2, 3), [1, 1], [(1, 2), (2, 1)], ld=[2, 3], spec=NHWC); co(f("x", 1, 4, 4, 2), f("w", 3, 3, 2, 2), [2, 1], [(2, 2), (1, 1)], ld=[2, 1], rd=[1, 2], spec=NHWC)
  co(f("x", 1, 5, 5, 4), f("w", 3, 3, 1, 4), [1, 1], [(1, 1), (1, 1)], spec=NHWC, fg=4); co(f("x", 1, 4, 4, 4), f("w", 2, 2, 2, 6), [1, 1], [(0, 0), (0, 0)], spec=NHWC, fg=2); co(f("x", 4, 3, 3, 2), f("w", 2, 2, 2, 6), [1, 1], [(0, 0), (0, 0)], spec=NHWC, bg=2); co(f("x", 4, 2, 4, 4), f("w", 4, 2, 3, 3), [1, 1], [(1, 1), (1, 1)], bg=4)
  co(f("x", 1, 5, 5, 2), f("w", 2, 2, 2, 2), [1, 1], [(-1, 0), (0, -1)], spec=NHWC); co(f("x", 1, 3, 3, 2), f("w", 2, 2, 2, 2), [1, 1], [(-1, 1), (1, -1)], ld=[2, 2], spec=NHWC)
  co(f("x", 2, 8, 3), f("w", 3, 3, 4), [1], [(1, 1)], spec=([0, 2, 1], [2, 1, 0], [0, 2, 1])); co(f("x", 2, 3, 8), f("w", 4, 3, 3), [2], [(2, 0)], rd=[2]); co(f("x", 1, 2, 3, 4, 3), f("w", 2, 2, 2, 2, 2), [1, 1, 1], [(0, 0), (1, 0), (0, 1)]); co(f("x", 2, 3), f("w", 4, 3), [], [])
  # the shapes that derivatives have: batch and features exchanged
  co(f("x", 3, 5, 5, 2), f("w", 3, 4, 4, 6), [1, 1], [(1, 1), (1, 1)], spec=([3, 0, 1, 2], [3, 0, 1, 2], [2, 3, 0, 1])); co(f("x", 2, 6, 6, 3), f("w", 2, 3, 3, 4), [1, 1], [(0, 0), (1, 1)], rd=[2, 2], spec=([3, 0, 1, 2], [3, 0, 1, 2], [2, 3, 0, 1]))
  co(f("x", 0, 4, 4, 2), f("w", 2, 2, 2, 2), [1, 1], [(0, 0), (0, 0)], spec=NHWC); co(f("x", 1, 2, 2, 1), f("w", 2, 2, 1, 1), [1, 1], [(0, 0), (0, 0)], spec=NHWC); co(f("x", 1, 4, 4, 0), f("w", 2, 2, 0, 2), [1, 1], [(0, 0), (0, 0)], spec=NHWC)
  for d in FLOATS + [I32, I8]: co(some("cx" + name(d), [1, 4, 4, 2], d), some("cw" + name(d), [2, 2, 2, 2], d), [1, 1], [(1, 0), (0, 1)], spec=NHWC)
  co(floats("cp", [1, 4, 4, 2], BF16), floats("cq", [2, 2, 2, 2], BF16), [1, 1], [(0, 0), (0, 0)], spec=NHWC, pref=F32)
  write("convolution", "conv_general_dilated")

# ---- window ----
def window():
  def params(w, s, p, bd, wd): return {"windowDimensions": w, "windowStrides": s, "padding": p, "baseDilation": bd, "windowDilation": wd}
  shapes = [([6], [3], [1], [(0, 0)], [1], [1]), ([2, 5, 5, 2], [1, 2, 2, 1], [1, 2, 2, 1], [(0, 0)] * 4, [1] * 4, [1] * 4), ([1, 5, 6, 2], [1, 3, 3, 1], [1, 2, 1, 1], [(0, 0), (1, 1), (1, 2), (0, 0)], [1] * 4, [1] * 4), ([4, 5], [2, 2], [1, 1], [(0, 1), (1, 0)], [2, 1], [1, 2]),
    ([7], [2], [3], [(2, 2)], [1], [3]), ([3], [2], [1], [(0, 0)], [3], [1]), ([3, 4], [1, 4], [1, 1], [(0, 0), (3, 0)], [1, 1], [1, 1]), ([0, 3], [1, 2], [1, 1], [(0, 0), (0, 0)], [1, 1], [1, 1]), ([2], [3], [1], [(0, 0)], [1], [1]), ([], [], [], [], [], [])]
  for p, f in [("reduce_window_sum", wr._reduce_window_sum), ("reduce_window_max", wr._reduce_window_max), ("reduce_window_min", wr._reduce_window_min)]:
    for x, w, s, pad, bd, wd in shapes: case(p, params(w, s, pad, bd, wd), [floats(p + str(x), x)], lambda x: f(x, w, s, pad, bd, wd))
    for d in INTS + FLOATS: case(p, params([2], [1], [(1, 0)], [1], [1]), [some(p + name(d), [5], d)], lambda x: f(x, [2], [1], [(1, 0)], [1], [1]))
    case(p, params([2], [1], [(0, 0)], [1], [1]), [F32([1, nan, 2, inf, -inf])], lambda x: f(x, [2], [1], [(0, 0)], [1], [1]))
  for select, prim in [("ge", lax.ge_p), ("le", lax.le_p)]:
    scatter = [([6], [2], [2], [(0, 0)]), ([2, 5, 5, 2], [1, 2, 2, 1], [1, 2, 2, 1], [(0, 0), (0, 0), (0, 0), (0, 0)]), ([1, 5, 6, 1], [1, 3, 3, 1], [1, 2, 1, 1], [(0, 0), (1, 1), (1, 1), (0, 0)]), ([7], [3], [1], [(1, 1)]), ([3, 4], [2, 2], [1, 1], [(0, 0), (1, 0)])]
    for n, w, s, pad in scatter:
      x = floats("sc" + str(n), n)
      out = np.asarray(wr._reduce_window_max(x, w, s, pad)).shape
      case("select_and_scatter_add", {"select": select, "windowDimensions": w, "windowStrides": s, "padding": pad}, [floats("so" + str(n), out), x], lambda src, x: wr._select_and_scatter_add(src, x, prim, w, s, pad))
    case("select_and_scatter_add", {"select": select, "windowDimensions": [2], "windowStrides": [1], "padding": [(0, 0)]}, [F32([1, 2, 4]), F32([5, 5, 5, 5])], lambda src, x: wr._select_and_scatter_add(src, x, prim, [2], [1], [(0, 0)]))
    for d in [F64, F16, BF16]: case("select_and_scatter_add", {"select": select, "windowDimensions": [2], "windowStrides": [2], "padding": [(0, 0)]}, [floats("sd" + name(d), [2], d), floats("se" + name(d), [4], d)], lambda src, x: wr._select_and_scatter_add(src, x, prim, [2], [2], [(0, 0)]))
    for n, w, s, pad, bd, wd in shapes[:7]:
      case("select_and_gather_add", {"select": select, **params(w, s, pad, bd, wd)}, [floats("gt" + str(n), n), floats("go" + str(n), n)], lambda t, x: wr._select_and_gather_add(t, x, prim, w, s, pad, bd, wd))
    case("select_and_gather_add", {"select": select, **params([2], [1], [(0, 0)], [1], [1])}, [F32([1, 2, 3, 4]), F32([5, 5, 5, 5])], lambda t, x: wr._select_and_gather_add(t, x, prim, [2], [1], [(0, 0)], [1], [1]))
  write("window", "reduce_window_sum reduce_window_max reduce_window_min select_and_scatter_add select_and_gather_add")

# ---- indexing ----
def indexing():
  for d in EVERY: case("dynamic_slice", {"sliceSizes": [2]}, [some("ds" + name(d), [5], d), I32(1)], lambda x, i: lax.dynamic_slice(x, [i], [2], allow_negative_indices=False))
  for start in [[0, 0], [1, 2], [5, 5], [-3, 1]]: case("dynamic_slice", {"sliceSizes": [2, 3]}, [floats("dsl", [3, 5]), *I32(start)], lambda x, *i: lax.dynamic_slice(x, i, [2, 3], allow_negative_indices=False))
  case("dynamic_slice", {"sliceSizes": []}, [F32(3)], lambda x: lax.dynamic_slice(x, [], [])); case("dynamic_slice", {"sliceSizes": [0, 2]}, [floats("dsl", [3, 5]), I32(1), I32(4)], lambda x, *i: lax.dynamic_slice(x, i, [0, 2]))
  for d in EVERY: case("dynamic_update_slice", {}, [some("du" + name(d), [5], d), some("dv" + name(d), [2], d), I32(4)], lambda x, u, i: lax.dynamic_update_slice(x, u, [i]))
  for start in [[0, 0], [1, 2], [5, 5], [-3, 1]]: case("dynamic_update_slice", {}, [floats("dul", [3, 5]), floats("duu", [2, 3]), *I32(start)], lambda x, u, *i: lax.dynamic_update_slice(x, u, i, allow_negative_indices=False))
  case("dynamic_update_slice", {}, [F32(3), F32(4)], lambda x, u: lax.dynamic_update_slice(x, u, [])); case("dynamic_update_slice", {}, [floats("dul", [3, 5]), floats("e", [0, 2]), I32(1), I32(1)], lambda x, u, *i: lax.dynamic_update_slice(x, u, i))

  modes = {"clip": lax.GatherScatterMode.CLIP, "fill": lax.GatherScatterMode.FILL_OR_DROP, "promise_in_bounds": lax.GatherScatterMode.PROMISE_IN_BOUNDS}
  def ga(x, i, sizes, offset, collapsed, start, ob=(), ib=(), mode="clip", fill=None):
    dn = lax.GatherDimensionNumbers(tuple(offset), tuple(collapsed), tuple(start), tuple(ob), tuple(ib))
    case("gather", {"dimensionNumbers": {"offsetDims": offset, "collapsedSliceDims": collapsed, "startIndexMap": start, "operandBatchingDims": list(ob), "startIndicesBatchingDims": list(ib)}, "sliceSizes": sizes, "mode": mode, "fillValue": fill},
      [x, i], lambda x, i: lax.gather(x, i, dn, tuple(sizes), mode=modes[mode], fill_value=fill))
  x = floats("g", [4, 3])
  for mode, i in [("promise_in_bounds", [2, 0, 3]), ("clip", [2, -1, 9]), ("fill", [2, -1, 9])]:
    i = I32(i)[:, None]
    ga(x, i, [1, 3], [1], [0], [0], mode=mode); ga(x, i, [2, 2], [1, 2], [], [0], mode=mode); ga(x, i, [4, 1], [0], [1], [1], mode=mode)
    ga(floats("g5", [5]), i, [1], [], [0], [0], mode=mode); ga(floats("g5", [5]), i, [3], [1], [], [0], mode=mode)
  ij = I32([[0, 1], [3, 2], [4, 0], [-1, 1], [2, 3]])
  for mode in ["clip", "fill"]: ga(x, ij, [1, 1], [], [0, 1], [0, 1], mode=mode); ga(x, ij, [1, 1], [], [0, 1], [1, 0], mode=mode); ga(x, ij, [2, 1], [1], [1], [0, 1], mode=mode); ga(x, ij, [2, 2], [0, 1], [], [0, 1], mode=mode); ga(x, ij, [2, 2], [0, 2], [], [1, 0], mode=mode)
  ga(x, I32([[[0], [1]], [[2], [3]]]), [1, 3], [0], [0], [0]); ga(x, I32([[[0], [1]], [[2], [3]]]), [1, 3], [1], [0], [0]); ga(x, I32([1]), [1, 3], [0], [0], [0]); ga(x, I32([]).reshape(3, 0), [1, 3], [0], [0], []) ; ga(x, I32([]).reshape(0, 1), [1, 3], [1], [0], [0]); ga(floats("e", [2, 0]), I32([[1], [0]]), [1, 0], [1], [0], [0])
  ga(x, I32([[0], [7]]), [1, 3], [1], [0], [0], mode="fill", fill=-1.5); ga(ints("gi", [4]), I32([[0], [7]]), [1], [], [0], [0], mode="fill", fill=5); ga(x, U32([[0], [2]]), [1, 3], [1], [0], [0]); ga(x, U32([[0], [4000000000]]), [1, 3], [1], [0], [0], mode="fill")
  y = floats("gb", [2, 4, 3])
  for mode in ["clip", "fill"]: ga(y, I32([[[0], [5]], [[3], [-1]]]), [1, 1, 3], [2], [1], [1], [0], [0], mode=mode); ga(y, I32([[[1], [0]], [[2], [3]], [[0], [9]]]), [1, 2, 3], [1, 3], [], [1], [0], [1], mode=mode)
  ga(floats("gb2", [2, 3, 4]), I32(np.arange(6).reshape(2, 3, 1) % 4), [1, 1, 1], [], [2], [2], [0, 1], [0, 1]); ga(floats("gb2", [2, 3, 4]), I32(np.arange(6).reshape(3, 2, 1) % 4), [1, 1, 2], [2], [], [2], [0, 1], [1, 0])
  for d in EVERY: ga(some("gd" + name(d), [4], d), I32([[1], [9], [0]]), [1], [], [0], [0], mode="fill")

  def sc(p, x, i, u, window, inserted, dims, ob=(), ib=(), mode="fill"):
    f = {"scatter": lax.scatter, "scatter-add": lax.scatter_add, "scatter-mul": lax.scatter_mul, "scatter-min": lax.scatter_min, "scatter-max": lax.scatter_max}[p]
    dn = lax.ScatterDimensionNumbers(tuple(window), tuple(inserted), tuple(dims), tuple(ob), tuple(ib))
    case(p, {"dimensionNumbers": {"updateWindowDims": window, "insertedWindowDims": inserted, "scatterDimsToOperandDims": dims, "operandBatchingDims": list(ob), "scatterIndicesBatchingDims": list(ib)}, "indicesAreSorted": False, "uniqueIndices": False, "mode": mode},
      [x, i, u], lambda x, i, u: f(x, i, u, dn, mode=modes[mode]))
  for p in ["scatter", "scatter-add", "scatter-mul", "scatter-min", "scatter-max"]:
    rows = floats("su", [3, 3])
    for mode, i in [("promise_in_bounds", [2, 0, 3]), ("clip", [2, -1, 9]), ("fill", [2, -1, 9]), ("fill", [1, 3, 1])]:
      i = I32(i)[:, None]
      sc(p, x, i, rows, [1], [0], [0], mode=mode); sc(p, floats("s5", [5]), i, floats("s6", [3]), [], [0], [0], mode=mode); sc(p, floats("s5", [5]), i, floats("s7", [3, 2]), [1], [], [0], mode=mode); sc(p, x, i, floats("s8", [4, 3]), [0], [1], [1], mode=mode)
    for mode in ["clip", "fill"]: sc(p, x, ij, floats("s9", [5]), [], [0, 1], [0, 1], mode=mode); sc(p, x, ij, floats("s10", [5, 2]), [1], [1], [0, 1], mode=mode); sc(p, x, ij, floats("s11", [2, 5, 2]), [0, 2], [], [1, 0], mode=mode)
    sc(p, x, I32([1]), floats("s12", [3]), [0], [0], [0]); sc(p, x, I32([]).reshape(0, 1), floats("e", [0, 3]), [1], [0], [0]); sc(p, y, I32([[[0], [5]], [[3], [-1]]]), floats("s13", [2, 2, 3]), [2], [1], [1], [0], [0]); sc(p, y, I32([[[1], [0]], [[2], [3]], [[0], [9]]]), floats("s14", [3, 2, 2, 3]), [2, 3], [], [1], [0], [1])
    sc(p, F32([1, nan, 3]), I32([[1], [0]]), F32([2, nan]), [], [0], [0])
    for d in INTS + FLOATS + ([np.bool_] if p == "scatter" else []): sc(p, some("sd" + name(d), [4], d), I32([[1], [9], [0], [1]] if p != "scatter" else [[1], [9], [0], [2]]), some("se" + name(d), [4], d), [], [0], [0])
  write("indexing", "dynamic_slice dynamic_update_slice gather scatter scatter-add scatter-mul scatter-min scatter-max")

# ---- random ----
def random():
  t = lambda *ops: threefry2x32_p.bind(*[jnp.broadcast_to(o, np.broadcast_shapes(*[np.shape(o) for o in ops])) for o in ops])
  r = lambda k, *s: rng(k).integers(0, 2**32, s, dtype=np.uint64).astype(U32)
  case("threefry2x32", {}, [U32(0), U32(0), U32(0), U32(0)], t); case("threefry2x32", {}, [U32(0xffffffff)] * 4, t); case("threefry2x32", {}, [U32(0x13198a2e), U32(0x03707344), U32(0x243f6a88), U32(0x85a308d3)], t)
  case("threefry2x32", {}, [U32(1), U32(42), np.zeros([9], U32), np.arange(9, dtype=U32)], t); case("threefry2x32", {}, [r("a", 2, 3), r("b", 2, 3), r("c", 2, 3), r("d", 2, 3)], t); case("threefry2x32", {}, [U32(7), r("b", 4), U32(3), r("d", 4)], t); case("threefry2x32", {}, [r("a", 0), r("b", 0), r("c", 0), r("d", 0)], t); case("threefry2x32", {}, [r("a", 5), r("b", 5), U32(0), U32(1)], t)
  write("random", "threefry2x32")

# ---- linalg ----
def linalg():
  for shape in [[3, 3], [4, 2], [2, 4], [1, 1], [3, 1], [1, 3], [2, 3, 2], [2, 2, 3, 3], [0, 2, 2], [6, 6]]:
    for full in [False, True]: case("qr", {"fullMatrices": full}, [floats("qr" + str(shape), shape)], lambda x: lax.linalg.qr(x, full_matrices=full))
  case("qr", {"fullMatrices": False}, [np.eye(3, dtype=F32)], lambda x: lax.linalg.qr(x, full_matrices=False)); case("qr", {"fullMatrices": False}, [-np.eye(2, dtype=F32)], lambda x: lax.linalg.qr(x, full_matrices=False)); case("qr", {"fullMatrices": False}, [F32([[0, 1], [0, 2]])], lambda x: lax.linalg.qr(x, full_matrices=False)); case("qr", {"fullMatrices": True}, [floats("qd", [4, 3], F64)], lambda x: lax.linalg.qr(x, full_matrices=True))
  ch = lambda x: lax.linalg.cholesky(x, symmetrize_input=False)
  for shape in [[1, 1], [3, 3], [2, 4, 4], [0, 0], [0, 2, 2], [2, 2, 2, 2]]:
    a = floats("ch" + str(shape), shape); case("cholesky", {}, [(a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1])).astype(F32)], ch)
  case("cholesky", {}, [F32([[4, 99], [2, 5]])], ch); case("cholesky", {}, [F32([[[1, 2], [2, 1]], [[2, 0], [0, 2]]])], ch); case("cholesky", {}, [F64([[4, 2], [2, 5]])], ch)
  for left in [True, False]:
    for lower in [True, False]:
      for tr in [True, False]:
        for unit in [True, False]:
          p = {"leftSide": left, "lower": lower, "transposeA": tr, "unitDiagonal": unit}
          f = lambda a, b: lax.linalg.triangular_solve(a, b, left_side=left, lower=lower, transpose_a=tr, unit_diagonal=unit)
          case("triangular_solve", p, [floats("ta", [3, 3]) + 4 * np.eye(3, dtype=F32), floats("tb", [3, 2] if left else [2, 3])], f)
          case("triangular_solve", p, [floats("tc", [2, 2, 2]) + 4 * np.eye(2, dtype=F32), floats("td", [2, 2, 3] if left else [2, 3, 2])], f)
  f = lambda a, b: lax.linalg.triangular_solve(a, b, left_side=True, lower=True)
  p = {"leftSide": True, "lower": True, "transposeA": False, "unitDiagonal": False}
  case("triangular_solve", p, [floats("ta", [3, 3], F64) + 4 * np.eye(3), floats("tb", [3, 2], F64)], f); case("triangular_solve", p, [floats("e", [0, 2, 2]), floats("e", [0, 2, 1])], f); case("triangular_solve", p, [F32([[2]]), F32([[3, 4]])], f)
  write("linalg", "qr cholesky triangular_solve")

for family in [structural, arithmetic, transcendental, piecewise, bitwise, reduction, cumulative, layout, sort, contraction, convolution, window, indexing, random, linalg]:
  if not sys.argv[1:] or family.__name__ in sys.argv[1:]: family()
