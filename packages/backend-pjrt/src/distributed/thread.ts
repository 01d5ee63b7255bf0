/** Threads: each has a file of its own, beside this one in the source and in the package. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { ANSWERED, CLOSED, type CallbackName, type CallbacksData, type NetworkData, type Pointers, type ToNetwork } from './protocol'

const isSource = import.meta.url.endsWith('.ts')
const start = (
  name: 'network' | 'callbacks',
  workerData: NetworkData | CallbacksData,
  transferList: readonly MessagePort[] = [],
): Worker => {
  const url = new URL(`./${name}.${isSource ? 'ts' : 'mjs'}`, import.meta.url)
  const options = { workerData, transferList: [...transferList] }
  if (!isSource) return new Worker(url, options)
  // Node takes no TypeScript for a thread, whatever the main thread was given for it
  const code = `import('tsx/esm/api').then(({ register }) => (register(), import('${url.href}')))`
  return new Worker(code, { ...options, eval: true })
}

export const startNetwork = (data: NetworkData): Worker => start('network', data)

export interface CallbackThread {
  readonly thread: Worker
  readonly pointers: Pointers
  /** From now on it answers that this is over. Its functions stay, since the plugin may still call them. */
  readonly close: () => void
}
/** A thread of callbacks that asks the network thread. */
export const startCallbacks = async (network: Worker, names: readonly CallbackName[], prefix: string): Promise<CallbackThread> => {
  const { port1, port2 } = new MessageChannel()
  const flag = new Int32Array(new SharedArrayBuffer(8))
  const message: ToNetwork = { port: port1, flag }
  network.postMessage(message, [port1])
  const thread = start('callbacks', { _tag: 'callbacks', names, prefix, port: port2, flag }, [port2])
  const pointers = await new Promise<Pointers>((found, failure) => {
    thread.once('message', found)
    thread.once('error', failure)
  })
  thread.unref()
  const close = (): void => {
    Atomics.store(flag, CLOSED, 1)
    Atomics.store(flag, ANSWERED, 1)
    Atomics.notify(flag, ANSWERED)
  }
  return { thread, pointers, close }
}
