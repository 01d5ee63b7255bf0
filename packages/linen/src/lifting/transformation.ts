/**
 * Names of options: a transformation refuses those that it does not have. They are checked by type too; here for callers without types.
 */
import { exception } from '@heddle/lift'
import { isPlainObject, suggestion } from '@heddle/tree/options'

/** What is said of a transformation: its name, what it puts before names of classes, and the options that it takes. */
export interface Transformation {
  readonly name: string
  readonly prefix: string
  readonly options: readonly string[]
}

/** The names of all options of a type: the object that lists them must be complete. */
export const namesOf =
  <O>() =>
  (names: { readonly [K in keyof Required<O>]: true }): readonly string[] =>
    Object.keys(names)

/** Refuses options of other names. Errors: InvalidOptionsError. */
export const checkOptions = (where: string, allowed: readonly string[], given: unknown): void => {
  if (!isPlainObject(given))
    throw exception({
      _tag: 'InvalidOptionsError',
      where,
      problems: [{ path: [], expected: `options { ${allowed.join(', ')} }`, actual: given }],
    })
  const problems = Object.entries(given).flatMap(([name, actual]) => {
    if (allowed.includes(name)) return []
    return [{ path: [name], expected: 'no option of this name', actual, hint: suggestion(name, allowed), fault: 'unknown' as const }]
  })
  if (problems.length > 0) throw exception({ _tag: 'InvalidOptionsError', where, problems })
}
