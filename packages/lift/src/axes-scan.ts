/**
 * A scan with axes: arguments and results along any axis or broadcast, and values that the loop does not change.
 *
 * The body is first run on unknown carry and scanned values: what it answers as broadcast must be known all the same, and is computed
 * once, outside the loop; the loop then gets it as its broadcast input. So variables may be initialized inside the body.
 */
import { broadcast } from '@heddle/core'
import { evalKnown, isStatic, isTensor, lax, np, type ShapeDtype, type Tensor } from '@heddle/func'
import { broadcastPrefix, flatten, leavesWithPath, map, unflatten, type Path } from '@heddle/tree'
import { exception } from './edge'
import type { Named } from './misuse'

/** What a body answers: values that do not depend on the loop, the carry, and what is stacked. */
export interface BodyResult<B, C, Y> {
  readonly shared: B
  readonly carry: C
  readonly ys: Y
}

/** The body of a loop, in its first pass (`first`) or in the loop. */
export type Body<B, C, X, Y> = (first: boolean, shared: B, carry: C, xs: X) => BodyResult<B, C, Y>

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
  /** Has the first pass found that an iteration adds to the carry? Then the first iteration runs before the loop. */
  readonly growing: () => boolean
  /** Checks the carry after it. */
  readonly grown: (carry: C) => void
  /** What the user calls the value at a place in what is shared, or in the results. */
  readonly describe: (part: 'shared' | 'results', at: Path) => Named
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

/** Runs the loop. Errors: LoopVariantError. Source: `flax.core.axes_scan.scan`. */
export const axesScan = <B, C, X, Y>(
  body: Body<B, C, X, Y>,
  shared: B,
  init: C,
  xs: X,
  options: AxesScanOptions<C>,
): BodyResult<B, C, Y> => {
  const { inAxes, outAxes, length, reverse, unroll, checkConstancyInvariants, growing, grown, describe } = options
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

  const firstPass = (): { readonly shared: B; readonly constants: readonly unknown[] } => {
    const places: { value: readonly Path[] } = { value: [] }
    const slices = scanned.map((x) => ({ shape: x.shape.slice(1), dtype: x.dtype }))
    const { result, leaves: known } = evalKnown(
      (carry: C, inputs: readonly unknown[]) => {
        const done = body(true, shared, carry, argsOf(inputs))
        const outs = outAxesOf(done.ys)
        const results = leavesWithPath(done.ys).filter(([, leaf], i) => isShared(outs[i]) && !isStatic(leaf))
        places.value = results.map(([at]) => at)
        return { shared: done.shared, results: results.map(([, leaf]) => leaf) }
      },
      map(typeOf, init),
      slices,
    )
    const variant = known.indexOf(null)
    if (variant >= 0) {
      const tensors = leavesWithPath(result, isType).filter(([, leaf]) => !isStatic(leaf))
      const [part, ...at] = tensors[variant]![0] as readonly ['shared' | 'results', ...Path]
      const named = part === 'shared' ? describe(part, at) : describe(part, places.value[at[0] as number]!)
      throw exception({ _tag: 'LoopVariantError', where: 'scan', ...named })
    }
    return { shared: result.shared, constants: result.results }
  }
  const first = checkConstancyInvariants ? firstPass() : { shared, constants: [] }

  let out: ReturnType<typeof flatten> | undefined
  const iterate = (c: C, slices: readonly unknown[]): readonly [C, readonly Tensor[]] => {
    const done = body(false, first.shared, c, argsOf(slices))
    out = flatten(done.ys)
    const axesOut = outAxesOf(done.ys)
    return [done.carry, out.leaves.filter((y, i) => hasAxis(y, axesOut[i])) as readonly Tensor[]]
  }
  const loop = (start: C, slices: readonly Tensor[], n: number) =>
    lax.scan<C, readonly Tensor[], readonly Tensor[], number>(iterate, start, slices, { length: n, reverse, unroll })
  const loopFromSecond = (): ReturnType<typeof loop> => {
    const [one, from, to] = reverse ? [length - 1, 0, length - 1] : [0, 1, length]
    const [start, ys] = iterate(
      init,
      scanned.map((x) => lax.indexInDim(x, one, 0, false)),
    )
    grown(start)
    const alone = ys.map((y) => np.expandDims(np.asarray(y), 0))
    if (length === 1) return [start, alone]
    const others = scanned.map((x) => lax.sliceInDim(x, from, to))
    const [last, rest] = loop(start, others, length - 1)
    return [last, alone.map((y, i) => np.concatenate(reverse ? [rest[i]!, y] : [y, rest[i]!]))]
  }
  const [carry, stacked] = growing() && length > 0 ? loopFromSecond() : loop(init, scanned, length)
  return { shared: first.shared, carry, ys: join<Y>(out!, outAxes, first.constants, stacked) }
}

const join = <Y>(
  { leaves, treedef }: ReturnType<typeof flatten>,
  outAxes: unknown,
  constants: readonly unknown[],
  stacked: readonly unknown[],
): Y => {
  const axes = broadcastPrefix(outAxes, treedef.unflatten(leaves))
  let c = 0
  let s = 0
  return unflatten<Y>(
    treedef,
    leaves.map((y, i) => {
      if (isStatic(y)) return y
      return isShared(axes[i]) ? constants[c++] : fromFront(stacked[s++] as Tensor, axes[i] as number)
    }),
  )
}
