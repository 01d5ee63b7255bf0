"""Goldens of what packages/optim has besides optimizers and schedules: python optim_functions.py. Versions in requirements.txt."""
import pathlib
import warnings
import jax, jax.numpy as jnp, optax
from encode import write

warnings.simplefilter("ignore", DeprecationWarning)
DATA = pathlib.Path(__file__).parent.parent / "data"
L, P, T = optax.losses, optax.projections, optax.tree_utils
def golden(name, description, **parts): write(DATA, name, description, **parts)
def arange(*shape, scale=0.1, start=-3):
  n = 1
  for s in shape: n *= s
  return (jnp.arange(n, dtype=jnp.float32) + start).reshape(shape) * scale
def both(f, *args):
  """What a function answers, and the gradient of its sum by the first argument."""
  return dict(args=list(args), value=f(*args), grad=jax.grad(lambda a: jnp.sum(f(a, *args[1:])))(args[0]))

def more_losses():
  """Losses by their options and at their corners, and the gradient of their sum by the first argument"""
  x = 2 * jnp.sin(arange(4, 5, scale=0.9)); y = jnp.cos(arange(4, 5, scale=0.4)); k = jnp.array([0, 3, 4, 1]); p = jax.nn.softmax(3 * y)
  z = (y > 0).astype(jnp.float32); lp = jax.nn.log_softmax(x); far = x.at[0, 1].set(1e4).at[1, 2].set(-1e4).at[2].set(0.)
  mask = jnp.array([[1, 1, 0, 1, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [0, 1, 1, 0, 1]], bool); rows = jnp.array([True, False, True, True])
  hot = jax.nn.one_hot(k, 5); zero = p.at[0, 2].set(0.).at[1].set(hot[1])
  wide = 3 * jnp.sin(arange(2, 3, 4, scale=0.7)); kw = jnp.array([5, 11])
  seq = 2 * jnp.sin(arange(3, 6, 4, scale=0.83)); words = jnp.array([[1, 2, 0], [3, 3, 1], [2, 1, 3]])
  frames = jnp.array([[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1]], jnp.float32); spare = jnp.array([[0, 0, 1], [0, 0, 0], [0, 1, 1]], jnp.float32)
  # the last has more labels than frames: the loss is large, and its rounding would be seen in the gradient
  tight = jnp.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]], jnp.float32); short = frames.at[2, 2].set(1.)
  none = jnp.ones((3, 3))
  img = 2 * jnp.sin(arange(2, 3, 3, 4, scale=0.63)); seg = jax.nn.one_hot(jnp.array([[[0, 1, 2], [1, 1, 2], [0, 0, 2]], [[3, 3, 3], [0, 1, 1], [2, 2, 0]]]), 4)
  e = jnp.sin(arange(6, 3, scale=1.1)); pairs = jnp.array([0, 1, 0, 2, 1, 1])
  pos, neg = e + 0.1 * jnp.cos(e), jnp.cos(2 * e)
  fy = L.make_fenchel_young_loss(jax.scipy.special.logsumexp)
  parts = dict(
    softmax_where=both(lambda x, y, m: L.softmax_cross_entropy(x, y, where=m), x, p, mask), softmax_rows=both(lambda x, y, m: L.softmax_cross_entropy(x, y, where=m), x, p, rows),
    softmax_axes=both(lambda x, y: L.softmax_cross_entropy(x, y, axis=(0, 1)), x, p),
    integers_axis=both(lambda x, k: L.softmax_cross_entropy_with_integer_labels(x, k, axis=0), x.T, k), integers_axes=both(lambda x, k: L.softmax_cross_entropy_with_integer_labels(x, k, axis=(1, 2)), wide, kw),
    integers_turned=both(lambda x, k: L.softmax_cross_entropy_with_integer_labels(x, k, axis=(2, 1)), wide, kw),
    integers_where=both(lambda x, k, m: L.softmax_cross_entropy_with_integer_labels(x, k, where=m), x, k, mask.at[2, 0].set(True)), integers_rows=both(lambda x, k, m: L.softmax_cross_entropy_with_integer_labels(x, k, where=m), x, k, rows),
    integers_far=both(L.softmax_cross_entropy_with_integer_labels, far, k),
    safe=both(L.safe_softmax_cross_entropy, far, zero), poly_where=both(lambda x, y, m: L.poly_loss_cross_entropy(x, y, epsilon=-1., where=m), x, p, mask), poly_axis=both(lambda x, y: L.poly_loss_cross_entropy(x, y, axis=0), x, p),
    focal=both(lambda x, z: L.sigmoid_focal_loss(x, z, alpha=0.3, gamma=1.5), far, z), focal_soft=both(lambda x, z: L.sigmoid_focal_loss(x, z, alpha=0.3, gamma=0.5), x, 0.5 + y / 2),
    smooth_where=dict(args=[p, mask.at[2].set(True)], value=L.smooth_labels(p, 0.2, where=mask.at[2].set(True)), grad=jnp.full_like(p, 0.8)), smooth_axis=dict(args=[p], value=L.smooth_labels(p, 0.2, axis=0), grad=jnp.full_like(p, 0.8)),
    generalized_kl=both(L.generalized_kl_divergence, lp + 0.3, 2 * p), generalized_kl_where=both(lambda l, p, m: L.generalized_kl_divergence(l, p, axis=0, where=m), lp, p, mask), kl_zero=both(L.kl_divergence, lp, zero),
    sparsemax=both(L.sparsemax_loss, x, z.astype(jnp.int32)), multiclass_sparsemax=both(L.multiclass_sparsemax_loss, x, k), multiclass_sparsemax_far=both(L.multiclass_sparsemax_loss, far, k),
    dice=both(L.dice_loss, img, seg), dice_options=both(lambda x, y: L.dice_loss(x, y, class_weights=jnp.array([1., 2., 0., 4.]), smooth=0.1, alpha=0.3, beta=0.7, reduction="sum", ignore_background=True), img, seg),
    dice_none=both(lambda x, y: L.dice_loss(x, y, reduction="none", axis=(0, 1)), img, seg), dice_probabilities=both(lambda x, y: L.dice_loss(x, y, apply_softmax=False), jax.nn.softmax(img), seg),
    generalized_dice=both(L.multiclass_generalized_dice_loss, img, seg), generalized_dice_foreground=both(lambda x, y: L.multiclass_generalized_dice_loss(x, y, smooth=0.5, ignore_background=True), img, seg),
    binary_dice=both(L.binary_dice_loss, img[..., 0], seg[..., 1]), binary_dice_one=both(L.binary_dice_loss, img[..., :1], seg[..., 1:2]),
    ntxent=both(L.ntxent, e, pairs), ntxent_warm=both(lambda e, k: L.ntxent(e, k, temperature=1.), e.at[3].set(0.), pairs),
    triplet=both(L.triplet_margin_loss, e, pos, neg), triplet_axis=both(lambda a, p, n: L.triplet_margin_loss(a, p, n, axis=0, norm_degree=4, margin=0.3, eps=1e-3), e, pos, neg), triplet_same=both(L.triplet_margin_loss, e, e, e),
    ranking=both(L.ranking_softmax_loss, x, y), ranking_where=both(lambda x, y, m: L.ranking_softmax_loss(x, y, where=m), x, y, mask), ranking_none=both(lambda x, y, m: L.ranking_softmax_loss(x, y, where=m, reduce_fn=None), x, y, mask),
    ranking_sum=both(lambda x, y, m, w: L.ranking_softmax_loss(x, y, where=m, weights=w, reduce_fn=jnp.sum), x, y, mask, jnp.abs(y)), ranking_empty=both(lambda x, y, m: L.ranking_softmax_loss(x, y, where=m), x, y, jnp.zeros_like(mask)),
    fenchel_young=both(fy, wide, jax.nn.softmax(wide * 2)),
    ctc=both(L.ctc_loss, seq, frames, words, spare), ctc_blank=both(lambda *a: L.ctc_loss(*a, blank_id=3, log_epsilon=-1e4), seq, frames, words % 3, spare), ctc_empty=both(L.ctc_loss, seq, frames, words, none),
    ctc_far=both(L.ctc_loss, 50 * seq, jnp.zeros_like(frames), words, spare),
  )
  loss, blank, label = L.ctc_loss_with_forward_probs(seq, short, words, tight)
  golden("optim/more_losses", more_losses.__doc__, **parts, ctc_forward=dict(args=[seq, short, words, tight], value=dict(loss=loss, blank=blank, label=label)))

