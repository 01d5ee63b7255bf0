/** Operand types against the inputs of a body. */
import { type Aval, sameType, showAval } from '../aval'

/** The reason why the operands do not fit; undefined if they do. */
export const checkTypes = (given: readonly Aval[], wanted: readonly Aval[]): string | undefined => {
  if (given.length !== wanted.length) return `${wanted.length} operands expected`
  const i = given.findIndex((a, k) => !sameType(a, wanted[k]!))
  return i < 0 ? undefined : `operand ${i} must be ${showAval(wanted[i]!)}`
}
