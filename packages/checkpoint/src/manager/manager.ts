/** CheckpointManager: the steps of a program, saved beside its work and restored into its types. */
import { suggestion } from '@heddle/tree/options'
import type { Decoder } from 'io-ts'
import { either as E } from 'fp-ts'
import { CheckpointError } from '../error'
import type { CheckpointStorage } from '../storage/storage'
import { problemsIn } from './decode'
import { StateError, StepError } from './error'
import { folderNames } from './names'
import {
  type CheckpointManagerOptions,
  managerOptions,
  type RestoreOptions,
  restoreOptions,
  type SaveOptions,
  saveOptions,
} from './options'
import { readManifest, StepReader } from './read'
import { restoreAsSaved, restoreInto } from './restore'
import type { Restored } from './restored'
import { isDue, ranked, type StepInfo, stepsToRemove } from './retention'
import { plainJson, takeSnapshot } from './snapshot'
import { buildStored, readStored } from './stored'
import { writeStep } from './write'

/** A step, where it is, and whether it is there yet. */
interface Known extends StepInfo {
  readonly folder: string
  committed: boolean
}
const GIB = 2 ** 30
const noArray = (): undefined => undefined

/**
 * The steps of a program in a storage.
 *
 * `save` takes the values at once and writes them while the program goes on; a step is there as a whole or not at all, whatever happens in
 * between. `restore` answers a new tree, in the types of what it is given. One manager at a time writes to a storage.
 *
 * `M` is the type of the metrics. Errors: `StepError` about steps, `StateError` about what can't be saved or does not fit, `CheckpointError`
 * about a step that is damaged, `StorageError` about where it lies. What goes wrong while a step is written is thrown by the next call, or by
 * `finished()`. Source: orbax's CheckpointManager.
 *
 * @example
 * const manager = await CheckpointManager.open(memoryStorage(), { maxToKeep: 3 })
 * await manager.save(100, { kernel: np.ones([2, 3]), epoch: 4 })
 * const state = await manager.restore(100, { kernel: np.zeros([2, 3]), epoch: 0 })
 * await manager.close()
 */
export class CheckpointManager<M = unknown> {
  readonly #storage: CheckpointStorage
  readonly #options: CheckpointManagerOptions<M>
  readonly #giveBack: (() => Promise<void>) | undefined
  readonly #names: ReturnType<typeof folderNames>
  #known: readonly Known[] = []
  /** Done when all that was begun is. */
  #work: Promise<void> = Promise.resolve()
  #waiting = 0
  #failure: { readonly error: unknown } | undefined
  #closed = false

  private constructor(storage: CheckpointStorage, options: CheckpointManagerOptions<M>, giveBack: (() => Promise<void>) | undefined) {
    this.#storage = storage
    this.#options = options
    this.#giveBack = giveBack
    this.#names = folderNames(options)
  }

  /**
   * A manager of the steps in a storage: those that are there are read, and what a crash left half done is taken away.
   *
   * Errors: StorageError where another manager writes to it (`{ readOnly: true }` reads beside it); ArgumentError for options.
   */
  static async open<M = unknown>(storage: CheckpointStorage, options: CheckpointManagerOptions<M> = {}): Promise<CheckpointManager<M>> {
    managerOptions('CheckpointManager.open', options)
    const giveBack = options.readOnly === true ? undefined : await storage.acquire()
    const manager = new CheckpointManager<M>(storage, options, giveBack)
    try {
      if (giveBack !== undefined) await storage.clean()
      await manager.reload()
      return manager
    } catch (error) {
      await giveBack?.()
      throw error
    }
  }

  #error(operation: string, reason: string): StepError {
    return new StepError(operation, this.#storage.place, reason)
  }
  /** Throws what went wrong before. */
  #check(operation: string, writes = false): void {
    if (this.#closed) throw this.#error(operation, 'this manager is closed')
    if (writes && this.#options.readOnly === true)
      throw this.#error(operation, 'this manager only reads: it was opened with { readOnly: true }')
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
  }
  #find(operation: string, step: number): Known {
    const found = this.#known.find((k) => k.step === step)
    if (found !== undefined) return found
    const there = suggestion('', this.allSteps().map(String))
    throw this.#error(operation, `there is no step ${step}; ${there}`)
  }

