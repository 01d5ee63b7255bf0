/**
 * Which steps are saved and which are kept: functions of what is known of the steps. Source: orbax's policies of saving and of preservation,
 * in the combination that its CheckpointManager makes of its options.
 */

/** What a manager knows of a step without reading its arrays. */
export interface StepInfo {
  readonly step: number
  /** When it was saved, in milliseconds since 1970. */
  readonly time: number
  /** What `bestFn` reads; undefined where none were given. */
  readonly metrics: unknown
}
/** The options that decide what is kept. */
export interface Keeping {
  readonly maxToKeep?: number | null | undefined
  readonly keepPeriod?: number | undefined
  readonly keepTimeInterval?: number | undefined
  readonly bestFn?: ((metrics: never) => number) | undefined
  readonly bestMode?: 'max' | 'min' | undefined
  readonly keepCheckpointsWithoutMetrics?: boolean | undefined
}
/** The options that decide what is saved. */
export interface Deciding {
  readonly saveIntervalSteps?: number | undefined
  readonly saveOnSteps?: readonly number[] | ReadonlySet<number> | undefined
  readonly shouldSaveFn?: ((step: number, latest: number | null) => boolean) | undefined
}

/** Steps with metrics, the best last; of equals the latest last. One whose quality is NaN is worse than all others. */
export const ranked = (infos: readonly StepInfo[], { bestFn, bestMode = 'max' }: Keeping): readonly StepInfo[] => {
  const quality = (i: StepInfo): number => {
    const q = (bestFn as (metrics: unknown) => number)(i.metrics)
    if (Number.isNaN(q)) return Number.NEGATIVE_INFINITY
    return bestMode === 'min' ? -q : q
  }
  return infos
    .filter((i) => i.metrics !== undefined)
    .map((info) => ({ info, q: quality(info) }))
    .sort((a, b) => (a.q === b.q ? 0 : a.q - b.q))
    .map(({ info }) => info)
}

const bestOf = (infos: readonly StepInfo[], keeping: Keeping, n: number): ReadonlySet<StepInfo> => {
  if (infos.length <= n) return new Set(infos)
  if (n === 0) return new Set()
  const others = keeping.keepCheckpointsWithoutMetrics === false ? [] : infos.filter((i) => i.metrics === undefined)
  return new Set([...ranked(infos, keeping).slice(-n), ...others])
}
const spaced = (infos: readonly StepInfo[], seconds: number): ReadonlySet<StepInfo> => {
  const kept: StepInfo[] = []
  for (const info of infos) {
    const last = kept.at(-1)
    if (last === undefined || info.time - last.time >= seconds * 1000) kept.push(info)
  }
  return new Set(kept)
}
/** The steps that no rule keeps. `infos` are in order of their steps. */
export const stepsToRemove = (infos: readonly StepInfo[], keeping: Keeping): readonly number[] => {
  const { maxToKeep, keepPeriod, keepTimeInterval, bestFn } = keeping
  const n = maxToKeep ?? Number.POSITIVE_INFINITY
  const kept = bestFn === undefined ? new Set(n === 0 ? [] : infos.slice(-n)) : bestOf(infos, keeping, n)
  const inTime = keepTimeInterval === undefined ? new Set<StepInfo>() : spaced(infos, keepTimeInterval)
  return infos.filter((i) => !kept.has(i) && !inTime.has(i) && !(keepPeriod !== undefined && i.step % keepPeriod === 0)).map((i) => i.step)
}

/** Whether a step is to be saved: it is later than all others, and an option asks for it, or it is the first. */
export const isDue = (step: number, latest: number | null, { saveIntervalSteps = 1, saveOnSteps, shouldSaveFn }: Deciding): boolean => {
  if (latest !== null && latest >= step) return false
  if (shouldSaveFn !== undefined) return shouldSaveFn(step, latest)
  return latest === null || step % saveIntervalSteps === 0 || (saveOnSteps !== undefined && new Set(saveOnSteps).has(step))
}
