/** Who frees eager tensors: `tidy` scopes collect what is made inside them. */

export interface Disposable_ {
  readonly dispose: () => void
}
let current: Set<Disposable_> | undefined

/** Told by every concrete tensor that holds device memory. */
export const track = (x: Disposable_): void => {
  current?.add(x)
}
/** Runs `f`, then disposes all that was made inside but what `kept` names of its result; that goes to the surrounding scope. */
export const collecting = <A>(f: () => A, kept: (result: A) => Iterable<unknown>): A => {
  const outer = current
  const mine = new Set<Disposable_>()
  current = mine
  try {
    const result = f()
    for (const k of kept(result)) if (mine.delete(k as Disposable_)) outer?.add(k as Disposable_)
    return result
  } finally {
    current = outer
    for (const x of mine) x.dispose()
  }
}
