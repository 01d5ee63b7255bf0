/**
 * All kernels. They are pure functions of host arrays: results are new arrays that nobody keeps, or have the data of an operand, the same
 * typed array. `writers` write into the data of their first operand.
 */
import type { HostArray, Kernels } from '@heddle/func/backend'
import { arithmetic } from './arithmetic'
import { bitwise } from './bitwise'
import { contraction } from './contraction'
import { convolution } from './convolution'
import { cumulative } from './cumulative'
import { decompositions } from './decompositions'
import { indexing, writers } from './indexing'
import { layout } from './layout'
import { linalg } from './linalg'
import { piecewise } from './piecewise'
import { random } from './random'
import { reduction } from './reduction'
import { sorting } from './sort'
import { structural } from './structural'
import { transcendental } from './transcendental'
import { window } from './window'

export { writers }
/** One kernel for each leaf primitive; the annotation makes a missing one an error of the compiler. */
export const kernels: Kernels<HostArray> = {
  ...structural,
  ...arithmetic,
  ...piecewise,
  ...bitwise,
  ...transcendental,
  ...reduction,
  ...cumulative,
  ...layout,
  ...sorting,
  ...contraction,
  ...indexing,
  ...convolution,
  ...window,
  ...random,
  ...linalg,
  ...decompositions,
}
