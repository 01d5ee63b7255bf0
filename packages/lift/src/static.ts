/**
 * Static: a value in a tree that is part of its structure and no leaf of it. What tracing learns besides arrays is returned in one, through
 * every transformation, and kept with a compiled program; what a program depends on besides arrays goes in by one, so that the cache tells
 * it apart.
 */
import { isTensor } from '@heddle/func'
import { leaves, registerNode, staticKey } from '@heddle/tree'
import { exception } from './edge'

/** A value as static data. Two are equal when their keys are; by default a key is made of the value. */
export class Static<T = unknown> {
  readonly value: T
  readonly #key: string | undefined

  constructor(value: T, key?: string) {
    this.value = value
    this.#key = key
  }

  get key(): string {
    return this.#key ?? staticKey(this.value)
  }
}

registerNode<Static>(Static, {
  flatten: (x) => [[], x],
  unflatten: (x) => x as Static,
  auxKey: (x) => (x as Static).key,
})

/**
 * Arguments with those at some places as static data; booleans and strings are so anyhow. A function of a scope counts the scope as
 * argument 0. Errors: InvalidOptionsError where there is no such argument, or it holds tensors.
 */
export const wrapStatic = <Args extends readonly unknown[]>(where: string, args: Args, argnums: Argnums = []): Args => {
  const places = argumentsAt(where, 'staticArgnums', args.length, argnums)
  if (places.length === 0) return args
  for (const i of places) {
    if (!leaves(args[i - 1]).some(isArray)) continue
    const expected = `no tensors in the static argument ${i}: static arguments are settings, compared by value`
    throw exception({ _tag: 'InvalidOptionsError', where, problems: [{ path: ['staticArgnums'], expected, actual: argnums }] })
  }
  return args.map((x, i) => (places.includes(i + 1) ? new Static(x) : x)) as unknown as Args
}

/** Numbers of arguments, negative ones from the end; the scope is argument 0, and can't be meant. Errors: InvalidOptionsError. */
export const argumentsAt = (where: string, option: string, count: number, argnums: Argnums = []): readonly number[] => {
  const expected = `numbers of arguments, from 1 to ${count} here (argument 0 is the scope, or module)`
  return [argnums].flat().map((a) => {
    const i = a < 0 ? a + count + 1 : a
    if (!Number.isInteger(i) || i < 1 || i > count)
      throw exception({ _tag: 'InvalidOptionsError', where, problems: [{ path: [option], expected, actual: argnums }] })
    return i
  })
}

/** The number of an argument, or a list of such. */
export type Argnums = number | readonly number[]

const isArray = (x: unknown): boolean => isTensor(x) || ArrayBuffer.isView(x)

/** The arguments that `wrapStatic` was given. */
export const unwrapStatic = <Args extends readonly unknown[]>(args: Args): Args =>
  args.map((x) => (x instanceof Static ? (x.value as unknown) : x)) as unknown as Args
