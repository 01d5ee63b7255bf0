/**
 * Concrete tensors: a type and its data, on a backend or still on the host.
 *
 * No arithmetic here, so no cycle. What is made from host data (scalars, keys, training data) is uploaded when a kernel first
 * needs it. What is computed before there is a backend (by a module that loads beside the one that chooses it) is computed when
 * its data are first asked for. Memory is freed by `dispose`, by `tidy`, by donation, or at last by the garbage collector.
 */
import { track, untracked } from './array-scope'
import { type Aval, aval, sizeOf } from './aval'
import type { Backend, HeldPart, HostArray } from './backend/backend'
import { disown, Holding, own, turn, turnIsDue } from './backend/reclaim'
import { getDefaultBackend, withBackend } from './backend/registry'
import { bytesOf } from './dtype'
import { ArgumentError, BackendError, DisposedError, DTypeError } from './error'
import { getElement } from './scalar'
import { Tensor } from './tensor'
import type { Trace } from './trace'

/** The bottom of the stack of traces; interpreters/eval.ts says how it applies primitives. */
export const evalTrace: { -readonly [K in keyof Trace]: Trace[K] } & { readonly cloning: symbol } = {
  // the first thing that structuredClone and postMessage can't copy, which their error names
  cloning: Symbol(
    'a tensor, whose memory is not cloned: send `await x.hostArray()` and make it again by np.array(data, { dtype }).reshape(shape),',
  ),
  level: 0,
  name: 'evaluation',
  active: true,
  process: () => {
    throw new BackendError('(none)', 'the evaluator is not loaded')
  },
}

/** What has become of a donated tensor. */
export const GIVEN_AWAY = 'donated (donateArgnums)'

/** A buffer and whose it is; apart from the tensor, so that it is freed when the collector takes that. */
class BufferHolding extends Holding {
  constructor(
    readonly backend: Backend,
    readonly buffer: unknown,
    { shape, dtype }: Aval,
  ) {
    super(sizeOf(shape) * bytesOf(dtype))
  }
  protected release(): void {
    this.backend.storage.release(this.buffer)
  }
}

/** A computation that waits for a backend, and the tensors that wait for it. */
interface Pending {
  readonly inputs: readonly ConcreteTensor[]
  readonly compute: () => readonly Tensor[]
  readonly outs: readonly ConcreteTensor[]
}

/** A tensor that has values: in memory of a backend, or of the host as long as no backend has used it. */
export class ConcreteTensor extends Tensor {
  readonly trace: Trace = evalTrace
  #host: HostArray | undefined
  #held: BufferHolding | undefined
  #gone: string | undefined
  #pending: Pending | undefined
  /** Computed before there was a backend: nobody chose the one that it is on. */
  #uncommitted = false

