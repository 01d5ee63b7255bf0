/**
 * Decoding: data that is not known to have a type, checked by an io-ts codec, with problems that say where.
 * What fails in a union is reported at the union, by its name.
 */
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import type { Problem, ScopeError } from './error'

/** The problems of a failed validation, deepest place of each first. */
const problemsOf = (errors: t.Errors): readonly Problem[] => {
  const all = errors.map(({ context, value }): Problem => {
    const inner = context.findIndex((c, i) => i > 0 && (context[i - 1]!.type as { readonly _tag?: string })._tag === 'UnionType')
    const outer = inner < 0 ? context : context.slice(0, inner)
    const last = outer[outer.length - 1]
    return {
      path: outer.map((c) => c.key).filter((k) => k !== ''),
      expected: last?.type.name ?? 'another value',
      actual: last?.actual ?? value,
    }
  })
  const seen = new Set<string>()
  return all.filter((p) => {
    const at = p.path.join('.')
    return seen.has(at) ? false : seen.add(at)
  })
}

/** Options decoded by a codec. Errors: InvalidOptions, saying for which function. */
export const decodeOptions = <A>(codec: t.Decoder<unknown, A>, where: string, x: unknown): E.Either<ScopeError, A> => {
  const decoded = codec.decode(x)
  return E.isRight(decoded) ? decoded : E.left({ _tag: 'InvalidOptionsError', where, problems: problemsOf(decoded.left) })
}