  /** All steps, in order; also those that are being written. */
  allSteps(): readonly number[] {
    return this.#known.map((k) => k.step)
  }
  /** The last step; null where there is none. */
  latestStep(): number | null {
    return this.#known.at(-1)?.step ?? null
  }
  /** The best step by `bestFn`, null where none has metrics; without `bestFn` the last one. */
  bestStep(): number | null {
    return this.#options.bestFn === undefined ? this.latestStep() : (ranked(this.#known, this.#options).at(-1)?.step ?? null)
  }
  /** What was given as the metrics of a step; undefined where none were. Errors: StepError where there is no such step. */
  metrics(step: number): M | undefined {
    return this.#find('metrics', step).metrics as M | undefined
  }
  /** Whether `save` would save this step: it is later than all others, and the options ask for it. */
  shouldSave(step: number): boolean {
    return this.#options.readOnly !== true && isDue(step, this.latestStep(), this.#options)
  }
  /** Whether something is still being written. */
  isSavingInProgress(): boolean {
    return this.#waiting > 0
  }

  /**
   * Saves a state, if `shouldSave(step)` or `force`; answers whether it does. The values are those of the moment of the call: what is done to
   * the arrays afterwards (donation, `dispose`) changes nothing. The promise is kept when the steps before are written, not this one.
   *
   * A state is a tree of tensors, typed arrays, numbers, strings, booleans, bigints and null.
   * Errors: StepError where the step is there already; StateError with the path of what can't be saved; what went wrong with a step before.
   */
  async save(step: number, state: unknown, options: SaveOptions<M> = {}): Promise<boolean> {
    this.#check('save', true)
    const { metrics, metadata, force = false } = saveOptions('CheckpointManager.save', options)
    if (!Number.isSafeInteger(step) || step < 0) throw this.#error('save', `a step is a whole number from 0 on, got ${String(step)}`)
    if (!force && !this.shouldSave(step)) return false
    if (this.#known.some((k) => k.step === step))
      throw this.#error('save', `step ${step} is there already; delete(${step}) makes room for it`)
    const about = this.#about(step, metrics, metadata)
    const snapshot = takeSnapshot('save', state)
    const known: Known = { step, time: about.time, metrics: about.copy, folder: this.#names.folderOf(step), committed: false }
    this.#known = [...this.#known, known].sort((a, b) => a.step - b.step)
    const before = this.#work
    const writing = this.#enqueue(async () => {
      try {
        await writeStep(this.#storage, known.folder, snapshot, about.written, this.#options.fileBytes ?? GIB)
        known.committed = true
      } catch (error) {
        this.#known = this.#known.filter((k) => k !== known)
        throw error
      } finally {
        snapshot.release()
      }
      await this.#prune()
    })
    await (this.#options.enableAsyncCheckpointing === false ? writing : before)
    if (this.#options.enableAsyncCheckpointing === false) this.#check('save')
    return true
  }
  #about(step: number, metrics: unknown, metadata: unknown) {
    const json = metrics === undefined ? undefined : plainJson('save', 'metrics', metrics)
    const copy: unknown = json === undefined ? undefined : buildStored(readStored('save', json, 0), noArray)
    const quality: unknown = copy === undefined ? 0 : this.#options.bestFn?.(copy as M)
    if (quality !== undefined && typeof quality !== 'number')
      throw this.#error('save', `bestFn must answer a number, and answers a ${typeof quality} for the metrics of step ${step}`)
    const time = Date.now()
    const written = { step, time, metrics: json ?? { $undefined: true }, metadata: plainJson('save', 'metadata', metadata) }
    return { time, copy, written }
  }
  /** After all that was begun before; what it throws is kept for the next call. */
  #enqueue(job: () => Promise<void>): Promise<void> {
    this.#waiting += 1
    this.#work = this.#work.then(job).then(
      () => {
        this.#waiting -= 1
      },
      (error: unknown) => {
        this.#waiting -= 1
        this.#failure ??= { error }
      },
    )
    return this.#work
  }
  async #remove(known: Known): Promise<void> {
    await this.#storage.remove(known.folder, this.#options.todeleteSubdir)
    this.#known = this.#known.filter((k) => k !== known)
  }
  async #prune(): Promise<void> {
    // what is not written yet keeps nothing else from being kept
    const there = this.#known.filter((k) => k.committed)
    const gone = new Set(stepsToRemove(there, this.#options))
    for (const known of there) if (gone.has(known.step)) await this.#remove(known)
  }

  /** Waits until all steps are written and old ones removed. Errors: what went wrong with them. */
  async finished(): Promise<void> {
    await this.#work
    this.#check('finished')
  }
  /** Removes a step. Errors: StepError where there is none. */
  async delete(step: number): Promise<void> {
    this.#check('delete', true)
    this.#find('delete', step)
    let failure: { readonly error: unknown } | undefined
    await this.#enqueue(async () => {
      try {
        await this.#remove(this.#find('delete', step))
      } catch (error) {
        failure = { error }
      }
    })
    if (failure !== undefined) throw failure.error
  }

  /**
   * A step as a new tree: of the structure and the types of `like`, which holds arrays or types of arrays (`evalShape`, `lazyInit`), and
   * otherwise the tree that was saved. The last step where `step` is left out or null.
   *
   * Arrays go by their paths, so `like` may be another kind of node than what was saved. Lists of plain values come as they were saved.
   * Errors: StateError with the first path that differs; CheckpointError where the step is damaged: no other is taken for it.
   */
  restore<T>(step: number | null | undefined, like: T, options?: RestoreOptions): Promise<Restored<T>>
  restore(step?: number | null): Promise<unknown>
  async restore(step?: number | null, like?: unknown, options: RestoreOptions = {}): Promise<unknown> {
    restoreOptions('CheckpointManager.restore', options)
    const reader = await this.#reader('restore', step)
    return this.#told(reader.manifest.step, () =>
      like === undefined ? restoreAsSaved(reader) : restoreInto(reader, 'restore', like, options),
    )
  }
  /**
   * What was given as the metadata of a step, the last one by default; decoded by `codec` of io-ts, if one is given.
   * Errors: StepError where there is no such step; StateError where the codec finds something else.
   */
  metadata<A>(step: number | null | undefined, codec: Decoder<unknown, A>): Promise<A>
  metadata(step?: number | null): Promise<unknown>
  async metadata<A>(step?: number | null, codec?: Decoder<unknown, A>): Promise<unknown> {
    const { manifest, operation } = await this.#reader('metadata', step)
    const found = buildStored(readStored(operation, manifest.metadata, 0), noArray)
    if (codec === undefined) return found
    const decoded = codec.decode(found)
    if (E.isRight(decoded)) return decoded.right
    throw new StateError('metadata', '', `the metadata of step ${manifest.step} are other ones: ${problemsIn(decoded.left)}`)
  }
  async #reader(operation: string, step: number | null | undefined): Promise<StepReader> {
    this.#check(operation)
    const wanted = step ?? this.latestStep()
    if (wanted === null) throw this.#error(operation, 'there is no step: nothing was saved here')
    const known = this.#find(operation, wanted)
    if (!known.committed) await this.finished()
    const where = `CheckpointManager.${operation} (${this.#storage.place}, step ${wanted})`
    return this.#told(wanted, async () => {
      const manifest = await readManifest(where, this.#storage, known.folder, wanted)
      return new StepReader(where, this.#storage, known.folder, manifest)
    })
  }
  /** Says of a damaged step what there is in its place. */
  async #told<A>(step: number, action: () => Promise<A>): Promise<A> {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error
      const { operation, fault, reason, path } = error.detail
      const before = this.#known.filter((k) => k.committed && k.step < step).at(-1)
      const advice =
        before === undefined ? 'there is no step before it' : `the step before it is ${before.step}, which restore(${before.step}) reads`
      throw new CheckpointError(operation, fault, `${reason}; ${advice}`, { path, cause: error })
    }
  }

  /** Looks again which steps there are: another program may have changed them. */
  async reload(): Promise<void> {
    await this.#work
    const found: Known[] = []
    for (const [step, folder] of this.#names.stepsIn(await this.#storage.list())) {
      const about = await this.#infoOf(step, folder)
      found.push({ step, folder, ...about, committed: true })
    }
    this.#known = found.sort((a, b) => a.step - b.step)
  }
  /** A damaged step stays one: it is neither skipped nor taken for another, and to restore it is an error. */
  async #infoOf(step: number, folder: string): Promise<Pick<StepInfo, 'time' | 'metrics'>> {
    try {
      const { time, metrics } = await readManifest('CheckpointManager.open', this.#storage, folder, step)
      return { time, metrics: buildStored(readStored('CheckpointManager.open', metrics, 0), noArray) }
    } catch (error) {
      if (error instanceof CheckpointError) return { time: 0, metrics: undefined }
      throw error
    }
  }

  /** Waits for what is being written, and lets other managers write. Errors: what went wrong with the last steps. */
  async close(): Promise<void> {
    if (this.#closed) return
    try {
      await this.finished()
    } finally {
      this.#closed = true
      await this.#giveBack?.()
    }
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
