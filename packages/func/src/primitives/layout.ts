/** Slices, concatenation, padding, reversal; and iota, which makes the numbers of an axis. All linear. */
import { type Aval, aval, otherAxes, range, sameShape, type Shape } from '../aval'
import { fullOf, zerosLike } from '../literal'
import { defineLeaf, isLinear, type Primitive, type Tangent, unsupported } from '../primitive'
import type { LayoutParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { sub } from './arithmetic'
import { selectN } from './piecewise'
import { anything, constant, dtypeFault } from './pointwise'
import { alignBatch, batchAt, broadcastAxis, broadcastInDim, reduceSum } from './structural'

type P<N extends keyof LayoutParams> = LayoutParams[N]

/** Elements from `startIndices` up to `limitIndices`, each `strides`-th. Source: jax.lax.slice. */
export const slice = (x: Tensor, params: P<'slice'>): Tensor =>
  sameShape(params.limitIndices, x.shape) && params.startIndices.every((s) => s === 0) && (params.strides ?? []).every((s) => s === 1)
    ? x
    : bind1(sliceP, [x], params)
/** Slice along one axis. Source: jax.lax.slice_in_dim. */
export const sliceAxis = (x: Tensor, axis: number, start: number, limit: number, stride = 1): Tensor =>
  slice(x, {
    startIndices: x.shape.map((_, i) => (i === axis ? start : 0)),
    limitIndices: x.shape.map((n, i) => (i === axis ? limit : n)),
    strides: stride === 1 ? null : x.shape.map((_, i) => (i === axis ? stride : 1)),
  })
/** One after the other along an axis; all other sizes are equal. Source: jax.lax.concatenate. */
export const concatenate = (xs: readonly Tensor[], params: P<'concatenate'>): Tensor =>
  xs.length === 1 ? xs[0]! : bind1(concatenateP, xs, params)
/** Pads with a scalar: low, high and between elements; negative low and high crop. Source: jax.lax.pad. */
export const pad = (x: Tensor, value: Tensor, params: P<'pad'>): Tensor => bind1(padP, [x, value], params)
/** Reversed along axes. Source: jax.lax.rev. */
export const rev = (x: Tensor, params: P<'rev'>): Tensor => (params.dimensions.length === 0 ? x : bind1(revP, [x], params))
/** 0, 1, ... along one axis, repeated along the others. Source: jax.lax.broadcasted_iota. */
export const iota = (params: P<'iota'>): Tensor => bind1(iotaP, [], params)

const like = (x: Aval, shape: Shape): readonly Aval[] => [aval(shape, x.dtype, x.weakType)]
const insert = <A>(xs: readonly A[], at: number, x: A): A[] => [...xs.slice(0, at), x, ...xs.slice(at)]
const onTangent = (t: Tangent | undefined, f: (t: Tensor) => Tensor): Tangent => (t ? f(t) : null)

const sliceFault = (shape: Shape, { startIndices, limitIndices, strides }: P<'slice'>): string | undefined => {
  const rank = shape.length
  if (startIndices.length !== rank || limitIndices.length !== rank || (strides && strides.length !== rank))
    return `startIndices, limitIndices and strides must have ${rank} entries, one an axis`
  for (let i = 0; i < rank; i++) {
    if (!(0 <= startIndices[i]! && startIndices[i]! <= limitIndices[i]! && limitIndices[i]! <= shape[i]!))
      return `axis ${i} of size ${shape[i]} has no slice from ${startIndices[i]} to ${limitIndices[i]}`
    if (strides && strides[i]! < 1) return `strides must be positive, not [${strides}]`
  }
  return undefined
}
const sliceP: Primitive<P<'slice'>> = defineLeaf('slice', {
  abstractEval: ([x], params) =>
    sliceFault(x!.shape, params) ??
    like(
      x!,
      params.limitIndices.map((limit, i) => Math.ceil((limit - params.startIndices[i]!) / (params.strides?.[i] ?? 1))),
    ),
  jvp: ([x], [t], p) => [[slice(x!, p)], [onTangent(t, (u) => slice(u, p))]],
  transpose: ([ct], [x], { startIndices, strides }) => {
    if (!ct) return [null]
    const paddingConfig = x!.aval.shape.map((n, i) => {
      const stride = strides?.[i] ?? 1
      const taken = ct.shape[i]!
      const limit = startIndices[i]! + (taken === 0 ? 0 : 1 + (taken - 1) * stride)
      return [startIndices[i]!, n - limit, stride - 1] as const
    })
    return [pad(ct, constant(ct, 0), { paddingConfig })]
  },
  batch: (axis, [x], [d], { startIndices, limitIndices, strides }) => [
    [
      slice(x!, {
        startIndices: insert(startIndices, d!, 0),
        limitIndices: insert(limitIndices, d!, axis.size),
        strides: strides && insert(strides, d!, 1),
      }),
    ],
    [d!],
  ],
})

const concatenateFault = (ins: readonly Aval[], dimension: number): string | undefined => {
  const [x] = ins
  if (x === undefined) return 'takes at least one operand'
  if (!Number.isInteger(dimension) || dimension < 0 || dimension >= x.shape.length) return `there is no axis ${dimension} to join along`
  const fits = (y: Aval): boolean => y.shape.length === x.shape.length && y.shape.every((n, i) => i === dimension || n === x.shape[i])
  return ins.every(fits) ? dtypeFault(ins, anything) : `sizes must be equal on all axes but ${dimension}`
}
const concatenateP: Primitive<P<'concatenate'>> = defineLeaf('concatenate', {
  abstractEval: (ins, { dimension }) =>
    concatenateFault(ins, dimension) ?? [
      aval(
        ins[0]!.shape.map((n, i) => (i === dimension ? ins.reduce((sum, x) => sum + x.shape[i]!, 0) : n)),
        ins[0]!.dtype,
        ins.every((x) => x.weakType),
      ),
    ],
  jvp: (xs, ts, p) => [
    [concatenate(xs, p)],
    [
      ts.every((t) => t === null)
        ? null
        : concatenate(
            ts.map((t, i) => t ?? zerosLike(xs[i]!)),
            p,
          ),
    ],
  ],
  transpose: ([ct], ins, { dimension }) => {
    if (!ct) return ins.map(() => null)
    let end = 0
    return ins.map((x) => {
      const start = end
      end += x.aval.shape[dimension]!
      return isLinear(x) ? sliceAxis(ct, dimension, start, end) : undefined
    })
  },
  batch: (axis, xs, dims, { dimension }) => [[concatenate(alignBatch(axis.size, xs, dims), { dimension: dimension + 1 })], [0]],
})

const padded = (n: number, [low, high, interior]: readonly [number, number, number]): number =>
  low + n + Math.max(0, n - 1) * interior + high
const padP: Primitive<P<'pad'>> = defineLeaf('pad', {
  abstractEval: ([x, value], { paddingConfig }) => {
    if (value!.shape.length !== 0 || value!.dtype !== x!.dtype) return 'the padding value must be a scalar of the dtype of the operand'
    if (paddingConfig.length !== x!.shape.length) return `paddingConfig must have ${x!.shape.length} entries, one an axis`
    if (paddingConfig.some(([, , interior]) => interior < 0)) return 'interior padding must not be negative'
    const shape = x!.shape.map((n, i) => padded(n, paddingConfig[i]!))
    return shape.some((n) => n < 0) ? `padding would leave sizes [${shape}]` : [aval(shape, x!.dtype, x!.weakType && value!.weakType)]
  },
  jvp: ([x, value], [t, u], p) => [[pad(x!, value!, p)], [t || u ? pad(t ?? zerosLike(x!), u ?? constant(x!, 0), p) : null]],
  transpose: ([ct], [x, value], { paddingConfig }) => {
    if (!ct) return [null, null]
    const unpadded = pad(ct, constant(ct, 0), { paddingConfig: paddingConfig.map(([low, high]) => [-low, -high, 0]) })
    const strides = paddingConfig.map(([, , interior]) => interior + 1)
    const inner = slice(unpadded, { startIndices: strides.map(() => 0), limitIndices: unpadded.shape, strides })
    const total = (y: Tensor): Tensor => reduceSum(y, { axes: range(y.ndim) })
    return [isLinear(x!) ? inner : undefined, isLinear(value!) ? sub(total(ct), total(inner)) : undefined]
  },
  batch: (axis, [x, value], [d, e], { paddingConfig }) => {
    const at = d ?? 0
    const operand = batchAt(axis.size, x!, d!, at)
    const config = insert(paddingConfig, at, [0, 0, 0])
    if (e === null) return [[pad(operand, value!, { paddingConfig: config })], [at]]
    const out = pad(operand, constant(x!, 0), { paddingConfig: config })
    const shape = operand.shape.filter((_, i) => i !== at)
    const inside = pad(fullOf(true, shape, 'bool'), fullOf(false, [], 'bool'), { paddingConfig })
    const around = broadcastInDim(value!, { shape: out.shape, broadcastDimensions: [at] })
    return [[selectN(broadcastAxis(inside, axis.size, at), around, out)], [at]]
  },
})

const revP: Primitive<P<'rev'>> = defineLeaf('rev', {
  abstractEval: ([x], { dimensions }) =>
    new Set(dimensions).size === dimensions.length && dimensions.every((a) => Number.isInteger(a) && a >= 0 && a < x!.shape.length)
      ? [x!]
      : `dimensions [${dimensions}] must be axes of the operand, each once`,
  jvp: ([x], [t], p) => [[rev(x!, p)], [onTangent(t, (u) => rev(u, p))]],
  transpose: ([ct], _xs, p) => [onTangent(ct, (u) => rev(u, p))],
  batch: (_axis, [x], [d], { dimensions }) => {
    const rest = otherAxes(x!.ndim, [d!])
    return [[rev(x!, { dimensions: dimensions.map((a) => rest[a]!) })], [d!]]
  },
})

const noOperands = unsupported('it has no operands')
const iotaP: Primitive<P<'iota'>> = defineLeaf('iota', {
  abstractEval: (_ins, { dtype, shape, dimension }) =>
    dtype === 'bool'
      ? 'makes numbers, not booleans'
      : Number.isInteger(dimension) && dimension >= 0 && dimension < shape.length
        ? [aval(shape, dtype)]
        : `shape [${shape}] has no axis ${dimension}`,
  jvp: noOperands,
  transpose: noOperands,
  batch: noOperands,
})
