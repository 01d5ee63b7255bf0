/**
 * A thread that answers a plugin's key-value callbacks.
 *
 * The plugin calls from threads of its own, or from the main thread while that stands inside the plugin; either waits until this
 * thread has run the function. A `get` waits for other processes, so it has a thread apart from `put` and `tryGet`.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import koffi from 'koffi'
import { numberOfCode } from '../api/code'
import { allocate, bytesAt, nativeBytes, type Pointer, nativeText } from '../api/memory'
import { type Struct, structs } from '../api/struct'
import { type Answer, failed } from './answer'
import { toBytes } from './frame'
import { ANSWERED, type CallbackName, type CallbacksData, CLOSED, type Pointers, type Request } from './protocol'

const { names, prefix, port, flag } = workerData as CallbacksData
const PROMPT = 60_000
/** The network thread watches the time; it is dead when even this has passed. */
const GRACE = 30_000

const self = koffi.load(process.platform === 'win32' ? 'msvcrt.dll' : null)
/** Frees what `allocate` gave: the plugin calls it with the value, when it has copied that. */
const free = Number(koffi.address(self.symbol('free', 'void') as never))
const makeError = koffi.proto('uint64_t', ['int', 'uint64_t', 'uint64_t'])

/** Asks and waits, however long that takes. */
const ask = (request: Omit<Request, 'id'>): Answer => {
  Atomics.store(flag, ANSWERED, 0)
  if (Atomics.load(flag, CLOSED) === 0) {
    port.postMessage({ ...request, id: 0 })
    Atomics.wait(flag, ANSWERED, 0, request.timeout + GRACE)
  }
  if (Atomics.load(flag, CLOSED) === 1) return failed('UNAVAILABLE', 'this process has shut its connection to the others down')
  const received = receiveMessageOnPort(port) as { readonly message: Answer } | undefined
  return received?.message ?? failed('INTERNAL', 'the network thread does not answer')
}
/** The fields of a struct that the plugin has made. */
const readerOf = <F extends string>(layout: Struct<F>, pointer: Pointer) => {
  const view = new DataView(koffi.view(BigInt(pointer), layout.size))
  return {
    word: (field: F): number => Number(view.getBigUint64(layout.offsets[field], true)),
    int: (field: F): number => view.getInt32(layout.offsets[field], true),
    write: (field: F, value: number): void => view.setBigUint64(layout.offsets[field], BigInt(value), true),
  }
}
/** Makes an error as the plugin has them. */
const errorBy = (
  callback: Pointer,
  { code, detail }: { readonly code: Parameters<typeof numberOfCode>[0]; readonly detail: string },
): Pointer => {
  const make = new DataView(koffi.view(BigInt(callback), 8)).getBigUint64(0, true)
  const text = nativeText(detail)
  try {
    return Number(
      (koffi.decode(make, makeError) as (code: number, message: Pointer, size: number) => number | bigint)(
        numberOfCode(code),
        text.pointer,
        text.size,
      ),
    )
  } finally {
    text.free()
  }
}
/** Nothing may be thrown into the plugin: that would read as success. */
const guarded = (f: () => Answer): Answer => {
  try {
    return f()
  } catch (e) {
    return failed('INTERNAL', e instanceof Error ? e.message : String(e))
  }
}
type Given = Readonly<Record<'key' | 'keySize' | 'callbackError', number>>
const keyAt = ({ key, keySize }: Given): Uint8Array => Buffer.concat([toBytes(prefix), bytesAt(key, keySize)])

const reading =
  (kind: 'get' | 'tryGet') =>
  (pointer: number | bigint): Pointer => {
    const layout = kind === 'get' ? structs.keyValueGet : structs.keyValueTryGet
    const args = readerOf<keyof (typeof structs.keyValueTryGet)['offsets']>(layout, Number(pointer))
    const timeout = kind === 'get' ? readerOf(structs.keyValueGet, Number(pointer)).int('timeoutInMs') : PROMPT
    const given = { key: args.word('key'), keySize: args.word('keySize'), callbackError: args.word('callbackError') }
    const answer = guarded(() => {
      const key = keyAt(given)
      return ask({ kind, fields: kind === 'get' ? [key, toBytes(String(timeout))] : [key], timeout })
    })
    if ('failure' in answer) return errorBy(given.callbackError, answer.failure)
    const { value } = answer
    const memory = value.length === 0 ? allocate(1) : nativeBytes(value)
    args.write('value', memory.pointer)
    args.write('valueSize', value.length)
    args.write('deleter', free)
    return 0
  }
const put = (pointer: number | bigint): Pointer => {
  const args = readerOf(structs.keyValuePut, Number(pointer))
  const given = { key: args.word('key'), keySize: args.word('keySize'), callbackError: args.word('callbackError') }
  const answer = guarded(() =>
    ask({ kind: 'put', fields: [keyAt(given), bytesAt(args.word('value'), args.word('valueSize'))], timeout: PROMPT }),
  )
  return 'failure' in answer ? errorBy(given.callbackError, answer.failure) : 0
}

const functions: Readonly<Record<CallbackName, (pointer: number | bigint) => Pointer>> = {
  get: reading('get'),
  tryGet: reading('tryGet'),
  put,
}
const callback = koffi.pointer(koffi.proto('uint64_t', ['uint64_t']))
const pointers: Pointers = Object.fromEntries(names.map((name) => [name, Number(koffi.address(koffi.register(functions[name], callback)))]))
parentPort!.postMessage(pointers, [])
// stays until it is ended
parentPort!.on('message', () => undefined)
