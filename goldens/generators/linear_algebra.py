"""Regenerates data/numpy/linear_algebra: pip install -r requirements.txt && python linear_algebra.py

Values of decompositions, as far as no sign is any one's choice, and derivatives of what has no such sign: `d_*` is [value, tangent], `g_*` a
gradient. The table in packages/func/test/numpy/linear-algebra.test.ts has the same expressions.
"""
import pathlib
import jax, jax.numpy as jnp, jax.scipy.linalg as sl, numpy as np
from jax import lax
from encode import write

DATA = pathlib.Path(__file__).parent.parent / "data"
rng = np.random.default_rng(11)
f = lambda *s: jnp.array(np.round(rng.normal(size=s), 3), jnp.float32)
sq, sq2, t, dsq, tall, dtall, wide, b, bb, cube = f(4, 4), f(4, 4), f(4, 4), f(4, 4), f(5, 3), f(5, 3), f(3, 5), f(4), f(4, 2), f(2, 3, 3)
low = jnp.array(np.round(np.asarray(f(5, 2)), 1) @ np.round(np.asarray(f(2, 4)), 1), jnp.float32)
y5, x7 = f(5), f(7)
y7 = jnp.array(np.round(np.asarray(1 + 2 * x7 - x7 ** 2 + 0.1 * f(7)), 3), jnp.float32)
w7 = jnp.array([1, 2, .5, 1, 1, 3, .25], jnp.float32)
solid = f(2, 3, 6)
inputs = dict(sq=sq, sq2=sq2, t=t, dsq=dsq, tall=tall, dtall=dtall, wide=wide, b=b, bb=bb, cube=cube, low=low, y5=y5, x7=x7, y7=y7, w7=w7, solid=solid)
sym = lambda x: x + jnp.swapaxes(x, -1, -2)
L = jnp.linalg
parts = lambda x, full=False: [p for u, s, v in [L.svd(x, full_matrices=full)] for p in (jnp.abs(u), s, jnp.abs(v))]
vectors = lambda x: [p for w, v in [L.eigh(sym(x))] for p in (w, v * v)]
d = lambda f, x, dx: [q for pair in zip(*[jax.tree.leaves(z) for z in jax.jvp(f, (x,), (dx,))]) for q in pair]
def unpacked(x): p, l, u = sl.lu(x); return [p, l, u]

