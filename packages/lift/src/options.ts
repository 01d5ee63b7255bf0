/**
 * Options of functions of scopes and modules: the reader that throws InvalidOptionsError, and the kinds of values that only lift knows. The
 * rule is told in `@heddle/tree/options`.
 */
import { broadcast, type Filter, type FilterMap, type InOut, type MetadataParams, type Broadcast } from '@heddle/core'
import { isPlainObject, type Kind, optionsReaders } from '@heddle/tree/options'
import { exception } from './edge'

/** Declares options, read with InvalidOptionsError. */
export const optionsOf = optionsReaders((where, problems) => exception({ _tag: 'InvalidOptionsError', where, problems }))

/** A filter; whether it is one is found out by core, with InvalidFilterError. */
export const filter: Kind<Filter> = { expected: 'a filter', is: () => true }
/** Tables by filter; core reads them, and says what is wrong in them. */
export const axesTable: Kind<FilterMap<InOut>> = { expected: 'a table of axes', is: () => true }
export const scanTable: Kind<FilterMap<InOut<number>>> = { expected: 'a table of axes', is: () => true }
export const splits: Kind<FilterMap<boolean>> = { expected: 'a table of booleans', is: () => true }

/** An axis for a whole subtree, `nn.broadcast` (or null) for a value that is the same in each iteration, or a tree of such. */
export type ScanAxes = number | null | Broadcast | readonly ScanAxes[] | { readonly [key: string]: ScanAxes }
const isScanAxes = (x: unknown): boolean =>
  x === null ||
  x === broadcast ||
  Number.isInteger(x) ||
  (Array.isArray(x) ? x.every(isScanAxes) : isPlainObject(x) && Object.values(x).every(isScanAxes))
export const scanAxes: Kind<ScanAxes> = { expected: 'an axis (an integer), broadcast, or a tree of such', is: isScanAxes }

/** Names and values: flags, what boxes with metadata are told. */
export const record: Kind<MetadataParams> = { expected: 'an object of names and values', is: isPlainObject }
