/** Rows and batches: arrays read by row, and rows stacked to arrays. All on the host: a batch moves to a device when a program needs it. */
import { ConcreteTensor, isTensor, np, type Tensor, type TypedArray } from '@heddle/func'
import { describe, isPlainObject } from '@heddle/func/options'
import { flatten, keystr, leavesWithPath, unflatten } from '@heddle/tree'
import { DataError } from '../error'
import { all, type Maybe, andThen } from './pull'

/** Numbers and the shape they have, as `hostArray()` answers: for arrays of more than one axis that need no tensor. */
export interface ArrayLike {
  readonly data: TypedArray | Uint8ClampedArray
  /** Axis 0 is that of rows. */
  readonly shape: readonly number[]
}
/** What is read by row. */
export type Rows = Tensor | TypedArray | Uint8ClampedArray | ArrayLike
/** A tree of rows: with tensors in the place of its arrays. */
export type RowsOf<T> = T extends Rows ? Tensor : T extends readonly unknown[] | object ? { readonly [K in keyof T]: RowsOf<T[K]> } : T

interface Table {
  readonly shape: readonly number[]
  readonly dtype: Tensor['dtype']
  readonly data: Maybe<TypedArray>
}
const isArrayLike = (x: unknown): x is ArrayLike => isPlainObject(x) && ArrayBuffer.isView(x.data) && Array.isArray(x.shape)
const isTypedArray = (x: unknown): x is TypedArray => ArrayBuffer.isView(x) && !(x instanceof DataView)

/** The data of a tensor: at once where its device reads at once. */
const dataOf = (x: ConcreteTensor): Maybe<TypedArray> =>
  x.backend === undefined || x.backend.storage.downloadSync !== undefined ? x.hostSync().data : x.host().then((h) => h.data)

const tableOf = (where: string, name: string, x: unknown): Table => {
  if (x instanceof ConcreteTensor) {
    let data: Maybe<TypedArray> | undefined
    return {
      shape: x.shape,
      dtype: x.dtype,
      get data() {
        return (data ??= dataOf(x))
      },
    }
  }
  const flat: unknown = isArrayLike(x) ? x.data : x
  if (!isTypedArray(flat))
    throw new DataError(
      where,
      `${name} is ${isTensor(x) ? 'a traced tensor' : describe(x)}: expected trees of tensors, typed arrays or { data, shape }, whose axis 0 is that of rows` +
        (typeof x === 'number' ? '; of a list of numbers np.array(list) makes a tensor' : ''),
    )
  // of a class that no dtype is stored in, a copy in the one that it is taken for
  const { dtype } = np.array(flat.subarray(0, 1) as TypedArray)
  const stored = (np.zeros([1], dtype) as ConcreteTensor).hostSync().data
  const data = stored.constructor === flat.constructor ? flat : (np.array(flat) as ConcreteTensor).hostSync().data
  const shape = isArrayLike(x) ? x.shape : [flat.length]
  if (shape.reduce((a, b) => a * b, 1) !== flat.length)
    throw new DataError(where, `${name}: shape [${shape.join(',')}] does not fit ${flat.length} numbers`)
  return { shape, dtype, data }
}
const copied = (data: TypedArray, at: readonly number[], size: number): TypedArray => {
  const Kind = data.constructor as new (n: number) => TypedArray
  const out = new Kind(at.length * size)
  for (let i = 0; i < at.length; i++) (out as Float32Array).set(data.subarray(at[i]! * size, (at[i]! + 1) * size) as Float32Array, i * size)
  return out
}

