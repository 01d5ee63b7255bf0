/** Samplers as programs: each is compiled as a whole, as in JAX, so that a draw is one call of a backend and not one for each operation. */
import { flatten, staticKey, unflatten } from '@heddle/tree'
import { isTensor, type Tensor } from '../tensor'
import { jit } from '../transforms/jit'

/** Programs kept for each sampler; the one made first goes first. */
const KEPT = 256

/**
 * The same function, traced once for each kind of arguments: its tensors are inputs of the program, all else (shapes, dtypes, numbers) is
 * part of it.
 */
export const asProgram = <A extends readonly unknown[]>(name: string, f: (...args: A) => Tensor): ((...args: A) => Tensor) => {
  const programs = new Map<string, (tensors: readonly Tensor[]) => Tensor>()
  return (...args) => {
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
