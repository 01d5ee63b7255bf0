/**
 * Executables that are freed once: by `dispose`, or by the collector when nobody can run them any more.
 *
 * A compiled program holds some memory mappings, of which a process may have 65530, and of which the collector knows nothing: when
 * they get scarce it is told to look for programs that are not needed.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BackendError, type Executable } from '@heddle/func/backend'
import type { PjrtBuffer } from './buffer'
import { mappings } from './mappings'

interface Entry {
  readonly run: WeakRef<object>
  readonly free: () => void
}
const alive = new Set<Entry>()
const drop = (entry: Entry): void => {
  if (alive.delete(entry)) entry.free()
}
const abandoned = new FinalizationRegistry<Entry>(drop)

let collector: (() => void) | undefined
const collect = (): void => {
  if (!collector) {
    setFlagsFromString('--expose-gc')
    collector = runInNewContext('gc') as () => void
  }
  collector()
}
const evictions: (() => void)[] = []
/** Told to forget programs that could be compiled again. */
export const onPressure = (forget: () => void): void => {
  evictions.push(forget)
}
/** Frees what nobody can run. */
const sweep = (): void => {
  for (const forget of evictions) forget()
  collect()
  for (const entry of alive) if (entry.run.deref() === undefined) drop(entry)
}
/** How often it is looked, in programs; and when there are too many mappings, or, where those are not known, programs. */
const EVERY = 32
const MAX_MAPPINGS = 30_000
const LAST_MAPPINGS = 45_000
const MAX_PROGRAMS = 4096
let created = 0
let limit = 0
const used = (): number => mappings() ?? (alive.size / MAX_PROGRAMS) * MAX_MAPPINGS
const relieve = (): void => {
  if (++created % EVERY !== 0 || used() < Math.max(limit, MAX_MAPPINGS)) return
  sweep()
  // where little was freed, the next time is later: much is free only when the work at hand is done
  limit = Math.min(used() * 1.2, LAST_MAPPINGS)
}

/** `free` must not hold on to `execute`. */
export const disposable = (name: string, execute: Executable<PjrtBuffer>['run'], free: () => void): Executable<PjrtBuffer> => {
  relieve()
  let disposed = false
  const run: Executable<PjrtBuffer>['run'] = (inputs) => {
    if (disposed) throw new BackendError('pjrt', `${name} was disposed and can't be run any more`)
    return execute(inputs)
  }
  const entry = { run: new WeakRef(run), free }
  alive.add(entry)
  abandoned.register(run, entry, run)
  return {
    run,
    dispose: () => {
      disposed = true
      abandoned.unregister(run)
      drop(entry)
    },
  }
}
/** Programs that are not freed. */
export const liveExecutables = (): number => alive.size
