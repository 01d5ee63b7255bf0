/**
 * A backend with a meter of its memory: the most bytes that were alive at once, after any of its kernels.
 */
import type { FusedKernels, Kernel, KernelBackend } from '@heddle/func/backend'

/** A backend, and how much of its memory was in use at most. */
export interface Metered<B> {
  readonly backend: KernelBackend<B>
  /** Runs, and answers the bytes that were in use at the most, beyond those in use before. */
  readonly peakOf: (run: () => unknown) => number
}

/** The backend with a meter around each kernel. */
export const metered = <B>(inner: KernelBackend<B>): Metered<B> => {
  let peak = 0
  const note = <A>(outs: A): A => {
    peak = Math.max(peak, inner.storage.memory().bytes)
    return outs
  }
  const around =
    (kernel: Kernel<B, unknown>): Kernel<B, unknown> =>
    (call) => {
      const run = kernel(call)
      return (inputs) => note(run(inputs))
    }
  const kernels = Object.fromEntries(
    Object.entries(inner.kernels as Readonly<Record<string, Kernel<B, unknown>>>).map(([name, kernel]) => [name, around(kernel)]),
  ) as unknown as KernelBackend<B>['kernels']
  const dense = inner.fused?.dense
  const fused: FusedKernels<B> | undefined =
    dense === undefined
      ? undefined
      : {
          dense: (call) => {
            const run = dense(call)
            return run === undefined ? undefined : (inputs) => note(run(inputs))
          },
        }
  return {
    backend: { ...inner, kernels, ...(fused === undefined ? {} : { fused }) },
    peakOf: (run) => {
      const before = inner.storage.memory().bytes
      peak = before
      run()
      return peak - before
    },
  }
}
