/** `while`: a loop as long as a condition on the carry holds. Operands: constants of the condition, of the body, the carry. */
import { aval, range, sameType, showAval } from '../../aval'
import { batchJaxpr, jvpJaxpr } from '../../interpreters/jaxprs'
import { guarded } from '../../interpreters/guard'
import { partialEvalJaxpr } from '../../interpreters/partial-eval'
import { run } from '../../interpreters/run'
import { stageClosed } from '../../interpreters/stage'
import type { Jaxpr } from '../../ir/jaxpr'
import { inAvals, outAvals } from '../../ir/jaxpr'
import { dceIns } from '../../ir/dce'
import { hasEffects, withoutEffects } from '../../ir/effects'
import { bits, memo } from '../../ir/memo'
import { zerosLike } from '../../literal'
import { defineLoop, type Dim, type Interpreter, type Primitive, type Step, type Tangent, unsupported } from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { checkTypes } from '../check'
import { selectN } from '../piecewise'
import { reduceOr } from '../reduction'
import { batchAt, broadcastInDim, moveAxis } from '../structural'
import { fixpoint, reorder, where } from './scan-params'

/** Condition and body of a loop, each with constants of its own. */
export interface WhileParams {
  readonly condJaxpr: Jaxpr
  readonly condNumConsts: number
  readonly bodyJaxpr: Jaxpr
  readonly bodyNumConsts: number
}
export const whileCall = (xs: readonly Tensor[], params: WhileParams): readonly Tensor[] => bind(whileP, xs, params)

const split = <A>(xs: readonly A[], p: WhileParams): readonly [cond: readonly A[], body: readonly A[], carry: readonly A[]] => {
  const n = p.condNumConsts
  const m = n + p.bodyNumConsts
  return [xs.slice(0, n), xs.slice(n, m), xs.slice(m)]
}

const jvp = (xs: readonly Tensor[], ts: readonly Tangent[], p: WhileParams): readonly [readonly Tensor[], readonly Tangent[]] => {
  const [condConsts, bodyConsts, init] = split(xs, p)
  const [, bodyTs, initTs] = split(ts, p)
  const bodyNz = bodyTs.map((t) => t !== null)
  const carryNz = fixpoint(
    initTs.map((t) => t !== null),
    (c) => jvpJaxpr(p.bodyJaxpr, [...bodyNz, ...c], c).outNonzero,
  )
  const derived = jvpJaxpr(p.bodyJaxpr, [...bodyNz, ...carryNz], carryNz)
  const [nb, nk] = [bodyConsts.length, init.length]
  const numBodyT = where(bodyNz).length
  const numCarryT = where(carryNz).length
  // (constants, carry, tangents of constants, of carry) -> (constants, their tangents, carry, its tangents)
  const order = [...range(nb), ...range(numBodyT, nb + nk), ...range(nk, nb), ...range(numCarryT, nb + nk + numBodyT)]
  const body = reorder(derived.jaxpr, order, range(derived.jaxpr.outs.length))
  const carryTs = where(carryNz).map((i) => initTs[i] ?? zerosLike(init[i]!))
  const condTypes = inAvals(p.condJaxpr)
  const tangentTypes = where(carryNz).map((i) => aval(init[i]!.aval.shape, init[i]!.aval.dtype))
  const cond = memo(p.condJaxpr, `while-cond:${bits(carryNz)}`, () =>
    stageClosed((ys) => run(p.condJaxpr, ys.slice(0, condTypes.length)), [...condTypes, ...tangentTypes], 'whileLoop'),
  )
  const outs = whileCall([...condConsts, ...bodyConsts, ...bodyTs.filter((t): t is Tensor => t !== null), ...init, ...carryTs], {
    condJaxpr: cond,
    condNumConsts: p.condNumConsts,
    bodyJaxpr: body,
    bodyNumConsts: nb + numBodyT,
  })
  let next = nk
  return [outs.slice(0, nk), carryNz.map((nz) => (nz ? outs[next++]! : null))]
}

