/** What optim has besides optimizers, schedules and losses: projections, functions of trees, second derivatives, solvers, batches in parts. */
import { grad, jacrev, nn, np, random, type Tensor, vmap } from '@heddle/func'
import * as optim from '@heddle/optim'
import { map } from '@heddle/tree'
import { program, tensorsOf, type Case, type Inputs, type Parts } from './case'

interface Point {
  readonly a: Tensor
  readonly b: Tensor
}
type Points = Readonly<Record<string, Point>>
type Project = (tree: Point) => Point
const projectionsOf = (normal: Point): Readonly<Record<string, Project>> => ({
  non_negative: optim.projectionNonNegative,
  box: (t) => optim.projectionBox(t, { a: np.array([-1, -0.5, 0.1]), b: -0.05 }, { a: np.array([1, 0.5, 0.2]), b: np.array([[0.5, 0]]) }),
  hypercube: (t) => optim.projectionHypercube(t),
  simplex: (t) => optim.projectionSimplex(t),
  simplex_scale: (t) => optim.projectionSimplex(t, 2.5),
  l1_sphere: (t) => optim.projectionL1Sphere(t),
  l1_ball: (t) => optim.projectionL1Ball(t),
  l2_sphere: (t) => optim.projectionL2Sphere(t, 2),
  l2_ball: (t) => optim.projectionL2Ball(t),
  linf_ball: (t) => optim.projectionLinfBall(t, 0.4),
  vector: (t) => optim.projectionVector(t, normal),
  hyperplane: (t) => optim.projectionHyperplane(t, normal, 0.7),
  halfspace: (t) => optim.projectionHalfspace(t, normal, 0.7),
})
const each = <A, B>(all: Readonly<Record<string, A>>, f: (a: A) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(all).map(([name, a]) => [name, f(a)]))
const projections = ({ trees, weights, normal }: { readonly trees: Points; readonly weights: Point; readonly normal: Point }): Parts => {
  const weighed = (f: Project) => (t: Point) => optim.treeVdot(f(t), weights)
  const fs = projectionsOf(normal)
  const { outside, inside } = trees
  return { values: each(fs, (f) => each(trees, f)), grads: each(fs, (f) => each({ outside: outside!, inside: inside! }, grad(weighed(f)))) }
}

interface Both {
  readonly x: { readonly a: Tensor; readonly b: readonly [Tensor, Tensor] }
  readonly y: Both['x']
  readonly key: Tensor
}
const treeValues = ({ x, y, key }: Both): Parts => ({
  add: optim.treeAdd(x, y, x),
  sub: optim.treeSub(x, y),
  mul: optim.treeMul(x, y),
  div: optim.treeDiv(x, y),
  scale: optim.treeScale(0.3, x),
  add_scale: optim.treeAddScale(x, -0.3, y),
  vdot: optim.treeVdot(x, y),
  sum: optim.treeSum(x),
  max: optim.treeMax(x),
  min: optim.treeMin(x),
  norm: optim.treeNorm(x),
  norm_1: optim.treeNorm(x, { ord: 1 }),
  norm_inf: optim.treeNorm(x, { ord: Number.POSITIVE_INFINITY }),
  norm_squared: optim.treeNorm(x, { squared: true }),
  norm_1_squared: optim.treeNorm(x, { ord: 1, squared: true }),
  clip: optim.treeClip(x, -0.2, 0.6),
  clip_one: optim.treeClip(x, null, 0.6),
  where: optim.treeWhere(np.array(false), x, y),
  full: optim.treeFullLike(x, 2),
  ones: optim.treeOnesLike(x, 'int32'),
  zeros: optim.treeZerosLike(x),
  batch: optim.treeBatchShape(x, [2, 1]),
  allclose: [optim.treeAllclose(x, x), optim.treeAllclose(x, y)],
  moment: optim.treeUpdateMoment(x, y, 0.9, 2),
  moment_3: optim.treeUpdateMoment(x, y, 0.9, 3),
  infinity: optim.treeUpdateInfinityMoment(x, y, 0.9, 1e-3),
  bias: optim.treeBiasCorrection(x, 0.9, np.array(3, 'int32')),
  normal: optim.treeRandomLike(key, x),
  uniform: optim.treeRandomLike(key, x, { sampler: random.uniform }),
  bits: optim.treeRandomLike(key, x, { sampler: random.rademacher, dtype: 'int32' }),
  keys: optim.treeSplitKeyLike(key, x).b[0],
  cast: optim.treeCast(optim.treeCast(x, 'int32'), 'float32'),
  cast_like: optim.treeCastLike(optim.treeCastLike(x, optim.treeCast(x, 'float16')), x),
})
interface Second {
  readonly params: { readonly w: Tensor; readonly b: Tensor }
  readonly inputs: Tensor
  readonly targets: Tensor
  readonly v: Tensor
}
const loss = (p: Second['params'], inputs: Tensor, targets: Tensor): Tensor =>
  np.mean(np.multiply(np.square(np.tanh(np.add(np.matmul(inputs, p.w), p.b))), targets))
