/** Executables that are freed once: by `dispose`, or by the collector when nobody can run them any more. */
import { BackendError, type Executable } from '@heddle/func/backend'
import type { PjrtBuffer } from './buffer'

const abandoned = new FinalizationRegistry<() => void>((free) => free())

/** `free` must not hold on to `execute`. */
export const disposable = (name: string, execute: Executable<PjrtBuffer>['run'], free: () => void): Executable<PjrtBuffer> => {
  let disposed = false
  const run: Executable<PjrtBuffer>['run'] = (inputs) => {
    if (disposed) throw new BackendError('pjrt', `${name} was disposed and can't be run any more`)
    return execute(inputs)
  }
  abandoned.register(run, free, run)
  return {
    run,
    dispose: () => {
      if (disposed) return
      disposed = true
      abandoned.unregister(run)
      free()
    },
  }
}