/** The condition holds anywhere; where it doesn't, the carry stays as it is. `body` gets where it holds first if it has effects. */
const batchedPredicate = (p: WhileParams, cond: Jaxpr, body: Jaxpr): WhileParams => {
  const first = hasEffects(p.bodyJaxpr) ? 1 : 0
  const n = p.condNumConsts
  const condTypes = inAvals(cond)
  const anywhere = stageClosed((ys) => [reduceOr(run(cond, ys)[0]!, { axes: [0] })], condTypes, 'whileLoop')
  const m = p.bodyNumConsts
  const masked = stageClosed(
    (ys) => {
      const carry = ys.slice(n + m)
      const going = run(withoutEffects(cond), [...ys.slice(0, n), ...carry])[0]!
      const next = run(body, [...[going].slice(0, first), ...ys.slice(n)])
      return carry.map((old, i) => {
        const shape = old.aval.shape
        const mask = shape.length === 1 ? going : broadcastInDim(going, { shape, broadcastDimensions: [0] })
        return selectN(mask, old, next[i]!)
      })
    },
    [...condTypes.slice(0, n), ...inAvals(body).slice(first)],
    'whileLoop',
  )
  return { condJaxpr: anywhere, condNumConsts: n, bodyJaxpr: masked, bodyNumConsts: n + m }
}