def projections():
  """Projections of trees that lie outside of the set, in it, on its edge, far away, with ties; and the gradient of a weighed sum"""
  trees = dict(outside={"a": jnp.array([2.5, -3.2, 0.3]), "b": jnp.array([[0.9, -0.1]])}, inside={"a": jnp.array([0.1, 0.2, 0.05]), "b": jnp.array([[0.3, 0.01]])},
    edge={"a": jnp.array([0.5, 0., 0.]), "b": jnp.array([[0.5, 0.]])}, far={"a": jnp.array([1e6, -1e6, 3.]), "b": jnp.array([[1e6, 7.]])}, ties={"a": jnp.array([2., 2., -2.]), "b": jnp.array([[2., 0.5]])})
  weights = {"a": jnp.array([1., -2., 3.]), "b": jnp.array([[0.5, 4.]])}
  normal = {"a": jnp.array([1., 1., -1.]), "b": jnp.array([[0.5, 2.]])}
  fs = dict(non_negative=P.projection_non_negative, box=lambda t: P.projection_box(t, {"a": jnp.array([-1., -0.5, 0.1]), "b": jnp.float32(-0.05)}, {"a": jnp.array([1., 0.5, 0.2]), "b": jnp.array([[0.5, 0.]])}),
    hypercube=lambda t: jax.tree.map(lambda x: jnp.clip(x, 0., 1.), t), simplex=P.projection_simplex, simplex_scale=lambda t: P.projection_simplex(t, 2.5), l1_sphere=P.projection_l1_sphere, l1_ball=P.projection_l1_ball,
    l2_sphere=lambda t: P.projection_l2_sphere(t, 2.), l2_ball=P.projection_l2_ball, linf_ball=lambda t: P.projection_linf_ball(t, 0.4), vector=lambda t: P.projection_vector(t, normal), hyperplane=lambda t: P.projection_hyperplane(t, normal, 0.7),
    halfspace=lambda t: P.projection_halfspace(t, normal, 0.7))
  weigh = lambda f: lambda t: sum(jnp.sum(x * w) for x, w in zip(jax.tree.leaves(f(t)), jax.tree.leaves(weights)))
  # where the set has an edge there is no derivative; far away, float32 keeps none of the differences
  golden("optim/projections", projections.__doc__, trees=trees, weights=weights, normal=normal,
    values={n: {k: f(t) for k, t in trees.items()} for n, f in fs.items()}, grads={n: {k: jax.grad(weigh(f))(trees[k]) for k in ("outside", "inside")} for n, f in fs.items()})

