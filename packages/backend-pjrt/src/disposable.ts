/**
 * Executables that are freed once: by `dispose`, or by the collector when nobody can run them any more.
 *
 * A compiled program holds some memory mappings, of which a process may have 65530, and of which the collector knows nothing: when
 * they get scarce it is told to look for programs that are not needed.
 */
import { BackendError, dropSpare, type Executable, Holding, own, reclaim } from '@heddle/func/backend'
import type { PjrtBuffer } from './buffer'
import { mappings } from './mappings'

let alive = 0
/** What is counted for a program's code. */
const EXECUTABLE_BYTES = 2 ** 17
class Executing extends Holding {
  constructor(readonly destroy: () => void) {
    super(EXECUTABLE_BYTES)
    alive += 1
  }
  protected release(): void {
    alive -= 1
    this.destroy()
  }
}
/** How often it is looked, in programs; and when there are too many mappings, or, where those are not known, programs. */
const EVERY = 32
const MAX_MAPPINGS = 30_000
const LAST_MAPPINGS = 45_000
const MAX_PROGRAMS = 4096
let created = 0
let limit = 0
const used = (): number => mappings() ?? (alive / MAX_PROGRAMS) * MAX_MAPPINGS
const relieve = (): void => {
  if (++created % EVERY !== 0 || used() < Math.max(limit, MAX_MAPPINGS)) return
  dropSpare()
  reclaim()
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
  const holding = new Executing(free)
  own(run, holding)
  return {
    run,
    dispose: () => {
      disposed = true
      holding.free()
    },
  }
}
/** Programs that are not freed. */
export const liveExecutables = (): number => alive
