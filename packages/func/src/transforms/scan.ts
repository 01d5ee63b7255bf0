/** Loops of known length for users: scan and map. */
import { unflatten } from '@heddle/tree'
import { type Aval, aval, sameType, showAval } from '../aval'
import { type Disagreement, TypeMismatchError } from '../error'
import { stageWithAux } from '../interpreters/stage'
import type { ClosedJaxpr } from '../ir/jaxpr'
import { outAvals } from '../ir/jaxpr'
import { boolean, count, either, optionsOf, positive, readFunction, type OptionsOf } from '../options'
import { scanCall } from '../primitives/control/scan'
import { convertElementType } from '../primitives/structural'
import { synchronous } from '../synchronous'
import type { Tensor } from '../tensor'
import { runsAsWritten, scanAsWritten } from './eager'
import { flatFunction, flattenCarry, flattenTensors, typesOf, typeTree } from './flat'
import { forwarded, handedThrough } from './forwarding'
import type { Next, NoNumbers, Result } from './traced'

const scanOptions = optionsOf({
  /** Number of steps; needed where `xs` has no leaf. */
  length: count,
  /** From the last slice to the first; results stand at the places of their slices. */
  reverse: boolean,
  /** How many steps a compiler may put in one turn (true: all). The numbers are the same. */
  unroll: either(positive, boolean),
})
/** Options of `scan`. */
export interface ScanOptions extends OptionsOf<typeof scanOptions> {}
/** Weak scalars in a carry take the type that the body gives them, as long as it is the stronger one. */
const strengthen = (init: readonly Tensor[], outs: readonly Aval[]): readonly Tensor[] =>
  init.map((x, i) => {
    const out = outs[i]
    return out && x.aval.weakType && !sameType(x.aval, out) && out.shape.length === x.ndim
      ? convertElementType(x, { newDtype: out.dtype, weakType: false })
      : x
  })
const checkCarry = (
  where: string,
  names: readonly string[],
  before: readonly Aval[],
  after: readonly Aval[],
  disagreement: Disagree<readonly Aval[]>,
): void => {
  const wrong = before.flatMap((a, i) =>
    sameType(a, after[i]!) ? [] : [`${names[i]} went in as ${showAval(a)} and came out as ${showAval(after[i]!)}`],
  )
  if (wrong.length === 0) return
  throw new TypeMismatchError(where, `the carry must keep its shapes and dtypes: ${wrong.join('; ')}`, disagreement(before, after))
}
/** How what is carried disagrees before and after a turn. */
type Disagree<T> = (before: T, after: T) => Disagreement
/** The trace of a body, whose first results are the carry. */
interface TracedBody<X> {
  readonly program: ClosedJaxpr
  readonly numCarry: number
  readonly aux: X
}
/** Traces a body whose first results are the carry; weak carries are strengthened until types agree. */
export const traceWithCarry = <X>(
  where: string,
  trace: (carry: readonly Aval[]) => TracedBody<X>,
  init: readonly Tensor[],
  disagreement: Disagree<readonly Aval[]>,
): TracedBody<X> & { readonly init: readonly Tensor[] } => {
  const first = trace(init.map((x) => x.aval))
  if (first.numCarry !== init.length)
    throw new TypeMismatchError(
      where,
      `the body must return a carry of the structure it gets (${init.length} leaves), got ${first.numCarry}`,
    )
  const outs = outAvals(first.program.jaxpr).slice(0, init.length)
  const names = init.map((_, i) => `leaf ${i}`)
  if (init.every((x, i) => sameType(x.aval, outs[i]!))) return { ...first, init }
  const stronger = strengthen(init, outs)
  const second = trace(stronger.map((x) => x.aval))
  checkCarry(
    where,
    names,
    stronger.map((x) => x.aval),
    outAvals(second.program.jaxpr).slice(0, init.length),
    disagreement,
  )
  return { ...second, init: stronger }
}
const lengthOf = (xs: readonly Tensor[], given: number | undefined): number => {
  const scalar = xs.find((x) => x.ndim === 0)
  if (scalar) throw new TypeMismatchError('scan', `scanned inputs need a leading axis; got a scalar ${showAval(scalar.aval)}`)
  const sizes = xs.map((x) => x.aval.shape[0]!)
  const length = given ?? sizes[0]
  if (length === undefined) throw new TypeMismatchError('scan', 'xs has no leaf, so `length` must be given')
  if (sizes.some((s) => s !== length))
    throw new TypeMismatchError(
      'scan',
      `leading axes must have one size${given === undefined ? '' : ` (length ${given})`}; got ${sizes.join(', ')}`,
    )
  return length
}

