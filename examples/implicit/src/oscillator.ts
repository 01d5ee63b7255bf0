/**
 * Van der Pol's oscillator, `x'' = damping (1 - x²) x' - stiffness x`. With much damping it is stiff: it creeps, then jumps. Explicit methods need
 * small steps everywhere; the trapezoidal rule needs none, and asks for the root of an equation at each step.
 */
import { lax, np, type Tensor } from '@heddle/func'
import { rootOf } from './root'

/** What is to be found. Scalars. */
export interface Constants {
  readonly damping: Tensor
  readonly stiffness: Tensor
}
/** The velocity and the acceleration in the state `[x, x']`. */
const slope = (state: Tensor, { damping, stiffness }: Constants): Tensor => {
  const [x, v] = np.unstack(state) as [Tensor, Tensor]
  return np.stack([v, np.subtract(1, x.square()).mul(v).mul(damping).sub(x.mul(stiffness))])
}
interface Step {
  readonly from: Tensor
  readonly constants: Constants
}
const trapezoid = (seconds: number) =>
  rootOf((to: Tensor, { from, constants }: Step) =>
    to.sub(from).sub(
      slope(from, constants)
        .add(slope(to, constants))
        .mul(seconds / 2),
    ),
  )

/** The states after each of `steps` steps of so many seconds, `[steps, 2]`. */
export const trajectory = (start: Tensor, constants: Constants, steps: number, seconds: number): Tensor => {
  const next = trapezoid(seconds)
  const turn = (from: Tensor): [Tensor, Tensor] => {
    const to = next({ from, constants }, from)
    return [to, to]
  }
  return lax.scan(turn, start, null, { length: steps })[1]
}
