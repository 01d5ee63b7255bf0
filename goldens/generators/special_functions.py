"""Regenerates data/special/functions.json: pip install -r requirements.txt && python special_functions.py

What jax.scipy.special gives in float64: for each function its operands, its value, and its derivative by each operand that it has one by.
Where a function of JAX is known to be wrong, or has no derivative, SciPy's value or the formula of the derivative stands here instead.
"""
import pathlib
import jax
jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp, numpy as np, scipy.special as sc
from jax.scipy import special as sp
from encode import write

DATA = pathlib.Path(__file__).parent.parent / "data"
inf, nan = np.inf, np.nan
wide = [-inf, -30.5, -4.5, -3.0, -2.25, -1.0, -0.5, -0.0, 0.0, 1e-20, 1e-5, 0.1, 0.5, 0.99, 1.0, 1.5, 2.0, 3.3, 7.9, 8.1, 20.0, 33.0, inf, nan]
positive = [0.0, 1e-10, 1e-3, 0.1, 0.5, 0.9, 1.0, 1.1, 1.5, 2.0, 2.5, 4.0, 6.5, 10.0, 30.0, 80.0, inf]
unit = [-0.5, 0.0, 1e-12, 1e-5, 0.01, 0.1, 0.25, 0.5, 0.75, 0.86, 0.87, 0.9, 0.99, 0.99999, 1.0, 1.5, nan]
line = [-inf, -40.0, -25.0, -12.0, -9.0, -6.3, -3.3, -2.0, -1.0, -0.3, -1e-5, 0.0, 1e-12, 0.2, 1.0, 1.9, 3.2, 3.3, 4.5, 6.2, 6.3, 7.5, 9.3, 12.0, 26.5, 100.0, inf, nan]
grid = lambda *xs: [np.ravel(x).tolist() for x in np.meshgrid(*xs, indexing="ij")]

cases = {}
def case(name, f, args, by=None, slopes=None):
  """`by`: operands to differentiate by; `slopes`: formulas in place of JAX's derivatives."""
  xs = [jnp.array(np.float64(np.float32(a))) for a in args]  # exact in float32 too
  value = f(*xs)
  pair = isinstance(value, tuple)
  values = list(value) if pair else [value]
  out = dict(args=xs, values=[np.asarray(v, np.float64) for v in values])
  by = range(len(xs)) if by is None else by
  grads = {}
  for i in by:
    if slopes and i in slopes: g = [slopes[i](*xs)]
    else:
      _, t = jax.jvp(lambda x: f(*xs[:i], x, *xs[i + 1:]), (xs[i],), (jnp.ones_like(xs[i]),))
      g = list(t) if pair else [t]
    grads[str(i)] = [np.asarray(v, np.float64) for v in g]
  out["slopes"] = grads
  cases[name] = out

