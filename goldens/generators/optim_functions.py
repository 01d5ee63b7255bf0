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

if __name__ == "__main__":
  for section in (more_losses,): section(); print(section.__name__)
