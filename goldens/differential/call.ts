/** A random call as plain JSON, what the reference answered for it, and arrays in JSON: both are read by `reference.py` too. */
import { type DType, dtypes, np, type Tensor } from '@heddle/func'

/** Row-major elements in base64: those of the dtype, but bool as bytes and 16-bit floats as float32. */
export interface ArrayJson {
  readonly array: readonly [dtype: DType, shape: readonly number[], base64: string]
  /** Elements at which derivatives say nothing: NaN, infinities, the largest numbers. */
  readonly special?: true
}
/** The two words of a key. */
export interface KeyJson {
  readonly key: readonly [number, number]
}
export type Json = null | boolean | number | string | ArrayJson | KeyJson | readonly Json[] | { readonly [name: string]: Json }

export interface Call {
  /** As heddle spells it: `np.sum`, `lax.linalg.qr`. */
  readonly fn: string
  readonly args: readonly Json[]
  readonly options?: { readonly [name: string]: Json }
  /** Whether derivatives by all arrays of floats are compared. */
  readonly derivatives?: false
}
export interface Result {
  readonly array: ArrayJson['array']
  readonly weak?: true
}
/** Arrays of a result (a tuple's in order), plain values as they are. */
export type Leaf = Result | number | string | boolean | null
export type Part = readonly Leaf[] | { readonly error: string }
export interface Answer {
  readonly value: Part
  /** Whether the function can be traced with its arrays as inputs. */
  readonly traced: boolean
  /** Cotangents of the inputs, the tangents of the outputs, and the tangents of those cotangents. */
  readonly vjp?: Part
  readonly jvp?: Part
  readonly second?: Part
}

export const kindOf = (dtype: DType): 'bool' | 'int' | 'uint' | 'float' => dtypes[dtype].kind
/** What the bytes of a dtype are read as. */
const storageOf = (dtype: DType): (typeof dtypes)[DType]['storage'] =>
  dtypes[kindOf(dtype) === 'float' && dtypes[dtype].bits === 16 ? 'float32' : dtype].storage

/** Elements in base64. Those of 64 bits are moved inside of their limits, which `Number` rounds. */
export const textOf = (dtype: DType, values: ArrayLike<number | bigint | boolean>): string => {
  const data = new (storageOf(dtype))(values.length)
  for (let i = 0; i < values.length; i++)
    data[i] = (data instanceof BigInt64Array || data instanceof BigUint64Array ? within(values[i]!, dtype) : Number(values[i])) as never
  return Buffer.from(data.buffer).toString('base64')
}
const within = (v: number | bigint | boolean, dtype: DType): bigint => {
  const { min, max } = np.iinfo(dtype)
  const x = BigInt(v)
  return x > BigInt(max) ? BigInt(max) : x < BigInt(min) ? BigInt(min) : x
}
/** The elements of an array. */
export const valuesOf = ([dtype, , text]: ArrayJson['array']): ArrayLike<number | bigint> => {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new (storageOf(dtype) as unknown as new (bytes: ArrayBuffer) => ArrayLike<number | bigint>)(bytes.buffer)
}
/** An array as a tensor. */
export const tensorOf = (array: ArrayJson['array']): Tensor => {
  const [dtype, shape] = array
  const values = valuesOf(array)
  const flat = dtype === 'bool' ? np.array(Array.from(values, Boolean), 'bool') : np.array(values as Float32Array)
  return (flat.dtype === dtype ? flat : np.array(values as Float32Array, dtype)).reshape(shape)
}

export const isArrayJson = (x: Json): x is ArrayJson => typeof x === 'object' && x !== null && 'array' in x
export const isKeyJson = (x: Json): x is KeyJson => typeof x === 'object' && x !== null && 'key' in x
const isList = (x: Json): x is readonly Json[] => Array.isArray(x)
/** Each array and key replaced, in order: of the arguments first, then of the options. */
export const mapArrays = (x: Json, of: (leaf: ArrayJson | KeyJson) => unknown): unknown => {
  if (isList(x)) return x.map((y) => mapArrays(y, of))
  if (typeof x !== 'object' || x === null) return x
  if (isArrayJson(x) || isKeyJson(x)) return of(x)
  return Object.fromEntries(Object.entries(x).map(([k, y]) => [k, mapArrays(y as Json, of)]))
}
/** The arrays and keys of a call. */
export const arraysOf = ({ args, options = {} }: Call): readonly (ArrayJson | KeyJson)[] => {
  const found: (ArrayJson | KeyJson)[] = []
  mapArrays([args, options], (leaf) => found.push(leaf))
  return found
}
