/**
 * The cost of a program: how many operations on numbers it takes, primitive by primitive.
 *
 * Counted as XLA's cost analysis counts what JAX makes of the same functions: an operation for each element, two for a multiplication that
 * is summed, none for what only moves data; transcendental functions apart. Other than there, the body of a loop counts as often as it runs,
 * and a cumulative sum takes an addition for each element. A loop whose length is not known counts once, a branch as the dearest.
 */
import { type Aval, sizeOf } from '../aval'
import type { LeafName, ParamsOf } from '../table'
import { bodiesOf, type Body } from './bodies'
import type { ClosedJaxpr, Eqn, Jaxpr } from './jaxpr'

/** Numbers of operations. */
export interface Cost {
  readonly flops: number
  /** exp, log, sin and their like. */
  readonly transcendentals: number
}

const none: Cost = { flops: 0, transcendentals: 0 }
const flops = (n: number): Cost => ({ flops: n, transcendentals: 0 })
const plus = (a: Cost, b: Cost): Cost => ({ flops: a.flops + b.flops, transcendentals: a.transcendentals + b.transcendentals })
const times = (n: number, c: Cost): Cost => ({ flops: n * c.flops, transcendentals: n * c.transcendentals })
const dearest = (a: Cost, b: Cost): Cost => ({
  flops: Math.max(a.flops, b.flops),
  transcendentals: Math.max(a.transcendentals, b.transcendentals),
})

const elements = (x: Aval | undefined): number => sizeOf(x?.shape ?? [])

type Rule<P> = (ins: readonly Aval[], outs: readonly Aval[], params: P) => Cost

const free = (): Cost => none
/** For each element of the result so many operations. */
const pointwise =
  (perElement = 1, transcendentals = 0): Rule<unknown> =>
  (_, [out]) =>
    times(elements(out), { flops: perElement, transcendentals })
/** For each element but one of each result so many operations. */
const reduction =
  (perStep = 1): Rule<unknown> =>
  ([x], [out]) =>
    flops(perStep * (elements(x) - elements(out)))
const cumulative =
  (perStep = 1, transcendentals = 0): Rule<{ readonly axis: number }> =>
  ([x], _, { axis }) =>
    times(elements(x) - elements(x) / Math.max(1, x!.shape[axis]!), { flops: perStep, transcendentals })
const window: Rule<{ readonly windowDimensions: readonly number[] }> = (_, [out], { windowDimensions }) =>
  flops(elements(out) * (sizeOf(windowDimensions) - 1))
/** An operation for each element of the updates. */
const scatter: Rule<unknown> = ([, , updates]) => flops(elements(updates))
const comparisons = (x: Aval | undefined, axis: number): Cost => flops(elements(x) * Math.ceil(Math.log2(Math.max(1, x!.shape[axis]!))))

const multiplications = (power: number): number => {
  const bits = Math.abs(power).toString(2)
  const squares = bits.length - 1
  const products = bits.replaceAll('0', '').length - 1
  return Math.max(0, squares + products) + (power < 0 ? 1 : 0)
}

const dotGeneral: Rule<ParamsOf['dot_general']> = ([lhs], [out], { dimensionNumbers: [[contract]] }) =>
  flops(2 * elements(out) * sizeOf(contract.map((i) => lhs!.shape[i]!)))

/** How many pairs of a place in the result and one in the kernel meet an element of the input, along one axis. */
const meetings = (size: { readonly input: number; readonly kernel: number; readonly output: number }, at: Along): number => {
  let count = 0
  for (let k = 0; k < size.kernel; k++)
    for (let o = 0; o < size.output; o++) {
      const place = o * at.stride + k * at.kernelDilation - at.low
      if (place >= 0 && place % at.inputDilation === 0 && place / at.inputDilation < size.input) count++
    }
  return count
}
interface Along {
  readonly stride: number
  readonly low: number
  readonly inputDilation: number
  readonly kernelDilation: number
}

const convolution: Rule<ParamsOf['conv_general_dilated']> = ([lhs, rhs], [out], p) => {
  const { lhsSpec, rhsSpec, outSpec } = p.dimensionNumbers
  const places = p.windowStrides.map((stride, i) =>
    meetings(
      { input: lhs!.shape[lhsSpec[i + 2]!]!, kernel: rhs!.shape[rhsSpec[i + 2]!]!, output: out!.shape[outSpec[i + 2]!]! },
      { stride, low: p.padding[i]![0], inputDilation: p.lhsDilation[i]!, kernelDilation: p.rhsDilation[i]! },
    ),
  )
  return flops(2 * out!.shape[outSpec[0]!]! * out!.shape[outSpec[1]!]! * rhs!.shape[rhsSpec[1]!]! * sizeOf(places))
}

/** m x n matrices with m >= n: Householder's R, and as much again for Q. */
const qr: Rule<unknown> = ([a]) => {
  const [rows, columns] = a!.shape.slice(-2) as [number, number]
  const [m, n] = [Math.max(rows, columns), Math.min(rows, columns)]
  return flops(sizeOf(a!.shape.slice(0, -2)) * Math.round(4 * m * n * n - (4 / 3) * n ** 3))
}
const cholesky: Rule<unknown> = ([a]) => flops(Math.round((elements(a) * a!.shape.at(-1)!) / 3))
const triangularSolve: Rule<unknown> = ([a, b]) => flops(elements(b) * a!.shape.at(-1)!)
/** To three diagonals, the values, and the basis: Golub and Van Loan's counts, as that of svd (m >= n). */
const eigh: Rule<unknown> = ([a]) => flops(9 * elements(a) * a!.shape.at(-1)!)
const svd: Rule<unknown> = ([a]) => {
  const [rows, columns] = a!.shape.slice(-2) as [number, number]
  const [m, n] = [Math.max(rows, columns), Math.min(rows, columns)]
  return flops(sizeOf(a!.shape.slice(0, -2)) * (6 * m * n * n + 20 * n ** 3))
}
const lu: Rule<unknown> = ([a]) => {
  const [m, n] = a!.shape.slice(-2) as [number, number]
  const k = Math.min(m, n)
  return flops(sizeOf(a!.shape.slice(0, -2)) * Math.round(2 * m * n * k - (m + n) * k * k + (2 / 3) * k ** 3))
}