const second = ({ params, inputs, targets, v }: Second): Parts => ({
  params,
  inputs,
  targets,
  v,
  hvp: optim.hvp(loss, v, params, inputs, targets),
  hessian: optim.hessianDiag(loss, params, inputs, targets),
  fisher: optim.fisherDiag(loss, params, inputs, targets),
})

interface Problems {
  readonly costs: Readonly<Record<string, Tensor>>
  readonly sym: Tensor
  readonly Q: Tensor
  readonly b: Tensor
  readonly key: Tensor
  readonly x: Tensor
  readonly data: Tensor
  readonly labels: Tensor
  readonly w: Tensor
}
const hot = (x: Tensor): Tensor => nn.oneHot(np.argmax(x), 3)
const perturbed = ({ key, x }: Problems): Parts => {
  const soft = optim.makePerturbedFun(hot, { numSamples: 50, sigma: 0.5 })
  const parts = (t: { p: Tensor; q: Tensor }): Tensor => np.add(np.sum(np.maximum(t.p, 0)), np.square(t.q))
  const relu = optim.makePerturbedFun(parts, { numSamples: 40, sigma: 0.2, noise: new optim.Normal(), useBaseline: false })
  return { hot: soft(key, x), hot_jacobian: jacrev(soft, { argnums: 1 })(key, x), relu: grad(relu, { argnums: 1 })(key, { p: x, q: np.array(0.3) }) }
}
const inParts = ({ data, labels, w }: Problems): Parts => {
  const f = (d: Tensor, k: Tensor): Parts => ({ rows: np.multiply(d, 2), total: np.sum(np.square(d)), k: np.sum(k) })
  const squares = (v: Tensor, d: Tensor, k: Tensor): Tensor => np.mean(np.square(np.subtract(np.matmul(d, v), k)))
  const gradients = optim.microGrad(squares, {
    batchArgnums: [1, 2],
    microbatchSize: 2,
    transformFn: (g: Tensor) => np.clip(g, -1, 1),
    metricsFn: (g: Tensor) => np.linalg.norm(g),
  })
  const [sum, outputs] = gradients(w, data, np.astype(labels, 'float32'))
  return {
    mixed: optim.microbatch(f, [0, 1], 2, { accumulator: { rows: 'concat', total: 'mean', k: 'sum' } })(data, labels),
    running: optim.microbatch((d: Tensor) => np.sum(d), 0, 2, { accumulator: 'runningMean', numRealMicrobatches: 2 })(data),
    axis: optim.microbatch((d: Tensor) => np.sum(d, { axis: 1 }), 0, 3, { inAxes: 1 })(np.transpose(data)),
    vmap: optim.microVmap((d: Tensor, k: Tensor) => np.multiply(np.sum(d), k), { microbatchSize: 3 })(data, labels),
    vmap_sum: optim.microVmap((d: Tensor, v: Tensor) => np.multiply(d, v), { inAxes: [0, null], microbatchSize: 2, accumulator: 'sum' })(data, w),
    reshaped: optim.reshapeBatchAxis(data, 3),
    grad: [sum, outputs.values, outputs.metrics],
  }
}
const solvers = (given: Problems): Parts => {
  const { costs, sym, Q, b, key, x } = given
  const product = (v: { x: Tensor; y: Tensor }): { x: Tensor; y: Tensor } => {
    const out = np.matmul(sym, np.concatenate([v.x, v.y]))
    return { x: out.at(':2'), y: out.at('2:') }
  }
  const normal = optim.multiNormal([0.5, -1], [[0.1], [-0.3]])
  const sample = normal.sample([3], key)
  const ones = { x: np.ones([2]), y: np.ones([2]) }
  return {
    assigned: each(costs, (c) => ({ hungarian: optim.hungarianAlgorithm(c), base: optim.baseHungarianAlgorithm(c) })),
    power: {
      matrix: optim.powerIteration(sym),
      function: optim.powerIteration(product, { v0: ones }),
      few: optim.powerIteration(sym, { numIters: 3, v0: np.ones([4]) }),
    },
    roots: {
      ...Object.fromEntries([1, 2, 4, 8].map((p) => [String(p), optim.matrixInversePthRoot(sym, p)[0]])),
      one: optim.matrixInversePthRoot(np.array([[4]]), 2)[0],
    },
    least: {
      vector: optim.nnls(Q, b.at(':', 0), 60),
      matrix: optim.nnls(Q, b, 60),
      bounded: optim.nnls(Q, b, 5, { L: 20 }),
      zeros: optim.nnls(np.zeros([2, 2]), np.ones([2]), 3),
    },
    perturbed: perturbed(given),
    parts: inParts(given),
    normal: { sample, log_prob: normal.logProb(sample) },
    scaled: grad((y: Tensor) => np.sum(np.sin(optim.scaleGradient(y, -0.5))))(x),
  }
}

