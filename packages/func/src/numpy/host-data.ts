/** From JavaScript data (nested and typed arrays) to host arrays and back. Used wherever users hand over or read data. */
import { type Shape, sizeOf } from '../aval'
import type { HostArray } from '../backend/backend'
import { type DType, dtypes, type TypedArray } from '../dtype'
import { ArgumentError } from '../error'
import { describe } from '../options'
import { getElement, setElement } from '../scalar'

type Value = number | bigint | boolean
/** Arrays of arrays of numbers, all of one shape. */
export type NestedArray = readonly (Value | NestedArray)[]

const dtypeOfArray: readonly (readonly [new (n: number) => TypedArray, DType])[] = [
  [Float32Array, 'float32'],
  [Int32Array, 'int32'],
  [Uint8Array, 'uint8'],
  [Float64Array, 'float64'],
  [Uint32Array, 'uint32'],
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Uint16Array, 'uint16'],
  [BigInt64Array, 'int64'],
  [BigUint64Array, 'uint64'],
]
export const isTypedArray = (x: unknown): x is TypedArray => ArrayBuffer.isView(x) && !(x instanceof DataView)
const dtypeOfTyped = (x: TypedArray, where: string): DType => {
  for (const [kind, dtype] of dtypeOfArray) if (x instanceof kind) return dtype
  if ((x as object) instanceof Uint8ClampedArray) return 'uint8'
  throw new ArgumentError(where, `typed arrays of class ${(x as object).constructor.name} have no dtype here`)
}

const shapeOfNested = (x: unknown): number[] => {
  const shape: number[] = []
  for (let at = x; Array.isArray(at) || isTypedArray(at); at = (at as ArrayLike<unknown>)[0]) {
    shape.push((at as ArrayLike<unknown>).length)
    if (shape.at(-1) === 0) break
  }
  return shape
}
const isLeaf = (x: unknown): x is Value => typeof x === 'number' || typeof x === 'boolean' || typeof x === 'bigint'

/** Errors: ArgumentError for a bigint that neither int64 nor uint64 holds. */
export const checkBigint = (where: string, x: bigint): void => {
  if (x !== BigInt.asIntN(64, x) && x !== BigInt.asUintN(64, x)) throw new ArgumentError(where, `${x} is beyond 64 bits`)
}

/** Every element in row-major order. Errors: ArgumentError where the arrays are ragged or hold something else. */
const eachElement = (x: unknown, shape: Shape, where: string, visit: (value: Value, at: number) => void): void => {
  let at = 0
  const go = (node: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (!isLeaf(node))
        throw new ArgumentError(
          where,
          `expected a number, bigint or boolean at each place of shape [${shape.join(',')}], got ${describe(node)}`,
        )
      if (typeof node === 'bigint') checkBigint(where, node)
      visit(node, at++)
      return
    }
    const list = node as ArrayLike<unknown>
    if (!(Array.isArray(node) || isTypedArray(node)) || list.length !== shape[depth])
      throw new ArgumentError(
        where,
        `the nested arrays are ragged: expected ${shape[depth]} elements at depth ${depth}, got ${Array.isArray(node) || isTypedArray(node) ? list.length : describe(node)}`,
      )
    for (let i = 0; i < list.length; i++) go(list[i], depth + 1)
  }
  go(x, 0)
}
/** bool if all elements are booleans, int32 (int64 where needed) if all are bigints, else float32. */
const dtypeOfNested = (x: unknown, shape: Shape, where: string): DType => {
  let booleans = true
  let bigints = true
  let wide = false
  let empty = true
  eachElement(x, shape, where, (v) => {
    empty = false
    booleans &&= typeof v === 'boolean'
    bigints &&= typeof v === 'bigint'
    if (typeof v === 'bigint' && (v > 2147483647n || v < -2147483648n)) wide = true
  })
  if (empty) return 'float32'
  return booleans ? 'bool' : bigints ? (wide ? 'int64' : 'int32') : 'float32'
}

/** Nested arrays, a typed array or a scalar as host data, in `dtype` or in the dtype that the data have. */
export const hostOf = (x: NestedArray | TypedArray | Value, where: string, dtype?: DType): HostArray => {
  if (isTypedArray(x)) {
    const own = dtypeOfTyped(x, where)
    if (dtype === undefined || dtype === own) return { shape: [x.length], dtype: own, data: new dtypes[own].storage(x as never) }
  }
  const shape = shapeOfNested(x)
  const to = dtype ?? dtypeOfNested(x, shape, where)
  const data = new dtypes[to].storage(sizeOf(shape))
  eachElement(x, shape, where, (v, i) => {
    setElement(data, i, to, v)
  })
  return { shape, dtype: to, data }
}

/** The element at a flat position as users see it: booleans for bool, bigint for 64-bit integers, else a number. */
export const valueAt = (host: HostArray, i: number): Value => {
  const raw = host.data[i]!
  if (host.dtype === 'bool') return raw !== 0
  return typeof raw === 'bigint' ? raw : getElement(host.data, i, host.dtype)
}
/** Host data as nested arrays; a scalar is itself. */
export const nestedOf = (host: HostArray): Value | NestedArray => {
  const go = (depth: number, from: number, count: number): Value | NestedArray => {
    if (depth === host.shape.length) return valueAt(host, from)
    const n = host.shape[depth]!
    const inner = n === 0 ? 0 : count / n
    return Array.from({ length: n }, (_, i) => go(depth + 1, from + i * inner, inner))
  }
  return go(0, 0, sizeOf(host.shape))
}

/** Nested arrays as JSON can hold them: what it has no number for is text. */
export type JsonArray = number | boolean | string | readonly JsonArray[]
const jsonValue = (x: Value): number | boolean | string => {
  if (typeof x === 'bigint') return Number.isSafeInteger(Number(x)) ? Number(x) : String(x)
  return typeof x === 'number' && !Number.isFinite(x) ? String(x) : x
}
/** As `nestedOf`; NaN and the infinities, which JSON would make null, are text, and so are integers beyond 2^53. */
export const jsonOf = (host: HostArray): JsonArray => {
  const json = (x: Value | NestedArray): JsonArray => (Array.isArray(x) ? x.map(json) : jsonValue(x as Value))
  return json(nestedOf(host))
}