/** `scan` of any function, for those that are generic themselves. */
export const scanLoop = <C, X, Y>(f: (carry: C, x: X) => readonly [Next<C>, Y], init: C, xs: X, given?: ScanOptions): [carry: C, ys: Y] => {
  readFunction('scan', f)
  const options = scanOptions('scan', given)
  const carry = flattenCarry(init, 'scan')
  const scanned = flattenTensors(xs, 'scan', 'xs')
  const length = lengthOf(scanned.leaves, options.length)
  const sliceTypes = scanned.leaves.map((x) => aval(x.aval.shape.slice(1), x.aval.dtype))
  const both = flattenTensors([init, xs], 'scan').treedef
  const disagree: Disagree<unknown> = (before, after) => ({ of: f, sides: [typesOf(before), typesOf(after)] })
  const fn = flatFunction(
    ((c: C, x: X) => {
      const out = synchronous('scan', f(c, x))
      if (!Array.isArray(out) || out.length !== 2) throw new TypeMismatchError('scan', 'the body must return [carry, y]')
      const got = flattenCarry(out[0], 'scan', () => disagree(c, out[0])).treedef
      if (!got.equals(carry.treedef))
        throw new TypeMismatchError(
          'scan',
          `the body must return a carry of structure ${carry.treedef.toString()}, got ${got.toString()}`,
          disagree(c, out[0]),
        )
      return out
    }) as (...a: never[]) => unknown,
    both,
    'scan',
  )
  if (length > 0 && runsAsWritten()) {
    const [outs, tree] = scanAsWritten(fn, carry.leaves, scanned.leaves, length, options.reverse ?? false)
    return unflatten<[C, Y]>(tree, outs)
  }
  const traced = traceWithCarry(
    'scan',
    (types) => {
      const [program, aux] = stageWithAux(fn, [...types, ...sliceTypes], 'scan')
      return { program, numCarry: carry.leaves.length, aux }
    },
    carry.leaves,
    (before, after) => ({ of: f, sides: [typeTree(carry.treedef, before), typeTree(carry.treedef, after)] }),
  )
  const { jaxpr, consts } = traced.program
  const { unroll = 1 } = options
  const outs = scanCall([...consts, ...traced.init, ...scanned.leaves], {
    jaxpr,
    length,
    reverse: options.reverse ?? false,
    numConsts: consts.length,
    numCarry: carry.leaves.length,
    unroll: typeof unroll === 'boolean' ? (unroll ? Math.max(length, 1) : 1) : unroll,
  })
  // a part of the carry that each step hands on is what it was at first
  const through = handedThrough(traced.program).map((at, i) => (i < carry.leaves.length && at === consts.length + i ? i : -1))
  return unflatten<[C, Y]>(traced.aux, forwarded(through, traced.init, outs))
}

/**
 * Runs `f(carry, x) -> [carry, y]` over the leading axis of `xs`; answers the last carry and all ys, stacked.
 *
 * Shapes: xs `[n, ...]` each; the carry keeps its types; ys `[n, ...]`. Errors: TypeMismatchError where they do not.
 * Source: jax.lax.scan.
 */
export const scan: <const C extends Result, const X, const Y extends Result, S = readonly []>(
  f: ((carry: C, x: X) => readonly [Next<C>, Y]) & NoNumbers<[C, X], S>,
  init: C,
  xs: X,
  given?: ScanOptions,
) => [carry: C, ys: Y] = scanLoop

/** Applies `f` to each slice along the leading axis, one after the other. Source: jax.lax.map. */
export const map = <const X, const Y extends Result>(f: ((x: X) => Y) & NoNumbers<[X]>, xs: X): Y => {
  readFunction('map', f)
  return scanLoop<null, X, Y>((_, x) => [null, synchronous('map', f(x))], null, xs)[1]
}
