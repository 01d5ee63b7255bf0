/** What io-ts found wrong, in a sentence. */
import { describe } from '@heddle/tree/options'
import type { Errors } from 'io-ts'

/** The first problem of a failed validation, with its path. */
export const problemsIn = (errors: Errors): string => {
  const { context } = errors[0]!
  const last = context.at(-1)!
  const path = context.map((c) => c.key).filter((k) => k !== '')
  return `at ${path.join('.') || 'the top'} expected ${last.type.name}, got ${describe(last.actual)}`
}
