// Derivatives where values are at their limits, vanish, overflow or tie: against what they are, not against what is left of the value.
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkpoint, grad, jacfwd, jit, jvp, lax, nn, np, setDefaultBackend, type Tensor, vmap } from '../../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

type F = (x: Tensor) => Tensor
const derivative = (f: F, order: number): F => (order === 0 ? f : grad(derivative(f, order - 1)))
/** Numbers in [0, 1) of a seed. */
const randomOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state / 0x80000000
  }
}
const close = (x: number, want: number): void => {
  if (want === 0) expect(x + 0).toBe(0)
  else if (!Number.isFinite(want)) expect(x).toBe(want)
  else expect(Math.abs(x / want - 1), `${x} for ${want}`).toBeLessThan(2e-5)
}
const e20 = Math.exp(-20)
// biome-ignore format: a table
const rows: readonly (readonly [string, F, order: number, x: number, want: number])[] = [
  ['expm1', np.expm1, 1, -20, e20], ['expm1', np.expm1, 2, -20, e20],
  ['tanh', np.tanh, 1, 10, 4 * e20], ['tanh', np.tanh, 2, 10, -8 * e20], ['tanh', np.tanh, 2, -10, 8 * e20], ['tanh', np.tanh, 1, 0, 1],
  ['tanh', np.tanh, 3, 0, -2],
  ['sigmoid', nn.sigmoid, 1, 20, e20], ['sigmoid', nn.sigmoid, 1, -20, e20], ['sigmoid', nn.sigmoid, 2, 20, -e20], ['sigmoid', nn.sigmoid, 2, 0, 0],
  ['exp2', np.exp2, 1, 128.00001, Math.LN2 * 2 ** 128.00001], ['exp2', np.exp2, 1, 3, Math.LN2 * 8],
  ['arcsinh', np.arcsinh, 1, 1e20, 1e-20], ['arcsinh', np.arcsinh, 1, -1e20, 1e-20], ['arcsinh', np.arcsinh, 2, 2, -2 / 5 ** 1.5], ['arcsinh', np.arcsinh, 1, 0, 1],
  ['arccosh', np.arccosh, 1, 1e20, 1e-20], ['arccosh', np.arccosh, 2, 2, -2 / 3 ** 1.5],
  ['arcsin', np.arcsin, 1, 0.5, 1 / Math.sqrt(0.75)], ['arccos', np.arccos, 1, -0.5, -1 / Math.sqrt(0.75)],
  ['softplus', nn.softplus, 2, 0, 0.25], ['logSigmoid', nn.logSigmoid, 2, 0, -0.25], ['softplus', nn.softplus, 1, -30, Math.exp(-30)],
  ['sinc', np.sinc, 0, 0, 1], ['sinc', np.sinc, 1, 0, 0], ['sinc', np.sinc, 2, 0, -(Math.PI ** 2) / 3], ['sinc', np.sinc, 3, 0, 0],
  ['sinc', np.sinc, 4, 0, Math.PI ** 4 / 5],
  ['gelu', nn.gelu, 1, 1e20, 1], ['gelu', nn.gelu, 1, -1e20, 0], ['gelu', nn.gelu, 2, 1e20, 0], ['gelu', nn.gelu, 0, 1e20, 1e20],
  ['mish', nn.mish, 1, 1e20, 1], ['mish', nn.mish, 1, -15, -14 * Math.exp(-15)],
  ['digamma', lax.digamma, 1, -10.5, 9.778758], ['lgamma', lax.lgamma, 2, -100.3, 15.06928], ['digamma', lax.digamma, 1, 0.2, 26.267377],
]
test.each(rows)('%s, derivative %4$i', (_, f, order, x, want) => close(derivative(f, order)(np.array(x)).item() as number, want))

const pair = (f: (x: Tensor, y: Tensor) => Tensor, x: number, y: number): readonly number[] =>
  (grad(f, { argnums: [0, 1] })(np.array(x), np.array(y)) as unknown as readonly Tensor[]).map((t) => t.item() as number)
const root = Math.SQRT1_2
// biome-ignore format: a table
const pairs: readonly (readonly [string, (x: Tensor, y: Tensor) => Tensor, readonly [number, number], readonly [number, number]])[] = [
  ['hypot', np.hypot, [1e30, 1e30], [root, root]], ['hypot', np.hypot, [3, 4], [0.6, 0.8]], ['hypot', np.hypot, [1e-30, -1e-30], [root, -root]],
  ['arctan2', np.arctan2, [1e-30, 1e-30], [5e29, -5e29]], ['arctan2', np.arctan2, [1e25, 1e25], [5e-26, -5e-26]], ['arctan2', np.arctan2, [3, 4], [0.16, -0.12]],
  ['logaddexp', np.logaddexp, [1, 1], [0.5, 0.5]], ['logaddexp', np.logaddexp, [-30, 0], [Math.exp(-30), 1]], ['logaddexp', np.logaddexp, [-Infinity, 1], [0, 1]],
  ['fmax', np.fmax, [1, 1], [0, 1]], ['fmin', np.fmin, [1, 1], [0, 1]], ['fmax', np.fmax, [NaN, 1], [0, 1]], ['fmin', np.fmin, [1, NaN], [1, 0]], ['fmax', np.fmax, [2, 1], [1, 0]],
  ['copysign', np.copysign, [2, -3], [-1, 0]], ['copysign', np.copysign, [-2, -3], [1, 0]], ['copysign', np.copysign, [-2, 3], [-1, 0]],
]
test.each(pairs)('%s at %2$s', (_, f, [x, y], want) => pair(f, x, y).forEach((g, i) => close(g, want[i]!)))

