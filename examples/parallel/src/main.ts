/** Trains one transformer four ways, and shows that the losses are the same. */
import { pjrt } from '@heddle/backend-pjrt'
import { setDefaultBackend } from '@heddle/func'
import type { Mesh } from '@heddle/linen'
import { train } from './train'

const meshes: readonly (readonly [name: string, mesh: Mesh])[] = [
  ['one device', { axes: {} }],
  ['data-parallel, 4 devices', { axes: { data: 4 } }],
  ['tensor-parallel, 4 devices', { axes: { model: 4 } }],
  ['both, 2 x 2 devices', { axes: { data: 2, model: 2 } }],
]
try {
  // a CPU counts as four devices here; on several GPUs or TPU cores leave this out
  setDefaultBackend(await pjrt({ clientOptions: { cpu_device_count: 4 } }))
  for (const [name, mesh] of meshes) {
    const start = performance.now()
    const losses = await train(mesh, 40)
    const shown = losses.filter((_, i) => i % 13 === 0).map((l) => l.toFixed(4))
    console.log(`${name.padEnd(28)} losses ${shown.join('  ')}   ${((performance.now() - start) / 1000).toFixed(1)} s`)
  }
} catch (e) {
  if ((e as { readonly _tag?: string })._tag !== 'BackendError') throw e
  console.error((e as Error).message)
  process.exitCode = 1
}
