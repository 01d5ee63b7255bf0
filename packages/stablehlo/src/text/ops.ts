/** Single operations of StableHLO, as functions of values: what the lowerings are written in. */
import { type DType, dtypes, isFloating, type PrecisionPair, type Shape, sameShape } from '@heddle/func/backend'
import type { Block, Value } from './block'
import type { Scalar } from './constant'
import { functionType, list, resultTypes, tensorType, type Type, type } from './type'

export const unary = (b: Block, name: string, x: Value): Value => b.op(`stablehlo.${name} ${x.name} : ${tensorType(x)}`, x)
export const binary = (b: Block, name: string, x: Value, y: Value): Value =>
  b.op(`stablehlo.${name} ${x.name}, ${y.name} : ${tensorType(x)}`, x)

export const add = (b: Block, x: Value, y: Value): Value => binary(b, 'add', x, y)
export const sub = (b: Block, x: Value, y: Value): Value => binary(b, 'subtract', x, y)
export const mul = (b: Block, x: Value, y: Value): Value => binary(b, 'multiply', x, y)
export const div = (b: Block, x: Value, y: Value): Value => binary(b, 'divide', x, y)
export const and = (b: Block, x: Value, y: Value): Value => binary(b, 'and', x, y)
export const or = (b: Block, x: Value, y: Value): Value => binary(b, 'or', x, y)
export const abs = (b: Block, x: Value): Value => unary(b, 'abs', x)
export const neg = (b: Block, x: Value): Value => unary(b, 'negate', x)
export const sqrt = (b: Block, x: Value): Value => unary(b, 'sqrt', x)
export const exp = (b: Block, x: Value): Value => unary(b, 'exponential', x)
export const log = (b: Block, x: Value): Value => unary(b, 'log', x)
export const log1p = (b: Block, x: Value): Value => unary(b, 'log_plus_one', x)
export const floor = (b: Block, x: Value): Value => unary(b, 'floor', x)

/** The same values, which no optimization looks through. */
export const barrier = (b: Block, xs: readonly Value[]): readonly Value[] =>
  b.ops(`stablehlo.optimization_barrier ${xs.map((x) => x.name).join(', ')} : ${xs.map(tensorType).join(', ')}`, xs)

/** A constant of the type of another value. */
export const like = (b: Block, x: Type, value: Scalar): Value => b.constant(value, x.dtype, x.shape)

export type Direction = 'EQ' | 'NE' | 'LT' | 'LE' | 'GT' | 'GE'
const comparison = (dtype: DType): string => (isFloating(dtype) ? 'FLOAT' : dtypes[dtype].kind === 'int' ? 'SIGNED' : 'UNSIGNED')
export const compare = (b: Block, direction: Direction, x: Value, y: Value, kind = comparison(x.dtype)): Value => {
  const t = type(x.shape, 'bool')
  return b.op(`stablehlo.compare ${direction}, ${x.name}, ${y.name}, ${kind} : ${functionType([x, y], [t])}`, t)
}
/** `yes` where the predicate holds. */
export const select = (b: Block, predicate: Value, yes: Value, no: Value): Value =>
  b.op(`stablehlo.select ${predicate.name}, ${yes.name}, ${no.name} : ${tensorType(predicate)}, ${tensorType(yes)}`, yes)

export const convert = (b: Block, x: Value, dtype: DType): Value => {
  if (x.dtype === dtype) return x
  const t = type(x.shape, dtype)
  return b.op(`stablehlo.convert ${x.name} : ${functionType([x], [t])}`, t)
}
export const bitcast = (b: Block, x: Value, dtype: DType): Value => {
  const t = type(x.shape, dtype)
  return b.op(`stablehlo.bitcast_convert ${x.name} : ${functionType([x], [t])}`, t)
}
/** Axis i of `x` becomes axis `dims[i]` of the result. */
export const broadcast = (b: Block, x: Value, shape: Shape, dims: readonly number[]): Value => {
  if (sameShape(x.shape, shape) && dims.every((d, i) => d === i)) return x
  const t = type(shape, x.dtype)
  return b.op(`stablehlo.broadcast_in_dim ${x.name}, dims = ${list(dims)} : ${functionType([x], [t])}`, t)
}
/** Scalars repeated to a shape; anything else has it. */
export const spread = (b: Block, xs: readonly Value[], shape: Shape): readonly Value[] =>
  xs.map((x) => (x.shape.length === 0 ? broadcast(b, x, shape, []) : x))
