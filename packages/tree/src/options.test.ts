import { expect, test } from 'vitest'
import {
  boolean,
  either,
  integer,
  nearest,
  nothing,
  nullable,
  oneOf,
  optionsReaders,
  positive,
  required,
  sayProblems,
  suggestion,
  type OptionsObject,
} from './options'

interface Sum extends OptionsObject {
  readonly axis?: number | null
  readonly keepdims?: boolean | undefined
}
interface Layer extends OptionsObject {
  readonly features: number
  readonly mode?: 'same' | 'valid'
}
class Refused extends Error {}
const optionsOf = optionsReaders((where, problems) => new Refused(`${where}: ${sayProblems(problems)}`))
const sum = optionsOf<Sum>({ axis: nullable(integer), keepdims: boolean }, { alone: 'axis', hint: 'use maximum' })
const layer = optionsOf<Layer>({ features: required(positive), mode: oneOf('same', 'valid') }, { what: 'props' })

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

test('types: all names are listed, required ones as such', () => {
  // @ts-expect-error a name is left out
  optionsOf<Sum>({ axis: integer })
  // @ts-expect-error an unknown one
  optionsOf<Sum>({ axis: integer, keepdims: boolean, other: boolean })
  // @ts-expect-error features are required
  optionsOf<Layer>({ features: positive, mode: nothing })
  const read = (given?: Sum) => sum('sum', given)
  // @ts-expect-error a function is no options
  expect(() => read(() => 0)).toThrow()
  // @ts-expect-error an array is no options
  expect(() => read([0, 1])).toThrow()
  expect(either(integer, nothing).expected).toBe('an integer or null')
})
