/** TensorFlow's operations as functions of values, which is what lowerings are written in. */
import { type Shape, sizeOf, sameShape } from '@heddle/func/backend'
import { type Attrs, attr } from '../graph-def'
import type { Block, Element, Type, Value, Values } from './block'
import { tfTypeOf } from './block'

export const type = (shape: Shape, dtype: Element): Type => ({ shape, dtype })
export const typed = (name: string, x: { readonly dtype: Element }): Attrs => ({ [name]: attr.type(tfTypeOf(x)) })
const indexed = (name: string): Attrs => ({ [name]: attr.type('int32') })

/** The shape of operands put together: they are equal or scalars, or broadcast as in NumPy. */
const joined = (a: Shape, b: Shape): Shape => {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const [p, q] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1]
    return p === 1 ? q : p
  })
}
/** Operands as they were before they were repeated, if the others have the whole shape. */
const narrowed = (xs: Values, shape: Shape): Values => {
  const whole = xs.findIndex((x) => x.narrow === undefined && sameShape(x.shape, shape))
  return whole < 0 ? xs : xs.map((x) => x.narrow ?? x)
}
export const unary = (b: Block, op: string, x: Value, dtype: Element = x.dtype): Value => b.op(op, [x], typed('T', x), type(x.shape, dtype))
export const binary = (b: Block, op: string, x: Value, y: Value, dtype: Element = x.dtype): Value => {
  const shape = joined(x.shape, y.shape)
  return b.op(op, narrowed([x, y], shape), typed('T', x), type(shape, dtype))
}
export const add = (b: Block, x: Value, y: Value): Value => binary(b, 'AddV2', x, y)
export const sub = (b: Block, x: Value, y: Value): Value => binary(b, 'Sub', x, y)
export const mul = (b: Block, x: Value, y: Value): Value => binary(b, 'Mul', x, y)
export const div = (b: Block, x: Value, y: Value): Value => binary(b, 'RealDiv', x, y)
export const and = (b: Block, x: Value, y: Value): Value => bitwise(b, 'And', x, y)
export const or = (b: Block, x: Value, y: Value): Value => bitwise(b, 'Or', x, y)
const bitwise = (b: Block, name: 'And' | 'Or', x: Value, y: Value): Value => {
  if (x.dtype !== 'bool') return binary(b, `Bitwise${name}`, x, y)
  const shape = joined(x.shape, y.shape)
  return b.op(`Logical${name}`, narrowed([x, y], shape), {}, type(shape, 'bool'))
}
export const not = (b: Block, x: Value): Value =>
  x.dtype === 'bool' ? b.op('LogicalNot', [x], {}, type(x.shape, 'bool')) : unary(b, 'Invert', x)

/** The bits with the first one flipped: unsigned order as signed order. */
export const flipped = (b: Block, x: Value): Value => ({ ...binary(b, 'BitwiseXor', x, b.scalar(-0x80000000, 'int32')), dtype: 'int32' })
/** Operands whose order as int32 or float32 is their own. */
const ordered = (b: Block, xs: Values): Values =>
  xs.map((x) => (x.dtype === 'uint32' ? flipped(b, x) : x.dtype === 'bool' ? cast(b, x, 'int32') : x))
export type Comparison = 'Less' | 'LessEqual' | 'Greater' | 'GreaterEqual' | 'Equal' | 'NotEqual'
export const compare = (b: Block, op: Comparison, x: Value, y: Value): Value => {
  const [p, q] = op === 'Equal' || op === 'NotEqual' ? [x, y] : ordered(b, [x, y])
  return binary(b, op, p!, q!, 'bool')
}
export const extremum = (b: Block, op: 'Maximum' | 'Minimum', x: Value, y: Value): Value => {
  if (x.dtype === 'bool') return op === 'Maximum' ? or(b, x, y) : and(b, x, y)
  if (x.dtype !== 'uint32') return binary(b, op, x, y)
  return { ...flipped(b, binary(b, op, flipped(b, x), flipped(b, y))), dtype: 'uint32' }
}
export const select = (b: Block, which: Value, yes: Value, no: Value): Value => {
  const shape = joined(which.shape, joined(yes.shape, no.shape))
  return b.op('SelectV2', narrowed([which, yes, no], shape), typed('T', yes), type(shape, yes.dtype))
}
/** Between numbers as C does it: no saturation. */
export const cast = (b: Block, x: Value, dtype: Element): Value =>
  b.op('Cast', [x], { ...typed('SrcT', x), DstT: attr.type(tfTypeOf({ dtype })), Truncate: attr.flag(false) }, type(x.shape, dtype))
