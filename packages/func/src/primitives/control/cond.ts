/** `cond`: one of several programs, by an int32 index that is clamped into range. Operands: the index, then what each branch gets. */
import { type Aval, sameType, showAval } from '../../aval'
import { batchJaxpr, jvpJaxpr } from '../../interpreters/jaxprs'
import { guarded } from '../../interpreters/guard'
import { partialEvalJaxpr } from '../../interpreters/partial-eval'
import { run } from '../../interpreters/run'
import { stageClosed } from '../../interpreters/stage'
import { transposeJaxpr } from '../../interpreters/transpose'
import { dce } from '../../ir/dce'
import { hasEffects } from '../../ir/effects'
import type { Jaxpr } from '../../ir/jaxpr'
import { inAvals, outAvals } from '../../ir/jaxpr'
import { literal, zerosLike } from '../../literal'
import { defineLoop, type Dim, type Interpreter, isLinear, type Primitive, type Step } from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { merge, linearCotangents } from '../call/jit'
import { checkTypes } from '../check'
import { clamp, eq, selectN } from '../piecewise'
import { broadcastInDim, moveAxis } from '../structural'

/** A program for each branch; the first operand is the index of the branch. */
export interface CondParams {
  readonly branches: readonly Jaxpr[]
}
export const condCall = (xs: readonly Tensor[], params: CondParams): readonly Tensor[] => bind(condP, xs, params)

const union = (masks: readonly (readonly boolean[])[]): boolean[] => masks[0]!.map((_, i) => masks.some((m) => m[i]))

const clampedTo = (branches: readonly unknown[], index: Tensor): Tensor =>
  clamp(literal(0, 'int32'), index, literal(branches.length - 1, 'int32'))
/** All branches run on all elements, and each element takes its own. Results have the batch axis first. */
const selectBranches = (size: number, index: Tensor, outs: readonly (readonly Tensor[])[]): Tensor[] =>
  outs[0]!.map((first, i) => {
    const { shape } = first.aval
    const clamped = clampedTo(outs, index)
    const which = shape.length === 1 ? clamped : broadcastInDim(clamped, { shape: [size, ...shape.slice(1)], broadcastDimensions: [0] })
    return selectN(which, ...outs.map((o) => o[i]!))
  })

/** Residuals of all branches share places by type: a branch fills its own, the others with zeros. */
interface Places {
  readonly types: readonly Aval[]
  /** For each branch the place of each of its residuals. */
  readonly at: readonly (readonly number[])[]
}
const sharePlaces = (residuals: readonly (readonly Aval[])[]): Places => {
  const types: Aval[] = []
  const at = residuals.map((rs) => {
    const taken = new Set<number>()
    return rs.map((r) => {
      let i = types.findIndex((t, k) => !taken.has(k) && sameType(t, r))
      if (i < 0) i = types.push(r) - 1
      taken.add(i)
      return i
    })
  })
  return { types, at }
}

