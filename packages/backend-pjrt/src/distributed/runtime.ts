/** Several processes, on one machine or many: they meet at a coordinator, and exchange values by keys. */
import type { Worker } from 'node:worker_threads'
import { type Answer, failed } from './answer'
import { DistributedError } from './error'
import { toBytes } from './frame'
import { addressIn, checkOptions, type DistributedOptions, type ProcessAmong } from './options'
import type { CallbackName, FromNetwork, Pointers, Request } from './protocol'
import { type CallbackThread, startCallbacks, startNetwork } from './thread'

/** Seconds. */
const TIMEOUT = 300
const PROMPT = 60
/** Milliseconds. */
const LAST_WORDS = 2000

/** The functions that a plugin calls, by their addresses. */
interface KeyValueCallbacks {
  readonly pointers: Required<Pointers>
  readonly release: () => void
}
/** A process among several. Times are in seconds. */
export interface Distributed extends ProcessAmong {
  /** Writes a key, once. Errors: DistributedError, `ALREADY_EXISTS`. */
  readonly put: (key: string, value: Uint8Array | string) => Promise<void>
  /** The value of a key, when a process has put it. Errors: `DEADLINE_EXCEEDED` after the timeout (default 300); `UNAVAILABLE` where a process has ended. */
  readonly get: (key: string, options?: { readonly timeout?: number }) => Promise<Uint8Array>
  /** The value of a key, undefined where there is none yet. */
  readonly tryGet: (key: string) => Promise<Uint8Array | undefined>
  /** Forgets a key, so that the coordinator's memory does not grow. */
  readonly remove: (key: string) => Promise<void>
  /** Waits until all processes have come. Errors: as `get`; the message names who is missing. */
  readonly barrier: (name: string, options?: { readonly timeout?: number }) => Promise<void>
  /** Waits until all processes have called it, and disconnects. Runs by itself when the program has nothing left to do. */
  readonly shutdown: () => Promise<void>
  /** For a plugin's client. */
  readonly callbacks: () => Promise<KeyValueCallbacks>
}

/** Asks the network thread, which does not keep the process alive but while it is asked. */
const askerOf = (network: Worker) => {
  const pending = new Map<number, (answer: Answer) => void>()
  let next = 0
  let dead: Answer | undefined
  const settle = (id: number, answer: Answer): void => {
    pending.get(id)?.(answer)
    pending.delete(id)
    if (pending.size === 0) network.unref()
  }
  const die = (why: string): void => {
    dead = failed('INTERNAL', why)
    for (const id of pending.keys()) settle(id, dead)
  }
  network.on('message', (message: FromNetwork) => {
    if (typeof message === 'object' && 'id' in message) settle(message.id, message.answer)
  })
  network.on('error', (e) => die(`the network thread has failed: ${e.message}`))
  network.on('exit', () => die('the network thread has ended'))
  // after the listeners, which would hold it
  network.unref()
  return (request: Omit<Request, 'id'>): Promise<Answer> =>
    new Promise((reply) => {
      if (dead) return reply(dead)
      network.ref()
      pending.set(++next, reply)
      network.postMessage({ ...request, id: next }, [])
    })
}
const joining = (network: Worker): Promise<Answer> =>
  new Promise((over) => {
    network.once('message', (message: FromNetwork) => {
      if (typeof message === 'object' && 'joined' in message) over(message.joined)
    })
    network.once('error', (e) => over(failed('INTERNAL', `the network thread can not start: ${e.message}`)))
  })

/**
 * Meets the other processes: process 0 runs the coordinator, all wait until all are there.
 *
 * Errors: DistributedError where the coordinator can not be reached, a process is missing after `initializationTimeout`, or
 * options contradict each other; the message says which.
 */
export const initializeDistributed = async (options: DistributedOptions): Promise<Distributed> => {
  checkOptions(options)
  const { processId, numProcesses, initializationTimeout = TIMEOUT, shutdownTimeout = TIMEOUT } = options
  const address = addressIn(options.coordinatorAddress, 'coordinatorAddress')
  const bind = options.coordinatorBindAddress === undefined ? address : addressIn(options.coordinatorBindAddress, 'coordinatorBindAddress')
  const network = startNetwork({
    _tag: 'network',
    address,
    bind: processId === 0 ? bind : undefined,
    processId,
    numProcesses,
    timeout: initializationTimeout * 1000,
  })
  const joined = await joining(network)
  if ('failure' in joined) {
    await network.terminate()
    throw new DistributedError(`connecting process ${processId} of ${numProcesses}`, joined.failure)
  }
  return runtimeOf(network, options, shutdownTimeout)
}

