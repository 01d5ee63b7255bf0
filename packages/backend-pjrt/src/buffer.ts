/**
 * Arrays on a device.
 *
 * A buffer is counted: `share` is another handle on the same data, and the last release frees it. Host data are copied as they
 * come, or, large and aligned on a CPU, are used where they lie and kept alive until the plugin says that it is done.
 */
import { type Aval, bytesOf, type DType, dtypes, type HostArray, type Sharding, type Storage, sizeOf } from '@heddle/func/backend'
import type { ApiFunction } from './api/library'
import { addressOf, Args, copyOut, type Pointer, Words } from './api/memory'
import { structs } from './api/struct'
import type { Client, PjrtDevice } from './client'

/** PJRT_Buffer_Type. */
export const typeCodes: { readonly [D in DType]: number } = {
  bool: 1,
  int8: 2,
  int16: 3,
  int32: 4,
  int64: 5,
  uint8: 6,
  uint16: 7,
  uint32: 8,
  uint64: 9,
  float16: 10,
  float32: 11,
  float64: 12,
  bfloat16: 13,
}
/** An array of a client: a pointer, and how many hold it. */
export class PjrtBuffer {
  handles = 1
  /** Host data that the device reads in place. */
  borrowed: { readonly data: ArrayBufferView; readonly done: Pointer } | undefined
  /** Of an array over several devices: what each of them has. */
  parts: readonly PjrtBuffer[] | undefined
  sharding: Sharding | null = null
  constructor(
    public pointer: Pointer,
    readonly dtype: DType,
    readonly bytes: number,
  ) {}
}
export const bytesOfType = ({ shape, dtype }: { readonly shape: readonly number[]; readonly dtype: DType }): number =>
  sizeOf(shape) * bytesOf(dtype)

const DURING_CALL = 0
const ZERO_COPY = 2
/** Below, a copy costs less than keeping track. */
const MIN_ZERO_COPY = 1 << 16
const ALIGNMENT = 16
const MAX_RANK = 64
const SCRATCH_BYTES = 4096

export interface BufferStore extends Storage<PjrtBuffer> {
  /** Takes a new buffer of the plugin into the count. */
  readonly adopt: (pointer: Pointer, dtype: DType, bytes: number) => PjrtBuffer
  readonly downloadSync: (buffer: PjrtBuffer, aval: Aval) => HostArray
  readonly ready: (buffer: PjrtBuffer) => Promise<void>
}

/** Waiting for a device. */
interface Events {
  readonly wait: (event: Pointer, operation: string) => void
  readonly waitAsync: (event: Pointer, operation: string) => Promise<void>
  readonly isReady: (event: Pointer) => boolean
  readonly destroy: (event: Pointer) => void
}
const eventsOf = ({ library }: Client): Events => {
  const [awaitFn, readyFn, destroyFn] = [library.fn('PJRT_Event_Await'), library.fn('PJRT_Event_IsReady'), library.fn('PJRT_Event_Destroy')]
  const awaitArgs = new Args(structs.eventAwait)
  const readyArgs = new Args(structs.eventIsReady)
  const destroyArgs = new Args(structs.eventDestroy)
  const destroy = (event: Pointer): void => {
    destroyArgs.set('event', event)
    destroyFn(destroyArgs.pointer)
  }
  const isReady = (event: Pointer): boolean => {
    readyArgs.set('event', event)
    library.check(readyFn(readyArgs.pointer), 'asking whether an event has happened')
    return readyArgs.getBool('isReady')
  }
  const wait = (event: Pointer, operation: string): void => {
    awaitArgs.set('event', event)
    const error = awaitFn(awaitArgs.pointer)
    destroy(event)
    library.check(error, operation)
  }
  return {
    wait,
    isReady,
    destroy,
    waitAsync: (event, operation) => {
      if (isReady(event)) return Promise.resolve(wait(event, operation))
      const args = new Args(structs.eventAwait).assign({ event })
      return new Promise((resolve, reject) => {
        awaitFn.async(args.pointer, (failure, error) => {
          args.free()
          destroy(event)
          try {
            if (failure) throw failure
            library.check(error, operation)
            resolve()
          } catch (e) {
            reject(e as Error)
          }
        })
      })
    },
  }
}

/** How data come back: from where they lie on a CPU, by a transfer elsewhere. */
interface Reader {
  readonly sync: (buffer: PjrtBuffer, into: ArrayBufferView) => void
  readonly async: (buffer: PjrtBuffer, into: ArrayBufferView) => Promise<void>
}
const READING = 'computing a value that was read'
/** The event that a buffer's data are computed. */
const readiness = ({ library }: Client): ((b: PjrtBuffer) => Pointer) => {
  const readyEvent = library.fn('PJRT_Buffer_ReadyEvent')
  const readyArgs = new Args(structs.bufferReadyEvent)
  return (b) => {
    readyArgs.set('buffer', b.pointer)
    library.check(readyEvent(readyArgs.pointer), READING)
    return readyArgs.get('event')
  }
}
const cpuReader = ({ library }: Client, events: Events, eventOf: (b: PjrtBuffer) => Pointer): Reader => {
  const unsafePointer = library.fn('PJRT_Buffer_UnsafePointer')
  const pointerArgs = new Args(structs.bufferUnsafePointer)
  const copy = (b: PjrtBuffer, into: ArrayBufferView): void => {
    pointerArgs.set('buffer', b.pointer)
    library.check(unsafePointer(pointerArgs.pointer), READING)
    copyOut(into, pointerArgs.get('pointer'))
  }
  return {
    sync: (b, into) => {
      events.wait(eventOf(b), READING)
      copy(b, into)
    },
    async: async (b, into) => {
      await events.waitAsync(eventOf(b), READING)
      copy(b, into)
    },
  }
}
const deviceReader = ({ library }: Client, events: Events): Reader => {
  const toHost = library.fn('PJRT_Buffer_ToHostBuffer')
  const args = new Args(structs.bufferToHost)
  const start = (b: PjrtBuffer, into: ArrayBufferView): Pointer => {
    args.assign({ buffer: b.pointer, dst: addressOf(into), dstSize: into.byteLength })
    library.check(toHost(args.pointer), READING)
    return args.get('event')
  }
  return { sync: (b, into) => events.wait(start(b, into), READING), async: (b, into) => events.waitAsync(start(b, into), READING) }
}

