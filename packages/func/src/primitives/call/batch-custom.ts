/** Which results of a function with derivatives of the user's are mapped under vmap: what needs no copy for each example has none. */
import type { Aval } from '../../aval'
import { BugError } from '../../error'
import { batchFlat, type BatchResult } from '../../interpreters/batch'
import { jvpFlat } from '../../interpreters/jvp'
import { stage } from '../../interpreters/stage'
import { zerosLike } from '../../literal'
import type { BatchAxis, Dim, Tangent } from '../../primitive'
import { batchAt } from '../structural'
import type { Tensor } from '../../tensor'

export type Flat = (xs: readonly Tensor[]) => readonly Tensor[]
export type Mapped = readonly boolean[]

export const mappedOf = (dims: readonly Dim[]): Mapped => dims.map((d) => d !== null)
const either = (a: Mapped, b: Mapped): Mapped => a.map((x, i) => x || b[i]!)
/** Mapped results with the axis first; the others stay without it. */
export const batchedResults = (axis: BatchAxis, r: BatchResult, mapped: Mapped): readonly Tensor[] =>
  r.outs.map((o, i) => {
    if (mapped[i]) return batchAt(axis.size, o, r.dims[i]!)
    if (r.dims[i] !== null) throw new BugError(`result ${i} of a function with custom derivatives is mapped, but was not before`)
    return o
  })
export const dimsOf = (mapped: Mapped): readonly Dim[] => mapped.map((m) => (m ? 0 : null))

let looking = false
/**
 * What `look` sees of staged values, for results of which the function itself says `mapped`. Rules call the function again, or
 * others like it: those are not looked into. A rule that throws does so again when a derivative is asked for; until then all
 * results count as mapped.
 */
const abstractly = (types: readonly Aval[], mapped: Mapped, look: (xs: readonly Tensor[]) => Mapped): Mapped => {
  if (looking || mapped.every((m) => m)) return mapped
  let seen = mapped
  looking = true
  try {
    stage((xs) => {
      seen = either(mapped, look(xs))
      return []
    }, types)
    return seen
  } catch {
    return mapped.map(() => true)
  } finally {
    looking = false
  }
}

type Rule = (xs: readonly Tensor[], ts: readonly Tangent[]) => readonly [outs: readonly Tensor[], tangents: readonly Tensor[]]
/** Results, then tangents, of a batched rule. */
export const batchRule = (
  rule: Rule,
  axis: BatchAxis,
  dims: readonly Dim[],
  xs: readonly Tensor[],
  ts: readonly Tangent[],
): BatchResult => {
  const of = (zs: readonly Tensor[]): readonly Tensor[] => {
    let next = 0
    const tangents = ts.map((t) => (t === null ? null : zs[next++]!))
    return rule(zs.slice(next), tangents).flat()
  }
  const known = ts.flatMap((t, i) => (t === null ? [] : [{ t, dim: dims[i]! }]))
  return batchFlat(of, axis, [...known.map(({ t }) => t), ...xs], [...known.map(({ dim }) => dim), ...dims])
}
/** A value is mapped if it or its tangent is: they have one type. */
export const joined = (dims: readonly Dim[]): Mapped => {
  const m = mappedOf(dims)
  return either(m.slice(0, m.length / 2), m.slice(m.length / 2))
}
/** The same before any derivative is asked for, for results of which the function says `mapped`. */
export const jvpMapped = (rule: Rule, axis: BatchAxis, dims: readonly Dim[], types: readonly Aval[], mapped: Mapped): Mapped =>
  abstractly([...types, ...types], mapped, (zs) =>
    joined(batchRule(rule, axis, dims, zs.slice(0, types.length), zs.slice(types.length)).dims),
  )

export interface Forward {
  readonly outs: readonly Tensor[]
  readonly residuals: readonly Tensor[]
}
export interface BatchedForward {
  readonly outs: BatchResult
  readonly residuals: BatchResult
}
type Backward = (residuals: readonly Tensor[], cts: readonly Tensor[]) => readonly Tangent[]
type ForwardRule = (xs: readonly Tensor[]) => Forward

/** A forward pass on batched operands. */
export const batchForward = (fwd: ForwardRule, axis: BatchAxis, xs: readonly Tensor[], dims: readonly Dim[]): BatchedForward => {
  let n = 0
  const r = batchFlat(
    (zs) => {
      const f = fwd(zs)
      n = f.outs.length
      return [...f.outs, ...f.residuals]
    },
    axis,
    xs,
    dims,
  )
  return {
    outs: { outs: r.outs.slice(0, n), dims: r.dims.slice(0, n) },
    residuals: { outs: r.outs.slice(n), dims: r.dims.slice(n) },
  }
}
/**
 * A result that is the same for all examples has one cotangent, the sum of theirs. That is enough where the backward pass makes
 * the same of it for all, and only for operands without the axis. Elsewhere each example needs its own: the result is mapped.
 */
export const vjpMapped = (
  fwd: ForwardRule,
  bwd: Backward,
  axis: BatchAxis,
  dims: readonly Dim[],
  types: readonly Aval[],
  mapped: Mapped,
): Mapped =>
  abstractly(types, mapped, (xs) => {
    const forward = batchForward(fwd, axis, xs, dims)
    return mappedOf(forward.outs.dims).map((m, j) => m || !sharesCotangent(bwd, axis, dims, forward, j))
  })
/** Does the cotangent of result `j` end up, without the axis, in operands without the axis alone? Backward passes are linear in it. */
const sharesCotangent = (bwd: Backward, axis: BatchAxis, dims: readonly Dim[], { outs, residuals }: BatchedForward, j: number): boolean => {
  const n = residuals.outs.length
  let reached: readonly number[] = []
  const r = batchFlat(
    (zs) => {
      const cts = zs.slice(n)
      const zero = zerosLike(cts[j]!)
      const { tangents } = jvpFlat(
        (ws) => bwd(ws.slice(0, n), ws.slice(n)).map((c) => c ?? zero),
        [...zs.slice(0, n), ...cts.map((c) => zerosLike(c))],
        zs.map((z, i) => (i === n + j ? z : null)),
      )
      reached = tangents.flatMap((t, i) => (t ? [i] : []))
      return tangents.filter((t) => t !== null)
    },
    axis,
    [...residuals.outs, ...outs.outs],
    [...residuals.dims, ...outs.dims],
  )
  return reached.every((i, k) => dims[i] === null && r.dims[k] === null)
}
