/**
 * The root of a function, found by Newton's method in a loop that nobody differentiates.
 *
 * A loop whose length depends on values has no gradient of its own, and none is needed. Where `f(z, a) = 0` holds, it holds for `a + da` too, so
 * `F_z dz + F_a da = 0`: the gradient is that of the answer alone, whichever way led to it. The backward pass solves one linear system with
 * the slope at the root, keeps nothing of the turns, and costs as much as one of them.
 */
import { customVjp, jacfwd, lax, np, type Tensor, tree, vjp } from '@heddle/func'

interface NewtonOptions {
  /** The loop ends when a step is not longer than this. */
  readonly tolerance: number
  /** It ends after so many steps in any case. */
  readonly most: number
}
const usual: NewtonOptions = { tolerance: 1e-5, most: 20 }

/** Of functions with a list of parameters. */
const solver = (residual: (z: Tensor, a: readonly Tensor[]) => Tensor, { tolerance, most }: NewtonOptions) => {
  type Parameters = readonly Tensor[]
  const slopeAt = (z: Tensor, a: Parameters): Tensor => jacfwd((x: Tensor) => residual(x, a))(z)
  const newton = (a: Parameters, guess: Tensor): Tensor => {
    type Carry = readonly [z: Tensor, length: Tensor, steps: Tensor]
    const goesOn = ([, length, steps]: Carry): Tensor => np.logicalAnd(length.greater(tolerance), steps.less(most))
    const turn = ([z, , steps]: Carry): Carry => {
      const step = np.linalg.solve(slopeAt(z, a), residual(z, a))
      return [z.sub(step), np.max(np.abs(step)), steps.add(1)]
    }
    return lax.whileLoop(goesOn, turn, [guess, np.array(Infinity), np.array(0, 'int32')])[0]
  }
  const forward = (a: Parameters, guess: Tensor): readonly [Tensor, readonly [Parameters, Tensor]] => {
    const z = newton(a, guess)
    return [z, [a, z]]
  }
  const backward = ([a, z]: readonly [Parameters, Tensor], cotangent: Tensor) => {
    const weight = np.linalg.solve(slopeAt(z, a).transpose(), cotangent)
    const [, pull] = vjp((b: Parameters) => residual(z, b), a)
    return [pull(weight.mul(-1))[0], null]
  }
  return customVjp(newton).defvjp(forward, backward)
}

/**
 * A solver for `residual(z, a) = 0`: of `a`, any tree of tensors, and a first guess `[n]` it answers the root `[n]`. It has gradients with respect
 * to `a`, and none with respect to the guess.
 */
export const rootOf =
  <A>(residual: (z: Tensor, a: A) => Tensor, options = usual) =>
  (a: A, guess: Tensor): Tensor => {
    const { leaves, treedef } = tree.flatten(a)
    return solver((z, xs) => residual(z, tree.unflatten<A>(treedef, xs)), options)(leaves as Tensor[], guess)
  }
