/**
 * Windows as slices, one for each place in the window, folded in order; pooling of images by TensorFlow's own operations, where the
 * array has no NaN, which they would lose.
 */
import { BackendError, type WindowParams, type WindowShape, sizeOf } from '@heddle/func/backend'
import { isPooling } from '../../../window-slices'
import { attr } from '../graph-def'
import type { Block, Element, Type, Value, Values } from './block'
import type { Lower, Lowerings } from './lowering'
import { add, cast, compare, extremum, full, isNaN, mul, pad, reduce, select, stridedSlice, type, typed } from './ops'

/** More slices than this make too long a graph. */
const MAX_SLICES = 1024
const lowest = (dtype: Element): number | boolean =>
  dtype === 'bool' ? false : dtype === 'float32' ? -Infinity : dtype === 'uint32' ? 0 : -0x80000000
const highest = (dtype: Element): number | boolean =>
  dtype === 'bool' ? true : dtype === 'float32' ? Infinity : dtype === 'uint32' ? -1 : 0x7fffffff

/** All places of a window, the last axis fastest. */
const offsets = (dims: readonly number[]): readonly (readonly number[])[] => {
  if (sizeOf(dims) > MAX_SLICES)
    throw new BackendError('tfjs', `a window of ${sizeOf(dims)} elements is too large for a graph of TensorFlow`)
  return dims.reduce<readonly (readonly number[])[]>((all, n) => all.flatMap((o) => Array.from({ length: n }, (_, i) => [...o, i])), [[]])
}
/** The elements at one place of all windows of a padded array. */
const slicesAt = (b: Block, x: Value, w: WindowShape, places: readonly number[], offset: readonly number[]): Value => {
  const start = offset.map((o, i) => o * w.windowDilation[i]!)
  return stridedSlice(
    b,
    x,
    start,
    start.map((s, i) => s + (places[i]! - 1) * w.windowStrides[i]! + 1),
    w.windowStrides,
  )
}
const padded = (b: Block, x: Value, value: number | boolean, w: WindowShape): Value =>
  pad(
    b,
    x,
    b.scalar(value, x.dtype),
    w.padding.map(([low, high], i) => [low, high, w.baseDilation[i]! - 1] as const),
  )
type Combine = (b: Block, x: Value, y: Value) => Value
const folding = (b: Block, x: Value, w: WindowShape, out: Type, identity: number | boolean, combine: Combine): Value => {
  const ones = w.windowDimensions.map(() => 1)
  let result = x
  // one axis after the other
  w.windowDimensions.forEach((n, axis) => {
    const only = <A>(values: readonly A[], other: A): A[] => values.map((v, i) => (i === axis ? v : other))
    const along: WindowShape = {
      windowDimensions: only(w.windowDimensions, 1),
      windowStrides: only(w.windowStrides, 1),
      padding: only(w.padding, [0, 0] as const),
      baseDilation: only(w.baseDilation, 1),
      windowDilation: only(w.windowDilation, 1),
    }
    const array = padded(b, result, identity, along)
    const places = result.shape.map((d, i) => (i === axis ? out.shape[axis]! : d))
    if (n > MAX_SLICES) throw new BackendError('tfjs', `a window of ${n} elements is too large for a graph of TensorFlow`)
    const parts = Array.from({ length: n }, (_, k) =>
      slicesAt(
        b,
        array,
        along,
        places,
        only(
          ones.map(() => k),
          0,
        ),
      ),
    )
    result = parts.reduce((p, q) => combine(b, p, q))
  })
  return result
}
const pool = (b: Block, op: 'MaxPool' | 'AvgPool', x: Value, w: WindowShape, out: Type): Value =>
  b.op(
    op,
    [x],
    {
      ...typed('T', x),
      ksize: attr.ints(w.windowDimensions),
      strides: attr.ints(w.windowStrides),
      data_format: attr.text('NHWC'),
      ...(op === 'MaxPool'
        ? { padding: attr.text('EXPLICIT'), explicit_paddings: attr.ints(w.padding.flat()) }
        : { padding: attr.text('VALID') }),
    },
    out,
  )
/** 1 where the sum of all elements is a NaN (as if one is, or infinities of both signs), else 0: which branch to take. */
const anyNaN = (b: Block, x: Value): Value =>
  cast(
    b,
    isNaN(
      b,
      reduce(
        b,
        'Sum',
        x,
        x.shape.map((_, i) => i),
      ),
    ),
    'int32',
  )