const named = <T>({ golden }: Inputs, ...names: readonly string[]): T =>
  Object.fromEntries(names.map((name) => [name, tensorsOf(golden, name)])) as T
const problems = ['costs', 'sym', 'Q', 'b', 'key', 'x', 'data', 'labels', 'w'] as const

/** As one program each: eager calls would be some hundreds of programs for XLA, one by one. */
export const cases: readonly Case[] = [
  {
    name: 'optim/projections',
    given: ['trees', 'weights', 'normal'],
    run: (inputs) => program(projections)(named(inputs, 'trees', 'weights', 'normal')),
    ways: {
      vmap: (inputs) => {
        const { trees, normal } = named<{ trees: Points; normal: Point }>(inputs, 'trees', 'normal')
        const [first, ...rest] = Object.values(trees)
        const all = map<Point>((...xs: Tensor[]) => np.stack(xs), first, ...rest)
        const values = program((t: Point) => each(projectionsOf(normal), (f) => vmap(f)(t)))(all)
        return { values: each(values, (t) => Object.fromEntries(Object.keys(trees).map((name, i) => [name, map((x: Tensor) => x.at(i), t)]))) }
      },
    },
    tolerance: { rtol: 1e-5, atol: 2e-6 },
  },
  {
    name: 'optim/trees',
    given: ['x', 'y', 'key'],
    run: (inputs) => ({
      values: program(treeValues)(named(inputs, 'x', 'y', 'key')),
      second: program(second)(tensorsOf(inputs.golden, 'second') as Second),
    }),
  },
  {
    name: 'optim/solvers',
    given: problems,
    run: (inputs) => program(solvers)(named(inputs, ...problems)),
    tolerance: { rtol: 2e-5, atol: 5e-6 },
  },
]
