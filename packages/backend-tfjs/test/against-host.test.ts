/** Each flavour against the reference kernels, on calls that its device computes, NaN and infinities among their operands. */
import type { LeafName } from '@heddle/func/backend'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TfjsBackend } from '../src/backend'
import { type Sample, samples } from './samples'
import { difference, runOn, runOnHost, underTest } from './under-test'

/** Approximations of GPUs: tfjs's erf has an absolute error of 1.5e-7; near 0 their sine and tangent are exact. */
const loose: Partial<Record<LeafName, number>> = { erf: 1e-6, lgamma: 1e-5, pow: 1e-5, exp: 5e-6, sinh: 5e-6, cosh: 5e-6, rsqrt: 1e-5 }
const denormal = 1.2e-38
/** Sums may cancel: their error is measured against their terms. */
const sums: readonly LeafName[] = ['dot_general', 'conv_general_dilated', 'reduce_sum', 'cumsum', 'reduce_window_sum', 'scatter-add']

const check = (backend: TfjsBackend, s: Sample): string | undefined => {
  const what = `${s.primitive} ${JSON.stringify(s.params)} (${s.ins.map((x) => `${x.dtype}[${x.shape}]`).join(', ')})`
  try {
    const got = runOn(backend, s.primitive, s.params, s.ins, s.outs)
    const want = runOnHost(s.primitive, s.params, s.ins, s.outs)
    const isFloat = s.outs[0]!.dtype === 'float32'
    const terms = Math.max(...s.ins.map((x) => x.data.length))
    const size = sums.includes(s.primitive) ? 2e-6 * Math.sqrt(terms) : denormal
    const wrong = got
      .map((g, i) => difference(g, want[i]!, isFloat ? (loose[s.primitive] ?? 2e-6) : 0, isFloat ? size : 0))
      .find((d) => d !== undefined)
    return wrong && `${what}: ${wrong}`
  } catch (error) {
    return `${what}: ${String(error)}`
  }
}

describe.each(underTest.filter((u) => u.name !== 'cpu'))('$name', ({ name, make }) => {
  let backend: TfjsBackend
  beforeAll(async () => {
    backend = await make()
  })
  const all = samples()
  // on the GPU's kernels erf is an approximation that is relative to 1
  const tried = name === 'gpu kernels' ? all.filter((s) => s.primitive !== 'erf') : all
  it.each([...new Set(tried.map((s) => s.primitive))])('%s', (primitive) => {
    const before = backend.storage.memory()
    expect(
      tried
        .filter((s) => s.primitive === primitive)
        .map((s) => check(backend, s))
        .filter((d) => d !== undefined),
    ).toEqual([])
    expect(backend.storage.memory()).toEqual(before)
  })
})