/** The same rule for several primitives. */
const all = <N extends LeafName>(rule: Rule<never>, ...names: readonly N[]): { readonly [K in N]: Rule<ParamsOf[K]> } =>
  Object.fromEntries(names.map((name) => [name, rule])) as { readonly [K in N]: Rule<ParamsOf[K]> }

type Rules = { readonly [N in LeafName]: Rule<ParamsOf[N]> }

/** Rules of all leaf primitives. */
const makeRules = (one = pointwise(), transcendental = pointwise(0, 1)): Rules => ({
  ...all(free, 'broadcast_in_dim', 'transpose', 'reshape', 'squeeze', 'slice', 'concatenate', 'pad', 'rev', 'iota'),
  ...all(free, 'dynamic_slice', 'dynamic_update_slice', 'gather', 'scatter', 'stop_gradient', 'copy'),
  ...all(one, 'neg', 'add', 'add_any', 'sub', 'mul', 'div', 'rem', 'square', 'convert_element_type', 'bitcast_convert_type'),
  ...all(one, 'abs', 'sign', 'floor', 'ceil', 'round', 'max', 'min', 'clamp', 'is_finite', 'select_n'),
  ...all(one, 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or', 'xor', 'not', 'population_count', 'clz'),
  ...all(one, 'shift_left', 'shift_right_logical', 'shift_right_arithmetic'),
  ...all(
    transcendental,
    'exp',
    'expm1',
    'log',
    'log1p',
    'sqrt',
    'rsqrt',
    'cbrt',
    'pow',
    'sin',
    'cos',
    'tan',
    'atan',
    'atan2',
    'tanh',
    'erf',
  ),
  integer_pow: (_, [out], { y }) => flops(elements(out) * multiplications(y)),
  exp2: pointwise(1, 1),
  asin: pointwise(5, 2),
  acos: pointwise(3, 2),
  sinh: pointwise(10, 3),
  cosh: pointwise(3, 2),
  asinh: pointwise(11, 3),
  acosh: pointwise(7, 4),
  atanh: pointwise(6, 2),
  logistic: pointwise(3, 1),
  erfc: pointwise(62, 1),
  erf_inv: pointwise(37, 2),
  lgamma: pointwise(53, 4),
  digamma: pointwise(73, 3),
  ...all(reduction(), 'reduce_sum', 'reduce_max', 'reduce_min', 'reduce_prod', 'reduce_and', 'reduce_or'),
  ...all(reduction(9), 'argmax', 'argmin'),
  ...all(cumulative(), 'cumsum', 'cumprod', 'cummax', 'cummin'),
  cumlogsumexp: cumulative(8, 2),
  ...all(scatter, 'scatter-add', 'scatter-mul', 'scatter-min', 'scatter-max'),
  sort: ([x], _, { dimension }) => comparisons(x, dimension),
  top_k: ([x], _, { axis }) => comparisons(x, axis),
  dot_general: dotGeneral,
  conv_general_dilated: convolution,
  ...all(window, 'reduce_window_sum', 'reduce_window_max', 'reduce_window_min', 'select_and_gather_add'),
  select_and_scatter_add: ([source], _, { windowDimensions }) => flops(elements(source) * sizeOf(windowDimensions)),
  // 20 rounds of an addition, a rotation and an exclusive or; the key is added five times
  threefry2x32: pointwise(20 * 5 + 5 * 3 + 2),
  qr,
  cholesky,
  triangular_solve: triangularSolve,
  eigh,
  svd,
  lu,
})

let made: Rules | undefined
/** Made when the first cost is asked for: a bundle that asks for none has none of them. */
const rules = (): Rules => (made ??= makeRules())

const isLeaf = (name: string): name is LeafName => Object.hasOwn(rules(), name)
const types = (atoms: Eqn['ins'] | Eqn['outs']): readonly Aval[] => atoms.map((a) => a.aval)

/** What a loop, a branch or a call costs: that of the programs in its parameters. */
const ofBodies = (bodies: readonly Body[]): Cost => {
  const chosen = bodies.filter((b) => b.runs === 'choice').map((b) => costOf(b.jaxpr))
  const all = bodies.flatMap(({ runs, jaxpr }) => (runs === 'choice' ? [] : [times(runs === 'while' ? 1 : runs, costOf(jaxpr))]))
  return [chosen.reduce(dearest, none), ...all].reduce(plus)
}

const ofEqn = (eqn: Eqn): Cost => {
  const { name } = eqn.primitive
  return isLeaf(name) ? (rules()[name] as Rule<unknown>)(types(eqn.ins), types(eqn.outs), eqn.params) : ofBodies(bodiesOf(eqn))
}

/**
 * How many operations a program takes.
 *
 * @example
 * costOf(makeJaxpr((x: Tensor) => x.dot(x))({ shape: [8, 8], dtype: 'float32' })).flops // 1024
 */
export const costOf = (program: Jaxpr | ClosedJaxpr): Cost => {
  const { eqns } = 'jaxpr' in program ? program.jaxpr : program
  return eqns.map(ofEqn).reduce(plus, none)
}