/** The coordinator's last answers are on their way for a moment. */
const ended = (network: Worker): Promise<void> =>
  new Promise((over) => {
    const late = setTimeout(over, LAST_WORDS)
    network.on('message', (message: FromNetwork) => {
      if (message !== 'ended') return
      clearTimeout(late)
      over()
    })
    network.postMessage('end', [])
  })
const runtimeOf = (
  network: Worker,
  { processId, numProcesses, localDeviceIds }: DistributedOptions,
  shutdownTimeout: number,
): Distributed => {
  const ask = askerOf(network)
  const answering: CallbackThread[] = []
  let clients = 0
  let ending: Promise<void> | undefined
  const answerTo = (request: Omit<Request, 'id'>): Promise<Answer> =>
    ending && request.kind !== 'bye' ? Promise.resolve(failed('FAILED_PRECONDITION', 'shutdown was called before')) : ask(request)
  const value = async (operation: string, request: Omit<Request, 'id'>): Promise<Uint8Array> => {
    const answer = await answerTo(request)
    if ('failure' in answer) throw new DistributedError(operation, answer.failure)
    return answer.value
  }
  /** A request that names a time to wait, and waits no longer. */
  const waiting = (kind: 'get' | 'barrier', name: string, seconds: number): Promise<Uint8Array> => {
    const timeout = seconds * 1000
    return value(`${kind === 'get' ? 'getting the key' : 'the barrier'} ${JSON.stringify(name)}`, {
      kind,
      fields: [toBytes(name), toBytes(String(timeout))],
      timeout,
    })
  }
  const leave = async (): Promise<void> => {
    const timeout = shutdownTimeout * 1000
    try {
      await value('shutting down', { kind: 'bye', fields: [toBytes(String(timeout))], timeout })
    } finally {
      process.off('beforeExit', atExit)
      for (const s of answering) s.close()
      await ended(network)
      await network.terminate()
    }
  }
  const shutdown = (): Promise<void> => (ending ??= leave())
  const atExit = (): void => void shutdown().catch((e: unknown) => console.error(e instanceof Error ? e.message : e))
  process.once('beforeExit', atExit)

  const callbacks = async (): Promise<KeyValueCallbacks> => {
    // all processes make their clients in the same order
    const prefix = `pjrt client ${clients++}: `
    const threads: readonly (readonly CallbackName[])[] = [['get'], ['tryGet', 'put']]
    const started = await Promise.all(threads.map((names) => startCallbacks(network, names, prefix)))
    answering.push(...started)
    const pointers = Object.assign({}, ...started.map((s) => s.pointers)) as Required<Pointers>
    return { pointers, release: () => started.forEach((s) => void s.thread.terminate()) }
  }
  return {
    processId,
    numProcesses,
    localDeviceIds,
    put: async (key, data) =>
      void (await value(`putting the key ${JSON.stringify(key)}`, {
        kind: 'put',
        fields: [toBytes(key), typeof data === 'string' ? toBytes(data) : data],
        timeout: PROMPT * 1000,
      })),
    get: (key, { timeout = TIMEOUT } = {}) => waiting('get', key, timeout),
    tryGet: async (key) => {
      const answer = await answerTo({ kind: 'tryGet', fields: [toBytes(key)], timeout: PROMPT * 1000 })
      if ('value' in answer) return answer.value
      if (answer.failure.code === 'NOT_FOUND') return undefined
      throw new DistributedError(`looking up the key ${JSON.stringify(key)}`, answer.failure)
    },
    remove: async (key) =>
      void (await value(`removing the key ${JSON.stringify(key)}`, { kind: 'remove', fields: [toBytes(key)], timeout: PROMPT * 1000 })),
    barrier: async (name, { timeout = TIMEOUT } = {}) => void (await waiting('barrier', name, timeout)),
    shutdown,
    callbacks,
  }
}
