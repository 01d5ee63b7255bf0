/**
 * Options of functions of tensors: the reader that throws ArgumentError, and the kinds of values that only func knows. The rule is told
 * in `@heddle/tree/options`, whose kinds are here too: packages above func need this door only.
 */
import {
  type Declared,
  func,
  isPlainObject,
  type Kind,
  nearest,
  nullable,
  type OptionsMore,
  optionsReaders,
  type OptionsReader,
  sayProblems,
} from '@heddle/tree/options'
import { ConcreteTensor } from './array'
import { isBackend } from './backend/registry'
import { type DType, dtypes, isDType, isFloating } from './dtype'
import { ArgumentError } from './error'
import type { Device } from './backend/backend'
import type { TensorLike } from './numpy/promote'
import { isTensor, type Tensor } from './tensor'

// by name: types of a star from another package come out wrong in what is published
export {
  anything,
  boolean,
  count,
  describe,
  either,
  finite,
  fraction,
  func,
  integer,
  isPlainObject,
  list,
  listOf,
  nearest,
  nothing,
  nullable,
  number,
  of,
  oneOf,
  optionsReaders,
  positive,
  required,
  sayProblems,
  string,
  suggestion,
} from '@heddle/tree/options'
export type {
  AnyReader,
  Declared,
  Kind,
  Kinds,
  OptionProblem,
  OptionsMore,
  OptionsObject,
  OptionsOf,
  OptionsReader,
  RequiredKind,
} from '@heddle/tree/options'

const make = optionsReaders((where, problems) => new ArgumentError(where, sayProblems(problems)))
/** Declares options, read with ArgumentError. */
/* @__NO_SIDE_EFFECTS__ */
export const optionsOf = <K extends Declared>(kinds: K, more?: OptionsMore<keyof K & string>): OptionsReader<K> => make(kinds, more)

const names = Object.keys(dtypes) as readonly DType[]
/** What other libraries and languages call them. */
const synonyms: Readonly<Record<string, DType>> = {
  float: 'float32',
  single: 'float32',
  number: 'float32',
  double: 'float64',
  half: 'float16',
  int: 'int32',
  integer: 'int32',
  long: 'int64',
  bigint: 'int64',
  short: 'int16',
  char: 'int8',
  byte: 'uint8',
  uint: 'uint32',
  boolean: 'bool',
  bool_: 'bool',
  ...Object.fromEntries(names.map((d) => [dtypes[d].short, d])),
}
const ofArrays = (x: unknown): string | undefined =>
  typeof x === 'function' ? /^(\w+?)(Clamped)?Array$/.exec(x.name)?.[1]?.replace('Big', '').toLowerCase() : undefined

/** The dtype that was meant by a name of another spelling, or by a class of typed arrays. */
const meantDType = (x: unknown): DType | undefined => {
  const name = ofArrays(x) ?? (typeof x === 'string' ? x.toLowerCase().replace(/^(jnp|np|numpy|torch|tf|jax)\./, '') : undefined)
  if (name === undefined) return undefined
  return Object.hasOwn(synonyms, name) ? synonyms[name] : (nearest(name, names) as DType | undefined)
}
const dtypeHint = (x: unknown): string | undefined => {
  const meant = meantDType(x)
  return meant === undefined ? undefined : `is "${meant}" meant?`
}
/** The name of a dtype. */
export const dtype: Kind<DType> = { expected: `a dtype (${names.map((n) => `"${n}"`).join(', ')})`, is: isDType, hint: dtypeHint }
/** The name of a dtype of floats. */
export const floatDType: Kind<DType> = {
  expected: `a dtype of floats (${names
    .filter(isFloating)
    .map((n) => `"${n}"`)
    .join(', ')})`,
  is: (x) => isDType(x) && isFloating(x),
  hint: dtypeHint,
}
/** Checks an argument that is no option. Errors: ArgumentError that names it. */
export const readArgument = (where: string, name: string, { is, expected, hint }: Kind, x: unknown): void => {
  if (!is(x)) throw new ArgumentError(where, sayProblems([{ path: name === '' ? [] : [name], expected, actual: x, hint: hint?.(x) }]))
}
/** A dtype that an argument gives by itself. Errors: ArgumentError with the nearest right name. */
export const readDType = (where: string, x: unknown): DType => {
  readArgument(where, 'dtype', dtype, x)
  return x as DType
}

/** A function that is to be transformed. Errors: ArgumentError. */
export const readFunction = (where: string, f: unknown, name = ''): void => readArgument(where, name, func, f)

const isInt = (x: unknown): boolean => Number.isInteger(x)
const isInts = (x: unknown): boolean => Array.isArray(x) && x.every(isInt)
/** An axis. */
export const axis: Kind<number> = { expected: 'an integer', is: isInt }
/** An axis, several, or null for all. */
export const axes: Kind<number | readonly number[] | null> = {
  expected: 'an integer, a list of integers, or null for all',
  is: (x) => x === null || isInt(x) || isInts(x),
}
/** Numbers of arguments. */
export const argnums: Kind<number | readonly number[]> = {
  expected: 'the number of an argument, or a list of such (integers)',
  is: (x) => isInt(x) || isInts(x),
}
const isAxisTree = (x: unknown): boolean =>
  x === null || isInt(x) || (Array.isArray(x) ? x.every(isAxisTree) : isPlainObject(x) && Object.values(x).every(isAxisTree))
/** Axes for the leaves of a tree. */
/** An axis for a whole subtree, or a tree of such. */
export type AxisTree = number | null | readonly AxisTree[] | { readonly [key: string]: AxisTree }
/** Axes for a tree of arguments. */
export const axisTree: Kind<AxisTree> = { expected: 'an axis (an integer), null, or a tree of such', is: isAxisTree }
const isSize = (x: unknown): boolean => Number.isInteger(x) && (x as number) >= 0
/** A shape. */
export const shape: Kind<readonly number[]> = {
  expected: 'a shape (a list of non-negative integers)',
  is: (x) => Array.isArray(x) && x.every(isSize),
}
/** A shape, or the size of its one axis. */
export const sizeOrShape: Kind<number | readonly number[]> = {
  expected: `a size or ${shape.expected}`,
  is: (x) => isSize(x) || shape.is(x),
}

const isScalar = (x: unknown): boolean => typeof x === 'number' || typeof x === 'boolean' || typeof x === 'bigint'
/** What stands for a tensor; whether its arrays are ragged is found out when it is read. */
export const tensorLike: Kind<TensorLike> = {
  expected: 'a tensor, a number, a typed array or nested arrays of numbers',
  is: (x) => isTensor(x) || isScalar(x) || Array.isArray(x) || ArrayBuffer.isView(x),
}
/** A tensor. */
export const tensor: Kind<Tensor> = { expected: 'a tensor', is: isTensor }
/** A tensor, what becomes one, or null. */
export const nullableTensor: Kind<TensorLike | null> = nullable(tensorLike)

/** A hint for tensors in the place of options: the function that takes two. */
export const forTensors =
  (hint: string) =>
  (x: unknown): string | undefined =>
    !isTensor(x)
      ? undefined
      : x instanceof ConcreteTensor
        ? hint
        : `${hint}; one that is an argument of jit is made static by staticArgnums`
/** How many numbers are made here, one by one. */
export const samples: Kind<number> = {
  expected: 'a non-negative integer, of numbers that fit in memory',
  is: (x) => isSize(x) && (x as number) < 2 ** 31,
}
/** Where a program may run: a backend object. */
export const device: Kind<Device> = {
  expected: 'a backend (such as `await tfjs()` or `await pjrt()` answers)',
  is: isBackend,
}
