/**
 * Executables that are freed once: by `dispose`, or by the collector when nobody can run them any more.
 *
 * A compiled program holds memory mappings, of which a process has some ten thousands, and of which the collector knows nothing:
 * when thousands of programs are alive it is told to look for those that are not needed.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BackendError, type Executable } from '@heddle/func/backend'
import type { PjrtBuffer } from './buffer'

interface Entry {
  readonly run: WeakRef<object>
  readonly free: () => void
}
const FIRST_LIMIT = 4096
let limit = FIRST_LIMIT
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
/** Frees what nobody can run; where that is not much, the next time is later. */
const sweep = (): void => {
  collect()
  for (const entry of alive) if (entry.run.deref() === undefined) drop(entry)
  limit = Math.max(FIRST_LIMIT, Math.ceil(alive.size * 1.25))
}

/** `free` must not hold on to `execute`. */
export const disposable = (name: string, execute: Executable<PjrtBuffer>['run'], free: () => void): Executable<PjrtBuffer> => {
  if (alive.size >= limit) sweep()
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
