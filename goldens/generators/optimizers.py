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

start = {"a": jnp.sin(arange(3, 4, scale=0.7)), "b": {"c": jnp.cos(arange(5)), "d": jnp.sin(arange(2, 3, 2, scale=0.4))}}
def made_up(i): return jax.tree.map(lambda p: jnp.sin(3. * p + i) * (1 + 0.3 * i), start)
def value(i): return jnp.float32(2.) / (1 + i) + 0.1

def ten(opts, **extra):
  """The first update and the parameters after ten of each, on made up gradients: sin(3 p0 + i) (1 + 0.3 i) at step i; the loss is 2 / (1 + i) + 0.1"""
  res = {}
  for n, opt in opts.items():
    p, s = start, opt.init(start)
    for i in range(10):
      u, s = opt.update(made_up(i), s, p, value=value(i), **extra) if isinstance(opt, optax.GradientTransformationExtraArgs) and not n.startswith('sam') else opt.update(made_up(i), s, p)
      p = optax.apply_updates(p, u)
      if i == 0: first = u
    res[n] = dict(first=first, params=p)
  return res

def transformations():
  o = optax; key = jax.random.key(3)
  late = lambda step: step >= 4
  opts = dict(
    adan=o.adan(1e-2, weight_decay=0.1), adafactor=o.adafactor(1e-2, min_dim_size_to_factor=3, momentum=0.9, weight_decay_rate=1e-3), adafactor_relative=o.adafactor(min_dim_size_to_factor=2, clipping_threshold=None),
    adafactor_plain=o.adafactor(o.linear_schedule(0.1, 0., 10), factored=False, multiply_by_parameter_scale=False), sm3=o.sm3(0.1), sm3_decayed=o.chain(o.scale_by_sm3(0.5, 0.9), o.scale(-0.1)), rprop=o.rprop(1e-2, max_step_size=0.05),
    optimistic=o.optimistic_gradient_descent(0.1, 0.5, 2.), optimistic_adam=o.optimistic_adam(1e-2, optimism=0.1), optimistic_adam_v2=o.optimistic_adam_v2(o.linear_schedule(1e-2, 0., 12), alpha=0.7, beta=0.3), polyak=o.polyak_sgd(0.5, scaling=0.5, f_min=0.2), polyak_plus=o.polyak_sgd(0.5, f_min=0.5, eps=0.1, variant="sps+"),
    normalize=o.chain(o.normalize_by_update_norm(2.), o.sgd(0.1)), zero_nans=o.chain(o.scale_by_trust_ratio(), o.zero_nans(), o.sgd(0.1)), nonnegative=o.chain(o.sgd(0.1), o.keep_params_nonnegative()), signum=o.signum(1e-2), noisy=o.noisy_sgd(0.1, 0.5, key=key),
    conditional=o.chain(o.conditionally_transform(o.trace(0.5), late), o.sgd(0.1)), conditional_mask=o.conditionally_mask(o.adam(0.1), late), conditional_extra=o.conditionally_mask(o.sgd(0.1), lambda step, value: value < 0.6, forward_extra_args=True),
    flatten=o.flatten(o.chain(o.scale_by_trust_ratio(), o.adam(1e-2))), distance=o.chain(o.scale_by_distance_over_gradients(1e-2), o.scale(-1.)), per_leaf=o.chain(o.stateless_with_tree_map(lambda g, p: g * jnp.abs(p)), o.sgd(0.1)),
    inject=o.inject_hyperparams(o.adamw)(o.exponential_decay(0.1, 2, 0.5), b1=0.8, weight_decay=0.1), inject_own=o.inject_hyperparams(lambda decay, rate: o.chain(o.trace(decay), o.scale(-rate)))(decay=lambda c: 0.5 + 0.04 * c, rate=0.05),
    lbfgs=o.lbfgs(0.1, memory_size=3, linesearch=None), lbfgs_plain=o.lbfgs(0.01, memory_size=20, scale_init_precond=False, linesearch=None), masked_polyak=o.masked(o.polyak_sgd(0.5), {"a": True, "b": False}), skip_large=o.MultiSteps(o.adam(1e-2), 2, should_skip_update_fn=lambda u, g, p: o.skip_large_updates(u, g, p, 40.)).gradient_transformation())
  golden("optim/transformations", ten.__doc__, start=start, **ten(opts))