def trees():
  """Functions of trees, and second derivatives of a loss by a tree of parameters"""
  x = {"a": jnp.sin(arange(3, scale=0.7)), "b": [jnp.cos(arange(2, 2)), jnp.float32(0.5)]}; y = jax.tree.map(lambda t: 1.5 - 2 * t, x)
  key = jax.random.key(3); f16 = jax.tree.map(lambda t: t.astype(jnp.float16), x)
  n = lambda **o: T.tree_norm(x, **o)
  values = dict(add=T.tree_add(x, y, x), sub=T.tree_sub(x, y), mul=T.tree_mul(x, y), div=T.tree_div(x, y), scale=T.tree_scale(0.3, x), add_scale=T.tree_add_scale(x, -0.3, y), vdot=T.tree_vdot(x, y), sum=T.tree_sum(x),
    max=T.tree_max(x), min=T.tree_min(x), norm=n(), norm_1=n(ord=1), norm_inf=n(ord="inf"), norm_squared=n(squared=True), norm_1_squared=n(ord=1, squared=True), clip=T.tree_clip(x, -0.2, 0.6), clip_one=T.tree_clip(x, None, 0.6),
    where=T.tree_where(jnp.array(False), x, y), full=T.tree_full_like(x, 2.), ones=T.tree_ones_like(x, dtype=jnp.int32), zeros=T.tree_zeros_like(x), batch=T.tree_batch_shape(x, (2, 1)), allclose=[T.tree_allclose(x, x), T.tree_allclose(x, y)],
    moment=T.tree_update_moment(x, y, 0.9, 2), moment_3=T.tree_update_moment(x, y, 0.9, 3), infinity=T.tree_update_infinity_moment(x, y, 0.9, 1e-3), bias=T.tree_bias_correction(x, 0.9, jnp.int32(3)),
    normal=T.tree_random_like(key, x), uniform=T.tree_random_like(key, x, sampler=jax.random.uniform), bits=T.tree_random_like(key, x, sampler=jax.random.rademacher, dtype=jnp.int32), keys=jax.random.key_data(T.tree_split_key_like(key, x)["b"][0]),
    cast=T.tree_cast(T.tree_cast(x, jnp.int32), jnp.float32), cast_like=T.tree_cast_like(T.tree_cast_like(x, f16), x))
  loss = lambda p, inputs, targets: jnp.mean(jnp.tanh(inputs @ p["w"] + p["b"]) ** 2 * targets)
  params = {"w": jnp.sin(arange(3, 2, scale=0.8)), "b": jnp.array([0.1, -0.2])}; inputs = jnp.cos(arange(4, 3, scale=0.9)); targets = jnp.sin(arange(4, 2))
  S = optax.second_order; v = jnp.linspace(-1., 1., 8)
  second = dict(params=params, inputs=inputs, targets=targets, v=v, hvp=S.hvp(loss, v, params, inputs, targets), hessian=S.hessian_diag(loss, params, inputs, targets), fisher=S.fisher_diag(loss, params, inputs, targets))
  golden("optim/trees", trees.__doc__, x=x, y=y, key=key, values=values, second=second)

