/** vmap: slices of arguments, variables and keys, one for each index, at the same time. */
import { lanes } from './lanes'

export default lanes(
  'vmap: an argument and parameters with an axis are split, one slice for each call; shared variables are copied; results are stacked',
  ['index 0', 'index 1', 'index 2'],
  [
    { role: 'params', from: { text: 'params', slices: true }, enters: 'axis 0', calls: ['params[0]', 'params[1]', 'params[2]'] },
    { role: 'state', from: { text: 'constants' }, enters: 'null', calls: ['constants', 'constants', 'constants'], between: 'same' },
    { role: 'rngs', from: { text: 'rng params' }, enters: 'split', calls: ['key 0', 'key 1', 'key 2'] },
    { role: 'rngs', from: { text: 'rng noise' }, enters: 'not split', calls: ['key', 'key', 'key'], between: 'same' },
    {
      role: 'data',
      from: { text: 'x', slices: true },
      enters: 'inAxes 0',
      calls: ['x[0] → y[0]', 'x[1] → y[1]', 'x[2] → y[2]'],
      to: { text: 'y', slices: true },
      leaves: 'outAxes 0',
    },
  ],
)
