/** The suite itself: it names what it tries, and notices a backend that computes, types or frees wrongly. */
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import type { HostArray, KernelBackend, Kernels } from '../src/backend/backend'
import { conformance, type KernelGolden } from '../src/conformance/index'
import { bodyRows, leafRows } from '../src/conformance/rows/index'

const only = (name: string) => (other: string) => other === name
/** The names of the laws that fail for one primitive. */
const failures = async (
  backend: KernelBackend<HostArray>,
  primitive: string,
  goldens: readonly KernelGolden[] = [],
): Promise<readonly string[]> => {
  const failed: string[] = []
  for (const { name, run } of conformance(backend, { reference: hostBackend(), primitives: only(primitive), goldens }))
    await run().catch(() => failed.push(name.replace(`${primitive}: `, '')))
  return failed
}
/** A host backend whose product is changed. */
const withMul = (change: (out: HostArray, backend: KernelBackend<HostArray>) => HostArray): KernelBackend<HostArray> => {
  const host = hostBackend()
  const mul: Kernels<HostArray>['mul'] = (call) => {
    const run = host.kernels.mul(call)
    return (inputs) => [change(run(inputs)[0]!, host)]
  }
  return { ...host, kernels: { ...host.kernels, mul } }
}

describe('conformance', () => {
  it('has rows with names of their own', () => {
    for (const [name, rows] of Object.entries({ ...leafRows, ...bodyRows })) {
      const names = rows.map((r) => r.about)
      expect(new Set(names).size, name).toBe(names.length)
    }
  })
  it('finds nothing wrong with the host backend', async () => {
    expect(await failures(hostBackend(), 'mul')).toEqual([])
  })
  it('notices wrong values', async () => {
    const wrong = withMul((out) => {
      if (out.data.length > 0) (out.data as Float64Array)[0]! *= 1.001
      return out
    })
    const golden: KernelGolden = {
      cases: [
        {
          primitive: 'mul',
          params: {},
          ins: [{ $array: { dtype: 'float32', shape: [1], data: [2] } }, { $array: { dtype: 'float32', shape: [1], data: [3] } }],
          outs: [{ $array: { dtype: 'float32', shape: [1], data: [6] } }],
        },
      ],
    }
    const found = await failures(wrong, 'mul', [golden])
    expect(found).toContain('the value is the reference’s')
    expect(found).toContain('kernel and function give JAX’s numbers')
  })
  it('notices wrong types', async () => {
    const found = await failures(
      withMul((out, { storage }) => {
        storage.release(out)
        return storage.upload({ ...out, dtype: 'int32', data: new Int32Array(out.data.length) })
      }),
      'mul',
    )
    expect(found).toContain('the value is the reference’s')
  })
  it('notices memory that is never freed', async () => {
    const leaking = withMul((out, { storage }) => {
      storage.share(out)
      return out
    })
    expect(await failures(leaking, 'mul')).toEqual(['programs leave nothing behind', 'donation changes nothing'])
  })
})
