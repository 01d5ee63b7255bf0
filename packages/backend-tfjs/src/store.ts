/**
 * The buffers of a backend: data on the device, on the host, or both, with counts of who uses them.
 *
 * Data start where they are made. An operand of a device kernel that is on the host is uploaded when first needed, and the
 * device's copy is kept for the next kernel; an operand of a host kernel is read from the device. Buffers of one Data differ in
 * shape only (reshape moves nothing). A device whose handles have shapes gets a second handle for each further shape, lazily.
 */
import {
  type Aval,
  BackendError,
  bytesOf,
  type DType,
  dtypes,
  type HostArray,
  type Shape,
  type Storage,
  type TypedArray,
  sizeOf,
  sameShape,
} from '@heddle/func/backend'
import type { FlavourDevice } from './device'

/** Arrays below this many elements are worth keeping in both places. */
const keepBoth = 4096

interface Data<H> {
  readonly dtype: DType
  readonly size: number
  host: TypedArray | undefined
  /** Whether `host` may be the caller's: it was uploaded. */
  readonly lent: boolean
  device: H | undefined
  /** The shape that `device` has. */
  shape: Shape
  refs: number
}

/** An array of the backend: on the device, on the host, or on both. */
export class TfjsBuffer<H = unknown> {
  /** A handle of this buffer's shape, where the data's own has another. */
  reshaped: H | undefined
  live = true
  constructor(
    readonly data: Data<H>,
    readonly shape: Shape,
  ) {}
  /** Whether the host can read it without asking the device. */
  get isHost(): boolean {
    return this.data.host !== undefined
  }
  get isDevice(): boolean {
    return this.data.device !== undefined
  }
}

export class Store<H> {
  #buffers = 0
  #bytes = 0
  constructor(readonly device: FlavourDevice<H>) {}

