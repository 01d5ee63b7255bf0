/** Prefix combinations in logarithmic depth. */
import { unflatten } from '@heddle/tree'
import { TypeMismatchError } from '../error'
import { axis as axisKind, boolean, optionsOf, readFunction, type OptionsOf } from '../options'
import { concatenate, pad, rev, slice } from '../primitives/layout'
import { add } from '../primitives/arithmetic'
import { literal } from '../literal'
import type { Tensor } from '../tensor'
import { flattenTensors } from './flat'
import { or } from '../primitives/bitwise'
import { synchronous } from '../synchronous'
import type { Next, NoNumbers, Result } from './traced'

const associativeScanOptions = optionsOf({ reverse: boolean, axis: axisKind })
export interface AssociativeScanOptions extends OptionsOf<typeof associativeScanOptions> {}
const part = (x: Tensor, axis: number, start: number, limit: number, stride: number): Tensor =>
  slice(x, {
    startIndices: x.aval.shape.map((_, i) => (i === axis ? start : 0)),
    limitIndices: x.aval.shape.map((s, i) => (i === axis ? limit : s)),
    strides: x.aval.shape.map((_, i) => (i === axis ? stride : 1)),
  })
/** Even and odd elements in turn. */
const interleave = (even: Tensor, odd: Tensor, axis: number): Tensor => {
  const [n, m] = [even.aval.shape[axis]!, odd.aval.shape[axis]!]
  const zero = literal(0, even.aval.dtype)
  const spread = (x: Tensor, low: number, high: number): Tensor =>
    pad(x, zero, { paddingConfig: x.aval.shape.map((_, i) => (i === axis ? ([low, high, 1] as const) : ([0, 0, 0] as const))) })
  const a = spread(even, 0, n === m ? 1 : 0)
  const b = spread(odd, 1, n === m ? 0 : 1)
  return even.aval.dtype === 'bool' ? or(a, b) : add(a, b)
}
/**
 * `ys[i] = fn(...fn(fn(xs[0], xs[1]), xs[2])..., xs[i])` for an associative `fn` of two trees, in log2(n) rounds.
 *
 * Shapes: every leaf `[..., n, ...]` with n along `axis`; `fn` works on slices of any length along it.
 * Source: jax.lax.associative_scan.
 */
export const associativeScan = <const X extends Result, S = readonly []>(
  fn: ((a: X, b: X) => Next<X>) & NoNumbers<[X, X], S>,
  elems: X,
  options?: AssociativeScanOptions,
): X => {
  readFunction('associativeScan', fn)
  const { reverse = false, axis = 0 } = associativeScanOptions('associativeScan', options)
  const { leaves, treedef } = flattenTensors(elems, 'associativeScan', 'elems')
  let xs = leaves
  if (xs.length === 0) return elems
  const at = axis < 0 ? axis + xs[0]!.ndim : axis
  const n = xs[0]!.aval.shape[at]
  if (n === undefined || xs.some((x) => x.aval.shape[at] !== n))
    throw new TypeMismatchError(
      'associativeScan',
      `all leaves need one size along axis ${axis}; got shapes ${xs.map((x) => `[${x.aval.shape}]`).join(', ')}`,
    )
  const flip = (ys: readonly Tensor[]): Tensor[] => ys.map((y) => rev(y, { dimensions: [at] }))
  if (reverse) xs = flip(xs)
  const combine = (a: readonly Tensor[], b: readonly Tensor[]): readonly Tensor[] => {
    const pair = reverse ? [flip(a), flip(b)] : [a, b]
    const joined = synchronous('associativeScan', fn(unflatten<X>(treedef, pair[0]!), unflatten<X>(treedef, pair[1]!)))
    const out = flattenTensors(joined, 'associativeScan', 'the result').leaves
    return reverse ? flip(out) : out
  }
  const go = (ys: readonly Tensor[]): readonly Tensor[] => {
    const len = ys[0]!.aval.shape[at]!
    if (len < 2) return ys
    const take = (zs: readonly Tensor[], start: number, limit: number, stride: number): Tensor[] =>
      zs.map((z) => part(z, at, start, limit, stride))
    const odd = go(combine(take(ys, 0, len - 1, 2), take(ys, 1, len, 2)))
    const first = take(ys, 0, 1, 1)
    const evenRest = len > 2 ? combine(take(odd, 0, Math.floor((len - 1) / 2), 1), take(ys, 2, len, 2)) : []
    const even = first.map((f, i) => (evenRest.length > 0 ? concatenate([f, evenRest[i]!], { dimension: at }) : f))
    return even.map((e, i) => interleave(e, odd[i]!, at))
  }
  const out = go(xs)
  return unflatten<X>(treedef, reverse ? flip(out) : out)
}
