/**
 * How element types cross the border to TensorFlow. The binding makes and reads tensors of float32, int32, bool and int64 only, so
 * uint32 crosses as the int32 of the same bits, 64-bit types as int64, shorter ones as int32 of the same value (of the bits, for
 * floats). In a program the true type is restored at the border.
 */
import { type Aval, type DType, dtypes, isFloating, type TypedArray } from '@heddle/func/backend'
import { type Attrs, attr, type NodeDef, nodeDef, type TfType } from './graph-def'

export type Carrier = 'float32' | 'int32' | 'bool' | 'int64'
/** The type that a dtype's arrays have on the device. */
export const carrierOf = (dtype: DType): Carrier =>
  dtype === 'float32' || dtype === 'bool' ? dtype : dtypes[dtype].bits === 64 ? 'int64' : 'int32'

/** The elements as `createTensor` takes them. */
export const toCarrier = (data: TypedArray, dtype: DType): TypedArray => {
  if (dtype === 'float32' || dtype === 'bool' || dtype === 'int32') return data
  if (dtypes[dtype].bits >= 32) {
    // the binding wants 64-bit elements as pairs of int32
    return new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4)
  }
  return Int32Array.from(data as Int16Array)
}
/** What the binding read, as the dtype's own array. */
export const fromCarrier = (data: TypedArray, dtype: DType): TypedArray => {
  if (dtype === 'float32' || dtype === 'bool' || dtype === 'int32') return data
  const { storage: Storage, bits } = dtypes[dtype] as unknown as {
    bits: number
    storage: new (a: ArrayLike<number> | ArrayBufferLike, o?: number, n?: number) => TypedArray
  }
  if (bits >= 32) return new Storage(data.buffer, data.byteOffset, (data.byteLength * 8) / bits)
  return new Storage(data as Int32Array)
}

type Conversion = readonly [op: string, attrs: Attrs]
const cast = (from: TfType, to: TfType): Conversion => ['Cast', { SrcT: attr.type(from), DstT: attr.type(to), Truncate: attr.flag(false) }]
const bitcast = (from: TfType, to: TfType): Conversion => ['Bitcast', { T: attr.type(from), type: attr.type(to) }]

/** The operations from the carrier to the dtype, in order. */
const inward = (dtype: DType, inside: TfType): readonly Conversion[] => {
  const carrier = carrierOf(dtype)
  if (carrier === inside) return []
  const { bits } = dtypes[dtype]
  if (bits >= 32) return [bitcast(carrier, dtype)]
  return isFloating(dtype) ? [cast('int32', 'uint16'), bitcast('uint16', dtype)] : [cast('int32', dtype)]
}
const outward = (dtype: DType, inside: TfType): readonly Conversion[] => {
  const carrier = carrierOf(dtype)
  if (carrier === inside) return []
  const { bits } = dtypes[dtype]
  if (bits >= 32) return [bitcast(dtype, carrier)]
  return isFloating(dtype) ? [bitcast(dtype, 'uint16'), cast('uint16', 'int32')] : [cast(dtype, 'int32')]
}
const chain = (name: string, input: string, steps: readonly Conversion[]): readonly [nodes: readonly NodeDef[], ref: string] => {
  const nodes: NodeDef[] = []
  let ref = input
  steps.forEach(([op, attrs], i) => {
    nodes.push(nodeDef(`${name}_${i}`, op, [ref], attrs))
    ref = `${name}_${i}`
  })
  return [nodes, ref]
}
const isEmpty = (type: Aval): boolean => type.shape.includes(0)

export interface Inputs {
  readonly nodes: readonly NodeDef[]
  /** Where each input stands in the graph. */
  readonly refs: readonly string[]
  /** What is fed, by the place of the input; empty ones are not. */
  readonly fed: readonly number[]
  readonly names: string
}
/** The type that a dtype has inside of a program. */
type Inside = (dtype: DType) => TfType
const itself: Inside = (dtype) => dtype

/** Nodes for the inputs of a program. */
export const inputsOf = (types: readonly Aval[], inside: Inside = itself): Inputs => {
  const made = types.map((type, i): readonly [readonly NodeDef[], string] => {
    const name = `x${i}`
    if (isEmpty(type)) {
      const value = attr.tensor(inside(type.dtype), type.shape, new Uint8Array(0))
      return [[nodeDef(name, 'Const', [], { dtype: attr.type(inside(type.dtype)), value })], name]
    }
    const placeholder = nodeDef(name, 'Placeholder', [], { dtype: attr.type(carrierOf(type.dtype)), shape: attr.shape(type.shape) })
    const [nodes, ref] = chain(name, name, inward(type.dtype, inside(type.dtype)))
    return [[placeholder, ...nodes], ref]
  })
  const fed = types.flatMap((type, i) => (isEmpty(type) ? [] : [i]))
  return { nodes: made.flatMap(([n]) => n), refs: made.map(([, r]) => r), fed, names: fed.map((i) => `x${i}:0`).join() }
}
export interface Outputs {
  readonly nodes: readonly NodeDef[]
  /** What is fetched, by the place of the output; empty ones are not. */
  readonly fetched: readonly number[]
  readonly names: string
}
/** Nodes for the outputs, which stand at `refs`. */
export const outputsOf = (types: readonly Aval[], refs: readonly string[], inside: Inside = itself): Outputs => {
  const fetched = types.flatMap((type, i) => (isEmpty(type) ? [] : [i]))
  const nodes = fetched.flatMap((i): readonly NodeDef[] => {
    const { dtype } = types[i]!
    const [steps, ref] = chain(`y${i}`, refs[i]!, outward(dtype, inside(dtype)))
    return [...steps, nodeDef(`y${i}`, 'Identity', [ref], { T: attr.type(carrierOf(dtype)) })]
  })
  return { nodes, fetched, names: fetched.map((i) => `y${i}:0`).join() }
}
