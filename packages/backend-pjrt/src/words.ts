/**
 * Programs that differ in words (scalars of uint32) only, which is how random streams of equal blocks differ: by the hash of their path.
 * From the second on they are one program, which is given its words. No other scalars: XLA computes differently with those it knows.
 */
import { createHash } from 'node:crypto'
import type { Atom, Jaxpr, Literal, Var } from '@heddle/func/backend'

export interface Opened {
  /** The program with its words as further inputs, behind the others. */
  readonly program: Jaxpr
  readonly words: readonly Literal[]
}
const isWord = (a: Atom): a is Literal => a._tag === 'Literal' && a.aval.dtype === 'uint32'
export const hasWords = (program: Jaxpr): boolean => program.eqns.some((e) => e.ins.some(isWord))
/** Words in bodies stay: bodies have no other inputs than their equations give them. */
export const withWords = (program: Jaxpr): Opened => {
  const words: Literal[] = []
  const added: Var[] = []
  const open = (a: Atom): Atom => {
    if (!isWord(a)) return a
    const v: Var = { _tag: 'Var', aval: a.aval }
    words.push(a)
    added.push(v)
    return v
  }
  const eqns = program.eqns.map((e) => ({ ...e, ins: e.ins.map(open) }))
  return { program: { ...program, ins: [...program.ins, ...added], eqns }, words }
}

/** Texts of which one is remembered to have been there; the oldest are forgotten. */
const MAX_SEEN = 4096
export class Seen {
  readonly #digests = new Set<string>()
  /** Whether it was there before. */
  add(text: string): boolean {
    const digest = createHash('sha256').update(text).digest('base64')
    if (this.#digests.has(digest)) return true
    this.#digests.add(digest)
    const [oldest] = this.#digests
    if (this.#digests.size > MAX_SEEN) this.#digests.delete(oldest!)
    return false
  }
}
