/** Misuses of the public API, as plain JavaScript and JSON write them: each is refused by a typed error that names what was meant. */
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import * as func from '../src'
import { ArgumentError, FuncError, grad, jit, lax, nn, np, random, setDefaultBackend, vmap } from '../src'

setDefaultBackend(hostBackend())
type Row = readonly [program: string, run: () => unknown, names: string]
type Loose = (...args: readonly unknown[]) => unknown
const loose = (f: unknown): Loose => f as Loose
const of = (space: object): Readonly<Record<string, Loose>> => space as never
const x = (): unknown => np.array([1, 2, 3])
const m = (): unknown => np.ones([2, 2])
const key = (): unknown => random.key(0)

const check = (rows: readonly Row[]): void => {
  it.each(rows)('%s', (_, run, names) => {
    let error: unknown
    try {
      run()
    } catch (e) {
      error = e
    }
    expect(error).toBeInstanceOf(FuncError)
    expect((error as Error).name).toBe((error as FuncError)._tag)
    expect((error as Error).message).toContain(names)
  })
}

const reductions = [
  'sum',
  'prod',
  'mean',
  'max',
  'min',
  'all',
  'any',
  'std',
  'var',
  'argmax',
  'argmin',
  'median',
  'average',
  'nansum',
  'nanmean',
  'nanmax',
  'nanmin',
  'nanvar',
  'nanstd',
  'nanprod',
  'cumsum',
  'cumprod',
  'sort',
  'argsort',
  'ptp',
]
describe('options of reductions', () => {
  check(
    reductions.flatMap((name): Row[] => [
      [`np.${name}(x, { axes: 0 })`, () => of(np)[name]!(x(), { axes: 0 }), 'is axis meant?'],
      [`np.${name}(x, x)`, () => of(np)[name]!(x(), x()), 'got a tensor float32[3]'],
      [`np.${name}(x, '0')`, () => of(np)[name]!(x(), '0'), 'got string "0"'],
      [`np.${name}(x, NaN)`, () => of(np)[name]!(x(), Number.NaN), 'got number NaN'],
      [`np.${name}(x, { axis: '0' })`, () => of(np)[name]!(x(), { axis: '0' }), 'at axis expected'],
      [`np.${name}(x, 7)`, () => of(np)[name]!(x(), 7), 'axis 7 is out of range'],
    ]),
  )
})
describe('two tensors', () => {
  check([
    ['np.max(a, b)', () => of(np)['max']!(x(), x()), 'np.maximum'],
    ['np.min(a, b)', () => of(np)['min']!(x(), x()), 'np.minimum'],
    ['np.sum(a, b)', () => of(np)['sum']!(x(), x()), 'np.add'],
    ['np.prod(a, b)', () => of(np)['prod']!(x(), x()), 'np.multiply'],
    ['np.concatenate(a, b)', () => of(np)['concatenate']!(x(), x()), 'in one list'],
    ['np.stack(a, b)', () => of(np)['stack']!(x(), x()), 'in one list'],
    ['np.concatenate([a], np.array(1))', () => of(np)['concatenate']!([x()], np.array(1)), 'an axis is a number'],
    ['nn.softmax(a, b)', () => of(nn)['softmax']!(x(), x()), 'got a tensor'],
    [
      'nn.dotProductAttention(q, k, v, mask)',
      () => of(nn)['dotProductAttention']!(np.ones([1, 2, 1, 2]), np.ones([1, 2, 1, 2]), np.ones([1, 2, 1, 2]), m()),
      '{ mask }',
    ],
  ])
})

const dtypes: readonly (readonly [unknown, string])[] = [
  ['float', 'float32'],
  ['double', 'float64'],
  ['int', 'int32'],
  ['half', 'float16'],
  ['bf16', 'bfloat16'],
  ['f32', 'float32'],
  ['Float32', 'float32'],
  ['boolean', 'bool'],
  [Float32Array, 'float32'],
  ['__proto__', 'float64'],
  ['constructor', 'float64'],
  [32, 'number 32'],
]
const typed: readonly (readonly [string, (d: unknown) => unknown])[] = [
  ['np.zeros([2], d)', (d) => of(np)['zeros']!([2], d)],
  ['np.ones([2], { dtype: d })', (d) => of(np)['ones']!([2], { dtype: d })],
  ['np.array([1], d)', (d) => of(np)['array']!([1], d)],
  ['np.astype(x, d)', (d) => of(np)['astype']!(x(), d)],
  ['np.finfo(d)', (d) => of(np)['finfo']!(d)],
  ['np.promoteTypes(d, "int32")', (d) => of(np)['promoteTypes']!(d, 'int32')],
  ['lax.convertElementType(x, d)', (d) => of(lax)['convertElementType']!(x(), d)],
  ['lax.iota(d, 3)', (d) => of(lax)['iota']!(d, 3)],
  ['random.normal(key, [2], { dtype: d })', (d) => of(random)['normal']!(key(), [2], { dtype: d })],
]
describe('names of dtypes', () => {
  check(
    typed.flatMap(([program, run]) => dtypes.map(([d, names]): Row => [`${program}, d = ${String(d)}`.slice(0, 90), () => run(d), names])),
  )
})

