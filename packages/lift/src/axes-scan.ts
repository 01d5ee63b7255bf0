/**
 * A scan with axes: arguments and results along any axis or broadcast, and values that the loop does not change.
 *
 * The body is first run on unknown carry and scanned values: what it answers as broadcast must be known all the same, and is computed
 * once, outside the loop; the loop then gets it as its broadcast input. So variables may be initialized inside the body.
 */
import { broadcast, type ScopeError } from '@heddle/core'
import { evalKnown, isStatic, isTensor, lax, np, type ShapeDtype, type Tensor } from '@heddle/func'
import { broadcastPrefix, flatten, leavesWithPath, map, unflatten, type Path, type TreeDef } from '@heddle/tree'
import { exception } from './edge'
import { explained, sidesOf, type Named } from './misuse'
import { Static } from './static'

/** What a body answers: values that do not depend on the loop, the carry, what is stacked, and what it learned, which is static. */
export interface BodyResult<B, C, Y, L> {
  readonly shared: B
  readonly carry: C
  readonly ys: Y
  readonly learned: L
}

/** A body, that goes on from what the first pass learned. */
export type Body<B, C, X, Y, L> = (
  learned: L,
  shared: B,
  carry: C,
  xs: X,
) => BodyResult<B, C, Y, L> & {
  /** Does it add to the carry? Then the first iteration runs before the loop. */
  readonly grows: boolean
}

/** Axes, and the loop. */
export interface AxesScanOptions<C> {
  /** A prefix of the arguments: an axis, or `broadcast` (or null) for the same value in each iteration. */
  readonly inAxes: unknown
  /** A prefix of the results: an axis, or `broadcast` for a value that does not depend on the loop. */
  readonly outAxes: unknown
  readonly length: number
  readonly reverse: boolean
  readonly unroll: number
  /** Run the first pass (default). Without it nothing can be made inside and broadcast, and results cannot be broadcast. */
  readonly checkConstancyInvariants: boolean
  /** Checks the carry after an iteration that ran before the loop. */
  readonly grown: (carry: C) => void
  /** What is wrong with a carry that disagrees before and after an iteration: trees with types. */
  readonly mismatch: (before: C, after: C) => ScopeError | undefined
  /** What the user calls the value at a place in what is shared, or in the results. */
  readonly describe: (part: 'shared' | 'results', at: Path) => Named
}

/** What is known before the loop: what is shared, results that do not depend on the loop, and what the body learned. */
interface FirstPass<B, L> {
  readonly shared: B
  readonly constants: readonly unknown[]
  readonly learned: L
  readonly grows: boolean
}

/** Results of an iteration: tensors that are stacked, and all the rest, which is static. */
interface Stacked<L> {
  readonly tensors: readonly Tensor[]
  readonly rest: Static<{
    readonly treedef: TreeDef
    /** Booleans and strings among the leaves, and undefined for others. */
    readonly leaves: readonly unknown[]
    readonly learned: L
  }>
}

const isShared = (axis: unknown): boolean => axis === null || axis === broadcast
/** Is it cut into slices, or stacked of them? Booleans and strings are not, whatever their axis. */
const hasAxis = (leaf: unknown, axis: unknown): boolean => !isShared(axis) && !isStatic(leaf)
const isType = (x: unknown): boolean => typeof x === 'object' && x !== null && 'dtype' in x && !isTensor(x)
const typeOf = (x: Tensor): ShapeDtype => {
  const { shape, dtype } = np.asarray(x)
  return { shape, dtype }
}
const toFront = (x: Tensor, axis: number): Tensor => (axis === 0 ? x : np.moveaxis(x, axis, 0))
const fromFront = (x: Tensor, axis: number): Tensor => (axis === 0 ? x : np.moveaxis(x, 0, axis))

