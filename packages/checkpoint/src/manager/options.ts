/** The options of a manager and of its methods. Names: orbax's `CheckpointManagerOptions`, in camelCase. */
import type { Shardings } from '@heddle/func'
import {
  anything,
  boolean,
  count,
  either,
  func,
  type Kind,
  list,
  nullable,
  of,
  oneOf,
  optionsOf,
  positive,
  string,
} from '@heddle/func/options'
import type { FitOptions, Rename } from './fit'
import type { Deciding, Keeping } from './retention'

/** What is saved when, what is kept, and how it is written. */
export interface CheckpointManagerOptions<M = unknown> extends Omit<Keeping, 'bestFn'>, Deciding {
  /** A step is saved where it is a multiple of this; 1 by default, so each. The first that is given is saved in any case. */
  readonly saveIntervalSteps?: number | undefined
  /** Further steps that are saved. */
  readonly saveOnSteps?: readonly number[] | ReadonlySet<number> | undefined
  /** Decides alone whether a step is saved; `latest` is the last that was. */
  readonly shouldSaveFn?: ((step: number, latest: number | null) => boolean) | undefined
  /** How many are kept: the last ones, or with `bestFn` the best ones. All by default. */
  readonly maxToKeep?: number | null | undefined
  /** Steps that are a multiple of this are always kept. */
  readonly keepPeriod?: number | undefined
  /** Of each so many seconds one is kept. */
  readonly keepTimeInterval?: number | undefined
  /** How good a step is, by the metrics that were saved with it. */
  readonly bestFn?: ((metrics: M) => number) | undefined
  /** Whether the largest or the smallest is the best; `'max'` by default. */
  readonly bestMode?: 'max' | 'min' | undefined
  /** With `bestFn`: whether steps that were saved without metrics are all kept, as they are by default. */
  readonly keepCheckpointsWithoutMetrics?: boolean | undefined
  /** Folders are called `<stepPrefix>_<step>`; by default by the step alone. */
  readonly stepPrefix?: string | undefined
  /** How many digits a folder's number has at least: zeros stand before it. */
  readonly stepFormatFixedLength?: number | undefined
  /** What would be deleted is moved to this folder. */
  readonly todeleteSubdir?: string | undefined
  /** Nothing is written, and other managers may write. */
  readonly readOnly?: boolean | undefined
  /** Whether `save` returns before the disk has it, as by default; else it waits. */
  readonly enableAsyncCheckpointing?: boolean | undefined
  /** How large a file of arrays may be, in bytes: 1 GiB by default. */
  readonly fileBytes?: number | undefined
}
const bestFn: Kind<(metrics: never) => number> = of<(metrics: never) => number>()(func)
export const managerOptions = optionsOf({
  saveIntervalSteps: positive,
  saveOnSteps: of<readonly number[] | ReadonlySet<number>>()({
    expected: 'a list or a set of steps',
    is: (x) => Array.isArray(x) || x instanceof Set,
  }),
  shouldSaveFn: of<(step: number, latest: number | null) => boolean>()(func),
  maxToKeep: nullable(count),
  keepPeriod: positive,
  keepTimeInterval: positive,
  bestFn,
  bestMode: oneOf('max', 'min'),
  keepCheckpointsWithoutMetrics: boolean,
  stepPrefix: string,
  stepFormatFixedLength: positive,
  todeleteSubdir: string,
  readOnly: boolean,
  enableAsyncCheckpointing: boolean,
  fileBytes: positive,
})

/** What is saved beside a state. */
export interface SaveOptions<M = unknown> {
  /** Plain values by which steps are compared, `{ loss: 0.1 }`; `bestFn` reads them. */
  readonly metrics?: M | undefined
  /** Plain values of the program's own, which `metadata(step)` answers: the configuration, the version of the data. */
  readonly metadata?: unknown
  /** Saves whether the options ask for it or not. */
  readonly force?: boolean | undefined
}
export const saveOptions = optionsOf({ metrics: anything, metadata: anything, force: boolean })

/** How what was saved comes into what is given. */
export interface RestoreOptions extends FitOptions {
  /** Arrays of other dtypes are converted; by default they are refused. */
  readonly cast?: boolean | undefined
  /** A place that the checkpoint has nothing for keeps what is given there (`'keep'`), or is an error, as by default. */
  readonly missing?: 'error' | 'keep' | undefined
  /** What the checkpoint has and no place is for is left out (`'ignore'`), or is an error, as by default. */
  readonly extra?: 'error' | 'ignore' | undefined
  /** New names for old: `[['params/Dense_0', 'params/encoder/Dense_0'], [/^ema\//, 'average/']]`, or a function of a path; null leaves out. */
  readonly rename?: Rename | undefined
  /** How arrays lie over the devices of a mesh, one for all or a tree of such; by default as those that are given. */
  readonly shardings?: Shardings | undefined
}
const rename: Kind<Rename> = of<Rename>()(
  either(func, {
    ...list,
    expected: 'a list of pairs [old name, new name]',
    is: (x) => Array.isArray(x) && x.every((p) => Array.isArray(p) && p.length === 2),
  }),
)
export const restoreOptions = optionsOf({
  cast: boolean,
  missing: oneOf('error', 'keep'),
  extra: oneOf('error', 'ignore'),
  rename,
  shardings: of<Shardings>()(anything),
})
