/** Which operations can fail, of the kinds that are asked for, and how that is seen. */
import { aval, type Aval, sizeOf } from '../aval'
import { isFloating } from '../dtype'
import { equationsOf } from '../ir/bodies'
import type { Eqn, Jaxpr } from '../ir/jaxpr'
import { isnan, logicalAnd, logicalNot, logicalOr } from '../numpy/logic'
import { convert } from '../primitives/structural'
import { argmax, any } from '../numpy/reduce'
import { broadcastTo, reshape } from '../numpy/shape'
import { take } from '../numpy/take'
import { array } from '../numpy/creation'
import { literal } from '../literal'
import { eq, gt, lt } from '../primitives/piecewise'
import { checkP, type DebugCallbackParams } from '../primitives/callback'
import { windowOf } from '../primitives/index-shapes'
import type { ParamsOf, ScatterParams } from '../table'
import type { Tensor } from '../tensor'
import { sentenceOf } from './check'
import type { Site } from './result'

/** A kind of failure. */
export type CheckKind = 'user' | 'nan' | 'index' | 'div'
/** What an equation came to: whether it failed, and the values for its message. */
interface Verdict {
  readonly failed: Tensor
  readonly values: readonly Tensor[]
}
interface Rule {
  readonly values: readonly Aval[]
  readonly sentence: Site['sentence']
  readonly verdict: (ins: readonly Tensor[], outs: readonly Tensor[]) => Verdict
}

