/**
 * The table of kernels: each primitive by the device's plan where it has one for the call, on the host otherwise.
 *
 * Three kinds of calls never reach a plan: those with an empty operand or result (several tfjs kernels fail on them), those with
 * an element type that the device can't hold, and, decided when they run, tiny ones whose operands are all on the host: a loop's
 * counter or a learning rate is computed where it is, without a round trip.
 */
import {
  type HostArray,
  type InPlace,
  type Kernel,
  type KernelCall,
  type Kernels,
  type LeafName,
  type ParamsOf,
  sizeOf,
  type WritingName,
} from '@heddle/func/backend'
import type { HostKernels, KernelPlans, Run } from './device'
import type { Store, TfjsBuffer } from './store'

/** The host's kernel on the backend's buffers. */
export const onHost = <H, N extends LeafName>(store: Store<H>, kernel: HostKernels[N], call: KernelCall<ParamsOf[N]>): Run<H> => {
  let prepared: ReturnType<HostKernels[N]> | undefined
  const types = call.ins
  return (inputs) => {
    prepared ??= kernel(call as never) as ReturnType<HostKernels[N]>
    const read = inputs.map((b) => store.onHost(b))
    const arrays = read.map((data, i) => ({ shape: types[i]!.shape, dtype: types[i]!.dtype, data }))
    return prepared(arrays).map((array) => store.adopt(array, inputs, read))
  }
}
const kernelOf =
  <H, N extends LeafName>(
    store: Store<H>,
    host: HostKernels,
    plans: KernelPlans<H>,
    tiny: number,
    name: N,
  ): Kernel<TfjsBuffer<H>, ParamsOf[N]> =>
  (call) => {
    const fallback = onHost<H, N>(store, host[name], call)
    const plan = plans[name]
    if (plan === undefined) return fallback
    const { holds } = store.device
    let most = 0
    for (const types of [call.ins, call.outs])
      for (const a of types) {
        const n = sizeOf(a.shape)
        if (n === 0 || !holds.has(a.dtype)) return fallback
        if (n > most) most = n
      }
    const run = plan(call as never)
    if (run === undefined) return fallback
    if (most > tiny || call.ins.length === 0) return run
    return (inputs) => {
      for (const b of inputs) if (!b.isHost) return run(inputs)
      return fallback(inputs)
    }
  }

/** Writes in place by the host's kernels, into memory of the host or, where the device gives views of it, the device's. */
export const inPlaceOf = <H>(store: Store<H>, host: NonNullable<InPlace<HostArray>['kernels']>): InPlace<TfjsBuffer<H>> => {
  const table: Partial<Record<WritingName, unknown>> = {}
  for (const name of Object.keys(host) as WritingName[])
    table[name] = (call: KernelCall<never>) => {
      const write = host[name]?.(call)
      const types = call.ins
      return (
        write &&
        ((inputs: readonly TfjsBuffer<H>[]): void =>
          write(
            inputs.map((b, i) => ({
              shape: types[i]!.shape,
              dtype: types[i]!.dtype,
              data: i === 0 ? store.written(b) : store.onHost(b),
            })),
          ))
      )
    }
  return { owns: (buffer) => store.owns(buffer), kernels: table as InPlace<TfjsBuffer<H>>['kernels'] }
}

/** A kernel for each primitive that the host has one for. */
export const kernelTable = <H>(store: Store<H>, host: HostKernels, plans: KernelPlans<H>, tiny: number): Kernels<TfjsBuffer<H>> => {
  const table: Partial<Record<LeafName, unknown>> = {}
  for (const name of Object.keys(host) as LeafName[]) table[name] = kernelOf(store, host, plans, tiny, name)
  return table as Kernels<TfjsBuffer<H>>
}
