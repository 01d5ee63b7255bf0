/**
 * Sums over the steps of a loop that are taken after it.
 *
 * Backwards, a loop adds up the gradient of each of its constants step by step. Where a step's part is a product of matrices, as that of a
 * weight is, the sum of all parts is one product over steps and batch together, of the stacked operands: the same numbers added in
 * another order, and one large product in the place of many small ones.
 */
import { sizeOf } from '../../aval'
import type { Atom, Eqn, Jaxpr, Var } from '../../ir/jaxpr'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { dotGeneral, type DotParams } from '../contraction'
import { addAny, reduceSum } from '../structural'

/** The array of all steps of a variable of one. */
type Stack = (v: Var) => Tensor
/** A sum over all steps. */
interface Sum {
  /** What it reads of each step. */
  readonly reads: readonly Var[]
  readonly hasProduct: boolean
  readonly take: (stack: Stack) => Tensor
}
export interface Sums {
  /** For each output that is summed: its sum after the loop, or null where the loop adds it up. */
  readonly after: readonly (Sum['take'] | null)[]
  /** What the loop must give of each step for them. */
  readonly stacked: readonly Var[]
}
const overSteps = (axes: readonly number[]): number[] => [0, ...axes.map((a) => a + 1)]

interface Permutation {
  readonly permutation: readonly number[]
}
/** The parameters of a product with its operands swapped, if a permutation of its result comes to that. */
const swappedBy = ({ permutation }: Permutation, { ins: [x], params }: Eqn): DotParams | undefined => {
  const { dimensionNumbers, precision, ...rest } = params as DotParams
  const [[left, right], [batch]] = dimensionNumbers
  const free = x!.aval.shape.length - left.length
  const n = permutation.length
  if (batch.length > 0 || permutation.some((p, i) => p !== (i + free) % n)) return undefined
  return {
    ...rest,
    ...(precision ? { precision: [precision[1], precision[0]] as const } : {}),
    dimensionNumbers: [
      [right, left],
      [[], []],
    ],
  }
}

/** How outputs of one step are made, as far as it can be made of all steps at once. `constants` are the same in each step. */
const sumsOf = (jaxpr: Jaxpr, constants: ReadonlySet<Var>): ((a: Atom) => Sum | undefined) => {
  const makers = new Map<Var, Eqn>()
  for (const e of jaxpr.eqns) for (const v of e.outs) makers.set(v, e)
  const varies = (a: Atom): a is Var => a._tag === 'Var' && !constants.has(a)
  const sumOf = (a: Atom): Sum | undefined => {
    const e = a._tag === 'Var' ? makers.get(a) : undefined
    if (e === undefined) return undefined
    const [x, y] = e.ins
    switch (e.primitive.name) {
      case 'dot_general':
        return productOf(e.params as DotParams, x!, y!)
      case 'transpose': {
        const dot = makers.get(x as Var)
        const swapped = dot?.primitive.name === 'dot_general' ? swappedBy(e.params as Permutation, dot) : undefined
        // the operands of a product the other way round, for which nothing is to be transposed
        if (swapped) return productOf(swapped, dot!.ins[1]!, dot!.ins[0]!)
        return moved(e)
      }
      case 'reduce_sum': {
        if (!varies(x!)) return undefined
        const axes = overSteps((e.params as { readonly axes: readonly number[] }).axes)
        return { reads: [x], hasProduct: false, take: (stack) => reduceSum(stack(x), { axes }) }
      }
      case 'add_any': {
        const [p, q] = [sumOf(x!), sumOf(y!)]
        if (!p || !q) return undefined
        return {
          reads: [...p.reads, ...q.reads],
          hasProduct: p.hasProduct && q.hasProduct,
          take: (stack) => addAny(p.take(stack), q.take(stack)),
        }
      }
      case 'reshape':
      case 'squeeze':
        return moved(e)
      default:
        return undefined
    }
  }
  const productOf = (params: DotParams, x: Atom, y: Atom): Sum | undefined => {
    const [[left, right], [batch]] = params.dimensionNumbers
    if (batch.length > 0 || !varies(x) || !varies(y)) return undefined
    const dimensionNumbers: DotParams['dimensionNumbers'] = [
      [overSteps(left), overSteps(right)],
      [[], []],
    ]
    return { reads: [x, y], hasProduct: true, take: (stack) => dotGeneral(stack(x), stack(y), { ...params, dimensionNumbers }) }
  }
  const moved = (e: Eqn): Sum | undefined => {
    const part = sumOf(e.ins[0]!)
    return part && { ...part, take: (stack) => bind(e.primitive, [part.take(stack)], e.params as never)[0]! }
  }
  return sumOf
}

/**
 * Which of the first `count` outputs are summed after the loop: those whose operands, as far as they are no slices and not stacked for
 * another sum, are no larger than the sum itself, which the loop would read and write in each step; so memory stays of its order.
 */
export const sumsAfter = (jaxpr: Jaxpr, count: number, constants: ReadonlySet<Var>, slices: ReadonlySet<Var>): Sums => {
  const sumOf = sumsOf(jaxpr, constants)
  const found = jaxpr.outs.slice(0, count).map(sumOf)
  const stacked = new Set<Var>()
  const after = new Array<Sum['take'] | null>(count).fill(null)
  const choose = (affords: (sum: Sum, cost: number, size: number) => boolean): void =>
    found.forEach((sum, i) => {
      if (!sum || after[i]) return
      const fresh = new Set(sum.reads.filter((v) => !slices.has(v) && !stacked.has(v)))
      const cost = [...fresh].reduce((n, v) => n + sizeOf(v.aval.shape), 0)
      if (!affords(sum, cost, sizeOf(jaxpr.outs[i]!.aval.shape))) return
      for (const v of fresh) stacked.add(v)
      after[i] = sum.take
    })
  choose((sum, cost, size) => sum.hasProduct && cost <= size)
  // what costs nothing then: the sums of biases
  if (stacked.size > 0) choose((_, cost) => cost === 0)
  return { after, stacked: [...stacked] }
}