export const bitcast = (b: Block, x: Value, dtype: Element): Value =>
  tfTypeOf(x) === tfTypeOf({ dtype })
    ? { ...x, dtype }
    : b.op('Bitcast', [x], { ...typed('T', x), type: attr.type(tfTypeOf({ dtype })) }, type(x.shape, dtype))
export const isNaN = (b: Block, x: Value): Value => compare(b, 'NotEqual', x, x)
/** uint32 as the int64 of the same value. */
export const widened = (b: Block, x: Value): Value =>
  binary(b, 'BitwiseAnd', cast(b, { ...x, dtype: 'int32' }, 'int64'), b.scalar(0xffffffffn, 'int64'))

export const reshape = (b: Block, x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : b.op('Reshape', [x, b.ints(shape)], { ...typed('T', x), ...indexed('Tshape') }, type(shape, x.dtype))
export const transpose = (b: Block, x: Value, permutation: readonly number[]): Value =>
  permutation.every((axis, i) => axis === i)
    ? x
    : b.op(
        'Transpose',
        [x, b.ints(permutation)],
        { ...typed('T', x), ...indexed('Tperm') },
        type(
          permutation.map((i) => x.shape[i]!),
          x.dtype,
        ),
      )
/** Axis i of x becomes axis `dims[i]`. */
export const broadcast = (b: Block, x: Value, shape: Shape, dims: readonly number[]): Value => {
  const narrowShape = shape.map((_, i) => (dims.includes(i) ? x.shape[dims.indexOf(i)]! : 1))
  const narrow = reshape(b, x, narrowShape)
  if (sameShape(narrowShape, shape)) return narrow
  const whole = b.op('BroadcastTo', [narrow, b.ints(shape)], { ...typed('T', x), ...indexed('Tidx') }, type(shape, x.dtype))
  return { ...whole, narrow }
}
export const full = (b: Block, value: number | bigint | boolean, dtype: Element, shape: Shape): Value =>
  broadcast(b, b.scalar(value, dtype), shape, [])
export const slice = (b: Block, x: Value, start: readonly number[], size: Shape): Value =>
  sameShape(x.shape, size)
    ? x
    : b.op('Slice', [x, b.ints(start), b.ints(size)], { ...typed('T', x), ...indexed('Index') }, type(size, x.dtype))
export const stridedSlice = (b: Block, x: Value, start: readonly number[], limit: readonly number[], strides: readonly number[]): Value => {
  const shape = start.map((s, i) => Math.max(0, Math.ceil((limit[i]! - s) / strides[i]!)))
  if (strides.every((s) => s === 1)) return slice(b, x, start, shape)
  const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask']
  return b.op(
    'StridedSlice',
    [x, b.ints(start), b.ints(limit), b.ints(strides)],
    { ...typed('T', x), ...indexed('Index'), ...Object.fromEntries(masks.map((m) => [m, attr.int(0)])) },
    type(shape, x.dtype),
  )
}
export const concatenate = (b: Block, xs: Values, axis: number): Value => {
  if (xs.length === 1) return xs[0]!
  const first = xs[0]!
  const total = xs.reduce((n, x) => n + x.shape[axis]!, 0)
  const shape = first.shape.map((d, i) => (i === axis ? total : d))
  return b.op(
    'ConcatV2',
    [...xs, b.scalar(axis, 'int32')],
    { N: attr.int(xs.length), ...typed('T', first), ...indexed('Tidx') },
    type(shape, first.dtype),
  )
}
/** Scalars as a vector. */
export const pack = (b: Block, xs: Values): Value => {
  const first = xs[0]!
  return b.op(
    'Pack',
    xs,
    { N: attr.int(xs.length), ...typed('T', first), axis: attr.int(0) },
    type([xs.length, ...first.shape], first.dtype),
  )
}
/** Padding that may crop, and holes between elements. */
export const pad = (b: Block, x: Value, value: Value, config: readonly (readonly [number, number, number])[]): Value => {
  const holed = config.some(([, , interior]) => interior > 0) ? interspersed(b, x, value, config) : x
  const start = config.map(([low]) => Math.max(0, -low))
  const kept = slice(
    b,
    holed,
    start,
    holed.shape.map((n, i) => Math.max(0, n - start[i]! - Math.max(0, -config[i]![1]))),
  )
  const amounts = config.map(([low, high]) => [Math.max(0, low), Math.max(0, high)])
  if (amounts.every(([low, high]) => low === 0 && high === 0)) return kept
  const table = b.data('int32', [amounts.length, 2], Int32Array.from(amounts.flat()))
  const shape = kept.shape.map((n, i) => n + amounts[i]![0]! + amounts[i]![1]!)
  return b.op('PadV2', [kept, table, value], { ...typed('T', x), ...indexed('Tpaddings') }, type(shape, x.dtype))
}
/** Each axis [n] as [n, 1] padded to [n, 1 + holes], flattened, and the last holes cut off. */
const interspersed = (b: Block, x: Value, value: Value, config: readonly (readonly [number, number, number])[]): Value => {
  let y = x
  config.forEach(([, , interior], axis) => {
    const n = y.shape[axis]!
    if (interior === 0 || n < 2) return
    const [before, after] = [y.shape.slice(0, axis), y.shape.slice(axis + 1)]
    const [outer, inner] = [sizeOf(before), sizeOf(after)]
    const rows = pad(b, reshape(b, y, [outer, n, 1, inner]), value, [
      [0, 0, 0],
      [0, 0, 0],
      [0, interior, 0],
      [0, 0, 0],
    ])
    const flat = reshape(b, rows, [outer, n * (1 + interior), inner])
    const length = n + (n - 1) * interior
    y = reshape(b, slice(b, flat, [0, 0, 0], [outer, length, inner]), [...before, length, ...after])
  })
  return y
}
export const reduce = (b: Block, op: string, x: Value, axes: readonly number[]): Value => {
  if (axes.length === 0) return x
  const shape = x.shape.filter((_, i) => !axes.includes(i))
  const element = x.dtype === 'bool' ? {} : typed('T', x)
  return b.op(op, [x, b.ints(axes)], { keep_dims: attr.flag(false), ...element, ...indexed('Tidx') }, type(shape, x.dtype))
}
/** 0, 1, ... along one axis, one long along all others. */
const counter = (b: Block, shape: Shape, axis: number, dtype: Element): Value => {
  const n = shape[axis]!
  const narrow = shape.map((_, i) => (i === axis ? n : 1))
  const values = Array.from({ length: n }, (_, i) => i)
  return b.data(dtype, narrow, dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values))
}
export const iota = (b: Block, shape: Shape, axis: number, dtype: Element = 'int32'): Value => {
  if (shape.includes(0)) return b.data(dtype, shape, new Int32Array(0))
  return broadcast(
    b,
    counter(b, shape, axis, dtype),
    shape,
    shape.map((_, i) => i),
  )
}
export const gatherRows = (b: Block, x: Value, indices: Value, axis: number, batchDims = 0): Value => {
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)]
  return b.op(
    'GatherV2',
    [x, indices, b.scalar(axis, 'int32')],
    { ...typed('Tparams', x), ...indexed('Tindices'), ...indexed('Taxis'), batch_dims: attr.int(batchDims) },
    type(shape, x.dtype),
  )
}
export const reverse = (b: Block, x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : b.op('ReverseV2', [x, b.ints(axes)], { ...typed('T', x), ...indexed('Tidx') }, x)
/** Matrices of the last two axes, each perhaps transposed. */
export const matmul = (b: Block, x: Value, y: Value, transposeX = false, transposeY = false): Value => {
  const batch = x.shape.slice(0, -2)
  const [rows, columns] = [x.shape.at(transposeX ? -1 : -2)!, y.shape.at(transposeY ? -2 : -1)!]
  const out = type([...batch, rows, columns], x.dtype)
  return batch.length === 0
    ? b.op('MatMul', [x, y], { ...typed('T', x), transpose_a: attr.flag(transposeX), transpose_b: attr.flag(transposeY) }, out)
    : b.op('BatchMatMulV2', [x, y], { ...typed('T', x), adj_x: attr.flag(transposeX), adj_y: attr.flag(transposeY) }, out)
}
