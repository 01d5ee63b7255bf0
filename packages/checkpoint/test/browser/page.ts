/** What runs in a page, or in a worker of it: `onmessage` answers what `run` does. */
import { ConcreteTensor, type Tensor } from '@heddle/func'
import { CheckpointManager, opfsStorage } from '../../src/index'

const tensor = (n: number, value: number): Tensor =>
  ConcreteTensor.ofHost({ shape: [n], dtype: 'float32', data: new Float32Array(n).fill(value) })
const told = (e: unknown): string => (e instanceof Error ? `${e.name}: ${e.message}` : String(e))

/** Saves, is refused beside itself, closes, opens again and restores; a folder that was never committed is taken away. */
export const run = async (folder: string): Promise<unknown> => {
  const open = () => CheckpointManager.open(opfsStorage(folder), { maxToKeep: 2, fileBytes: 2000 })
  const first = await open()
  for (let step = 1; step <= 3; step++) await first.save(step, { step, x: tensor(1000, step), y: tensor(10, -step) })
  await first.finished()
  const beside = await open().then(() => 'opened', told)
  const pending = await opfsStorage(folder).begin('9')
  await pending.write('a', [new Uint8Array(10)])
  await first.close()
  const second = await open()
  const state = (await second.restore()) as { readonly step: number; readonly x: Tensor; readonly y: Tensor }
  const sum = ((await state.x.data()) as Float32Array).reduce((a, b) => a + b, 0)
  const steps = second.allSteps()
  await second.delete(2)
  await second.close()
  return { beside, steps, step: state.step, sum, left: await opfsStorage(folder).list() }
}

if (!('document' in globalThis)) {
  const scope = globalThis as unknown as {
    addEventListener: (type: 'message', listener: (e: { readonly data: string }) => void) => void
    postMessage: (x: unknown) => void
  }
  scope.addEventListener('message', ({ data }) => void run(data).then(scope.postMessage, (e: unknown) => scope.postMessage(told(e))))
}