def contrib():
  o, c = optax, optax.contrib
  opts = dict(
    schedule_free=c.schedule_free(o.adam(o.linear_schedule(0.1, 0.05, 10), b1=0.), o.linear_schedule(0.1, 0.05, 10), b1=0.8, weight_lr_power=1.), schedule_free_sgd=c.schedule_free_sgd(0.1, warmup_steps=3, weight_decay=0.1), schedule_free_adamw=c.schedule_free_adamw(0.1, weight_decay=0.1),
    muon=c.muon(0.02, weight_decay=0.1), muon_axes=c.muon(o.linear_schedule(0.02, 0., 12), ns_coeffs="dion", nesterov=False, adaptive=True, consistent_rms=0.2, preconditioning="aol", adam_learning_rate=1e-2, muon_weight_dimension_numbers={"a": c.MuonDimensionNumbers(1, 0), "b": {"c": None, "d": c.MuonDimensionNumbers((0, 2), -2)}}),
    muon_schatten=c.muon(0.02, ns_steps=3, preconditioning="schatten"), sam=c.sam(o.adam(0.1), o.chain(c.normalize(), o.sgd(0.05)), sync_period=3), sam_kept=c.sam(o.sgd(0.1), o.adam(0.05), reset_state=False), dadapt=c.dadapt_adamw(o.linear_schedule(1., 0., 20), estim_lr0=1e-3, weight_decay=0.1), prodigy=c.prodigy(estim_lr0=1e-3, weight_decay=0.1), prodigy_safe=c.prodigy(o.linear_schedule(0., 1., 5), estim_lr0=1e-3, beta3=0.9, estim_lr_coef=2., safeguard_warmup=True),
    mechanize=c.mechanize(o.sgd(1.), s_init=1e-3), cocob=c.cocob(0.5, weight_decay=0.01), dog=c.dog(init_step=("heuristic", 1e-2), weight_decay=0.1), dog_distance=c.dog(o.linear_schedule(1., 0., 20), ("distance", 0.1)), dog_rate=c.dog(0.5, ("learning_rate", 0.01)), dowg=c.dowg(init_estim_sq_dist=0.01), plateau=o.chain(o.sgd(0.1), c.reduce_on_plateau(0.5, patience=1, rtol=0.5, cooldown=2)), plateau_mean=o.chain(o.sgd(0.1), c.reduce_on_plateau(0.1, patience=0, rtol=0., atol=1., accumulation_size=2, min_scale=0.05)),
    acprop=c.acprop(1e-2, weight_decay=0.1), ademamix=c.ademamix(1e-2, b3=o.linear_schedule(0.9, 0.99, 8), weight_decay=0.1), simplified_ademamix=c.simplified_ademamix(1e-3, alpha=2., weight_decay=0.1), adopt=c.adopt(1e-2, nesterov=True), adopt_plain=c.adopt(1e-2, use_clipping=False), madgrad=c.madgrad(o.linear_schedule(0.1, 0., 12), weight_decay=0.01), momo=c.momo(0.5, weight_decay=0.1), momo_adapted=c.momo(o.linear_schedule(1., 0., 12), beta=0.5, lower_bound=-1., adapt_lower_bound=True), momo_adam=c.momo_adam(0.1, weight_decay=0.1, adapt_lower_bound=True))
  def loss(p): return sum(jnp.sum(jnp.cosh(x)) for x in jax.tree.leaves(p))
  parts = ten(opts)
  parts.update(ten(dict(sophia=c.sophia(1e-2, update_interval=3, hessian_diagonal_fn=c.hutchinson_estimator_diag_hessian(jax.random.key(3))), sophia_open=c.sophia(1e-3, clip_threshold=None, gamma=10.)), obj_fn=loss))
  golden("optim/contrib", ten.__doc__, start=start, **parts)