/** Runs the loop. Errors: LoopVariantError, and what `mismatch` says. Source: `flax.core.axes_scan.scan`. */
export const axesScan = <B, C, X, Y, L>(
  body: Body<B, C, X, Y, L>,
  learned: L,
  shared: B,
  init: C,
  xs: X,
  options: AxesScanOptions<C>,
): BodyResult<B, C, Y, L> => {
  const { inAxes, outAxes, length, reverse, unroll, checkConstancyInvariants, grown, mismatch, describe } = options
  const { leaves, treedef } = flatten(xs)
  const axes = broadcastPrefix(inAxes, xs)
  const scanned = leaves.flatMap((x, i) => (hasAxis(x, axes[i]) ? [toFront(np.asarray(x as Tensor), axes[i] as number)] : []))
  const argsOf = (slices: readonly unknown[]): X => {
    let next = 0
    return unflatten<X>(
      treedef,
      leaves.map((x, i) => (hasAxis(x, axes[i]) ? slices[next++] : x)),
    )
  }
  const outAxesOf = (ys: Y): readonly unknown[] => broadcastPrefix(outAxes, ys)

  const firstPass = (): FirstPass<B, L> => {
    const slices = scanned.map((x) => ({ shape: x.shape.slice(1), dtype: x.dtype }))
    const { result, leaves: known } = evalKnown(
      (carry: C, inputs: readonly unknown[]) => {
        const done = body(learned, shared, carry, argsOf(inputs))
        const outs = outAxesOf(done.ys)
        const results = leavesWithPath(done.ys).filter(([, leaf], i) => isShared(outs[i]) && !isStatic(leaf))
        const facts = { places: results.map(([at]) => at), learned: done.learned, grows: done.grows }
        return { shared: done.shared, results: results.map(([, leaf]) => leaf), facts: new Static(facts) }
      },
      map(typeOf, init),
      slices,
    )
    const { places, ...facts } = result.facts.value
    const variant = known.indexOf(null)
    if (variant >= 0) {
      const tensors = leavesWithPath(result, isType).filter(([, leaf]) => !isStatic(leaf))
      const [part, ...at] = tensors[variant]![0] as readonly ['shared' | 'results', ...Path]
      const named = part === 'shared' ? describe(part, at) : describe(part, places[at[0] as number]!)
      throw exception({ _tag: 'LoopVariantError', where: 'scan', ...named })
    }
    return { shared: result.shared, constants: result.results, ...facts }
  }
  const first: FirstPass<B, L> = checkConstancyInvariants ? firstPass() : { shared, constants: [], learned, grows: false }

  const iterate = (c: C, slices: readonly unknown[]): readonly [C, Stacked<L>] => {
    const done = body(first.learned, first.shared, c, argsOf(slices))
    const out = flatten(done.ys)
    const axesOut = outAxesOf(done.ys)
    const statics = out.leaves.map((y) => (isStatic(y) ? y : undefined))
    return [
      done.carry,
      {
        tensors: out.leaves.filter((y, i) => hasAxis(y, axesOut[i])) as readonly Tensor[],
        rest: new Static({ treedef: out.treedef, leaves: statics, learned: done.learned }),
      },
    ]
  }
  const loop = (start: C, slices: readonly Tensor[], n: number): readonly [C, Stacked<L>] =>
    explained(
      () => lax.scan<C, readonly Tensor[], Stacked<L>, number>(iterate, start, slices, { length: n, reverse, unroll }),
      (cause) => {
        const sides = sidesOf<C>(cause, iterate)
        return sides === undefined ? undefined : mismatch(sides[0]!, sides[1]!)
      },
    )
  const loopFromSecond = (): readonly [C, Stacked<L>] => {
    const [one, from, to] = reverse ? [length - 1, 0, length - 1] : [0, 1, length]
    const [start, { tensors, rest: restOfFirst }] = iterate(
      init,
      scanned.map((x) => lax.indexInDim(x, one, 0, false)),
    )
    grown(start)
    const alone = tensors.map((y) => np.expandDims(np.asarray(y), 0))
    if (length === 1) return [start, { tensors: alone, rest: restOfFirst }]
    const others = scanned.map((x) => lax.sliceInDim(x, from, to))
    const [last, { tensors: ys, rest }] = loop(start, others, length - 1)
    return [last, { tensors: alone.map((y, i) => np.concatenate(reverse ? [ys[i]!, y] : [y, ys[i]!])), rest }]
  }
  const [carry, { tensors, rest }] = first.grows && length > 0 ? loopFromSecond() : loop(init, scanned, length)
  const { treedef: tree, leaves: statics, learned: atLast } = rest.value
  return { shared: first.shared, carry, ys: join<Y>(tree, statics, outAxes, first.constants, tensors), learned: atLast }
}

const join = <Y>(
  treedef: TreeDef,
  statics: readonly unknown[],
  outAxes: unknown,
  constants: readonly unknown[],
  stacked: readonly unknown[],
): Y => {
  const axes = broadcastPrefix(outAxes, treedef.unflatten(statics.map((y) => y ?? 0)))
  let c = 0
  let s = 0
  return unflatten<Y>(
    treedef,
    statics.map((y, i) => {
      if (y !== undefined) return y
      return isShared(axes[i]) ? constants[c++] : fromFront(stacked[s++] as Tensor, axes[i] as number)
    }),
  )
}