describe('two at once', () => {
  test('logaddexp has its curvature at a tie', () => {
    const second = (argnums: number): number =>
      grad((x: Tensor) => grad((a: Tensor, b: Tensor) => np.logaddexp(a, b), { argnums })(x, np.array(1)))(np.array(1)).item() as number
    expect([second(0), second(1)]).toEqual([0.25, -0.25])
  })
  test('fmax at a tie, forwards', () => {
    expect(jvp(np.fmax, [np.array(1), np.array(1)], [np.array(1.5), np.array(2.5)])[1].item()).toBe(2.5)
  })
  test('ldexp where a factor alone would overflow', () => {
    close(np.ldexp(1e-30, 130).item() as number, 1e-30 * 2 ** 130)
    close(np.ldexp(2 ** 100, -200).item() as number, 2 ** -100)
    expect(np.ldexp([0, Infinity, 1], 200).toArray()).toEqual([0, Infinity, Infinity])
    expect(grad((x: Tensor) => np.ldexp(x, 3))(np.array(1.5)).item()).toBe(8)
  })
  test('logsumexp with factors of some elements: the others may be anything', () => {
    const [a, b, where] = [np.array([1, 200, 3]), np.array([1, 2, 3]), np.array([true, false, true])]
    const total = Math.exp(1) + 3 * Math.exp(3)
    const of = (x: Tensor, y: Tensor): Tensor => nn.logsumexp(x, { b: y, where })
    close(of(a, b).item() as number, Math.log(total))
    const [da, db] = grad(of, { argnums: [0, 1] })(a, b) as unknown as readonly Tensor[]
    ;(da!.toArray() as number[]).forEach((g, i) => close(g, [Math.exp(1) / total, 0, (3 * Math.exp(3)) / total][i]!))
    ;(db!.toArray() as number[]).forEach((g, i) => close(g, [Math.exp(1) / total, 0, Math.exp(3) / total][i]!))
    const mean = grad((x: Tensor) => nn.logmeanexp(x, { where }))(a).toArray() as number[]
    mean.forEach((g, i) => close(g, [1 / (1 + Math.exp(2)), 0, 1 / (1 + Math.exp(-2))][i]!))
  })
})