def solvers():
  """Assignments, eigenvalues, roots of matrices, least squares, perturbed functions, batches in parts"""
  A, M, R = optax.assignment, optax.microbatching, optax.perturbations
  costs = dict(square=jnp.sin(arange(6, 6, scale=1.7)), wide=jnp.cos(arange(3, 7, scale=2.3)), tall=jnp.cos(arange(7, 3, scale=2.9)), integers=jnp.array([[8, 4, 7], [5, 2, 3], [9, 6, 7], [9, 4, 8]]), one=jnp.ones((1, 1)), negative=-jnp.abs(jnp.sin(arange(4, 4, scale=1.3))))
  assigned = {n: dict(hungarian=A.hungarian_algorithm(c), base=A.base_hungarian_algorithm(c)) for n, c in costs.items()}
  B = jnp.sin(arange(4, 4, scale=0.9)); sym = B @ B.T + 0.1 * jnp.eye(4); v0 = {"x": jnp.ones(2), "y": jnp.ones(2)}
  mvp = lambda v: (lambda o: {"x": o[:2], "y": o[2:]})(sym @ jnp.concatenate([v["x"], v["y"]]))
  power = dict(matrix=optax.power_iteration(sym), function=optax.power_iteration(mvp, v0=v0), few=optax.power_iteration(sym, num_iters=3, v0=jnp.ones(4)))
  # the error itself is of the size of the rounding
  roots = {str(p): optax.matrix_inverse_pth_root(sym, p)[0] for p in (1, 2, 4, 8)} | {"one": optax.matrix_inverse_pth_root(jnp.array([[4.]]), 2)[0]}
  Q = jnp.cos(arange(5, 3, scale=1.1)); b = jnp.sin(arange(5, 2, scale=0.8))
  least = dict(vector=optax.nnls(Q, b[:, 0], 60), matrix=optax.nnls(Q, b, 60), bounded=optax.nnls(Q, b, 5, L=20.), zeros=optax.nnls(jnp.zeros((2, 2)), jnp.ones(2), 3))
  key = jax.random.key(1); x = jnp.array([0.2, -0.1, 0.4]); hot = lambda x: jax.nn.one_hot(jnp.argmax(x), 3)
  # argmax of a tree, by Gumbel noise, and a sum of parts, by normal noise
  perturbed = dict(hot=R.make_perturbed_fun(hot, 50, 0.5)(key, x), hot_jacobian=jax.jacobian(R.make_perturbed_fun(hot, 50, 0.5), argnums=1)(key, x),
    relu=jax.grad(R.make_perturbed_fun(lambda t: jnp.sum(jnp.maximum(t["p"], 0.)) + t["q"] ** 2, 40, 0.2, R.Normal(), use_baseline=False), argnums=1)(key, {"p": x, "q": jnp.float32(0.3)}))
  data = arange(6, 2, scale=1.); labels = jnp.arange(6); AT = M.AccumulationType; w = jnp.array([0.3, -0.2])
  f = lambda d, k: {"rows": d * 2, "total": jnp.sum(d * d), "k": jnp.sum(k)}
  loss = lambda w, d, k: jnp.mean((d @ w - k) ** 2)
  parts = dict(mixed=M.microbatch(f, (0, 1), 2, {"rows": AT.CONCAT, "total": AT.MEAN, "k": AT.SUM})(data, labels), running=M.microbatch(lambda d: jnp.sum(d), 0, 2, AT.RUNNING_MEAN, num_real_microbatches=2)(data),
    axis=M.microbatch(lambda d: jnp.sum(d, axis=1), 0, 3, in_axes=1)(data.T), vmap=M.micro_vmap(lambda d, k: jnp.sum(d) * k, in_axes=(0, 0), microbatch_size=3)(data, labels), vmap_sum=M.micro_vmap(lambda d, w: d * w, in_axes=(0, None), microbatch_size=2, accumulator=AT.SUM)(data, w),
    reshaped=M.reshape_batch_axis(data, 3), grad=M.micro_grad(loss, batch_argnums=(1, 2), microbatch_size=2, transform_fn=lambda g: jnp.clip(g, -1, 1), metrics_fn=jnp.linalg.norm)(w, data, labels.astype(jnp.float32)))
  g, (values, metrics, aux) = parts["grad"]; parts["grad"] = [g, values, metrics]
  d = optax.multi_normal(jnp.array([0.5, -1.]), jnp.array([[0.1], [-0.3]])); drawn = d.sample((3,), key)
  golden("optim/solvers", solvers.__doc__, costs=costs, assigned=assigned, sym=sym, power=power, roots=roots, Q=Q, b=b, least=least, key=key, x=x, perturbed=perturbed, data=data, labels=labels, w=w, parts=parts,
    normal=dict(sample=drawn, log_prob=d.log_prob(drawn)), scaled=jax.grad(lambda x: jnp.sum(jnp.sin(optax.scale_gradient(x, -0.5))))(x))

if __name__ == "__main__":
  for section in (more_losses, projections, trees, solvers): section(); print(section.__name__)
