/**
 * Pointwise kernels from their loops.
 *
 * Each primitive brings loops of its own (not a function per element), so that the JIT compiles each for the element types
 * it meets. An operand's step is 1, or 0 where it is a scalar beside operands of the result's shape.
 */
import { type DType, type TypedArray, sizeOf } from '@heddle/func/backend'
import { alloc, type BigData, byArithmetic, type HostKernel, hostArray, type NumberData, viaFloat32 } from './element'

type Loop1<D> = (x: D, out: D, n: number) => void
type Loop2<D> = (x: D, sx: number, y: D, sy: number, out: D, n: number) => void
export type Compare<D> = (x: D, sx: number, y: D, sy: number, out: Uint8Array, n: number) => void

/** Loops by arithmetic; where one is missing the primitive does not take such dtypes. bool counts as integer. */
export interface Loops1 {
  readonly float?: Loop1<NumberData>
  readonly int?: Loop1<NumberData>
  readonly big?: Loop1<BigData>
}
export interface Loops2 {
  readonly float?: Loop2<NumberData>
  readonly int?: Loop2<NumberData>
  readonly big?: Loop2<BigData>
}
type Any1 = Loop1<TypedArray>
type Any2 = Loop2<TypedArray>

/** The step of an operand through a result of `n` elements. */
export const stepOf = (shape: readonly number[], result: readonly number[]): number => (shape.length < result.length ? 0 : 1)

/** One operand; loops may depend on parameters and dtype. */
export const unaryWith = <P>(name: string, loops: (params: P, dtype: DType) => Loops1): HostKernel<P> =>
  viaFloat32(({ params, ins, outs }) => {
    const { dtype } = ins[0]!
    const { shape } = outs[0]!
    const n = sizeOf(shape)
    const loop = byArithmetic<Any1>(name, dtype, loops(params, dtype) as { float?: Any1; int?: Any1; big?: Any1 })
    return (inputs) => {
      const out = alloc(dtype, n)
      loop(inputs[0]!.data, out, n)
      return [hostArray(shape, dtype, out)]
    }
  })
export const unary = <P>(name: string, loops: Loops1): HostKernel<P> => unaryWith(name, () => loops)

/** One float operand and a function of its elements. */
export const floatFunction = <P>(name: string, f: (x: number) => number): HostKernel<P> =>
  unary(name, {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = f(x[i]!)
    },
  })

/** Two operands of one dtype, result of the same; loops may depend on the dtype. */
export const binaryWith = <P>(name: string, loops: (dtype: DType) => Loops2): HostKernel<P> =>
  viaFloat32(({ ins, outs }) => {
    const { dtype } = ins[0]!
    const { shape } = outs[0]!
    const n = sizeOf(shape)
    const loop = byArithmetic<Any2>(name, dtype, loops(dtype) as { float?: Any2; int?: Any2; big?: Any2 })
    const sx = stepOf(ins[0]!.shape, shape)
    const sy = stepOf(ins[1]!.shape, shape)
    return (inputs) => {
      const out = alloc(dtype, n)
      loop(inputs[0]!.data, sx, inputs[1]!.data, sy, out, n)
      return [hostArray(shape, dtype, out)]
    }
  })
export const binary = <P>(name: string, loops: Loops2): HostKernel<P> => binaryWith(name, () => loops)

/** Two operands of any one dtype, result bool. */
export const comparison = <P>(loop: Compare<TypedArray>): HostKernel<P> =>
  viaFloat32(({ ins, outs }) => {
    const { shape } = outs[0]!
    const n = sizeOf(shape)
    const sx = stepOf(ins[0]!.shape, shape)
    const sy = stepOf(ins[1]!.shape, shape)
    return (inputs) => {
      const out = new Uint8Array(n)
      loop(inputs[0]!.data, sx, inputs[1]!.data, sy, out, n)
      return [hostArray(shape, 'bool', out)]
    }
  })