/** Far logits: what a dominating probability pushes with is the small rest beside it. Held to sums in doubles that leave nothing out. */
describe('softmax and its kin', () => {
  const x = [30, 1, 0.5, -3]
  const u = [0.3, 2, -1, 0.7]
  const where = [true, true, false, true]
  const sum = (f: (i: number) => number): number => x.reduce((s, _, i) => s + f(i), 0)
  const weightsOf = (taken: readonly boolean[]): number[] => {
    const each = x.map((v, i) => (taken[i] ? Math.exp(v - 30) : 0))
    const total = each.reduce((a, b) => a + b)
    return each.map((e) => e / total)
  }
  /** p_i sum_j p_j (v_i - v_j): no difference of numbers that are almost equal. */
  const slope = (p: readonly number[], v: readonly number[]): number[] => p.map((a, i) => a * sum((j) => p[j]! * (v[i]! - v[j]!)))
  const logSlope = (p: readonly number[], v: readonly number[]): number[] =>
    v.map((a, i) => sum((j) => a * p[j]! * (i === j ? 0 : 1) - p[i]! * v[j]! * (i === j ? 0 : 1)))
  const all = x.map(() => true)
  const [p, some] = [weightsOf(all), weightsOf(where)]
  const b = [2, 0.5, 3, 1]
  const terms = x.map((v, i) => b[i]! * Math.exp(v - 30))
  const mass = terms.reduce((s, t) => s + t)
  const weighed = terms.map((t) => t / mass)
  const factored = x.reduce((m, v) => m + v * Math.exp(v - 30), 0)
  const dot = (y: Tensor): Tensor => y.mul(np.array(u)).sum()
  const rows: Readonly<Record<string, readonly [F, readonly number[]]>> = {
    softmax: [(y) => dot(nn.softmax(y)), slope(p, u)],
    'softmax over two axes': [(y) => dot(nn.softmax(y.reshape([2, 2]), { axis: [0, 1] }).ravel()), slope(p, u)],
    'softmax of some': [(y) => dot(nn.softmax(y, { where: np.array(where) })), slope(some, u)],
    logSoftmax: [(y) => dot(nn.logSoftmax(y)), logSlope(p, u)],
    'logSoftmax of some': [
      (y) => dot(np.where(np.array(where), nn.logSoftmax(y, { where: np.array(where) }), 0)),
      logSlope(
        some,
        u.map((v, i) => (where[i] ? v : 0)),
      ).map((g, i) => (where[i] ? g : 0)),
    ],
    'twice logsumexp': [(y) => jvp((z: Tensor) => nn.logsumexp(z), [y], [np.array(u)])[1], slope(p, u)],
    'twice logsumexp with b': [(y) => jvp((z: Tensor) => nn.logsumexp(z, { b: np.array(b) }), [y], [np.array(u)])[1], slope(weighed, u)],
    'logsumexp by its factors': [(c) => nn.logsumexp(np.array(x), { b: c }), x.map((v) => Math.exp(v - 30) / factored)],
    'twice logmeanexp': [(y) => jvp((z: Tensor) => nn.logmeanexp(z), [y], [np.array(u)])[1], slope(p, u)],
  }
  const ways: Readonly<Record<string, (f: F) => F>> = {
    grad,
    'jit of grad': (f) => jit(grad(f)),
    'grad of jit': (f) => grad(jit(f)),
    'vmap of grad': (f) => (y) => vmap(grad(f))(np.stack([y])).ravel(),
    'grad of vmap': (f) => grad((y: Tensor) => vmap(f)(np.stack([y])).sum()),
    'grad of checkpoint': (f) => grad(checkpoint(f)),
    'grad of map': (f) => grad((y: Tensor) => lax.map(f, np.stack([y])).sum()),
    jacfwd: (f) => jacfwd(f),
  }
  test.each(Object.entries(rows))('%s', (_, [f, want]) => {
    for (const way of Object.values(ways)) (way(f)(np.array(x)).toArray() as number[]).forEach((g, i) => close(g, want[i]!))
  })
  test('random logits, near and far', () => {
    const random = randomOf(1)
    for (let turn = 0; turn < 300; turn++) {
      const far = 10 ** (2 * random() - 0.5)
      const y = Array.from({ length: 2 + (turn % 5) }, (_, i) => (i === turn % 2 ? 0 : -far * Math.fround(random())))
      const each = y.map(Math.exp)
      const r = each.map((e) => e / each.reduce((s, v) => s + v))
      const w = y.map((_, i) => Math.fround(turn % 3 === 0 ? Number(i === turn % y.length) : random() - 0.5))
      const pairs = (f: (i: number, j: number) => number): [is: number, size: number][] =>
        y.map((_, i) => [y.reduce((s, _, j) => s + f(i, j), 0), y.reduce((s, _, j) => s + Math.abs(f(i, j)), 0)])
      const held = (is: Tensor, want: readonly (readonly [number, number])[]): void =>
        want.forEach(([v, size], i) => expect(Math.abs((is.toArray() as number[])[i]! - v)).toBeLessThan(2e-6 * size + 1e-37))
      const [x, t] = [np.array(y), np.array(w)]
      held(
        jvp((z: Tensor) => nn.softmax(z), [x], [t])[1],
        pairs((i, j) => r[i]! * r[j]! * (w[i]! - w[j]!)),
      )
      held(
        grad((z: Tensor) => nn.softmax(z).mul(t).sum())(x),
        pairs((i, j) => r[i]! * r[j]! * (w[i]! - w[j]!)),
      )
      held(
        jvp((z: Tensor) => nn.logSoftmax(z), [x], [t])[1],
        pairs((i, j) => r[j]! * (w[i]! - w[j]!)),
      )
      held(
        grad((z: Tensor) => nn.logSoftmax(z).mul(t).sum())(x),
        pairs((i, j) => (i === j ? 0 : r[j]! * w[i]! - r[i]! * w[j]!)),
      )
    }
  })
  test('curvature, forwards and in reverse', () => {
    // the derivative of p along u, along u again: p_i (c_i^2 - sum p c^2) with c = u - sum(p u), c_0 by the others
    const c = u.map((a) => sum((j) => p[j]! * (a - u[j]!)))
    const want = p.map((a, i) => a * sum((j) => p[j]! * (c[i]! + c[j]!) * (c[i]! - c[j]!)))
    const along = (f: (y: Tensor) => Tensor) => (y: Tensor) => jvp(f, [y], [np.array(u)])[1]
    const forward = along(along((y) => nn.softmax(y)))(np.array(x)).toArray() as number[]
    const reverse = grad((y: Tensor) =>
      along((z) => nn.softmax(z))(y)
        .mul(np.array([0, 1, 0, 0]))
        .sum(),
    )(np.array(x)).toArray() as number[]
    forward.forEach((g, i) => close(g, want[i]!))
    close(
      reverse.reduce((s, g, i) => s + g * u[i]!, 0),
      want[1]!,
    )
  })
  test('attention far from its other keys', () => {
    const [k, v] = [np.array([[[[1]]], [[[0]]]]).reshape([1, 2, 1, 1]), np.array([2, 5]).reshape([1, 2, 1, 1])]
    const slopeOf = grad((q: Tensor) => nn.dotProductAttention(q, k, v).sum())(np.array([25]).reshape([1, 1, 1, 1]))
    close(slopeOf.sum().item() as number, -3 * Math.exp(-25))
  })
})