/** Arrays of equal length as rows. */
export interface RowReader {
  readonly count: number
  readonly text: string
  /** These rows stacked. */
  batch(rows: readonly number[]): Maybe<unknown>
  row(row: number): Maybe<unknown>
}
/** Errors: DataError where a leaf is no array, or lengths differ. */
export const readerOf = (where: string, arrays: unknown): RowReader => {
  const { leaves, treedef } = flatten(arrays, isArrayLike)
  const names = leavesWithPath(arrays, isArrayLike).map(([path]) => (path.length === 0 ? 'the data' : keystr(path)))
  if (leaves.length === 0) throw new DataError(where, `expected arrays, got ${describe(arrays)}`)
  const tables = leaves.map((x, i) => tableOf(where, names[i]!, x))
  const lengths = tables.map((t) => t.shape[0])
  const bare = lengths.indexOf(undefined)
  if (bare >= 0) throw new DataError(where, `${names[bare]} is a scalar: expected an axis of rows`)
  const count = lengths[0]!
  const other = lengths.findIndex((n) => n !== count)
  if (other >= 0)
    throw new DataError(
      where,
      `arrays of one data set have one length: ${names[0]} has ${count} rows, ${names[other]} has ${lengths[other]}`,
    )
  const read = (at: readonly number[], shapeOf: (row: readonly number[]) => readonly number[]): Maybe<unknown> =>
    andThen(all(tables.map((t) => t.data)), (datas) =>
      unflatten(
        treedef,
        tables.map(({ shape, dtype }, i) => {
          const row = shape.slice(1)
          const data = copied(
            datas[i]!,
            at,
            row.reduce((a, b) => a * b, 1),
          )
          return ConcreteTensor.ofHost({ shape: shapeOf(row), dtype, data })
        }),
      ),
    )
  return {
    count,
    text: `arrays(${count})`,
    batch: (rows) => read(rows, (row) => [rows.length, ...row]),
    row: (at) => read([at], (row) => row),
  }
}

/** What rows of a type are stacked to: numbers, booleans, typed arrays and tensors to tensors, whatever else to lists. */
export type Batched<T> = T extends number | boolean | Tensor | TypedArray | Uint8ClampedArray
  ? Tensor
  : T extends string | null | undefined | ((...args: never[]) => unknown)
    ? readonly T[]
    : T extends readonly unknown[]
      ? { readonly [K in keyof T]: Batched<T[K]> }
      : T extends object
        ? { readonly [K in keyof T]: Batched<T[K]> }
        : readonly T[]

/** The typed array and the shape of a leaf. Leaves that are no arrays are undefined. */
const partOf = (
  x: unknown,
): { readonly shape: readonly number[]; readonly dtype: Tensor['dtype']; readonly data: Maybe<TypedArray> } | undefined => {
  if (x instanceof ConcreteTensor) return { shape: x.shape, dtype: x.dtype, data: dataOf(x) }
  if (typeof x === 'number') return { shape: [], dtype: 'float32', data: Float32Array.of(x) }
  if (typeof x === 'boolean') return { shape: [], dtype: 'bool', data: Uint8Array.of(x ? 1 : 0) }
  return isTypedArray(x) ? tableOf('batch', 'a row', x) : undefined
}
/** Rows stacked, leaf by leaf. Errors: DataError where rows differ in structure, shape or dtype. */
export const stacked = (where: string, rows: readonly unknown[]): Maybe<unknown> => {
  const flat = rows.map((row) => flatten(row))
  const first = flat[0]!
  const odd = flat.findIndex((f) => !f.treedef.equals(first.treedef))
  if (odd >= 0)
    throw new DataError(
      where,
      `rows of one batch have one structure: the first is ${first.treedef.toString()}, number ${odd} is ${flat[odd]!.treedef.toString()}`,
    )
  const names = (i: number): string => keystr(leavesWithPath(rows[0])[i]![0]) || 'the row'
  return andThen(
    all(
      first.leaves.map((_, i): Maybe<unknown> => {
        const parts = flat.map((f) => partOf(f.leaves[i]))
        const head = parts[0]
        if (head === undefined) return flat.map((f) => f.leaves[i])
        const off = parts.findIndex((p) => p === undefined || p.dtype !== head.dtype || p.shape.join() !== head.shape.join())
        if (off >= 0) {
          const say = (p: typeof head | undefined): string => (p === undefined ? 'no array' : `${p.dtype} [${p.shape.join(',')}]`)
          throw new DataError(
            where,
            `rows of one batch have one shape: ${names(i)} of the first is ${say(head)}, of number ${off} ${say(parts[off])}`,
          )
        }
        return andThen(all(parts.map((p) => p!.data)), (datas) => {
          const size = datas[0]!.length
          const out = new (datas[0]!.constructor as new (n: number) => Float32Array)(size * datas.length)
          datas.forEach((d, k) => out.set(d as Float32Array, k * size))
          return ConcreteTensor.ofHost({ shape: [rows.length, ...head.shape], dtype: head.dtype, data: out })
        })
      }),
    ),
    (leaves) => unflatten(first.treedef, leaves),
  )
}
