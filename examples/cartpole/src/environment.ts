/**
 * A pole on a cart (Barto, Sutton and Anderson 1983), as Gymnasium's CartPole-v1: a push to the left or to the right each fiftieth of a second,
 * one point for each step until the pole leans by 12 degrees, the cart leaves the track, or 500 steps are over.
 */
import { np, random, type Tensor } from '@heddle/func'

/** One environment: `[x, velocity, angle, angular velocity]`, and how many steps the episode has. */
export interface State {
  readonly body: Tensor
  readonly steps: Tensor
}
const GRAVITY = 9.8
const MASS_POLE = 0.1
const MASS = 1 + MASS_POLE
const HALF_LENGTH = 0.5
const FORCE = 10
const SECONDS = 0.02
const MAX_ANGLE = (12 * Math.PI) / 180
const MAX_X = 2.4
export const MAX_STEPS = 500

/** Near the middle, nearly upright. */
export const reset = (key: Tensor): State => ({
  body: random.uniform(key, [4], { minval: -0.05, maxval: 0.05 }),
  steps: np.array(0, 'int32'),
})

/** What follows an action, 0 to the left or 1 to the right. */
const pushed = (body: Tensor, action: Tensor): Tensor => {
  const [x, v, angle, spin] = np.unstack(body) as [Tensor, Tensor, Tensor, Tensor]
  const force = np.where(action.equal(1), FORCE, -FORCE)
  const [sin, cos] = [np.sin(angle), np.cos(angle)]
  const pull = force
    .add(
      spin
        .square()
        .mul(sin)
        .mul(MASS_POLE * HALF_LENGTH),
    )
    .div(MASS)
  const turn = sin
    .mul(GRAVITY)
    .sub(cos.mul(pull))
    .div(np.subtract(4 / 3, cos.square().mul(MASS_POLE / MASS)).mul(HALF_LENGTH))
  const shift = pull.sub(turn.mul(cos).mul((MASS_POLE * HALF_LENGTH) / MASS))
  return np.stack([x.add(v.mul(SECONDS)), v.add(shift.mul(SECONDS)), angle.add(spin.mul(SECONDS)), spin.add(turn.mul(SECONDS))])
}

/**
 * A step. `fallen` ends an episode, and so does `late`, which says nothing of the pole; the state that is answered is then the first of the next
 * episode, and `last` the one that was reached.
 */
export const step = ({ body, steps }: State, action: Tensor, key: Tensor) => {
  const last = pushed(body, action)
  const count = steps.add(1)
  const fallen = np.logicalOr(np.abs(last.at(0)).greater(MAX_X), np.abs(last.at(2)).greater(MAX_ANGLE))
  const late = np.logicalAnd(count.greaterEqual(MAX_STEPS), np.logicalNot(fallen))
  const done = np.logicalOr(fallen, late)
  const fresh = reset(key)
  const state: State = { body: np.where(done, fresh.body, last), steps: np.where(done, fresh.steps, count) }
  return { state, last, fallen, late, done }
}
