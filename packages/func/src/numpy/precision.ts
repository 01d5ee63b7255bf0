/** Names of the precision of products. Source: jax.lax.Precision and its strings. */
import { ArgumentError } from '../error'
import type { Precision, PrecisionPair } from '../table'

const names = {
  default: 'default',
  fastest: 'default',
  bfloat16: 'default',
  high: 'high',
  bfloat16_3x: 'high',
  tensorfloat32: 'high',
  highest: 'highest',
  float32: 'highest',
} as const satisfies Readonly<Record<string, Precision>>
/** A precision by name, and the names of hardware that JAX knows it by. */
export type PrecisionName = keyof typeof names
/** One precision for both operands, or one for each; null is that of the backend. */
export type PrecisionLike = PrecisionName | readonly [lhs: PrecisionName, rhs: PrecisionName] | null

/** The precision of either operand. Errors: ArgumentError for an unknown name. Source: jax's canonicalize_precision. */
export const precisionOf = (where: string, precision: PrecisionLike | undefined): PrecisionPair | null => {
  if (precision === undefined || precision === null) return null
  const pair = typeof precision === 'string' ? [precision, precision] : precision
  const known = pair.map((name) => (Object.hasOwn(names, name) ? names[name as PrecisionName] : null))
  if (known.length !== 2 || known.includes(null))
    throw new ArgumentError(
      where,
      `precision must be null, one of ${Object.keys(names).join(', ')}, or two of them; got ${String(precision)}`,
    )
  return known as unknown as PrecisionPair
}
