/**
 * Pointwise kernels on wasm: XNNPACK and C for float32; JavaScript in the heap where C is wrong or slower.
 *
 * Left to the host: sign (C gives 0 for NaN and for 1e-20), log1p, sin, cos (C is off by up to 4 % near 0), round half away,
 * integers, comparisons (C takes four times as long). max and min are a module of our own (extrema.ts). A bool is a byte of 0 or 1.
 */
import { type KernelCall, type ParamsOf, sizeOf } from '@heddle/func/backend'
import type { KernelPlan, KernelPlans } from '../device'
import { bitsOf, type Context, inHeap, isFloat32 } from './context'
import type { Block } from './heap'

type WasmPlan<P> = KernelPlan<Block, P>
type NoParams = ParamsOf['add']

const unaryOf =
  ({ store, heap }: Context) =>
  (name: string, takesDtype = true): WasmPlan<NoParams> => {
    const c = heap.call(name)
    return ({ ins, outs }) => {
      if (!isFloat32(ins)) return undefined
      const out = outs[0]!
      const n = sizeOf(out.shape)
      return (inputs) => {
        const x = store.onDevice(inputs[0]!)
        const block = heap.alloc('float32', n)
        if (takesDtype) c(x.id, 0, block.id)
        else c(x.id, block.id)
        return [store.ofDevice(block, out)]
      }
    }
  }
/** Operands of the result's size, or scalars. */
const binaryOf =
  ({ store, heap }: Context) =>
  (name: string): WasmPlan<NoParams> => {
    const c = heap.call(name)
    return ({ ins, outs }) => {
      if (!isFloat32(ins)) return undefined
      const out = outs[0]!
      const n = sizeOf(out.shape)
      const shapes = ins.map((a) => [sizeOf(a.shape)])
      return (inputs) => {
        const x = store.onDevice(inputs[0]!)
        const y = store.onDevice(inputs[1]!)
        const block = heap.alloc('float32', n)
        c(x.id, heap.shape(0, shapes[0]!), 1, y.id, heap.shape(1, shapes[1]!), 1, 0, block.id)
        return [store.ofDevice(block, out)]
      }
    }
  }

/** Powers up to this are multiplied out. */
const MAX_FACTORS = 16
const integerPower = ({ store, heap }: Context): WasmPlan<ParamsOf['integer_pow']> => {
  const [square, multiply, reciprocal] = [heap.call('Square'), heap.call('Multiply'), heap.call('Reciprocal')]
  return ({ ins, outs, params: { y } }) => {
    const power = Math.abs(y)
    if (!isFloat32(ins) || power < 2 || power > MAX_FACTORS) return undefined
    const out = outs[0]!
    const n = sizeOf(out.shape)
    return (inputs) => {
      const made: Block[] = []
      const make = (fill: (block: Block) => void): Block => {
        const block = heap.alloc('float32', n)
        fill(block)
        made.push(block)
        return block
      }
      const times = (a: Block, b: Block): Block =>
        make((block) => multiply(a.id, heap.shape(0, [n]), 1, b.id, heap.shape(1, [n]), 1, 0, block.id))
      let base = store.onDevice(inputs[0]!)
      let result: Block | undefined
      for (let left = power; ; left >>= 1) {
        if (left & 1) result = result === undefined ? base : times(result, base)
        if (left === 1) break
        const before = base
        base = make((block) => square(before.id, 0, block.id))
      }
      const positive = result!
      const last = y < 0 ? make((block) => reciprocal(positive.id, 0, block.id)) : positive
      for (const block of made) if (block !== last) heap.free(block)
      return [store.ofDevice(last, out)]
    }
  }
}

/** Which operands are arrays of the result's size; others are scalars. */
const wideOf = ({ ins, outs }: KernelCall<unknown>): boolean[] => ins.map((a) => a.shape.length === outs[0]!.shape.length)

const extremum =
  ({ store, heap }: Context, name: 'max' | 'min'): WasmPlan<NoParams> =>
  (call) => {
    if (!isFloat32(call.ins)) return undefined
    const out = call.outs[0]!
    const n = sizeOf(out.shape)
    const scalar = wideOf(call).indexOf(false)
    const { [name]: ofArrays, [`${name}Scalar` as const]: ofScalar } = heap.extrema
    return (inputs) => {
      const x = store.onDevice(inputs[scalar === 0 ? 1 : 0]!)
      const y = scalar < 0 ? store.onDevice(inputs[1]!) : undefined
      const number = scalar < 0 ? 0 : Number(store.onHost(inputs[scalar]!)[0])
      const block = heap.alloc('float32', n)
      if (y === undefined) ofScalar(x.address, number, block.address, x.address + 4 * n)
      else ofArrays(x.address, y.address, block.address, x.address + 4 * n)
      return [store.ofDevice(block, out)]
    }
  }

/** Bool selectors with two float32 cases. */
const select =
  (context: Context): WasmPlan<NoParams> =>
  ({ ins, outs }) => {
    const [which, no, yes] = ins
    if (ins.length !== 3 || which!.dtype !== 'bool' || !isFloat32([no!, yes!])) return undefined
    const out = outs[0]!
    const n = sizeOf(out.shape)
    const { store } = context
    if (which!.shape.length < out.shape.length) return (inputs) => [store.share(inputs[store.onHost(inputs[0]!)[0] !== 0 ? 2 : 1]!)]
    return inHeap(context, out, (to, [w, a, b]) => {
      const [no, yes, bits] = [bitsOf(a as Float32Array), bitsOf(b as Float32Array), bitsOf(to)]
      const chosen = w as Uint8Array
      for (let i = 0; i < n; i++) bits[i] = no[i]! ^ ((no[i]! ^ yes[i]!) & -chosen[i]!)
    })
  }
const identity =
  ({ store }: Context): WasmPlan<unknown> =>
  () =>
  (inputs) => [store.share(inputs[0]!)]

export const pointwise = (context: Context): KernelPlans<Block> => {
  const unary = unaryOf(context)
  const binary = binaryOf(context)
  const add = binary('Add')
  return {
    neg: unary('Neg'),
    add,
    add_any: add,
    sub: binary('Sub'),
    mul: binary('Multiply'),
    div: binary('RealDiv'),
    integer_pow: integerPower(context),
    square: unary('Square'),
    exp: unary('Exp'),
    expm1: unary('Expm1'),
    log: unary('Log'),
    sqrt: unary('Sqrt'),
    rsqrt: unary('Rsqrt'),
    tan: unary('Tan'),
    asin: unary('Asin'),
    acos: unary('Acos'),
    atan: unary('Atan'),
    sinh: unary('Sinh'),
    cosh: unary('Cosh'),
    tanh: unary('Tanh'),
    asinh: unary('Asinh'),
    acosh: unary('Acosh'),
    atanh: unary('Atanh'),
    logistic: unary('Sigmoid', false),
    erf: unary('Erf'),
    pow: binary('Pow'),
    atan2: binary('Atan2'),
    abs: unary('Abs'),
    floor: unary('Floor'),
    ceil: unary('Ceil'),
    round: (call) => (call.params.roundingMethod === 1 ? unary('Round')(call) : undefined),
    max: extremum(context, 'max'),
    min: extremum(context, 'min'),
    select_n: select(context),
    stop_gradient: identity(context),
    copy: identity(context),
  }
}
