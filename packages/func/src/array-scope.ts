/** Who frees eager tensors: `tidy` scopes collect what is made inside them. */
import { synchronous } from './synchronous'

export interface Collectable {
  /** Frees its device memory at the end of a scope. */
  readonly release: () => void
}
let current: Set<Collectable> | undefined

/** Told by every concrete tensor that holds device memory. */
export const track = (x: Collectable): void => {
  current?.add(x)
}
/** Runs `f` outside all scopes. */
export const untracked = <A>(f: () => A): A => {
  const outer = current
  current = undefined
  try {
    return f()
  } finally {
    current = outer
  }
}
/** Runs `f`, then frees all that was made inside but what `kept` names of its result; that goes to the surrounding scope. */
export const collecting = <A>(f: () => A, kept: (result: A) => Iterable<unknown>): A => {
  const outer = current
  const mine = new Set<Collectable>()
  current = mine
  try {
    const result = synchronous('tidy', f())
    for (const k of kept(result)) if (mine.delete(k as Collectable)) outer?.add(k as Collectable)
    return result
  } finally {
    current = outer
    for (const x of mine) x.release()
  }
}
