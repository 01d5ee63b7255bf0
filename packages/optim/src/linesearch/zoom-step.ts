/**
 * One step of the search of `zoom.ts`. While it looks for an interval and when it zooms into one it tries one place, so that the loss stands in
 * the program once: both ways are computed, and one is chosen.
 */
import { np, type Tensor } from '@heddle/func'
// by their names: a `const` that takes them out of np would keep all of it in every bundle
import {
  add,
  divide,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd as and,
  logicalNot as not,
  logicalOr as or,
  multiply,
  subtract,
  where,
} from '@heddle/func/np'
import { either, type Scalar } from '../tree-math'

/** A step with the loss after it, and its slope there. */
interface Place {
  readonly step: Tensor
  readonly value: Tensor
  readonly slope: Tensor
}
/** What is carried from try to try. */
export interface Search {
  readonly count: Tensor
  readonly tried: Place
  readonly grad: unknown
  readonly decreaseError: Tensor
  readonly curvatureError: Tensor
  readonly intervalFound: Tensor
  readonly done: Tensor
  readonly failed: Tensor
  /** Between these is a good step. */
  readonly low: Place
  readonly high: Place
  /** A third place for the cubic. */
  readonly reference: Omit<Place, 'slope'>
  /** The best that lowers the loss enough, whatever its slope. */
  readonly safe: Omit<Place, 'slope'>
  readonly safeGrad: unknown
}
export interface Rules {
  readonly maxLinesearchSteps: number
  readonly maxLearningRate: Scalar | null
  readonly tol: Scalar
  readonly increaseFactor: Scalar
  readonly stepsizePrecision: Scalar
}
/** Where to look next. */
interface Trial {
  readonly step: Tensor
  readonly atMost: Tensor
}

/** The least of the cubic through three values with a slope at the first. */
const cubicLeast = (a: Place, b: Omit<Place, 'slope'>, c: Omit<Place, 'slope'>): Tensor => {
  const [db, dc] = [subtract(b.step, a.step), subtract(c.step, a.step)]
  const denominator = multiply(np.square(multiply(db, dc)), subtract(db, dc))
  const eb = subtract(subtract(b.value, a.value), multiply(a.slope, db))
  const ec = subtract(subtract(c.value, a.value), multiply(a.slope, dc))
  const third = divide(subtract(multiply(np.square(dc), eb), multiply(np.square(db), ec)), denominator)
  const second = divide(subtract(multiply(np.power(db, 3), ec), multiply(np.power(dc, 3), eb)), denominator)
  const radical = subtract(np.square(second), multiply(multiply(3, third), a.slope))
  return add(a.step, divide(add(np.negative(second), np.sqrt(radical)), multiply(3, third)))
}
/** The least of the parabola through two values with a slope at the first. */
const parabolaLeast = (a: Place, b: Place): Tensor => {
  const db = subtract(b.step, a.step)
  const second = divide(subtract(subtract(b.value, a.value), multiply(a.slope, db)), np.square(db))
  return subtract(a.step, divide(a.slope, multiply(2, second)))
}
const middleOf = ({ low, high, reference }: Search): Tensor => {
  const [left, right] = [np.minimum(low.step, high.step), np.maximum(low.step, high.step)]
  const length = subtract(right, left)
  const inside = (x: Tensor, margin: number): Tensor =>
    and(greater(x, add(left, multiply(margin, length))), less(x, subtract(right, multiply(margin, length))))
  const [cubic, parabola] = [cubicLeast(low, high, reference), parabolaLeast(low, high)]
  return where(inside(cubic, 0.2), cubic, where(inside(parabola, 0.1), parabola, divide(add(low.step, high.step), 2)))
}
/** The next place to try. */
export const trialOf = (search: Search, guess: Tensor, { increaseFactor, maxLearningRate }: Rules): Trial => {
  const further = where(np.equal(search.count, 0), guess, multiply(increaseFactor, search.tried.step))
  const atMost = maxLearningRate === null ? np.array(false) : greaterEqual(further, maxLearningRate)
  const limited = maxLearningRate === null ? further : np.minimum(further, maxLearningRate)
  return { step: np.astype(where(search.intervalFound, middleOf(search), limited), further.dtype), atMost }
}
/** What a try has told. */
interface Reached {
  readonly value: Tensor
  readonly slope: Tensor
  readonly grad: unknown
}
/** How the search goes on after a try. */
export const nextOf = (
  search: Search,
  trial: Trial,
  { value, slope, grad }: Reached,
  { decreaseError, curvatureError }: Pick<Search, 'decreaseError' | 'curvatureError'>,
  { maxLinesearchSteps, tol, stepsizePrecision }: Rules,
): Search => {
  const { count, intervalFound: zooming, tried, low, high, safe } = search
  const here: Place = { step: trial.step, value, slope }
  const good = lessEqual(np.maximum(decreaseError, curvatureError), tol)
  const better = and(lessEqual(decreaseError, tol), or(not(zooming), less(value, safe.value)))
  const nextSafe = either(better, { step: here.step, value }, safe)
  const last = greaterEqual(add(count, 1), maxLinesearchSteps)

  // Looking: the loss rises, or its slope does.
  const rises = or(greater(decreaseError, 0), and(greaterEqual(value, tried.value), greater(count, 0)))
  const turns = and(greaterEqual(slope, 0), not(rises))
  const first: Pick<Search, 'low' | 'high'> = { low: either(turns, here, tried), high: either(turns, tried, here) }
  const bounded = or(or(rises, turns), good)

  // Zooming: the place becomes an end of the interval.
  const isHigh = or(greater(decreaseError, 0), greaterEqual(value, low.value))
  const flips = and(greaterEqual(multiply(slope, subtract(high.step, low.step)), 0), not(isHigh))
  const narrowed: Pick<Search, 'low' | 'high'> = {
    low: either(isHigh, low, here),
    high: either(flips, low, either(isHigh, here, high)),
  }
  const left = either(or(isHigh, flips), { step: high.step, value: high.value }, { step: low.step, value: low.value })
  const tiny = lessEqual(np.abs(subtract(high.step, low.step)), stepsizePrecision)

  const interval = either(zooming, narrowed, first)
  const done = or(good, and(not(zooming), and(trial.atMost, not(bounded))))
  const hopeless = and(zooming, and(tiny, greater(nextSafe.step, 0)))
  return {
    count: add(count, 1),
    tried: here,
    grad,
    decreaseError,
    curvatureError,
    intervalFound: or(zooming, bounded),
    done,
    failed: and(or(last, hopeless), not(done)),
    ...interval,
    reference: either(zooming, left, { step: first.low.step, value: first.low.value }),
    safe: nextSafe,
    safeGrad: either(better, grad, search.safeGrad),
  }
}
