/** Types and attributes as MLIR text: `tensor<2x3xf32>`, `array<i64: 1, 2>`. */
import type { DType, Shape } from '@heddle/func/backend'

/** What MLIR must know of a value: no weak types. */
export interface Type {
  readonly shape: Shape
  readonly dtype: DType
}
export const type = (shape: Shape, dtype: DType): Type => ({ shape, dtype })

const elementTypes: { readonly [D in DType]: string } = {
  bool: 'i1',
  int8: 'i8',
  int16: 'i16',
  int32: 'i32',
  int64: 'i64',
  uint8: 'ui8',
  uint16: 'ui16',
  uint32: 'ui32',
  uint64: 'ui64',
  bfloat16: 'bf16',
  float16: 'f16',
  float32: 'f32',
  float64: 'f64',
}
export const tensorType = ({ shape, dtype }: Type): string => `tensor<${[...shape, elementTypes[dtype]].join('x')}>`
/** One type as it is, none or several in parentheses. */
export const resultTypes = (types: readonly Type[]): string =>
  types.length === 1 ? tensorType(types[0]!) : `(${types.map(tensorType).join(', ')})`
/** `(tensor<f32>, tensor<f32>) -> tensor<f32>` */
export const functionType = (ins: readonly Type[], outs: readonly Type[]): string =>
  `(${ins.map(tensorType).join(', ')}) -> ${resultTypes(outs)}`

export const list = (xs: readonly (number | string | boolean)[]): string => `[${xs.join(', ')}]`
/** A list of integers as an attribute. */
export const i64s = (xs: readonly number[]): string => (xs.length === 0 ? 'array<i64>' : `array<i64: ${xs.join(', ')}>`)
/** Pairs of integers as an attribute: padding. */
export const i64Pairs = (xs: readonly (readonly [number, number])[]): string =>
  `dense<${xs.length === 0 ? '' : list(xs.map((p) => list(p)))}> : tensor<${xs.length}x2xi64>`
