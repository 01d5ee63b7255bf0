/** Graphs of TensorFlow as data: nodes, functions, attributes. Names of fields are those of TensorFlow's messages. */
import type { Shape, TypedArray } from '@heddle/func/backend'

/** Element types by their numbers in TensorFlow. */
export const tfTypes = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  float16: 19,
  variant: 21,
  uint32: 22,
  uint64: 23,
} as const
export type TfType = keyof typeof tfTypes

interface ShapeProto {
  readonly dim?: readonly { readonly size: number }[]
  readonly unknownRank?: boolean
}
interface FuncProto {
  readonly name: string
}
/** An attribute's value; one field is there. */
export interface Attr {
  readonly s?: Uint8Array
  readonly i?: number
  readonly f?: number
  readonly b?: boolean
  readonly type?: number
  readonly shape?: ShapeProto
  readonly tensor?: { readonly dtype: number; readonly tensorShape: ShapeProto; readonly tensorContent: Uint8Array }
  readonly list?: {
    readonly s?: readonly Uint8Array[]
    readonly i?: readonly number[]
    readonly type?: readonly number[]
    readonly shape?: readonly ShapeProto[]
    readonly func?: readonly FuncProto[]
  }
  readonly func?: FuncProto
}
export type Attrs = Readonly<Record<string, Attr>>
export interface NodeDef {
  readonly name: string
  readonly op: string
  readonly input: readonly string[]
  readonly attr: Attrs
}
interface ArgDef {
  readonly name: string
  readonly type: number
}
export interface FunctionDef {
  readonly signature: { readonly name: string; readonly inputArg: readonly ArgDef[]; readonly outputArg: readonly ArgDef[] }
  readonly nodeDef: readonly NodeDef[]
  readonly ret: Readonly<Record<string, string>>
  readonly attr: Attrs
}
export interface GraphDef {
  readonly node: readonly NodeDef[]
  readonly functions: readonly FunctionDef[]
}

const encoder = new TextEncoder()
const shapeProto = (shape: Shape | null): ShapeProto => (shape === null ? { unknownRank: true } : { dim: shape.map((size) => ({ size })) })

/** Attributes by their kinds. */
export const attr = {
  text: (s: string): Attr => ({ s: encoder.encode(s) }),
  bytes: (s: Uint8Array): Attr => ({ s }),
  texts: (s: readonly string[]): Attr => ({ list: { s: s.map((x) => encoder.encode(x)) } }),
  int: (i: number): Attr => ({ i }),
  ints: (i: readonly number[]): Attr => ({ list: { i } }),
  float: (f: number): Attr => ({ f }),
  flag: (b: boolean): Attr => ({ b }),
  type: (t: TfType): Attr => ({ type: tfTypes[t] }),
  types: (ts: readonly TfType[]): Attr => ({ list: { type: ts.map((t) => tfTypes[t]) } }),
  /** null: any. */
  shape: (shape: Shape | null): Attr => ({ shape: shapeProto(shape) }),
  shapes: (shapes: readonly Shape[]): Attr => ({ list: { shape: shapes.map(shapeProto) } }),
  func: (name: string): Attr => ({ func: { name } }),
  funcs: (names: readonly string[]): Attr => ({ list: { func: names.map((name) => ({ name })) } }),
  tensor: (type: TfType, shape: Shape, data: TypedArray): Attr => ({
    tensor: {
      dtype: tfTypes[type],
      tensorShape: shapeProto(shape),
      tensorContent: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    },
  }),
}
export const nodeDef = (name: string, op: string, input: readonly string[], attrs: Attrs = {}): NodeDef => ({
  name,
  op,
  input,
  attr: attrs,
})
