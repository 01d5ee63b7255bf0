/** A call on a backend beside the reference kernels. */
import { kernels as hostKernels } from '@heddle/backend-host'
import type { HostArray, Kernel, KernelCall, LeafName } from '@heddle/func/backend'
import type { TfjsBackend } from '../src/backend'
import { avalOf, difference } from './arrays'
import type { Sample } from './samples'

/** Relative errors. */
const loose: Partial<Record<LeafName, number>> = { erf: 1e-6, lgamma: 1e-5, pow: 1e-5, exp: 5e-6, sinh: 5e-6, cosh: 5e-6, rsqrt: 1e-5 }
const denormal = 1.2e-38
/** What GPUs compute from approximations that are relative to 1: the absolute error. */
const nearZero: Partial<Record<LeafName, number>> = { tanh: 3e-7, expm1: 3e-7, erf: 5e-7 }
/** Sums may cancel: their error is measured against their terms. */
const sums: readonly LeafName[] = ['dot_general', 'conv_general_dilated', 'reduce_sum', 'cumsum', 'reduce_window_sum', 'scatter-add']

/** What is wrong with a backend's results, in words. */
export const checkSample = async ({ flavour, storage, kernels }: TfjsBackend, s: Sample): Promise<string | undefined> => {
  const what = `${s.primitive} ${JSON.stringify(s.params)} (${s.ins.map((x) => `${x.dtype}[${x.shape}]`).join(', ')})`
  const call: KernelCall<unknown> = { params: s.params, ins: s.ins.map(avalOf), outs: s.outs }
  try {
    const inputs = s.ins.map((a) => storage.upload(a))
    const results = (kernels[s.primitive] as Kernel<(typeof inputs)[number], unknown>)(call)(inputs)
    const got = await Promise.all(results.map((r, i) => storage.download(r, s.outs[i]!)))
    for (const b of [...inputs, ...results]) storage.release(b)
    const want = (hostKernels[s.primitive] as Kernel<HostArray, unknown>)(call)(s.ins)
    const isFloat = s.outs[0]!.dtype === 'float32'
    const terms = Math.max(...s.ins.map((x) => x.data.length))
    const onGpu = flavour === 'webgpu' || flavour === 'webgl'
    const size = sums.includes(s.primitive) ? 2e-6 * Math.sqrt(terms) : ((onGpu ? nearZero[s.primitive] : undefined) ?? denormal)
    const wrong = got
      .map((g, i) => difference(g, want[i]!, isFloat ? (loose[s.primitive] ?? 2e-6) : 0, isFloat ? size : 0))
      .find((d) => d !== undefined)
    return wrong && `${what}: ${wrong}`
  } catch (error) {
    return `${what}: ${String(error)}`
  }
}