  private constructor(
    readonly aval: Aval,
    host: HostArray | undefined,
    held: BufferHolding | undefined,
  ) {
    super()
    this.#host = host
    if (held) this.#hold(held)
  }
  /** Of host data, which the caller no longer writes to. */
  static ofHost(host: HostArray, weakType = false): ConcreteTensor {
    const n = sizeOf(host.shape)
    if (host.data.length !== n)
      throw new ArgumentError('array', `shape [${host.shape.join(',')}] wants ${n} elements, the data has ${host.data.length}`)
    return new ConcreteTensor(aval(host.shape, host.dtype, weakType), host, undefined)
  }
  /** Of a buffer that now belongs to the tensor. */
  static ofBuffer(backend: Backend, buffer: unknown, type: Aval): ConcreteTensor {
    return new ConcreteTensor(type, undefined, new BufferHolding(backend, buffer, type))
  }
  /** Of data that `compute` will answer, run with the backend in force when one of them is first needed. */
  static ofPending(types: readonly Aval[], inputs: readonly ConcreteTensor[], compute: () => readonly Tensor[]): readonly ConcreteTensor[] {
    const outs = types.map((type) => new ConcreteTensor(type, undefined, undefined))
    for (const x of outs) x.#pending = { inputs, compute, outs }
    return outs
  }
  /** Computes what it waits for, the first things first; a stack, since chains may be long. */
  #settle(backend: Backend): void {
    if (this.#pending === undefined) return
    const waiting: ConcreteTensor[] = [this]
    for (let x = waiting.at(-1); x !== undefined; x = waiting.at(-1)) {
      const next = x.#pending?.inputs.find((input) => input.#pending !== undefined)
      if (next !== undefined) {
        waiting.push(next)
        continue
      }
      waiting.pop()
      if (x.#pending !== undefined) ConcreteTensor.#compute(x.#pending, backend)
    }
  }
  static #compute({ compute, outs }: Pending, backend: Backend): void {
    // made before the scope that happens to need them, so not that scope's to free
    const results = untracked(() => withBackend(backend, compute)) as readonly ConcreteTensor[]
    outs.forEach((x, i) => {
      x.#pending = undefined
      const held = results[i]!.#held
      x.#host = results[i]!.#host
      results[i]!.#held = undefined
      if (held === undefined) return
      x.#uncommitted = true
      if (x.#gone !== undefined) return held.free()
      disown(held)
      untracked(() => x.#hold(new BufferHolding(held.backend, held.buffer, x.aval)))
    })
  }
  /**
   * A tensor of its own with the same data: what becomes of this one (donation, `dispose`) does not touch it. It belongs to no `tidy`.
   * Until it is freed, a program that is given this one copies where it would have written.
   */
  shared(): ConcreteTensor {
    this.#check()
    if (this.#pending !== undefined) this.#settle(getDefaultBackend())
    if (this.#host !== undefined) return new ConcreteTensor(this.aval, this.#host, undefined)
    const { backend, buffer } = this.#held!
    return untracked(() => ConcreteTensor.ofBuffer(backend, backend.storage.share(buffer), this.aval))
  }
  /** The parts that its data lie in, over devices: one where it lies on one. Errors: DisposedError. */
  parts(): readonly HeldPart[] {
    this.#check()
    const parts = this.#held?.backend.storage.parts?.(this.#held.buffer, this.aval)
    if (parts !== undefined && this.#host === undefined) return parts
    return [{ start: this.aval.shape.map(() => 0), shape: this.aval.shape, read: () => this.host() }]
  }
  #hold(held: BufferHolding): void {
    this.#held = held
    own(this, held)
    track(this)
  }
  /** The backend that its data lives on; undefined while they are on the host only. */
  get backend(): Backend | undefined {
    return this.#held?.backend
  }
  /** Whether it may move to any backend: the host has its data too, or nobody chose where it is, as JAX's uncommitted arrays. */
  get isOnHost(): boolean {
    return this.#host !== undefined || this.#mayLeave
  }
  /** Whether its data can be had without waiting for a device. */
  get readsAtOnce(): boolean {
    return this.#host !== undefined || this.#held?.backend.storage.downloadSync !== undefined
  }
  get #mayLeave(): boolean {
    return this.#uncommitted && this.#held?.backend.storage.downloadSync !== undefined
  }
  get isDisposed(): boolean {
    return this.#gone !== undefined
  }
  /** The scalar value, if it is known without asking a device. */
  get knownScalar(): number | bigint | boolean | undefined {
    if (this.#host === undefined || this.aval.shape.length > 0 || this.#gone !== undefined) return undefined
    const { dtype } = this.aval
    const raw = this.#host.data[0]!
    if (dtype === 'bool') return raw !== 0
    return dtype === 'float16' || dtype === 'bfloat16' ? getElement(this.#host.data, 0, dtype) : raw
  }
  #check(): void {
    if (this.#gone !== undefined) throw new DisposedError(this.aval, this.#gone)
  }
  /** Its buffer on a backend, uploaded if need be. The tensor keeps owning it. */
  bufferOn(backend: Backend): unknown {
    this.#check()
    if (this.#pending !== undefined) this.#settle(backend)
    if (this.#held === undefined) {
      if (!backend.dtypes.has(this.aval.dtype))
        throw new DTypeError(backend.name, `this backend has no ${this.aval.dtype}; it has ${[...backend.dtypes].join(' ')}`)
      this.#hold(new BufferHolding(backend, backend.storage.upload(this.#host!), this.aval))
    }
    if (this.#held!.backend !== backend) {
      if (this.#host === undefined && this.#mayLeave) {
        const { data, ...type } = this.hostSync()
        this.#host = { ...type, data: data.slice() }
      }
      if (this.#host !== undefined) return this.#move(backend)
      throw new BackendError(backend.name, `a tensor lives on ${this.#held!.backend.name}; move it by devicePut(x, backend)`)
    }
    return this.#held!.buffer
  }
  #move(backend: Backend): unknown {
    this.#free()
    this.#hold(new BufferHolding(backend, backend.storage.upload(this.#host!), this.aval))
    return this.#held!.buffer
  }
  /** Where its data can be on that backend: itself, or a copy. Errors: BackendError where the device it is on reads only asynchronously. */
  on(backend: Backend): ConcreteTensor {
    this.#check()
    if (this.#pending !== undefined) this.#settle(backend)
    return this.#host !== undefined || this.#held!.backend === backend ? this : this.#copiedTo(backend)
  }
  /** Where its data are on that backend and stay: itself if it is bound to it, or a copy. Errors: as `on`. */
  committedTo(backend: Backend): ConcreteTensor {
    this.#check()
    if (this.#pending !== undefined) this.#settle(backend)
    return !this.isOnHost && this.#held!.backend === backend ? this : this.#copiedTo(backend)
  }
  #copiedTo(backend: Backend): ConcreteTensor {
    const copy = new ConcreteTensor(this.aval, this.hostSync(), undefined)
    copy.bufferOn(backend)
    copy.#host = undefined
    return copy
  }
  /** Its data on the host, waiting for the device. Do not write to it. Errors: BackendError where the device can't. */
  hostSync(): HostArray {
    this.#check()
    if (this.#pending !== undefined) this.#settle(getDefaultBackend())
    if (this.#host) return this.#host
    const { backend, buffer } = this.#held!
    if (!backend.storage.downloadSync)
      throw new BackendError(backend.name, 'this device reads data only asynchronously; use `await x.data()`')
    return backend.storage.downloadSync(buffer, this.aval)
  }
  /** Its data on the host. Do not write to it. */
  async host(): Promise<HostArray> {
    this.#check()
    if (this.#pending !== undefined) this.#settle(getDefaultBackend())
    const host = this.#host ?? (await this.#download())
    if (turnIsDue()) await turn()
    return host
  }
  /** When its data are computed. */
  async ready(): Promise<void> {
    this.#check()
    if (this.#pending !== undefined) this.#settle(getDefaultBackend())
    if (this.#host !== undefined || this.#held === undefined) return
    const { backend, buffer } = this.#held
    await (backend.storage.ready ? backend.storage.ready(buffer) : this.#download())
  }
  #download(): Promise<HostArray> {
    const { backend, buffer } = this.#held!
    return backend.storage.download(buffer, this.aval)
  }
  #free(): void {
    this.#held?.free()
    this.#held = undefined
  }
  /** Frees its buffer; itself too, if its data are nowhere else. */
  release(): void {
    if (this.#host === undefined) this.dispose()
    else this.#free()
  }
  /** Frees its memory now. Using it afterwards is a DisposedError. */
  override dispose(how = 'disposed'): void {
    if (this.#gone !== undefined) return
    this.#free()
    this.#gone = how
    this.#host = undefined
  }
  /** Gives its buffer away, to be freed or reused by a program. */
  donate(backend: Backend): unknown {
    const buffer = this.bufferOn(backend)
    disown(this.#held!)
    this.#held = undefined
    this.#host = undefined
    this.#gone = GIVEN_AWAY
    return buffer
  }
}
