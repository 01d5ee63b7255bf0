/** Samplers as programs: each is compiled as a whole, as in JAX, so that a draw is one call of a backend and not one for each operation. */
import { flatten, staticKey, unflatten } from '@heddle/tree'
import { ArgumentError } from '../error'
import { type Kind, nullable, type AnyReader, readArgument, sizeOrShape, tensor, tensorLike } from '../options'
import { isTensor, type Tensor } from '../tensor'
import { jit } from '../transforms/jit'

/** Programs kept for each sampler; the one made first goes first. */
const KEPT = 256

/** An argument: its name and kind, or how options are read. One that is undefined is left to the sampler. */
export type Argument = readonly [name: string, kind: Kind] | AnyReader
export const keyArgument: Argument = [
  'key',
  { ...tensor, hint: (x) => (typeof x === 'number' || x === undefined ? 'random.key(seed) makes a key' : undefined) },
]
export const shapeArgument: Argument = ['shape', nullable(sizeOrShape)]
export const parameter = (name: string): Argument => [name, tensorLike]

const readArguments = (where: string, takes: readonly Argument[], args: readonly unknown[]): void => {
  if (args.length > takes.length)
    throw new ArgumentError(
      where,
      `takes ${takes.length} arguments at most, got ${args.length}; a shape of several sizes is a list: [2, 3]`,
    )
  for (const [i, take] of takes.entries()) {
    if (typeof take === 'function') take(where, args[i])
    else if (args[i] !== undefined) readArgument(where, take[0], take[1], args[i])
  }
}

/**
 * The same function, traced once for each kind of arguments: its tensors are inputs of the program, all else (shapes, dtypes, numbers) is
 * part of it. What it takes is checked before. Errors: ArgumentError.
 */
export const asProgram = <A extends readonly unknown[]>(
  name: string,
  takes: readonly Argument[],
  f: (...args: A) => Tensor,
): ((...args: A) => Tensor) => {
  const where = `random.${name}`
  const programs = new Map<string, (tensors: readonly Tensor[]) => Tensor>()
  return (...args) => {
    readArguments(where, takes, args)
    const { leaves, treedef } = flatten(args)
    const tensors = leaves.filter(isTensor)
    const key = `${treedef.key}|${leaves.map((l) => (isTensor(l) ? '' : staticKey(l))).join('|')}`
    let program = programs.get(key)
    if (!program) {
      const others = leaves.map((l) => (isTensor(l) ? undefined : l))
      const places = leaves.map(isTensor)
      program = jit(
        (xs: readonly Tensor[]) => {
          let next = 0
          return f(
            ...unflatten<A>(
              treedef,
              others.map((l, i) => (places[i] ? xs[next++] : l)),
            ),
          )
        },
        { name },
      )
      if (programs.size >= KEPT) programs.delete(programs.keys().next().value!)
      programs.set(key, program)
    }
    return program(tensors)
  }
}
