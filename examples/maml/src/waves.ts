/** Tasks: each is a sine wave of its own height and phase, of which a few points are seen. */
import { np, random, type Tensor } from '@heddle/func'

/** Points of one wave, `[points, 1]` each: those to adapt to, and others to be judged by. */
export interface Task {
  readonly x: Tensor
  readonly y: Tensor
  readonly xOther: Tensor
  readonly yOther: Tensor
}
export const drawTask = (key: Tensor, points: number): Task => {
  const [a, b, c] = random.split(key, 3) as unknown as [Tensor, Tensor, Tensor]
  const height = random.uniform(a, [], { minval: 0.5, maxval: 3 })
  const phase = random.uniform(b, [], { maxval: Math.PI })
  const places = random.uniform(c, [2 * points, 1], { minval: -4, maxval: 4 })
  const values = np.sin(places.add(phase)).mul(height)
  const [x, xOther] = np.split(places, 2) as [Tensor, Tensor]
  const [y, yOther] = np.split(values, 2) as [Tensor, Tensor]
  return { x, y, xOther, yOther }
}