def lookahead():
  """The fast and slow parameters after ten steps, with and without a new state at each synchronization; per-example clipping; measures of a monitor"""
  res = {}
  for n, opt in dict(kept=optax.lookahead(optax.adam(0.1), 3, 0.4), reset=optax.lookahead(optax.adam(0.1), 4, 0.5, reset_state=True)).items():
    p = optax.LookaheadParams.init_synced(start); s = opt.init(p)
    for i in range(10):
      u, s = opt.update(made_up(i), s, p); p = optax.apply_updates(p, u)
    res[n] = dict(fast=p.fast, slow=p.slow)
  each = jax.tree.map(lambda p: jnp.stack([p * k for k in (0., 0.2, 1., 3.)]), start)
  clips = dict(all=optax.per_example_global_norm_clip(each, 2.), uniform=optax.per_example_layer_norm_clip(each, 2.), by_size=optax.per_example_layer_norm_clip(each, 2., uniform=False))
  m = optax.monitor({"norm": optax.tree.norm, "mean": optax.measure_with_ema(lambda u: jax.tree.map(jnp.mean, u), 0.9), "raw": optax.measure_with_ema(lambda u: u["b"]["c"].max(), 0.5, debias=False)}); s = m.init(start)
  for i in range(10): _, s = m.update(made_up(i), s, start)
  golden("optim/lookahead", lookahead.__doc__, start=start, lookahead=res, clips=clips, measurements=s.measurements)

def searches():
  """Ten steps with line searches on Rosenbrock's function in two leaves, four on a steep bowl, three of some that are run without a program too: the losses before each step, and the parameters at the end"""
  o = optax
  at = {"x": jnp.array([-1.2, 1., 0.7]), "y": jnp.array([[1., -0.5], [0.3, 0.8]])}
  def rosenbrock(p):
    v = jnp.concatenate([p["x"], p["y"].ravel()])
    return jnp.sum(100. * (v[1:] - v[:-1] ** 2) ** 2 + (1 - v[:-1]) ** 2) / 10
  def steep(p): return 30. * jnp.sum(p["x"] ** 2) + jnp.sum(p["y"] ** 2 + p["y"] ** 4) + jnp.sum(p["x"]) * p["y"][0, 0]
  opts = dict(lbfgs=o.lbfgs(), lbfgs_rate=o.lbfgs(0.5, memory_size=2), zoom=o.chain(o.sgd(0.1), o.scale_by_zoom_linesearch(12)), zoom_bounded=o.chain(o.sgd(0.1), o.scale_by_zoom_linesearch(6, max_learning_rate=1.5, approx_dec_rtol=None, curv_rtol=0.2)), few=o.chain(o.sgd(1.), o.scale_by_zoom_linesearch(2)),
    backtracking=o.chain(o.sgd(1.), o.scale_by_backtracking_linesearch(20)), stored=o.chain(o.adam(0.5), o.scale_by_backtracking_linesearch(8, store_grad=True, increase_factor=2., decrease_factor=0.5, max_learning_rate=2.)))
  res = {}
  for part, f, count, which in (("rosenbrock", rosenbrock, 10, opts), ("steep", steep, 4, opts), ("short", rosenbrock, 3, ("lbfgs", "backtracking", "stored"))):
    for n in which:
      opt = opts[n]
      p, s, losses = at, opt.init(at), []
      fresh = n == "backtracking"
      vg = jax.value_and_grad(f) if fresh else optax.value_and_grad_from_state(f)
      for _ in range(count):
        v, g = vg(p) if fresh else vg(p, state=s)
        u, s = opt.update(g, s, p, value=v, grad=g, value_fn=f); p = optax.apply_updates(p, u); losses.append(v)
      res.setdefault(part, {})[n] = dict(losses=jnp.stack(losses), params=p)
  golden("optim/searches", searches.__doc__, start=at, **res)

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
  for section in (optimizers, transformations, contrib, lookahead, searches, schedules, losses): section(); print(section.__name__)
