/** The table: a row for each primitive, by families. */
import type { Lowerings } from './row'
import { arithmetic } from './arithmetic'
import { bitwise } from './bitwise'
import { bodies } from './bodies'
import { contraction } from './contraction'
import { convolution } from './convolution'
import { cumulative } from './cumulative'
import { indexing } from './indexing'
import { layout } from './layout'
import { linalg } from './linalg'
import { piecewise } from './piecewise'
import { random } from './random'
import { reduction } from './reduction'
import { sort } from './sort'
import { structural } from './structural'
import { transcendental } from './transcendental'
import { window } from './window'

export const lowerings: Lowerings = {
  ...structural,
  ...arithmetic,
  ...piecewise,
  ...bitwise,
  ...transcendental,
  ...reduction,
  ...cumulative,
  ...layout,
  ...sort,
  ...contraction,
  ...indexing,
  ...convolution,
  ...window,
  ...random,
  ...linalg,
  ...bodies,
}
