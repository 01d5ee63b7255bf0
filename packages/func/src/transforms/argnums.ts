/** Options that name arguments by number: which are static, donated, differentiated by. */
import { leaves, leavesWithPath, keystr } from '@heddle/tree'
import { ArgumentError, TypeMismatchError } from '../error'
import { isTypedArray } from '../numpy/host-data'
import { isTensor } from '../tensor'

export type Argnums = number | readonly number[]

/** The numbers as a list. Errors: ArgumentError for what is no integer, or no list of such. */
const listOf = (argnums: unknown, where: string, option: string): readonly number[] => {
  const list: readonly unknown[] = Array.isArray(argnums) ? argnums : [argnums]
  for (const a of list)
    if (typeof a !== 'number' || !Number.isInteger(a))
      throw new ArgumentError(
        where,
        `${option} is the number of an argument, or a list of such, got ${Array.isArray(argnums) ? `[${list.map(String).join(', ')}]` : String(a)}`,
      )
  return list as readonly number[]
}
/** Places among `count` arguments, negative ones from the end. Errors: ArgumentError, and TypeMismatchError where there is no such argument. */
export const argumentsAt = (argnums: Argnums, count: number, where: string, option = 'argnums'): readonly number[] =>
  listOf(argnums, where, option).map((a) => {
    const i = a < 0 ? a + count : a
    if (i < 0 || i >= count)
      throw new TypeMismatchError(where, `${option}: argument ${a} is out of range for ${count} ${count === 1 ? 'argument' : 'arguments'}`)
    return i
  })
/** The same, of a function of which a call may leave out the last arguments: those left out are no places. `declared` is how many it has. */
export const argumentsGiven = (argnums: Argnums, count: number, declared: number, where: string, option: string): readonly number[] =>
  argumentsAt(
    listOf(argnums, where, option).filter((a) => a < count || a >= declared),
    count,
    where,
    option,
  )
/** Refuses a static argument that holds tensors: they would be part of the program, and each another one. Errors: ArgumentError. */
export const checkStatic = (args: readonly unknown[], statics: readonly number[], where: string): void => {
  for (const i of statics) {
    if (!leaves(args[i]).some(isArray)) continue
    const [path] = leavesWithPath(args[i]).find(([, x]) => isArray(x))!
    throw new ArgumentError(
      where,
      `static argument ${i}${keystr(path)} is ${isTensor(args[i]) || isTypedArray(args[i]) ? 'a tensor' : 'a tensor in a static argument'}: static arguments are ` +
        'settings, compared by value; give tensors as other arguments',
    )
  }
}
const isArray = (x: unknown): boolean => isTensor(x) || isTypedArray(x)
