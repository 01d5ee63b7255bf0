/** The parameters of `scan` and the roles of its operands. */
import { type Aval, aval, range } from '../../aval'
import type { Jaxpr } from '../../ir/jaxpr'
import { memo } from '../../ir/memo'

/** The body of a loop, and which of its operands are constants, carry, and slices. */
export interface ScanParams {
  readonly jaxpr: Jaxpr
  readonly length: number
  readonly reverse: boolean
  readonly numConsts: number
  readonly numCarry: number
  /** How many steps a compiler may put in one turn of the loop; the numbers are the same. */
  readonly unroll: number
}
/** Operands, inputs or masks by their role. */
export const roles = <A>(xs: readonly A[], p: ScanParams): readonly [consts: readonly A[], carry: readonly A[], xs: readonly A[]] => [
  xs.slice(0, p.numConsts),
  xs.slice(p.numConsts, p.numConsts + p.numCarry),
  xs.slice(p.numConsts + p.numCarry),
]
export const stacked = (a: Aval, length: number): Aval => aval([length, ...a.shape], a.dtype)
/** A body whose inputs stand in another order: `order[i]` is the place in `jaxpr` of new input i; the same for outputs. */
export const reorder = (jaxpr: Jaxpr, ins: readonly number[], outs: readonly number[]): Jaxpr =>
  memo(jaxpr, `reorder:${ins.join()}:${outs.join()}`, () => ({
    ...jaxpr,
    ins: ins.map((i) => jaxpr.ins[i]!),
    outs: outs.map((o) => jaxpr.outs[o]!),
  }))
/** The least mask above `start` that `step` keeps: which parts of the carry are batched, differentiated, unknown. */
export const fixpoint = (start: readonly boolean[], step: (carry: readonly boolean[]) => readonly boolean[]): readonly boolean[] => {
  let carry = start
  for (;;) {
    const out = step(carry)
    const next = carry.map((c, i) => c || (out[i] ?? false))
    if (next.every((n, i) => n === carry[i])) return carry
    carry = next
  }
}
export const where = (mask: readonly boolean[]): number[] => range(mask.length).filter((i) => mask[i])
