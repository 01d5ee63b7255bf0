"""Goldens of packages/optim, but the ten steps that models.py makes: python optimizers.py. Versions in requirements.txt."""
import pathlib
import jax, jax.numpy as jnp, optax
from encode import write

DATA = pathlib.Path(__file__).parent.parent / "data"
def golden(name, description, **parts): write(DATA, name, description, **parts)
def arange(*shape, scale=0.1, start=-3):
  n = 1
  for s in shape: n *= s
  return (jnp.arange(n, dtype=jnp.float32) + start).reshape(shape) * scale

params = {"a": jnp.sin(arange(3, 4, scale=0.7)), "b": {"c": jnp.cos(arange(5)), "d": jnp.float32(0.5)}}
def grads(i): return jax.tree.map(lambda p: jnp.sin(3. * p + i) * (1 + 0.3 * i), params)

def optimizers():
  """Four updates of each optimizer on made up gradients: sin(3 p0 + i) (1 + 0.3 i) at step i"""
  o = optax
  opts = dict(
    nadam=o.nadam(1e-2), nadamw=o.nadamw(1e-2, weight_decay=0.1), amsgrad=o.amsgrad(1e-2), adamax=o.adamax(1e-2), adamaxw=o.adamaxw(1e-2, weight_decay=0.1),
    adabelief=o.adabelief(1e-2), yogi=o.yogi(1e-2), radam=o.radam(1e-2), radam_low=o.radam(1e-2, b2=0.5, threshold=1.5), novograd=o.novograd(1e-2, weight_decay=0.1),
    lars=o.lars(0.1, weight_decay=0.01), fromage=o.fromage(0.1), adadelta=o.adadelta(0.5), rmsprop_momentum=o.rmsprop(1e-2, momentum=0.9, nesterov=True),
    rmsprop_centered=o.rmsprop(1e-2, centered=True, initial_scale=1., bias_correction=True), rmsprop_outside=o.rmsprop(1e-2, eps_in_sqrt=False, bias_correction=True),
    sign_sgd=o.sign_sgd(1e-2), sgd_schedule=o.sgd(o.exponential_decay(0.1, 2, 0.5)),
    adamw_mask=o.adamw(1e-2, weight_decay=0.5, mask={"a": True, "b": False}), clip=o.chain(o.clip(0.5), o.sgd(0.1)), block_rms=o.chain(o.clip_by_block_rms(0.3), o.sgd(0.1)),
    agc=o.chain(o.adaptive_grad_clip(0.1), o.sgd(0.1)), ema=o.chain(o.ema(0.9), o.sgd(0.1)), centralize=o.chain(o.centralize(), o.sgd(0.1)), apply_every=o.chain(o.apply_every(2), o.sgd(0.1)),
    multi=o.MultiSteps(o.adam(1e-2), 2).gradient_transformation(), param_norm=o.chain(o.scale_by_param_block_norm(), o.sgd(0.1)), param_rms=o.chain(o.scale_by_param_block_rms(), o.sgd(0.1)),
    partition=o.partition({"x": o.adam(1e-2), "y": o.sgd(0.1)}, {"a": "x", "b": "y"}), freeze=o.chain(o.sgd(0.1), o.freeze({"a": True, "b": False})))
  res = {}
  for n, opt in opts.items():
    p, s, us = params, opt.init(params), []
    for i in range(4):
      u, s = opt.update(grads(i), s, p); p = optax.apply_updates(p, u); us.append(u)
    res[n] = us
  golden("optim/updates", optimizers.__doc__, start=params, **res)

def schedules():
  """Values of schedules at counts 0 ... 14"""
  o = optax
  ss = dict(constant=o.constant_schedule(0.3), polynomial=o.polynomial_schedule(1., 0.1, 2, 8, 2), linear=o.linear_schedule(0., 1., 10), piecewise=o.piecewise_constant_schedule(1., {4: 0.5, 9: 0.1}),
    exponential=o.exponential_decay(1., 4, 0.5), staircase=o.exponential_decay(1., 4, 0.5, transition_begin=2, staircase=True, end_value=0.2), cosine=o.cosine_decay_schedule(1., 10, 0.1, 1.5),
    warmup_constant=o.warmup_constant_schedule(0., 1., 5), warmup_cosine=o.warmup_cosine_decay_schedule(0., 1., 4, 12, 0.1), warmup_exponential=o.warmup_exponential_decay_schedule(0., 1., 4, 3, 0.5),
    sgdr=o.sgdr_schedule([dict(init_value=0., peak_value=1., warmup_steps=2, decay_steps=6), dict(init_value=0.1, peak_value=0.5, warmup_steps=2, decay_steps=8, end_value=0.05)]),
    linear_onecycle=o.linear_onecycle_schedule(12, 1.), cosine_onecycle=o.cosine_onecycle_schedule(12, 1.), interpolate=o.piecewise_interpolate_schedule("cosine", 1., {3: 2., 8: 0.25}))
  golden("optim/schedules", schedules.__doc__, **{n: jnp.stack([jnp.asarray(s(jnp.int32(c)), jnp.float32) for c in range(15)]) for n, s in ss.items()})

def losses():
  """Losses and the gradient of their sum by the first argument"""
  o = optax
  x = 2 * jnp.sin(arange(4, 5, scale=0.9)); y = jnp.cos(arange(4, 5, scale=0.4)); k = jnp.array([0, 3, 4, 1]); p = jax.nn.softmax(3 * y); z = (y > 0).astype(jnp.float32); lp = jax.nn.log_softmax(x)
  fs = dict(squared_error=(o.squared_error, x, y), l2_loss=(o.l2_loss, x, y), huber_loss=(o.huber_loss, x, y), log_cosh=(o.log_cosh, x, y), cosine_similarity=(o.cosine_similarity, x, y), cosine_distance=(o.cosine_distance, x, y),
    sigmoid_binary_cross_entropy=(o.sigmoid_binary_cross_entropy, x, z), softmax_cross_entropy=(o.softmax_cross_entropy, x, p), safe_softmax_cross_entropy=(o.losses.safe_softmax_cross_entropy, x, p),
    softmax_cross_entropy_with_integer_labels=(o.softmax_cross_entropy_with_integer_labels, x, k), hinge_loss=(o.losses.hinge_loss, x, 2 * z - 1), perceptron_loss=(o.losses.perceptron_loss, x, 2 * z - 1),
    multiclass_hinge_loss=(o.losses.multiclass_hinge_loss, x, k), multiclass_perceptron_loss=(o.losses.multiclass_perceptron_loss, x, k), poly_loss_cross_entropy=(o.losses.poly_loss_cross_entropy, x, p), kl_divergence=(o.losses.kl_divergence, lp, p),
    kl_divergence_with_log_targets=(o.losses.kl_divergence_with_log_targets, lp, jnp.log(p)), sigmoid_focal_loss=(o.sigmoid_focal_loss, x, z), smooth_labels=(lambda l, _: o.smooth_labels(l, 0.1), p, p))
  parts = {}
  for n, (f, a, b) in fs.items():
    parts[n] = dict(args=[a, b], value=f(a, b), grad=jax.grad(lambda a: f(a, b).sum())(a))
  golden("optim/losses", losses.__doc__, **parts)

if __name__ == "__main__":
  for section in (optimizers, schedules, losses): section(); print(section.__name__)