const condP: Primitive<CondParams> = defineLoop('cond', {
  abstractEval: ([index, ...ins], { branches }) => {
    if (index?.dtype !== 'int32' || index.shape.length > 0) return 'the index must be a scalar int32'
    const wrong = branches.map((b) => checkTypes(ins, inAvals(b))).find((w) => w !== undefined)
    if (wrong) return wrong
    const first = outAvals(branches[0]!)
    for (const b of branches.slice(1)) {
      const outs = outAvals(b)
      const i = first.findIndex((a, k) => !outs[k] || !sameType(a, outs[k]!))
      if (i >= 0 || outs.length !== first.length)
        return `branches must agree: output ${Math.max(i, 0)} is ${first[i] ? showAval(first[i]!) : 'absent'} in one and ${outs[i] ? showAval(outs[i]!) : 'absent'} in another`
    }
    return first
  },
  jvp: ([index, ...xs], [, ...ts], { branches }) => {
    const nz = ts.map((t) => t !== null)
    const outNz = union(branches.map((b) => jvpJaxpr(b, nz).outNonzero))
    const derived = branches.map((b) => jvpJaxpr(b, nz, outNz).jaxpr)
    const outs = condCall([index!, ...xs, ...ts.filter((t): t is Tensor => t !== null)], { branches: derived })
    let next = outNz.length
    return [outs.slice(0, outNz.length), outNz.map((z) => (z ? outs[next++]! : null))]
  },
  transpose: (cts, [index, ...ins], { branches }) => {
    const linear = ins.map(isLinear)
    const given = cts.map((c) => c !== null)
    const back = branches.map((b) => transposeJaxpr(b, linear, given))
    const known = ins.filter((x): x is Tensor => !isLinear(x))
    const outs = condCall([index as Tensor, ...known, ...cts.filter((c): c is Tensor => c !== null)], { branches: back })
    return [null, ...linearCotangents(ins, outs)]
  },
  batch: (axis, [index, ...xs], [indexDim, ...dims], { branches }) => {
    const front = (x: Tensor, d: Dim): Tensor => (d === null ? x : moveAxis(x, d, 0))
    const batched = dims.map((d) => d !== null)
    const operands = xs.map((x, i) => front(x, dims[i]!))
    if (indexDim !== null) {
      const which = front(index!, indexDim!)
      const outs = branches.map((b, k) => {
        const forced = b.outs.map(() => true)
        if (!hasEffects(b)) return run(batchJaxpr(b, axis, batched, forced).jaxpr, operands)
        const chosen = eq(clampedTo(branches, which), literal(k, 'int32'))
        return run(batchJaxpr(guarded(b), axis, [true, ...batched], forced).jaxpr, [chosen, ...operands])
      })
      return [selectBranches(axis.size, which, outs), branches[0]!.outs.map(() => 0)]
    }
    const outBatched = union(branches.map((b) => batchJaxpr(b, axis, batched).outBatched))
    const derived = branches.map((b) => batchJaxpr(b, axis, batched, outBatched).jaxpr)
    return [condCall([index!, ...operands], { branches: derived }), outBatched.map((b) => (b ? 0 : null))]
  },
  partialEval: ([index, ...xs], [indexUnknown, ...unknown], p, emit) => {
    if (indexUnknown) return emit(condP, [index!, ...xs], p)
    const outUnknown = union(p.branches.map((b) => partialEvalJaxpr(b, unknown).outUnknown))
    const cuts = p.branches.map((b) => partialEvalJaxpr(b, unknown, outUnknown))
    const numKnown = outUnknown.filter((u) => !u).length
    const places = sharePlaces(cuts.map((c) => outAvals(c.known).slice(numKnown)))
    const knownBranches = cuts.map((c, i) =>
      stageClosed(
        (ys) => {
          const outs = run(c.known, ys)
          const at = places.at[i]!
          return [
            ...outs.slice(0, numKnown),
            ...places.types.map((t, k) => (at.includes(k) ? outs[numKnown + at.indexOf(k)]! : zerosLike({ aval: t }))),
          ]
        },
        inAvals(c.known),
        'cond',
      ),
    )
    const unknownTypes = xs.filter((_, i) => unknown[i]).map((x) => x.aval)
    const unknownBranches = cuts.map((c, i) =>
      stageClosed(
        (ys) => run(c.unknown, [...places.at[i]!.map((k) => ys[k]!), ...ys.slice(places.types.length)]),
        [...places.types, ...unknownTypes],
        'cond',
      ),
    )
    const knownOuts = condCall([index!, ...xs.filter((_, i) => !unknown[i])], { branches: knownBranches })
    const operands = [index!, ...knownOuts.slice(numKnown), ...xs.filter((_, i) => unknown[i])]
    return merge(outUnknown, emit(condP, operands, { branches: unknownBranches }), knownOuts.slice(0, numKnown))
  },
  bodies: ({ branches }) => branches.map((jaxpr, i) => ({ path: `branches[${i}]`, jaxpr, runs: 'choice' })),
  interpret: <B>({ branches }: CondParams, host: Interpreter<B>, [, ...given]: readonly boolean[]): Step<B> => {
    const programs = branches.map((b) => host.program(b, given))
    const indexType = { shape: [], dtype: 'int32', weakType: false } as const
    return ([index, ...xs], take) => {
      const i = host.read(host.whole(index!), indexType)
      const operands: B[] = []
      try {
        xs.forEach((x, k) => operands.push(given[k] ? take(k + 1) : host.whole(x)))
      } catch (e) {
        operands.forEach((b, k) => given[k] && host.release(b))
        throw e
      }
      return programs[Math.min(Math.max(i, 0), programs.length - 1)]!(operands)
    }
  },
  dce: ({ branches }, used) => {
    const trimmed = branches.map((b) => dce(b, used))
    const usedIns = union(trimmed.map((t) => t.usedIns))
    return {
      params: { branches: trimmed.map((t) => ({ ...t.jaxpr, ins: t.jaxpr.ins.filter((_, i) => usedIns[i]) })) },
      usedIns: [true, ...usedIns],
      keptOuts: used,
    }
  },
  show: ({ branches }) => ({ branches }),
})
