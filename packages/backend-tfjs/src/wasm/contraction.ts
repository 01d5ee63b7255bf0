/**
 * Matrix products on wasm by XNNPACK's fully connected operator (30 GFLOPS, against 2 for a transposed operand or a batch).
 *
 * So operands are transposed first, and a batch is a loop over its matrices unless they are tiny. tfjs keeps the packed right
 * operand by its number alone: used again in another shape, it would be read wrongly, so each shape has its own number.
 */
import { type Aval, type ParamsOf, type Shape, sizeOf } from '@heddle/func/backend'
import type { KernelPlan, KernelPlans } from '../device'
import { pick } from '../strided'
import { type Buffer, type Context, isFloat32 } from './context'
import type { Block, Heap } from './heap'
import { movesNothing, transposer } from './layout'

/** Matrices with fewer multiplications than this are multiplied by tfjs's loop over the batch. */
const tinyProduct = 16_384

type Product = (a: Block, b: Block, out: Block) => void

/** The number under which `b` is a right operand of these dimensions. */
const weightsId = (heap: Heap, b: Block, k: number, n: number): number => {
  const key = `${k},${n}`
  b.aliases ??= new Map()
  const known = b.aliases.get(key)
  if (known !== undefined) return known
  const id = b.aliases.size === 0 ? b.id : heap.part(b, 0, k * n)
  b.aliases.set(key, id)
  return id
}
/** `a [m, k] x b [k, n]`, and a bias [n]. */
export const matrixProduct = (heap: Heap, m: number, k: number, n: number): ((a: Block, b: Block, out: Block, bias?: Block) => void) => {
  const c = heap.call('_FusedMatMul')
  const [left, right] = [
    [1, m, k],
    [1, k, n],
  ]
  return (a, b, out, bias) =>
    c(a.id, heap.shape(0, left), 3, weightsId(heap, b, k, n), heap.shape(1, right), 3, 0, 0, 0, bias?.id ?? 0, 0, 0, out.id)
}
/** The same for each of a batch. */
const batchProduct = (heap: Heap, batch: number, m: number, k: number, n: number): Product => {
  if (batch === 1) return matrixProduct(heap, m, k, n)
  const c = heap.call('_FusedMatMul')
  if (m * k * n < tinyProduct) {
    const slow = heap.call('BatchMatMul')
    return (a, b, out) => slow(a.id, heap.shape(0, [batch, m, k]), 3, b.id, heap.shape(1, [batch, k, n]), 3, 0, 0, out.id)
  }
  return (a, b, out) => {
    for (let i = 0; i < batch; i++) {
      const parts = [heap.part(a, i * m * k, m * k), heap.part(b, i * k * n, k * n), heap.part(out, i * m * n, m * n)] as const
      c(parts[0], heap.shape(0, [1, m, k]), 3, parts[1], heap.shape(1, [1, k, n]), 3, 0, 0, 0, 0, 0, 0, parts[2])
      for (const id of parts) heap.forget(id)
    }
  }
}
/** Gives an operand with its axes in another order; `free` what that made. */
const arranged = (context: Context, shape: Shape, order: readonly number[]): ((x: Buffer) => { block: Block; made: boolean }) => {
  const { store } = context
  if (movesNothing(shape, order)) return (x) => ({ block: store.onDevice(x), made: false })
  const transposed = transposer(context, shape, order)
  return (x) => ({ block: transposed(x), made: true })
}
const othersOf = ({ shape }: Aval, ...used: (readonly number[])[]): number[] =>
  shape.map((_, i) => i).filter((i) => !used.some((u) => u.includes(i)))

const dotGeneral =
  (context: Context): KernelPlan<Block, ParamsOf['dot_general']> =>
  ({ ins, outs, params: { dimensionNumbers } }) => {
    if (!isFloat32(ins) || !isFloat32(outs)) return undefined
    const [[lhsContract, rhsContract], [lhsBatch, rhsBatch]] = dimensionNumbers
    const [lhs, rhs] = ins as readonly [Aval, Aval]
    const lhsFree = othersOf(lhs, lhsContract, lhsBatch)
    const rhsFree = othersOf(rhs, rhsContract, rhsBatch)
    const batch = sizeOf(pick(lhs.shape, lhsBatch))
    const m = sizeOf(pick(lhs.shape, lhsFree))
    const k = sizeOf(pick(lhs.shape, lhsContract))
    const n = sizeOf(pick(rhs.shape, rhsFree))
    const left = arranged(context, lhs.shape, [...lhsBatch, ...lhsFree, ...lhsContract])
    const right = arranged(context, rhs.shape, [...rhsBatch, ...rhsContract, ...rhsFree])
    const { store, heap } = context
    const multiply = batchProduct(heap, batch, m, k, n)
    return (inputs) => {
      const a = left(inputs[0]!)
      const b = right(inputs[1]!)
      const out = heap.alloc('float32', batch * m * n)
      multiply(a.block, b.block, out)
      if (a.made) heap.free(a.block)
      if (b.made) heap.free(b.block)
      return [store.ofDevice(out, outs[0]!)]
    }
  }
export const contraction = (context: Context): KernelPlans<Block> => ({ dot_general: dotGeneral(context) })