/** What only moves elements makes no NaN. */
const moves = new Set(
  'broadcast_in_dim transpose reshape squeeze slice concatenate pad rev iota dynamic_slice dynamic_update_slice gather scatter select_n copy stop_gradient convert_element_type sort bitcast_convert_type'.split(
    ' ',
  ),
)
const nanRule = (e: Eqn): Rule => ({
  values: [],
  sentence: () => `${e.primitive.name}: a NaN came out`,
  verdict: (_, outs) => ({
    failed: outs
      .filter((y) => isFloating(y.dtype))
      .map((y) => any(isnan(y)))
      .reduce(logicalOr),
    values: [],
  }),
})
const divRule = (e: Eqn): Rule => ({
  values: [],
  sentence: () => `${e.primitive.name}: a divisor is zero`,
  verdict: ([, y]) => ({ failed: any(eq(y!, broadcastTo(literal(0, y!.dtype), y!.shape))), values: [] }),
})
const int32 = aval([], 'int32')
/** Starts of windows, the last axis being that of the operand; the largest that fits on each axis. */
const indexRule = (
  e: Eqn,
  x: Aval,
  starts: (ins: readonly Tensor[]) => Tensor,
  axes: readonly number[],
  sizes: readonly number[],
): Rule => ({
  values: [int32, int32],
  sentence: ([index, axis]) =>
    `${e.primitive.name}: index ${index!.data[0]} is out of bounds for axis ${axis!.data[0]} of size ${x.shape[Number(axis!.data[0])]} of an array of shape [${x.shape.join()}]`,
  verdict: (ins) => {
    const at = convert(starts(ins), 'int32')
    const most = broadcastTo(
      array(
        axes.map((a) => x.shape[a]! - sizes[a]!),
        { dtype: 'int32' },
      ),
      at.shape,
    )
    const wrong = logicalOr(lt(at, broadcastTo(literal(0, 'int32'), at.shape)), gt(at, most))
    const first = convert(argmax(reshape(wrong, [-1])), 'int32')
    const all = broadcastTo(array(axes, { dtype: 'int32' }), at.shape)
    return { failed: any(wrong), values: [take(reshape(at, [-1]), first), take(reshape(all, [-1]), first)] }
  },
})
const indexRuleOf = (e: Eqn): Rule | undefined => {
  const x = e.ins[0]?.aval
  if (x === undefined) return undefined
  const { name } = e.primitive
  const stacked = (ins: readonly Tensor[]): Tensor => array(ins.map((i) => convert(i, 'int32')))
  const ranks = x.shape.map((_, i) => i)
  if (x.shape.length > 0 && name === 'dynamic_slice')
    return indexRule(e, x, (ins) => stacked(ins.slice(1)), ranks, (e.params as ParamsOf['dynamic_slice']).sliceSizes)
  if (x.shape.length > 0 && name === 'dynamic_update_slice')
    return indexRule(e, x, (ins) => stacked(ins.slice(2)), ranks, e.ins[1]!.aval.shape)
  if (sizeOf(e.ins[1]?.aval.shape ?? []) === 0) return undefined
  if (name === 'gather') {
    const p = e.params as ParamsOf['gather']
    return p.dimensionNumbers.startIndexMap.length === 0
      ? undefined
      : indexRule(e, x, (ins) => ins[1]!, p.dimensionNumbers.startIndexMap, p.sliceSizes)
  }
  if (name.startsWith('scatter')) {
    const { dimensionNumbers: d } = e.params as ScatterParams
    const sizes = windowOf(x.shape.length, e.ins[2]!.aval.shape, d)
    return d.scatterDimsToOperandDims.length === 0 ? undefined : indexRule(e, x, (ins) => ins[1]!, d.scatterDimsToOperandDims, sizes)
  }
  return undefined
}
/** A check of the user's: of all examples that it was mapped over the first that fails. */
const userRule = (e: Eqn): Rule => {
  const { levels, guarded, callback } = e.params as DebugCallbackParams
  const first = guarded ? 2 : 1
  const sizes = levels.map((l) => l.size)
  const own = (i: number): Aval => {
    const { shape, dtype } = e.ins[i]!.aval
    return aval(shape.slice(levels.filter((l) => l.mapped[i]).length), dtype)
  }
  const types = e.ins.map((_, i) => own(i))
  /** With all axes of the examples, as one. */
  const spread = (x: Tensor, i: number): Tensor => {
    const { shape } = types[i]!
    let k = 0
    const lead = levels.map((l) => (l.mapped[i] ? x.shape[k++]! : 1))
    return reshape(broadcastTo(reshape(x, [...lead, ...shape]), [...sizes, ...shape]), [sizeOf(sizes), ...shape])
  }
  return {
    values: types.slice(first),
    sentence: sentenceOf(callback),
    verdict: (ins) => {
      const all = ins.map(spread)
      const fails = logicalNot(all[first - 1]!)
      const failed = guarded ? logicalAnd(all[0]!, fails) : fails
      const at = convert(argmax(failed), 'int32')
      return { failed: any(failed), values: all.slice(first).map((x) => take(x, at, { axis: 0 })) }
    },
  }
}
/** How an equation can fail by itself, of these kinds. */
export const rulesOf = (e: Eqn, kinds: ReadonlySet<CheckKind>): readonly Rule[] => {
  const { primitive } = e
  if (primitive === (checkP as unknown)) return kinds.has('user') ? [userRule(e)] : []
  if (primitive.kind !== 'leaf') return []
  const index = kinds.has('index') ? indexRuleOf(e) : undefined
  const divides = kinds.has('div') && (primitive.name === 'div' || primitive.name === 'rem')
  const floats = kinds.has('nan') && !moves.has(primitive.name) && e.outs.some((v) => isFloating(v.aval.dtype))
  return [...(index ? [index] : []), ...(divides ? [divRule(e)] : []), ...(floats ? [nanRule(e)] : [])]
}
/** All sites of a program, bodies included; one for an equation, however often its program is called. */
export const sitesOf = (
  program: Jaxpr,
  kinds: ReadonlySet<CheckKind>,
): { readonly sites: readonly Site[]; readonly numberOf: ReadonlyMap<Eqn, number> } => {
  const sites: Site[] = []
  const numberOf = new Map<Eqn, number>()
  for (const e of equationsOf(program)) {
    if (numberOf.has(e)) continue
    const rules = rulesOf(e, kinds)
    if (rules.length === 0) continue
    numberOf.set(e, sites.length)
    for (const { values, sentence } of rules) sites.push({ scope: e.origin?.scope ?? '', values, sentence })
  }
  return { sites, numberOf }
}
