/**
 * Reductions of float32 on wasm. Sums are JavaScript's, in double precision: C adds a million numbers one by one in single, and is
 * 1 % off. Extrema are C's along the last axes; along others C would transpose first.
 */
import type { KernelPlans } from '../device'

import { type Context, inHeap, isFloat32 } from './context'
import type { Block, CFunction } from './heap'

interface ReducedGroup {
  readonly outer: number
  readonly reduced: number
  readonly inner: number
}
/** Neighbouring axes that are all kept or all reduced, as one; then one step for each reduced group, the last first. */
const reductionSteps = (shape: readonly number[], axes: readonly number[]): ReducedGroup[] => {
  const groups: { n: number; reduced: boolean }[] = []
  shape.forEach((n, i) => {
    const reduced = axes.includes(i)
    const last = groups.at(-1)
    if (n === 1) return
    if (last?.reduced === reduced) last.n *= n
    else groups.push({ n, reduced })
  })
  const steps: ReducedGroup[] = []
  let inner = 1
  for (let i = groups.length - 1; i >= 0; i--) {
    const { n, reduced } = groups[i]!
    if (reduced) steps.push({ outer: groups.slice(0, i).reduce((m, g) => m * g.n, 1), reduced: n, inner })
    else inner *= n
  }
  return steps
}
type Floats = Float32Array | Float64Array
type Reduce = (x: Floats, step: ReducedGroup, out: Floats) => void

/** Sums of runs, each by four sums. */
export const sumRuns = (x: Floats, n: number, runs: number, out: Floats): void => {
  const even = n - (n % 4)
  for (let r = 0, p = 0; r < runs; r++) {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    const end = p + even
    for (; p < end; p += 4) {
      a += x[p]!
      b += x[p + 1]!
      c += x[p + 2]!
      d += x[p + 3]!
    }
    for (let i = even; i < n; i++) a += x[p++]!
    out[r] = a + b + (c + d)
  }
}
const sum: Reduce = (x, { outer, reduced, inner }, out) => {
  if (inner === 1) return sumRuns(x, reduced, outer, out)
  const acc = new Float64Array(inner)
  for (let o = 0, p = 0; o < outer; o++) {
    acc.fill(0)
    for (let r = 0; r < reduced; r++, p += inner) for (let i = 0; i < inner; i++) acc[i]! += x[p + i]!
    out.set(acc, o * inner)
  }
}
const max: Reduce = (x, { outer, reduced, inner }, out) => {
  for (let o = 0, p = 0; o < outer; o++) {
    const q = o * inner
    for (let i = 0; i < inner; i++) out[q + i] = x[p + i]!
    p += inner
    for (let r = 1; r < reduced; r++, p += inner)
      for (let i = 0; i < inner; i++) {
        const v = x[p + i]!
        if (v > out[q + i]! || v !== v) out[q + i] = v
      }
  }
}
const min: Reduce = (x, { outer, reduced, inner }, out) => {
  for (let o = 0, p = 0; o < outer; o++) {
    const q = o * inner
    for (let i = 0; i < inner; i++) out[q + i] = x[p + i]!
    p += inner
    for (let r = 1; r < reduced; r++, p += inner)
      for (let i = 0; i < inner; i++) {
        const v = x[p + i]!
        if (v < out[q + i]! || v !== v) out[q + i] = v
      }
  }
}

export const reduction = (context: Context): KernelPlans<Block> => {
  const by =
    (reduce: Reduce, c?: CFunction): NonNullable<KernelPlans<Block>['reduce_sum']> =>
    ({ ins, outs, params: { axes } }) => {
      if (!isFloat32(ins)) return undefined
      const steps = reductionSteps(ins[0]!.shape, axes)
      const { store, heap } = context
      const [{ outer, reduced, inner } = { outer: 0, reduced: 0, inner: 0 }] = steps
      if (c !== undefined && steps.length === 1 && inner === 1)
        return (inputs) => {
          const x = store.onDevice(inputs[0]!)
          const block = heap.alloc('float32', outer)
          c(x.id, 0, reduced, block.id)
          return [store.ofDevice(block, outs[0]!)]
        }
      if (steps.length === 0) return (inputs) => [store.share(inputs[0]!, outs[0]!.shape)]
      return inHeap(context, outs[0]!, (to, [x]) => {
        let from = x as Floats
        steps.forEach((step, i) => {
          const next = i === steps.length - 1 ? to : new Float64Array(step.outer * step.inner)
          reduce(from, step, next)
          from = next
        })
      })
    }
  return { reduce_sum: by(sum), reduce_max: by(max, context.heap.call('Max')), reduce_min: by(min, context.heap.call('Min')) }
}