case("gammaln", sp.gammaln, [wide]); case("digamma", sp.digamma, [positive], slopes={0: lambda x: jnp.array(sc.polygamma(1, np.asarray(x)))}); case("loggamma", sp.loggamma, [wide], by=[])
case("gamma", sp.gamma, [wide], by=[]); case("gammasgn", sp.gammasgn, [wide], by=[]); case("factorial", sp.factorial, [wide], by=[])
case("comb", sp.comb, grid([-1.0, 0.0, 3.0, 5.5, 20.0], [-1.0, 0.0, 1.0, 2.5, 5.0]), by=[])
case("poch", sp.poch, grid([0.5, 1.0, 2.5, 6.0], [0.0, 0.5, 1.0, 3.0, -0.3]))
big = [0.01, 0.5, 1.0, 3.0, 7.5, 9.0, 40.0, 3e5]
host = lambda f: lambda *xs: jnp.array(f(*map(np.asarray, xs)))
psi = lambda a, b: jnp.array(sc.digamma(np.asarray(a)) - sc.digamma(np.asarray(a + b)))
case("betaln", host(sc.betaln), grid(big, big), slopes={0: psi, 1: lambda a, b: psi(b, a)}); case("beta", host(sc.beta), grid([-0.5, 0.01, 0.5, 3.0, 9.0], [0.5, 1.25, 7.5, 40.0]), by=[])
case("multigammaln", lambda a: sp.multigammaln(a, 3), [[1.5, 2.0, 5.0, 50.0]])
zeros = [-1.0, 0.0, 0.5, 2.0, inf, nan]
case("xlogy", sp.xlogy, grid(zeros, zeros), by=[]); case("xlog1py", sp.xlog1py, grid(zeros, [-1.0, -0.5, 0.0, 1e-9, 2.0, nan]), by=[])
case("xlogySlopes", sp.xlogy, grid([0.5, 2.0], [0.5, 3.0])); case("xlog1pySlopes", sp.xlog1py, grid([0.5, 2.0], [-0.5, 3.0]))
case("entr", sp.entr, [zeros], by=[]); case("relEntr", sp.rel_entr, grid(zeros, zeros), by=[]); case("klDiv", sp.kl_div, grid([0.0, 0.5, 2.0], [0.0, 0.25, 3.0]), by=[])
case("klDivSlopes", sp.kl_div, grid([0.5, 2.0], [0.25, 3.0])); case("entrSlopes", sp.entr, [[0.1, 1.0, 3.0]])
case("logit", sp.logit, [unit]); case("expit", sp.expit, [line], slopes={0: lambda x: sp.expit(x) * sp.expit(-x)})
case("boxcox", sp.boxcox, grid([0.1, 1.0, 3.0], [-2.0, 0.0, 0.5, 2.0])); case("boxcox1p", sp.boxcox1p, grid([1e-6, 1.0, 3.0], [-2.0, 0.0, 0.5, 2.0]))
normal = lambda x: jnp.exp(-x * x / 2) / np.sqrt(2 * np.pi)
case("ndtr", sp.ndtr, [line], slopes={0: normal})
log_ndtr = host(sc.log_ndtr)
case("logNdtr", log_ndtr, [line[1:]], slopes={0: lambda x: jnp.exp(-x * x / 2 - np.log(np.sqrt(2 * np.pi)) - log_ndtr(x))})
case("ndtri", sp.ndtri, [unit], slopes={0: lambda p: np.sqrt(2 * np.pi) * jnp.exp(sp.ndtri(p) ** 2 / 2)})
case("erf", sp.erf, [line]); case("erfc", sp.erfc, [line]); case("erfinv", sp.erfinv, [unit], by=[])
erfcx = lambda x: jnp.array(sc.erfcx(np.asarray(x)))
case("erfcx", erfcx, [line], by=[])
case("owensT", sp.owens_t, grid([-2.0, -0.0, 0.3, 1.0, 4.0], [-3.0, -1.0, -0.2, 0.0, 0.5, 1.0, 1.1, 8.0]))
case("dawsn", lambda x: jnp.array(sc.dawsn(np.asarray(x))), [line], by=[])
case("spence", sp.spence, [[-1.0, 0.0, 1e-5, 0.2, 0.49, 0.51, 0.9, 1.1, 1.4, 1.6, 1.99, 2.1, 50.0, 1e6]], slopes={0: lambda x: jnp.log(x) / (1 - x)})
case("sici", sp.sici, [[-inf, -5.0, -1.0, 1e-6, 0.5, 2.0, 3.9, 4.1, 7.9, 8.1, 30.0, 1000.0, inf]])
case("fresnel", sp.fresnel, [[-inf, -3.0, -0.5, 0.0, 1e-6, 0.5, 1.59, 1.61, 3.0, 9.9, 50.0, inf]])