  #make(dtype: DType, shape: Shape, host: TypedArray | undefined, device: H | undefined, lent: boolean): TfjsBuffer<H> {
    const size = sizeOf(shape)
    this.#buffers += 1
    this.#bytes += size * bytesOf(dtype)
    return new TfjsBuffer({ dtype, size, host, lent, device, shape, refs: 1 }, shape)
  }
  /** A buffer of what a device kernel made; `shape` where the handle's is another than the buffer's. */
  ofDevice(handle: H, type: Aval, shape: Shape = type.shape): TfjsBuffer<H> {
    const buffer = this.#make(type.dtype, type.shape, undefined, handle, false)
    buffer.data.shape = shape
    return buffer
  }
  /** A buffer of host data that nobody else has. */
  ofHost(array: HostArray): TfjsBuffer<H> {
    return this.#make(array.dtype, array.shape, array.data, undefined, false)
  }
  /** A second buffer on the same data, in a shape of the same size. */
  share(buffer: TfjsBuffer<H>, shape: Shape = buffer.shape): TfjsBuffer<H> {
    this.#check(buffer)
    buffer.data.refs += 1
    return new TfjsBuffer(buffer.data, shape)
  }
  #check(buffer: TfjsBuffer<H>): void {
    if (!buffer.live)
      throw new BackendError(this.device.flavour, `a buffer of shape [${buffer.shape.join(',')}] was used after its release`)
  }
  release(buffer: TfjsBuffer<H>): void {
    this.#check(buffer)
    buffer.live = false
    if (buffer.reshaped !== undefined) this.device.free(buffer.reshaped)
    buffer.reshaped = undefined
    const { data } = buffer
    data.refs -= 1
    if (data.refs > 0) return
    this.#buffers -= 1
    this.#bytes -= data.size * bytesOf(data.dtype)
    if (data.device !== undefined) this.device.free(data.device)
    data.device = undefined
    data.host = undefined
  }
  memory(): { readonly buffers: number; readonly bytes: number } {
    return { buffers: this.#buffers, bytes: this.#bytes }
  }

  /** Its handle on the device, uploaded if need be. */
  onDevice(buffer: TfjsBuffer<H>): H {
    this.#check(buffer)
    const { data } = buffer
    const { device } = this
    if (data.device === undefined) {
      data.device = device.upload(data.host!, buffer.shape, data.dtype)
      data.shape = buffer.shape
      if (data.size > keepBoth) data.host = undefined
    }
    if (device.reshaped === undefined || sameShape(data.shape, buffer.shape)) return data.device
    buffer.reshaped ??= device.reshaped(data.device, buffer.shape)
    return buffer.reshaped
  }
  /** Its elements on the host: not to be written to, and where the device gives views, valid until it allocates. */
  onHost(buffer: TfjsBuffer<H>): TypedArray {
    this.#check(buffer)
    const { data } = buffer
    if (data.host !== undefined) return data.host
    const read = this.device.read(data.device!, data.dtype, data.size)
    if (this.device.reads !== 'view' && data.size <= keepBoth) data.host = read
    return read
  }
  /** Whether its elements may be written where they are: it is the only buffer on them, and the host's are not the caller's. */
  owns({ data }: TfjsBuffer<H>): boolean {
    return data.refs === 1 && (data.device === undefined ? !data.lent : this.device.written !== undefined)
  }
  /** The elements, to be written to: asked only of a buffer that `owns` says may be; valid until the device allocates. */
  written(buffer: TfjsBuffer<H>): TypedArray {
    this.#check(buffer)
    const { data } = buffer
    if (data.device === undefined) return data.host!
    data.host = undefined
    data.device = this.device.written!(data.device, data.size)
    return this.device.read(data.device, data.dtype, data.size)
  }
  /** The result of a host kernel; it may hold the data of one of its inputs. */
  adopt(array: HostArray, inputs: readonly TfjsBuffer<H>[], read: readonly TypedArray[]): TfjsBuffer<H> {
    const at = read.indexOf(array.data)
    const input = at < 0 ? undefined : inputs[at]!
    if (input !== undefined && input.data.dtype === array.dtype) return this.share(input, array.shape)
    if (this.device.reads !== 'view') return this.ofHost(array)
    // asking a small array for its buffer is slow, so only views of the device are asked
    let view: TypedArray | undefined
    for (let i = 0; i < read.length && view === undefined; i++) if (inputs[i]!.data.host === undefined) view = read[i]
    const aliased = view !== undefined && view.buffer === array.data.buffer
    return this.ofHost(aliased ? { shape: array.shape, dtype: array.dtype, data: array.data.slice() } : array)
  }

  /** A copy for the caller, who may write to it. */
  #copyOut(buffer: TfjsBuffer<H>, type: Aval): HostArray | undefined {
    const { data } = buffer
    if (data.host === undefined) return undefined
    return { shape: type.shape, dtype: data.dtype, data: data.host.slice() }
  }
  storage(): Storage<TfjsBuffer<H>> {
    const { device } = this
    const fresh = (values: TypedArray): TypedArray => (device.reads === 'copy' ? values : values.slice())
    return {
      upload: (array) => {
        if (array.data.length !== sizeOf(array.shape) || !(array.data instanceof dtypes[array.dtype].storage))
          throw new BackendError(
            device.flavour,
            `upload of ${array.dtype}[${array.shape.join(',')}]: the data is ${array.data.constructor.name}(${array.data.length})`,
          )
        return this.#make(array.dtype, array.shape, array.data, undefined, true)
      },
      download: async (buffer, type) => {
        this.#check(buffer)
        const copy = this.#copyOut(buffer, type)
        if (copy !== undefined) return copy
        const { dtype, size } = buffer.data
        // the read is of this moment: whoever owns the buffer may release it, or give it away, before the device has answered
        const held = this.share(buffer)
        try {
          const read = await device.readAsync(buffer.data.device!, dtype, size)
          return { shape: type.shape, dtype, data: device.reads === 'shared' ? read.slice() : read }
        } finally {
          this.release(held)
        }
      },
      ...(device.sync && {
        downloadSync: (buffer: TfjsBuffer<H>, type: Aval): HostArray => {
          this.#check(buffer)
          const { dtype, size } = buffer.data
          return this.#copyOut(buffer, type) ?? { shape: type.shape, dtype, data: fresh(device.read(buffer.data.device!, dtype, size)) }
        },
      }),
      share: (buffer) => this.share(buffer),
      release: (buffer) => this.release(buffer),
      memory: () => this.memory(),
    }
  }
}
