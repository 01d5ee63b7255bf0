/** The table that random calls are drawn from: a row for each function and way to call it. */
import type { Call } from '../call'
import { randomOf } from '../draw'
import { indexing } from './indexing'
import { pointwise } from './pointwise'
import { productSignatures } from './products'
import { reduce } from './reduce'
import { samplers } from './samplers'
import { shapes } from './shapes'
import type { Signature } from './signature'

export const signatures: readonly Signature[] = [...pointwise, ...reduce, ...shapes, ...indexing, ...productSignatures, ...samplers]

/** `count` calls of each row, always the same for a seed. */
export const drawCalls = (count: number, seed: number, only: (fn: string) => boolean = () => true): readonly Call[] =>
  signatures.flatMap(({ fn, draw }, row) =>
    only(fn) ? Array.from({ length: count }, (_, i): Call => ({ fn, ...draw(randomOf(seed * 7919 + row * 104729 + i)) })) : [],
  )