i1_slope = host(sc.ivp)
case("i0", sp.i0, [line], slopes={0: sp.i1}); case("i0e", sp.i0e, [line], slopes={0: lambda x: sp.i1e(x) - jnp.sign(x) * sp.i0e(x)})
case("i1", sp.i1, [line], slopes={0: lambda x: i1_slope(1, x)}); case("i1e", sp.i1e, [line[1:-2]], slopes={0: lambda x: i1_slope(1, x) * jnp.exp(-abs(x)) - jnp.sign(x) * sp.i1e(x)})
case("besselJn", lambda z: sp.bessel_jn(z, v=3, n_iter=60), [[0.5, 1.0, 2.4, 5.1, 10.0, 25.0]])
shapes, draws = [0.01, 0.5, 1.0, 2.5, 9.0, 40.0], [0.0, 1e-3, 0.4, 1.0, 1.7, 8.0, 30.0, 60.0]
by_shape = lambda a, x: jax.lax.igamma_grad_a(a, x)
density = lambda a, x: jnp.where((x == 0) & (a == 1), 1, jnp.exp(-x + (a - 1) * jnp.log(x) - sp.gammaln(a)))
case("gammainc", host(sc.gammainc), grid(shapes, draws), slopes={0: by_shape, 1: density})
case("gammaincc", host(sc.gammaincc), grid(shapes, draws), slopes={0: lambda a, x: -by_shape(a, x), 1: lambda a, x: -density(a, x)})
case("gammaincEdges", host(sc.gammainc), grid([-1.0, 0.0, 1.0, inf, nan], [-1.0, 0.0, 2.0, inf, nan]), by=[])
case("gammainccEdges", host(sc.gammaincc), grid([-1.0, 0.0, 1.0, inf, nan], [-1.0, 0.0, 2.0, inf, nan]), by=[])
large = grid([1e3, 1e4], [0.97, 1.0, 1.02]); large = [large[0], [a * r for a, r in zip(*large)]]
case("gammaincLarge", host(sc.gammainc), large, by=[])
case("betainc", host(sc.betainc), grid([0.01, 0.5, 1.0, 4.0, 30.0], [0.02, 0.5, 1.0, 7.0, 50.0], [0.0, 1e-5, 0.1, 0.5, 0.9, 1.0]), by=[])
case("betaincSlopes", sp.betainc, grid([0.5, 1.0, 4.0, 30.0], [0.5, 1.0, 7.0, 50.0], [0.01, 0.5, 0.9]), by=[2])
case("betaincEdges", sp.betainc, grid([-1.0, 0.0, 2.0, inf], [-1.0, 0.0, 2.0, inf], [-0.5, 0.0, 0.5, 1.0, 1.5, nan]), by=[])
case("zeta", sp.zeta, grid([0.5, 1.0, 1.1, 2.0, 3.0, 7.5, 30.0], [0.1, 1.0, 2.5, 40.0]), by=[])
case("zetaSlopes", sp.zeta, grid([1.1, 2.0, 3.0, 7.5], [0.1, 1.0, 2.5, 40.0]))
case("zetaEdges", sp.zeta, grid([0.5, 1.0, 1.5, 2.0, 3.0], [-1.0, 0.0]), by=[]); case("zetaOfNegative", sp.zeta, grid([1.5, 2.0, 3.0], [-1.5, nan]), by=[])
case("expi", host(sc.expi), [[-inf, -30.0, -3.0, -1.0, -1e-3, 0.0, 1e-3, 0.3, 0.4, 1.9, 2.1, 5.0, 9.0, 20.0, 40.0, 70.0, 85.0, inf, nan]], slopes={0: lambda x: jnp.where(jnp.isneginf(x), -0.0, jnp.exp(x) / x)})
case("exp1", host(sc.exp1), [positive], slopes={0: lambda x: -jnp.exp(-x) / x})
orders = [0.0, 1.0, 2.0, 3.0, 10.0, 40.0]
case("expn", host(lambda n, x: sc.expn(n.astype(int), x)), grid(orders + [6000.0], [0.0, 1e-3, 0.5, 1.0, 1.01, 2.5, 20.0]), by=[])
case("expnSlopes", host(lambda n, x: sc.expn(n.astype(int), x)), grid(orders[1:], [1e-3, 0.5, 1.0, 1.01, 2.5, 20.0]), by=[1], slopes={1: host(lambda n, x: -sc.expn(n.astype(int) - 1, x))})

# SciPy's, as JAX's lose digits for negative x, and give none or false ones beyond -1, near 1 and of polynomials
case("hyp1f1", host(sc.hyp1f1), grid([-2.0, 0.0, 0.5, 2.5], [0.75, 3.0], [-200.0, -30.0, -2.0, 0.0, 0.5, 6.0, 60.0]), by=[2], slopes={2: host(lambda a, b, x: a / b * sc.hyp1f1(a + 1, b + 1, x))})
case("hyp1f1Slopes", sp.hyp1f1, grid([0.5, 2.5], [0.75, 3.0], [0.5, 6.0]))
case("hyp2f1", host(sc.hyp2f1), grid([-2.0, 0.5, 1.25], [0.7, 2.0], [2.5, 0.9], [-20.0, -1.5, -0.3, 0.0, 0.4, 0.8, 0.95]), by=[])
case("hyp2f1Slopes", sp.hyp2f1, grid([0.5, 1.25], [0.7, 2.0], [2.5], [-0.3, 0.4, 0.8]))
case("hyp2f1Edges", host(sc.hyp2f1), [[0.5, 0.5, 1.0, 0.5, -2.0, 1.0, 0.5], [0.25, 0.25, 1.0, 0.7, 3.0, 2.0, 0.5], [1.5, 0.75, 1.0, 0.7, 1.5, 2.5, -1.0], [1.0, 1.0, 0.5, 0.3, 3.0, 1.0, 0.5]], by=[])

write(DATA, "special/functions", "jax.scipy.special in float64", cases=cases)