outputs = dict(
  eigh=vectors(sq), eigh_batch=vectors(cube), eigh_upper=L.eigh(sq, UPLO="U", symmetrize_input=False)[0], eigh_lower=L.eigh(sq, symmetrize_input=False)[0], eigvalsh=L.eigvalsh(sq),
  svd=parts(sq), svd_tall=parts(tall), svd_wide=parts(wide), svd_batch=parts(cube), svd_values=L.svd(wide, compute_uv=False), svdvals=L.svdvals(low)[:2], svd_one=parts(sq[:1, :1]), svd_row=parts(wide[:1]),
  lu=unpacked(sq), lu_tall=unpacked(tall), lu_wide=unpacked(wide), lu_permuted=list(sl.lu(sq, permute_l=True)), lu_parts=list(lax.linalg.lu(cube)), pivots=lax.linalg.lu_pivots_to_permutation(jnp.array([[2, 2, 3], [0, 3, 2]], jnp.int32), 5),
  lu_factor=list(sl.lu_factor(sq)), lu_solve=sl.lu_solve(sl.lu_factor(sq), b), lu_solve_many=sl.lu_solve(sl.lu_factor(sq), bb), lu_solve_turned=sl.lu_solve(sl.lu_factor(sq), bb, trans=1),
  cho_solve=sl.cho_solve(sl.cho_factor(sq @ sq.T + jnp.eye(4)), b), cho_solve_lower=sl.cho_solve(sl.cho_factor(sq @ sq.T + jnp.eye(4), lower=True), bb),
  lstsq=list(L.lstsq(tall, y5)), lstsq_wide=list(L.lstsq(wide, b[:3])), lstsq_low=[*L.lstsq(low, y5)[:3]], lstsq_many=list(L.lstsq(tall, dtall)), lstsq_rcond=list(L.lstsq(sq, b, rcond=0.3)),
  pinv=L.pinv(tall), pinv_wide=L.pinv(wide), pinv_low=L.pinv(low), pinv_rtol=L.pinv(sq, rtol=0.3), pinv_batch=L.pinv(cube), rank=L.matrix_rank(low), rank_batch=L.matrix_rank(cube), rank_tol=L.matrix_rank(sq, 1.0), rank_vector=L.matrix_rank(b),
  cond=L.cond(tall), cond_minus=L.cond(sq, -2), cond_one=L.cond(sq, 1), cond_fro=L.cond(cube, "fro"), cond_singular=L.cond(jnp.zeros((2, 2)), 1), norm_2=L.norm(sq, 2), norm_m2=L.norm(tall, -2), norm_nuc=L.norm(cube, "nuc", axis=(0, 2), keepdims=True),
  expm=sl.expm(sq), expm_small=sl.expm(sq * 0.01), expm_large=sl.expm(sq * 6), expm_batch=sl.expm(cube), expm_upper=sl.expm(jnp.triu(sq), upper_triangular=True), expm_zero=sl.expm(jnp.zeros((3, 3))),
  det=L.det(sq), det_batch=L.det(cube), det_two=L.det(sq[:2, :2]), det_singular=L.det(low[:4]), slogdet=list(L.slogdet(sq)), slogdet_batch=list(L.slogdet(cube)), slogdet_zero=list(L.slogdet(jnp.zeros((4, 4)))),
  tensorinv=L.tensorinv(solid), tensorsolve=L.tensorsolve(solid, sq[:2, :3]), tensorsolve_axes=L.tensorsolve(jnp.moveaxis(solid, 2, 0), sq[0].repeat(2)[:6], axes=(1, 2)),
  polyfit=jnp.polyfit(x7, y7, 2), polyfit_many=jnp.polyfit(x7, jnp.stack([y7, y7 ** 2], 1), 3), polyfit_weights=jnp.polyfit(x7, y7, 1, w=w7), polyfit_full=list(jnp.polyfit(x7, y7, 2, full=True))[:4], polyfit_cov=list(jnp.polyfit(x7, y7, 1, cov=True)), polyfit_unscaled=list(jnp.polyfit(x7, y7, 1, cov="unscaled")),
  d_eigh=d(vectors, sq, dsq), d_svd=d(lambda x: [p * p for p in L.svd(x, full_matrices=False)], tall, dtall), d_svd_wide=d(lambda x: [p * p for p in L.svd(x, full_matrices=False)], wide, dtall.T), d_lu=d(lambda x: lax.linalg.lu(x)[0], sq, dsq), d_lu_tall=d(lambda x: lax.linalg.lu(x)[0], tall, dtall), d_lu_wide=d(lambda x: lax.linalg.lu(x)[0], wide, dtall.T),
  d_pinv=d(L.pinv, tall, dtall), d_pinv_low=d(L.pinv, low, jnp.outer(low[:, 0], b)), d_lstsq=d(lambda x: L.lstsq(x, y5)[0], tall, dtall), d_expm=d(sl.expm, sq, dsq), d_det=d(L.det, sq, dsq), d_det_singular=d(L.det, sq @ jnp.diag(jnp.array([1., 2., 0., 1.])), dsq), d_slogdet=d(lambda x: L.slogdet(x)[1], sq, dsq), d_lu_solve=d(lambda x: sl.lu_solve(sl.lu_factor(x), b), sq, dsq), d_polyfit=d(lambda y: jnp.polyfit(x7, y, 2), y7, w7), d_norm=d(lambda x: L.norm(x, "nuc"), tall, dtall), d_cond=d(L.cond, tall, dtall),
  g_eigh=jax.grad(lambda x: (L.eigh(sym(x))[1] ** 4 * t).sum() + (L.eigvalsh(sym(x)) ** 2 * b).sum())(sq), g_svd=jax.grad(lambda x: sum((p ** 4).sum() for p in L.svd(x, full_matrices=False)))(tall), g_lu=jax.grad(lambda x: (lax.linalg.lu(x)[0] * t).sum())(sq), g_pinv=jax.grad(lambda x: (L.pinv(x) ** 2).sum())(wide), g_expm=jax.grad(lambda x: (sl.expm(x) * t).sum())(sq), g_det=jax.grad(lambda x: L.det(x))(sq), g_slogdet=jax.grad(lambda x: L.slogdet(x)[1])(sq), h_det=jax.hessian(lambda x: L.det(x))(sq[:3, :3]), h_slogdet=jax.hessian(lambda s: L.slogdet(sq + s * t)[1])(0.1), h_pinv=jax.hessian(lambda s: (L.pinv(tall + s * dtall) ** 2).sum())(0.1), h_svd=jax.hessian(lambda s: (L.svdvals(tall + s * dtall) ** 3).sum())(0.1),
)
write(DATA, "numpy/linear_algebra", "decompositions and their derivatives", inputs=inputs, outputs=outputs)