const sums: Lower<WindowShape> = (b, { params: w, ins: [x], outs: [out] }) => {
  if (x!.dtype === 'float32' && isPooling(w, 'unpadded'))
    return [mul(b, pool(b, 'AvgPool', x!, w, out!), b.scalar(sizeOf(w.windowDimensions), 'float32'))]
  return [folding(b, x!, w, out!, 0, add)]
}
const extrema =
  (op: 'Maximum' | 'Minimum'): Lower<WindowShape> =>
  (b, { params: w, ins: [x], outs: [out] }) => {
    const identity = op === 'Maximum' ? lowest(x!.dtype) : highest(x!.dtype)
    const bySlices = (c: Block, [y]: Values): Values => [folding(c, y!, w, out!, identity, (d, p, q) => extremum(d, op, p, q))]
    if (x!.dtype !== 'float32' || !isPooling(w)) return bySlices(b, [x!])
    const negated = (c: Block, y: Value): Value => (op === 'Maximum' ? y : c.op('Neg', [y], typed('T', y), y))
    const byPool = (c: Block, [y]: Values): Values => [negated(c, pool(c, 'MaxPool', negated(c, y!), w, out!))]
    return b.case(anyNaN(b, x!), [x!], [out!], [byPool, bySlices])
  }

/** For each window the place of its first best element, counted along `offsets`. */
const winners = (b: Block, parts: Values, select_: 'ge' | 'le'): Value => {
  const shape = parts[0]!.shape
  let best = parts[0]!
  let winner = full(b, 0, 'int32', shape)
  parts.slice(1).forEach((part, k) => {
    // the best one stays if it is at least as good
    const stays = compare(b, select_ === 'ge' ? 'GreaterEqual' : 'LessEqual', best, part)
    winner = select(b, stays, winner, b.scalar(k + 1, 'int32'))
    best = select(b, stays, best, part)
  })
  return winner
}
const selectAndScatterAdd: Lower<WindowParams['select_and_scatter_add']> = (b, { params, ins: [source, operand], outs: [out] }) => {
  const ones = params.windowDimensions.map(() => 1)
  const w: WindowShape = { ...params, baseDilation: ones, windowDilation: ones }
  const places = source!.shape
  const bySlices = (c: Block, [s, x]: Values): Values => {
    const array = padded(c, x!, params.select === 'ge' ? lowest(x!.dtype) : highest(x!.dtype), w)
    const all = offsets(w.windowDimensions)
    const winner = winners(
      c,
      all.map((o) => slicesAt(c, array, w, places, o)),
      params.select,
    )
    const zero = c.scalar(0, s!.dtype)
    const parts = all.map((offset, k) => {
      const mine = select(c, compare(c, 'Equal', winner, c.scalar(k, 'int32')), s!, zero)
      const config = offset.map((o, i) => {
        const covered = (places[i]! - 1) * w.windowStrides[i]! + 1
        const low = o - w.padding[i]![0]
        return [low, x!.shape[i]! - covered - low, w.windowStrides[i]! - 1] as const
      })
      return pad(c, mine, zero, config)
    })
    return [parts.reduce((p, q) => add(c, p, q))]
  }
  if (operand!.dtype !== 'float32' || params.select !== 'ge' || !isPooling(w)) return bySlices(b, [source!, operand!])
  const byPool = (c: Block, [s, x]: Values): Values => {
    const pooled = pool(c, 'MaxPool', x!, w, type(places, 'float32'))
    return [
      c.op(
        'MaxPoolGrad',
        [x!, pooled, s!],
        {
          ...typed('T', x!),
          ksize: attr.ints(w.windowDimensions),
          strides: attr.ints(w.windowStrides),
          padding: attr.text('EXPLICIT'),
          explicit_paddings: attr.ints(w.padding.flat()),
          data_format: attr.text('NHWC'),
        },
        x!,
      ),
    ]
  }
  return b.case(anyNaN(b, operand!), [source!, operand!], [out!], [byPool, bySlices])
}
const selectAndGatherAdd: Lower<WindowParams['select_and_gather_add']> = (b, { params: w, ins: [tangents, operand], outs: [out] }) => {
  const array = padded(b, operand!, w.select === 'ge' ? lowest(operand!.dtype) : highest(operand!.dtype), w)
  const moved = padded(b, tangents!, 0, w)
  const all = offsets(w.windowDimensions)
  const winner = winners(
    b,
    all.map((o) => slicesAt(b, array, w, out!.shape, o)),
    w.select,
  )
  const zero = b.scalar(0, tangents!.dtype)
  const parts = all.map((o, k) => select(b, compare(b, 'Equal', winner, b.scalar(k, 'int32')), slicesAt(b, moved, w, out!.shape, o), zero))
  return [parts.reduce((p, q) => add(b, p, q))]
}
export const windows: Lowerings<keyof WindowParams> = {
  reduce_window_sum: sums,
  reduce_window_max: extrema('Maximum'),
  reduce_window_min: extrema('Minimum'),
  select_and_scatter_add: selectAndScatterAdd,
  select_and_gather_add: selectAndGatherAdd,
}