export const reshape = (b: Block, x: Value, shape: Shape): Value => {
  if (sameShape(x.shape, shape)) return x
  const t = type(shape, x.dtype)
  return b.op(`stablehlo.reshape ${x.name} : ${functionType([x], [t])}`, t)
}
export const transpose = (b: Block, x: Value, permutation: readonly number[]): Value => {
  if (permutation.every((p, i) => p === i)) return x
  const t = type(
    permutation.map((p) => x.shape[p]!),
    x.dtype,
  )
  return b.op(`stablehlo.transpose ${x.name}, dims = ${list(permutation)} : ${functionType([x], [t])}`, t)
}
export const iota = (b: Block, shape: Shape, dtype: DType, dimension: number): Value => {
  const t = type(shape, dtype)
  return b.op(`stablehlo.iota dim = ${dimension} : ${tensorType(t)}`, t)
}
export const slice = (b: Block, x: Value, start: Shape, limit: Shape, strides: Shape | null = null): Value => {
  const step = (i: number): number => strides?.[i] ?? 1
  const t = type(
    start.map((s, i) => Math.max(0, Math.ceil((limit[i]! - s) / step(i)))),
    x.dtype,
  )
  const ranges = start.map((s, i) => `${s}:${limit[i]}${step(i) === 1 ? '' : `:${step(i)}`}`)
  return b.op(`stablehlo.slice ${x.name} [${ranges.join(', ')}] : ${functionType([x], [t])}`, t)
}
export const dynamicSlice = (b: Block, x: Value, starts: readonly Value[], sizes: Shape): Value => {
  const t = type(sizes, x.dtype)
  if (starts.length === 0) return x
  return b.op(
    `stablehlo.dynamic_slice ${[x, ...starts].map((v) => v.name).join(', ')}, sizes = ${list(sizes)} : ${functionType([x, ...starts], [t])}`,
    t,
  )
}
export const dynamicUpdateSlice = (b: Block, x: Value, update: Value, starts: readonly Value[]): Value =>
  starts.length === 0
    ? update
    : b.op(
        `stablehlo.dynamic_update_slice ${[x, update, ...starts].map((v) => v.name).join(', ')} : ${functionType([x, update, ...starts], [x])}`,
        x,
      )
export const concatenate = (b: Block, xs: readonly Value[], dim: number): Value => {
  const [first] = xs as readonly [Value]
  if (xs.length === 1) return first
  const total = xs.reduce((n, x) => n + x.shape[dim]!, 0)
  const t = type(first.shape.with(dim, total), first.dtype)
  return b.op(`stablehlo.concatenate ${xs.map((x) => x.name).join(', ')}, dim = ${dim} : ${functionType(xs, [t])}`, t)
}
/** Reduction by one operation; the result without the axes. */
export const reduce = (b: Block, name: string, x: Value, init: Scalar, axes: readonly number[]): Value => {
  if (axes.length === 0) return x
  const start = b.constant(init, x.dtype)
  const t = type(
    x.shape.filter((_, i) => !axes.includes(i)),
    x.dtype,
  )
  return b.op(
    `stablehlo.reduce(${x.name} init: ${start.name}) applies stablehlo.${name} across dimensions = ${list(axes)} : ${functionType([x, start], [t])}`,
    t,
  )
}
/** `array<i64: 1, 2>` as `dense<[1, 2]> : tensor<2xi64>`. */
const listsAsTensors = (attribute: string): string =>
  attribute.replace(/^array<i64(?:: ([^>]*))?>$/, (_, values: string | undefined) =>
    values === undefined ? 'dense<> : tensor<0xi64>' : `dense<[${values}]> : tensor<${values.split(',').length}xi64>`,
  )
/** An operation in MLIR's generic form: attributes and regions, which have no short notation. */
export const generic = (
  b: Block,
  name: string,
  ins: readonly Value[],
  attributes: Readonly<Record<string, string>>,
  regions: readonly (() => string)[],
  outs: readonly Type[],
): readonly Value[] => {
  const entries = Object.entries(attributes).map(([k, v]) => `${k} = ${b.module.reader === '2023' ? listsAsTensors(v) : v}`)
  const isOld = b.module.reader !== 'current'
  const properties = entries.length === 0 || isOld ? '' : ` <{${entries.join(', ')}}>`
  const dictionary = entries.length === 0 || !isOld ? '' : ` {${entries.join(', ')}}`
  const signature = `(${ins.map(tensorType).join(', ')}) -> ${outs.length === 0 ? '()' : resultTypes(outs)}`
  const head = `"stablehlo.${name}"(${ins.map((x) => x.name).join(', ')})${properties}`
  const bodies = (): string => (regions.length === 0 ? '' : ` (${regions.map((r) => r()).join(', ')})`)
  return b.ops(() => `${head}${bodies()}${dictionary} : ${signature}`, outs)
}
/** Batched matrix product over named axes, accumulated in the result's dtype. */
export const dot = (
  b: Block,
  x: Value,
  y: Value,
  contracting: readonly [readonly number[], readonly number[]],
  batching: readonly [readonly number[], readonly number[]],
  out: Type,
  precision: PrecisionPair = ['default', 'default'],
): Value => {
  const batch = batching[0].length === 0 ? '' : `batching_dims = ${list(batching[0])} x ${list(batching[1])}, `
  const text = `stablehlo.dot_general ${x.name}, ${y.name}, ${batch}contracting_dims = ${list(contracting[0])} x ${list(contracting[1])}, precision = ${list(precision.map((p) => p.toUpperCase()))}`
  return b.op(`${text} : ${functionType([x, y], [out])}`, out)
}
