/**
 * Two processes train one model, each on its own part of the data and with a client of its own, and average their gradients through
 * the coordinator. Without an argument it starts the two; they could as well be started by hand, on machines apart.
 *
 * Run: node -C @heddle/source --import tsx examples/parallel/src/processes.ts [PROCESS]
 */
import { type Distributed, pjrt } from '@heddle/backend-pjrt'
import { grad, jit, np, setDefaultBackend, type Tensor } from '@heddle/func'
import { spawn } from 'node:child_process'

const NUM_PROCESSES = 2
const STEPS = 60
const ROWS = 32
const coordinatorAddress = process.env.COORDINATOR_ADDRESS ?? 'localhost:12322'

/** The mean over all processes, in the same order everywhere, so that all have the same bits. */
const mean = async ({ put, get, remove, processId, numProcesses }: Distributed, step: number, own: Float32Array): Promise<Float32Array> => {
  await put(`gradient ${step} ${processId}`, new Uint8Array(own.buffer, own.byteOffset, own.byteLength))
  const all = await Promise.all(
    Array.from({ length: numProcesses }, async (_, i) => {
      const bytes = await get(`gradient ${step} ${i}`)
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    }),
  )
  // who has given this step's gradient has read those of the step before
  if (step > 0) await remove(`gradient ${step - 1} ${processId}`)
  return own.map((_, k) => all.reduce((sum, g) => sum + g[k]!, 0) / numProcesses)
}
const train = async (processId: number): Promise<void> => {
  const backend = await pjrt({ distributed: { coordinatorAddress, numProcesses: NUM_PROCESSES, processId } })
  setDefaultBackend(backend)
  // y = 2 x0 - 3 x1 + x2, of which each process sees other rows
  const phase = np.arange(ROWS * 3, { dtype: 'float32' }).add(ROWS * 3 * processId)
  const x = np.sin(phase.mul(phase).mul(0.37)).reshape([ROWS, 3])
  const y = np.matmul(x, np.array([2, -3, 1]))
  const gradient = jit(grad((w: Tensor) => np.mean(np.square(np.matmul(x, w).sub(y)))))
  let w: Tensor = np.zeros([3])
  for (let step = 0; step < STEPS; step++) {
    const own = (await gradient(w).data()) as Float32Array
    w = w.sub(np.array(await mean(backend.distributed!, step, own)).mul(0.5))
  }
  console.log(`process ${processId}: w = ${Array.from((await w.data()) as Float32Array, (v) => v.toFixed(4)).join(' ')}`)
}
const start = (processId: number): Promise<number> =>
  new Promise((over) => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, String(processId)], { stdio: 'inherit' })
    child.on('close', (code) => over(code ?? 1))
  })

if (process.argv[2] !== undefined) await train(Number(process.argv[2]))
else process.exitCode = Math.max(...(await Promise.all(Array.from({ length: NUM_PROCESSES }, (_, i) => start(i)))))