/** Host data used in place by buffers that are gone, until the plugin has finished with them. */
class Borrowed {
  #pending: { readonly data: ArrayBufferView; readonly done: Pointer }[] = []
  constructor(readonly events: Events) {}
  add(b: { readonly data: ArrayBufferView; readonly done: Pointer }): void {
    this.#pending.push(b)
    this.sweep()
  }
  sweep(): void {
    if (this.#pending.length === 0) return
    this.#pending = this.#pending.filter(({ done }) => {
      if (!this.events.isReady(done)) return true
      this.events.destroy(done)
      return false
    })
  }
}

const uploader = (client: Client, device: PjrtDevice, events: Events) => {
  const fromHost: ApiFunction = client.library.fn('PJRT_Client_BufferFromHostBuffer')
  const dims = new Words(MAX_RANK)
  const scratch = new Words(SCRATCH_BYTES / 8)
  const scratchBytes = scratch.bytes()
  const args = new Args(structs.bufferFromHost).assign({ client: client.pointer, dims: dims.pointer, device: device.pointer })
  const canBorrow = client.platform === 'cpu'
  return ({ shape, dtype, data }: HostArray): { readonly pointer: Pointer; readonly borrowed: PjrtBuffer['borrowed'] } => {
    shape.forEach((d, i) => dims.set(i, d))
    let source = scratch.pointer
    if (data.byteLength <= SCRATCH_BYTES) scratchBytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    else source = addressOf(data)
    const inPlace = canBorrow && data.byteLength >= MIN_ZERO_COPY && source % ALIGNMENT === 0 && !(data.buffer instanceof SharedArrayBuffer)
    args.set('data', source)
    args.setInt('type', typeCodes[dtype])
    args.set('numDims', shape.length)
    args.setInt('semantics', inPlace ? ZERO_COPY : DURING_CALL)
    client.library.check(fromHost(args.pointer), `uploading a ${dtype}[${shape.join(',')}]`)
    const done = args.get('doneWithHost')
    if (!inPlace) events.destroy(done)
    return { pointer: args.get('buffer'), borrowed: inPlace ? { data, done } : undefined }
  }
}

/** The storage of a client's device. */
export const bufferStore = (client: Client, device: PjrtDevice): BufferStore => {
  const { library } = client
  const events = eventsOf(client)
  const eventOf = readiness(client)
  const reader = client.platform === 'cpu' ? cpuReader(client, events, eventOf) : deviceReader(client, events)
  const upload = uploader(client, device, events)
  const borrowed = new Borrowed(events)
  const destroyFn = library.fn('PJRT_Buffer_Destroy')
  const destroyArgs = new Args(structs.bufferDestroy)
  let buffers = 0
  let bytes = 0
  const adopt = (pointer: Pointer, dtype: DType, size: number): PjrtBuffer => {
    buffers += 1
    bytes += size
    return new PjrtBuffer(pointer, dtype, size)
  }
  const release = (b: PjrtBuffer): void => {
    if (--b.handles > 0) return
    buffers -= 1
    bytes -= b.bytes
    destroyArgs.set('buffer', b.pointer)
    b.pointer = 0
    library.check(destroyFn(destroyArgs.pointer), 'freeing a buffer')
    if (b.borrowed) borrowed.add(b.borrowed)
  }
  const hostOf = ({ shape, dtype }: Aval): HostArray => ({ shape, dtype, data: new dtypes[dtype].storage(sizeOf(shape)) })
  return {
    adopt,
    release,
    upload: (array) => {
      borrowed.sweep()
      const made = upload(array)
      const b = adopt(made.pointer, array.dtype, bytesOfType(array))
      b.borrowed = made.borrowed
      return b
    },
    downloadSync: (b, aval) => {
      const host = hostOf(aval)
      reader.sync(b, host.data)
      return host
    },
    download: async (b, aval) => {
      const host = hostOf(aval)
      b.handles += 1
      try {
        await reader.async(b, host.data)
      } finally {
        release(b)
      }
      return host
    },
    ready: async (b) => {
      b.handles += 1
      try {
        await events.waitAsync(eventOf(b), READING)
      } finally {
        release(b)
      }
    },
    share: (b) => {
      b.handles += 1
      return b
    },
    memory: () => ({ buffers, bytes }),
  }
}
