/** The abstract value of a tensor: its shape and element type, no data. And the arithmetic of shapes. */
import { type DType, dtypes } from './dtype'

/** The size of each axis. */
export type Shape = readonly number[]

/** A type of tensors: dtype, shape, and whether the dtype is weak (that of a JavaScript number). */
export interface Aval {
  readonly shape: Shape
  readonly dtype: DType
  /** Made from JavaScript numbers only, so its dtype yields to that of the other operand. */
  readonly weakType: boolean
}
/** What users give and get where a tensor's type is meant: `evalShape`, `shapeOf`. */
export interface ShapeDtype {
  readonly shape: Shape
  readonly dtype: DType
}

/** An array of its own that nobody can write to; one that is so already is answered as it is. */
const frozen = (shape: Shape): Shape => (Object.isFrozen(shape) ? shape : Object.freeze(shape.slice()))
/** Every type is made here, so every shape is frozen, and none is the caller's array. */
export const aval = (shape: Shape, dtype: DType, weakType = false): Aval => ({ shape: frozen(shape), dtype, weakType })
/** How many elements a shape has. */
export const sizeOf = (shape: Shape): number => {
  let n = 1
  for (const d of shape) n *= d
  return n
}
/** Whether two shapes are equal. */
export const sameShape = (a: Shape, b: Shape): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
/** Equal but for weakness: what a loop's carry or a cache of programs asks for. */
export const sameType = (a: Aval, b: Aval): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape)
/** `f32[2,3]`, as in a printed jaxpr; a weak type carries a star. */
export const showAval = (a: Aval): string => `${dtypes[a.dtype].short}${a.weakType ? '*' : ''}[${a.shape.join(',')}]`
/** 0, 1, ... n-1. */
export const range = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => i + from)
/** The axes of a rank that none of the lists names, in order. */
export const otherAxes = (rank: number, ...used: (readonly number[])[]): number[] =>
  range(rank).filter((i) => !used.some((u) => u.includes(i)))
/** The shape without some axes. */
export const dropAxes = (shape: Shape, axes: readonly number[]): number[] => shape.filter((_, i) => !axes.includes(i))
/** Row-major strides in elements. */
export const stridesOf = (shape: Shape): number[] => {
  const s = new Array<number>(shape.length)
  let n = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    s[i] = n
    n *= shape[i]!
  }
  return s
}