const shapes: readonly (readonly [string, () => unknown])[] = [
  ['"2"', () => '2'],
  ['[-1, 2]', () => [-1, 2]],
  ['[1.5]', () => [1.5]],
  ['[NaN]', () => [Number.NaN]],
  ['a tensor', x],
  ['["2"]', () => ['2']],
  ['[null]', () => [null]],
  ['{}', () => ({})],
]
describe('shapes', () => {
  check(
    ['zeros', 'ones', 'empty', 'broadcastShapes', 'indices'].flatMap((name) =>
      shapes.map(([label, bad]): Row => [`np.${name}(${label})`, () => of(np)[name]!(bad()), name === 'empty' ? 'zeros' : name]),
    ),
  )
  check([
    ['np.zeros(2, 3)', () => of(np)['zeros']!(2, 3), '[2, 3]'],
    ['np.ones(2, 3)', () => of(np)['ones']!(2, 3), '[2, 3]'],
    ['np.reshape(x, "3")', () => of(np)['reshape']!(x(), '3'), 'reshape'],
    ['np.full([2], 10n ** 30n)', () => np.full([2], 10n ** 30n), 'beyond 64 bits'],
    ['np.array([10n ** 30n])', () => np.array([10n ** 30n]), 'beyond 64 bits'],
    ['np.ones([1e12])', () => np.ones([1e12]), 'out of memory'],
    ['np.pad(x, 1, "refect")', () => of(np)['pad']!(x(), 1, 'refect'), 'is reflect meant?'],
  ])
})

const drawn = ['normal', 'uniform', 'exponential', 'laplace', 'gumbel', 'logistic', 'cauchy', 'bits', 'rademacher', 'maxwell']
describe('samplers', () => {
  check(
    drawn.flatMap((name): Row[] => [
      [`random.${name}(key, 2, 3)`, () => of(random)[name]!(key(), 2, 3), 'a list: [2, 3]'],
      [`random.${name}(0, [2])`, () => of(random)[name]!(0, [2]), 'random.key(seed)'],
      [`random.${name}(key, '2')`, () => of(random)[name]!(key(), '2'), 'at shape expected'],
      [`random.${name}(key, [2], { dtpe: 0 })`, () => of(random)[name]!(key(), [2], { dtpe: 0 }), 'is dtype meant?'],
    ]),
  )
})

const transforms = ['jit', 'vmap', 'grad', 'valueAndGrad', 'jacfwd', 'jacrev', 'hessian', 'checkpoint', 'customJvp', 'customVjp']
describe('transformations and loops', () => {
  check(
    transforms.flatMap((name): Row[] => [
      [`${name}(x)`, () => of(func)[name]!(x()), 'expected a function, got a tensor'],
      [`${name}(f, { bogus: 1 })`, () => of(func)[name]!((y: unknown) => y, { bogus: 1 }), 'there is no option "bogus"'],
      [`${name}(f, x)`, () => of(func)[name]!((y: unknown) => y, x()), 'got a tensor'],
    ]),
  )
  check([
    ['vmap(f, { in_axes: 1 })', () => loose(vmap)((y: unknown) => y, { in_axes: 1 }), 'is inAxes meant?'],
    ['vmap(f, { axisSize: NaN })', () => loose(vmap)((y: unknown) => y, { axisSize: Number.NaN }), 'axisSize'],
    [
      'lax.scan(.., { revers: true })',
      () => of(lax)['scan']!((c: unknown, y: unknown) => [c, y], 0, x(), { revers: true }),
      'is reverse meant?',
    ],
    ['lax.scan(.., { unroll: 0 })', () => of(lax)['scan']!((c: unknown, y: unknown) => [c, y], 0, x(), { unroll: 0 }), 'unroll'],
    ['lax.foriLoop(0, 2.5, ..)', () => of(lax)['foriLoop']!(0, 2.5, (_: unknown, c: unknown) => c, 0), 'upper'],
    ['lax.switch(1.5, ..)', () => of(lax)['switch']!(1.5, [(y: unknown) => y, (y: unknown) => y], x()), 'index'],
    ['lax.switch(NaN, ..)', () => of(lax)['switch']!(Number.NaN, [(y: unknown) => y, (y: unknown) => y], x()), 'index'],
    [
      'lax.cond("abc", ..)',
      () =>
        of(lax)['cond']!(
          'abc',
          (y: unknown) => y,
          (y: unknown) => y,
          x(),
        ),
      'a condition',
    ],
    [
      'lax.whileLoop(() => 3, ..)',
      () =>
        of(lax)['whileLoop']!(
          () => 3,
          (y: unknown) => y,
          x(),
        ),
      'one scalar bool',
    ],
    ['lax.dynamicSlice(x, [0.5], [1])', () => of(lax)['dynamicSlice']!(x(), [0.5], [1]), 'startIndices.0'],
    ['jit(f, { donateArgnums: true })', () => loose(jit)((y: unknown) => y, { donateArgnums: true }), 'donateArgnums'],
    [
      'grad of a function that answers [loss]',
      () => grad(((y: func.Tensor) => [y.sum()]) as never)(np.ones([2]) as never),
      'one scalar float',
    ],
    ['data() inside jit', () => loose(jit((y: func.Tensor) => [y.data(), y].slice(1)))(x()), 'data: this tensor'],
    [
      'vmap with a mapped result and out axis null',
      () => loose(vmap((y: func.Tensor) => y, { outAxes: null }))(x()),
      'out axis can not be null',
    ],
  ])
  it('types refuse a tensor as options', () => {
    // @ts-expect-error a tensor is no options
    expect(() => np.max(np.ones([2]), np.ones([2]))).toThrow(ArgumentError)
    // @ts-expect-error a tensor is no axis
    expect(() => np.ones([2]).sum(np.array(0))).toThrow(ArgumentError)
    const square = (y: func.Tensor): func.Tensor => y.square()
    // @ts-expect-error a function is no options
    expect(() => jit(square, square)).toThrow(ArgumentError)
  })
})
