/** Which dtypes hold the values of which others. Source: jax.numpy.can_cast, isdtype. */
import { type DType, dtypes, isFloating, isInteger } from '../dtype'
import { ArgumentError } from '../error'
import { oneOf, readArgument, readDType } from '../options'

/** 'no' and 'equiv': the same dtype; 'safe': all values; 'same_kind': also fewer bits of the same kind; 'unsafe': anything. */
export type Casting = 'no' | 'equiv' | 'safe' | 'same_kind' | 'unsafe'
const castings = oneOf('no', 'equiv', 'safe', 'same_kind', 'unsafe')

const safe = (from: DType, to: DType): boolean => {
  const [a, b] = [dtypes[from], dtypes[to]]
  if (from === to || from === 'bool') return true
  if (isFloating(from)) return isFloating(to) && b.bits > a.bits
  if (isFloating(to)) return b.bits > a.bits || b.bits === 64
  if (a.kind === b.kind) return b.bits >= a.bits
  return a.kind === 'uint' && b.kind === 'int' && b.bits > a.bits
}
const order = { bool: 0, uint: 1, int: 2, float: 3 } as const
/** Whether values of one dtype may be cast to another; 'safe' by default. Errors: ArgumentError. */
export const canCast = (from: DType, to: DType, casting: Casting = 'safe'): boolean => {
  const [a, b] = [readDType('canCast', from), readDType('canCast', to)]
  readArgument('canCast', 'casting', castings, casting)
  if (casting === 'unsafe' || a === b) return true
  if (casting === 'no' || casting === 'equiv') return false
  if (safe(a, b)) return true
  if (casting === 'safe' || (a === 'bfloat16' && b === 'float16')) return false
  return order[dtypes[a].kind] <= order[dtypes[b].kind]
}

/** Kinds of dtypes in the array API's words. */
export type DTypeKindName = 'bool' | 'signed integer' | 'unsigned integer' | 'integral' | 'real floating' | 'complex floating' | 'numeric'
const kinds: Readonly<Record<DTypeKindName, (d: DType) => boolean>> = {
  bool: (d) => d === 'bool',
  'signed integer': (d) => dtypes[d].kind === 'int',
  'unsigned integer': (d) => dtypes[d].kind === 'uint',
  integral: isInteger,
  'real floating': isFloating,
  'complex floating': () => false,
  numeric: (d) => d !== 'bool',
}
const isKind = (x: unknown): x is DTypeKindName => typeof x === 'string' && Object.hasOwn(kinds, x)
/** Whether a dtype is of a kind, one of several, or another dtype. Errors: ArgumentError. */
export const isdtype = (dtype: DType, kind: DTypeKindName | DType | readonly (DTypeKindName | DType)[]): boolean => {
  const of = readDType('isdtype', dtype)
  const list: readonly unknown[] = Array.isArray(kind) ? kind : [kind]
  return list.some((k) => {
    if (isKind(k)) return kinds[k](of)
    if (typeof k !== 'string' || !Object.hasOwn(dtypes, k))
      throw new ArgumentError('isdtype', `expected a dtype or one of ${Object.keys(kinds).join(', ')}, got ${String(k)}`)
    return k === of
  })
}