const whileP: Primitive<WhileParams> = defineLoop('while', {
  abstractEval: (ins, p) => {
    const [cc, bc, carry] = split(ins, p)
    const wrong = checkTypes([...cc, ...carry], inAvals(p.condJaxpr)) ?? checkTypes([...bc, ...carry], inAvals(p.bodyJaxpr))
    if (wrong) return wrong
    const [pred] = outAvals(p.condJaxpr)
    if (pred?.dtype !== 'bool' || pred.shape.length > 0)
      return `the condition must be a scalar bool, not ${pred ? showAval(pred) : 'nothing'}`
    const outs = outAvals(p.bodyJaxpr)
    const bad = carry.findIndex((a, i) => !outs[i] || !sameType(a, outs[i]!))
    return bad < 0
      ? outs
      : `the body must keep the type of carry ${bad}: ${showAval(carry[bad]!)} in, ${outs[bad] ? showAval(outs[bad]!) : 'nothing'} out`
  },
  jvp,
  transpose: unsupported(
    'how often the body runs is not known before it has run, so there is no place for its intermediate values; use lax.scan, or lax.foriLoop with a fixed number of steps',
  ),
  batch: (axis, xs, dims, p) => {
    const [condD, bodyD, initD] = split(
      dims.map((d) => d !== null),
      p,
    )
    const carryB0 = fixpoint(initD, (c) => batchJaxpr(p.bodyJaxpr, axis, [...bodyD, ...c], c).outBatched)
    const predB = batchJaxpr(p.condJaxpr, axis, [...condD, ...carryB0]).outBatched[0]!
    const carryB = predB ? carryB0.map(() => true) : carryB0
    const body =
      predB && hasEffects(p.bodyJaxpr)
        ? batchJaxpr(guarded(p.bodyJaxpr), axis, [true, ...bodyD, ...carryB], carryB).jaxpr
        : batchJaxpr(p.bodyJaxpr, axis, [...bodyD, ...carryB], carryB).jaxpr
    const cond = batchJaxpr(p.condJaxpr, axis, [...condD, ...carryB], [predB]).jaxpr
    const withDim = xs.map((x, i): readonly [Tensor, Dim] => [x, dims[i]!])
    const [cs, bs, init] = split(withDim, p)
    const front = ([x, d]: readonly [Tensor, Dim]): Tensor => (d === null ? x : moveAxis(x, d, 0))
    const carry = init.map(([x, d], i) => (carryB[i] ? batchAt(axis.size, x, d) : x))
    const conds = cs.map(front)
    const bodies = bs.map(front)
    const outs = predB
      ? whileCall([...conds, ...conds, ...bodies, ...carry], batchedPredicate(p, cond, body))
      : whileCall([...conds, ...bodies, ...carry], { ...p, condJaxpr: cond, bodyJaxpr: body })
    return [outs, carryB.map((b) => (b ? 0 : null))]
  },
  // the known part runs now, with what it does besides; the unknown loop runs all of it again, since its number of turns is the same
  partialEval: (xs, unknown, p, emit) => {
    const [condU, bodyU, initU] = split(unknown, p)
    const carryU = fixpoint(initU, (c) => partialEvalJaxpr(p.bodyJaxpr, [...bodyU, ...c], c).outUnknown)
    const condUnknown = condU.includes(true) || partialEvalJaxpr(p.condJaxpr, [...condU, ...carryU]).outUnknown[0]!
    if (condUnknown || carryU.every((u) => u)) return emit(whileP, xs, p)
    const again = { ...p, condJaxpr: withoutEffects(p.condJaxpr), bodyJaxpr: withoutEffects(p.bodyJaxpr) }
    const all = emit(whileP, xs, again)
    const cutBody = partialEvalJaxpr(p.bodyJaxpr, [...bodyU, ...carryU], carryU)
    const numKnown = carryU.filter((u) => !u).length
    const body = { ...cutBody.known, outs: cutBody.known.outs.slice(0, numKnown) }
    const keptCond = [...condU.map(() => true), ...carryU.map((u) => !u)]
    const cond = { ...p.condJaxpr, ins: p.condJaxpr.ins.filter((_, i) => keptCond[i]) }
    const [cs, bs, init] = split(xs, p)
    const knownBody = bs.filter((_, i) => !bodyU[i])
    const known = whileCall([...cs, ...knownBody, ...init.filter((_, i) => !carryU[i])], {
      condJaxpr: cond,
      condNumConsts: cs.length,
      bodyJaxpr: body,
      bodyNumConsts: knownBody.length,
    })
    let k = 0
    return carryU.map((u, i) => (u ? all[i]! : known[k++]!))
  },
  bodies: ({ condJaxpr, bodyJaxpr }) => [
    { path: 'condJaxpr', jaxpr: condJaxpr, runs: 'while' },
    { path: 'bodyJaxpr', jaxpr: bodyJaxpr, runs: 'while' },
  ],
  interpret: <B>(p: WhileParams, host: Interpreter<B>, given: readonly boolean[]): Step<B> => {
    const n = p.condNumConsts + p.bodyNumConsts
    const cond = host.program(
      p.condJaxpr,
      p.condJaxpr.ins.map(() => false),
    )
    // what a turn is carried is its own
    const body = host.program(
      p.bodyJaxpr,
      p.bodyJaxpr.ins.map((_, i) => i >= p.bodyNumConsts),
    )
    const predType = outAvals(p.condJaxpr)[0]!
    return (inputs, take) => {
      const [conds, bodies, init] = split(inputs, p)
      let carry: B[] = []
      const goesOn = (cc: readonly B[]): boolean => {
        const [pred] = cond([...cc, ...carry])
        try {
          return host.read(pred!, predType) !== 0
        } finally {
          host.release(pred!)
        }
      }
      try {
        init.forEach((x, i) => carry.push(given[n + i] ? take(n + i) : host.share(host.whole(x))))
        const [cc, bc] = [conds.map(host.whole), bodies.map(host.whole)]
        while (goesOn(cc)) {
          const last = carry
          carry = []
          carry = [...body([...bc, ...last])]
        }
      } catch (e) {
        for (const b of carry) host.release(b)
        throw e
      }
      return carry
    }
  },
  dce: (p, used) => {
    const condReads = split(
      [...new Array<boolean>(p.condNumConsts + p.bodyNumConsts).fill(false), ...dceIns(p.condJaxpr, [true]).usedIns.slice(p.condNumConsts)],
      p,
    )[2]
    const carry = fixpoint(
      used.map((u, i) => u || condReads[i]!),
      (c) => dceIns(p.bodyJaxpr, c).usedIns.slice(p.bodyNumConsts),
    )
    const body = dceIns(p.bodyJaxpr, carry)
    const bodyConsts = body.usedIns.slice(0, p.bodyNumConsts)
    const keptBody = [...bodyConsts, ...carry]
    const keptCond = [...new Array<boolean>(p.condNumConsts).fill(true), ...carry]
    return {
      params: {
        ...p,
        condJaxpr: { ...p.condJaxpr, ins: p.condJaxpr.ins.filter((_, i) => keptCond[i]) },
        bodyJaxpr: { ...body.jaxpr, ins: p.bodyJaxpr.ins.filter((_, i) => keptBody[i]) },
        bodyNumConsts: bodyConsts.filter(Boolean).length,
      },
      usedIns: [...new Array<boolean>(p.condNumConsts).fill(true), ...bodyConsts, ...carry],
      keptOuts: carry,
    }
  },
})
