/** Scaled dot-product attention. Source: jax.nn.dot_product_attention. */
import { range } from '../aval'
import { promote } from '../dtype'
import { ShapeError } from '../error'
import { literal } from '../literal'
import { boolean, count, forTensors, type Kind, number, optionsOf, tensorLike, type OptionsOf } from '../options'
import { finfo } from '../numpy/dtypes'
import { arange } from '../numpy/creation'
import { einsum } from '../numpy/einsum'
import * as E from '../numpy/elementwise'
import { greaterEqual, less, lessEqual, logicalAnd, where } from '../numpy/logic'
import { asTensor, type TensorLike } from '../numpy/promote'
import { convert, expandDims, reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { softmax } from './softmax'

const windowKind: Kind<number | readonly [number, number]> = {
  expected: 'a non-negative integer, or two of them',
  is: (x) => count.is(x) || (Array.isArray(x) && x.length === 2 && x.every(count.is)),
}
const attentionOptions = optionsOf(
  {
    /** Added to the logits: `[B, N, T, S]`, axes of size 1 broadcast. */
    bias: tensorLike,
    /** Booleans, true where attention is allowed: `[B, N, T, S]`, axes of size 1 broadcast. */
    mask: tensorLike,
    /** Of the logits; 1 / sqrt(H). */
    scale: number,
    /** No attention to later places. */
    isCausal: boolean,
    /** int32 `[B]`: how many places count in each sequence. */
    querySeqLengths: tensorLike,
    keyValueSeqLengths: tensorLike,
    /** How far back and ahead attention reaches. */
    localWindowSize: windowKind,
  },
  { hint: forTensors('a mask or bias is an option: { mask }') },
)
/** Options of `dotProductAttention`. */
export interface AttentionOptions extends OptionsOf<typeof attentionOptions> {}
const four = (x: TensorLike): Tensor => {
  const t = asTensor(x, 'dotProductAttention')
  return t.ndim < 4 ? expandDims(t, range(4 - t.ndim)) : t
}
/** `[B, N or 1, T, S]` with heads split in groups: `[B, K or 1, G or 1, T, S]`. */
const grouped = (x: Tensor, heads: number, groups: number): Tensor => {
  const [b, n, t, s] = x.shape as [number, number, number, number]
  return reshape(x, { newSizes: n === 1 ? [b, 1, 1, t, s] : [b, heads, groups, t, s] })
}
/** Booleans that broadcast to `[B, K, G, T, S]`; undefined where all is allowed. */
const allowed = (t: number, s: number, options: AttentionOptions, mask: Tensor | undefined): Tensor | undefined => {
  const rows = expandDims(arange(t), [1])
  const columns = arange(s)
  const masks: Tensor[] = mask ? [mask] : []
  if (options.isCausal) masks.push(greaterEqual(rows, columns))
  if (options.localWindowSize !== undefined) {
    const { localWindowSize: w } = options
    const [left, right] = typeof w === 'number' ? [w, w] : w
    masks.push(logicalAnd(greaterEqual(rows, E.subtract(columns, right)), lessEqual(rows, E.add(columns, left))))
  }
  const lengths = (x: TensorLike): Tensor => expandDims(asTensor(x), [1, 2, 3, 4])
  if (options.querySeqLengths !== undefined) masks.push(less(rows, lengths(options.querySeqLengths)))
  if (options.keyValueSeqLengths !== undefined) masks.push(less(columns, lengths(options.keyValueSeqLengths)))
  return masks.length === 0 ? undefined : masks.reduce((a, b) => logicalAnd(a, b))
}
/**
 * `softmax(query keyᵀ * scale + bias) value`, head by head.
 *
 * Shapes: query `[B, T, N, H]`, key and value `[B, S, K, H]` (or all without B), result as query. N is a multiple of K: each key head
 * serves N / K query heads. Softmax is computed in float32. Errors: ShapeError where sizes don't fit.
 */
export const dotProductAttention = (query: TensorLike, key: TensorLike, value: TensorLike, settings?: AttentionOptions): Tensor => {
  const options = attentionOptions('dotProductAttention', settings)
  const given = asTensor(query, 'dotProductAttention')
  const [q, k, v] = [four(given), four(key), four(value)]
  const [b, t, n, h] = q.shape as [number, number, number, number]
  const [, s, heads] = k.shape as [number, number, number]
  const fits = k.shape[0] === b && k.shape[3] === h && v.shape.every((m, i) => m === k.shape[i]) && n % heads === 0
  if (!fits || [q, k, v].some((x) => x.ndim !== 4))
    throw new ShapeError(
      'dotProductAttention',
      [q.aval, k.aval, v.aval],
      'expected query [B,T,N,H] and key, value [B,S,K,H] with N a multiple of K',
    )
  const groups = n / heads
  const { dtype: logitsType } = promote([
    { dtype: q.dtype, weakType: false },
    { dtype: 'float32', weakType: false },
  ])
  const preferredElementType = logitsType === q.dtype ? undefined : logitsType
  const split = reshape(q, { newSizes: [b, t, heads, groups, h] })
  const raw = einsum('btkgh,bskh->bkgts', split, k, { preferredElementType })
  const scaled = E.multiply(raw, literal(options.scale ?? 1 / Math.sqrt(h), raw.dtype))
  const biased = options.bias === undefined ? scaled : convert(E.add(scaled, grouped(four(options.bias), heads, groups)), raw.dtype)
  const mask = allowed(t, s, options, options.mask === undefined ? undefined : grouped(four(options.mask), heads, groups))
  const lowest = literal(-0.7 * Math.min(finfo(raw.dtype).max, finfo('float32').max), raw.dtype)
  const logits = mask ? where(mask, biased, lowest) : biased
  const weights = convert(softmax(convert(logits, 'float32')), k.dtype)
  const out = reshape(einsum('bkgts,bskh->btkgh', weights, v), { newSizes: [b, t, n, h] })
  const { querySeqLengths: lengths } = options
  const kept =
    lengths === undefined
      ? out
      : E.multiply(out, convert(less(expandDims(arange(t), [1, 2]), expandDims(asTensor(lengths), [1, 2, 3])), out.dtype))
  return reshape(kept, { newSizes: given.shape })
}
