/**
 * Static: a value in a tree that is part of its structure and no leaf of it. What tracing learns besides arrays is returned in one, so
 * that it is kept with the compiled program; what a program depends on besides arrays goes in by one, so that the cache tells it apart.
 */
import { registerNode, staticKey } from '@heddle/tree'

/** A value as static data. Two are equal when their keys are; by default a key is made of the value. */
export class Static<T = unknown> {
  readonly value: T
  readonly key: string

  constructor(value: T, key: string = staticKey(value)) {
    this.value = value
    this.key = key
  }
}

registerNode<Static>(Static, {
  flatten: (x) => [[], x],
  unflatten: (x) => x as Static,
  auxKey: (x) => (x as Static).key,
})

/** Arguments with those at some places as static data. A function of a scope counts the scope as argument 0. */
export const wrapStatic = <Args extends readonly unknown[]>(args: Args, argnums: number | readonly number[] = []): Args => {
  const places = [argnums].flat()
  return args.map((x, i) => (places.includes(i + 1) ? new Static(x) : x)) as unknown as Args
}

/** The arguments that `wrapStatic` was given. */
export const unwrapStatic = <Args extends readonly unknown[]>(args: Args): Args =>
  args.map((x) => (x instanceof Static ? (x.value as unknown) : x)) as unknown as Args
