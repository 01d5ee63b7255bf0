import { expect, expectTypeOf, test } from 'vitest'
import {
  boolean,
  either,
  integer,
  listOf,
  nearest,
  nothing,
  nullable,
  oneOf,
  optionsReaders,
  positive,
  required,
  sayProblems,
  string,
  suggestion,
  of,
  type Kinds,
  type OptionsOf,
} from './options'

class Refused extends Error {}
const optionsOf = optionsReaders((where, problems) => new Refused(`${where}: ${sayProblems(problems)}`))
const sum = optionsOf({ axis: nullable(integer), keepdims: boolean }, { alone: 'axis', hint: 'use maximum' })
const layer = optionsOf({ features: required(positive), mode: oneOf('same', 'valid') }, { what: 'props' })
type Sum = OptionsOf<typeof sum>
interface Layer extends OptionsOf<typeof layer> {}
interface Narrow<A extends number> extends OptionsOf<typeof sum> {
  readonly axis?: A | undefined
}

test('the nearest name: letters alone, beginnings, a letter or two', () => {
  const names = ['inAxes', 'axis', 'reverse', 'features', 'keepdims', 'where', 'name']
  const near = (name: string) => nearest(name, names)
  expect(['in_axes', 'INAXES', 'axes', 'revers', 'feature', 'keep_dim', 'wehre'].map(near)).toEqual([
    'inAxes',
    'inAxes',
    'axis',
    'reverse',
    'features',
    'keepdims',
    'where',
  ])
  expect(['dtype', 'x', '', 'toString', '__proto__'].map(near)).toEqual([undefined, undefined, undefined, undefined, undefined])
  expect(suggestion('axes', names)).toBe('is axis meant?')
  expect(suggestion('dtype', ['a', 'b'])).toBe('there are a, b')
  expect(suggestion('dtype', [])).toBe('there are none')
})

test('options that are right are handed over as they are, undefined ones are left out', () => {
  const given = { axis: -1, keepdims: undefined }
  expect(sum('sum', given)).toBe(given)
  expect(sum('sum', undefined)).toEqual({})
  expect(sum('sum', {})).toEqual({})
  expect(sum('sum', Object.create(null))).toEqual({})
  expect(sum('sum', 2)).toEqual({ axis: 2 })
  expect(sum('sum', null)).toEqual({ axis: null })
  expect(layer('layer', { features: 3 })).toEqual({ features: 3 })
  expect(layer.names).toEqual(['features', 'mode'])
})

test.each<[name: string, given: unknown, message: string]>([
  ['misspelt', { axes: 0 }, 'sum: there is no option "axes" (is axis meant?)'],
  ['unknown', { dtype: 0 }, 'sum: there is no option "dtype" (there are axis, keepdims)'],
  ['of Object.prototype', { toString: 0 }, 'there is no option "toString"'],
  ['of JSON', JSON.parse('{ "__proto__": 1 }'), 'there is no option "__proto__"'],
  ['two', { axes: 0, keepDim: true }, '"axes" (is axis meant?); there is no option "keepDim" (is keepdims meant?)'],
  ['of a wrong kind', { axis: '0' }, 'sum: at axis expected an integer or null, got string "0"'],
  ['not a number', { axis: Number.NaN }, 'got number NaN'],
  ['a number as flag', { keepdims: 1 }, 'sum: at keepdims expected true or false, got number 1'],
  ['an array', [0, 1], 'sum: expected axis (an integer or null) or options { axis, keepdims }, got an array of length 2 (use maximum)'],
  ['a string', '0', 'got string "0" (use maximum)'],
  ['a function', () => 0, 'got the function'],
  ['a promise', Promise.resolve({ axis: 0 }), 'got a promise (is an await missing?)'],
  ['a map', new Map(), 'got a Map'],
  ['a fraction', 1.5, 'got number 1.5'],
])('refused: options that are %s', (_, given, message) => {
  expect(() => sum('sum', given)).toThrow(Refused)
  expect(() => sum('sum', given)).toThrow(message)
})

test('refused: required ones that are missing, in whatever way', () => {
  for (const given of [undefined, {}, { features: undefined }])
    expect(() => layer('Dense', given)).toThrow('Dense: the option "features" is missing: a positive integer')
  expect(() => layer('Dense', { feature: 3 })).toThrow(
    'there is no option "feature" (is features meant?); the option "features" is missing',
  )
  expect(() => layer('Dense', 3)).toThrow('Dense: expected props { features, mode }, got number 3')
  expect(() => layer('Dense', { features: 2, mode: 'Same' })).toThrow(
    'at mode expected one of "same", "valid", got string "Same" (is same meant?)',
  )
  expect(layer.problems({ features: 1.5 })).toEqual([{ path: ['features'], expected: 'a positive integer', actual: 1.5, hint: undefined }])
})

test('types: from the declaration', () => {
  expectTypeOf<Layer['features']>().toEqualTypeOf<number>()
  expectTypeOf<Layer['mode']>().toEqualTypeOf<'same' | 'valid' | undefined>()
  expectTypeOf<Sum['axis']>().toEqualTypeOf<number | null | undefined>()
  expectTypeOf<Narrow<2>['axis']>().toEqualTypeOf<2 | undefined>()
  expectTypeOf(optionsOf({ of: required(of<'a'>()(string)), list: listOf(integer) })('f', { of: 'a' }).of).toEqualTypeOf<'a'>()
  // @ts-expect-error no other may stand by itself
  optionsOf({ axis: integer }, { alone: 'axes' })
  // @ts-expect-error features are required
  const none: Layer = {}
  // @ts-expect-error an unknown one
  const other: Sum = { axes: 0 }
  expect([none, other]).toHaveLength(2)
  // A list of kinds for a type that is written by hand.
  const kinds: Kinds<Layer> = layer.kinds
  // @ts-expect-error a name is left out
  const less: Kinds<Sum> = { axis: integer }
  // @ts-expect-error features are required
  const loose: Kinds<Layer> = { features: positive, mode: nothing }
  expect([kinds, less, loose]).toHaveLength(3)
  const inferred = <O extends Sum>(given: O): O => given
  // @ts-expect-error no name is right
  inferred({ axes: 0 })
  const read = (given?: Sum) => sum('sum', given)
  // @ts-expect-error a function is no options
  expect(() => read(() => 0)).toThrow()
  // @ts-expect-error an array is no options
  expect(() => read([0, 1])).toThrow()
  expect(either(integer, nothing).expected).toBe('an integer or null')
})
