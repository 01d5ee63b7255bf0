/** scan: iterations one after another; the carry and carried variables are handed on, others are shared or split. */
import { lanes } from './lanes'

export default lanes(
  'scan: the carry goes from iteration to iteration; shared variables are the same in each; those with an axis and scanned inputs are split; results are stacked',
  ['iteration 0', 'iteration 1', 'iteration 2'],
  [
    { role: 'params', from: { text: 'broadcast' }, enters: 'shared', calls: ['params', 'params', 'params'], between: 'same' },
    {
      role: 'params',
      from: { text: 'axes', slices: true },
      enters: 'axis 0',
      calls: ['slice 0', 'slice 1', 'slice 2'],
      to: { text: 'axes', slices: true },
      leaves: 'stacked',
    },
    {
      role: 'state',
      from: { text: 'state' },
      enters: 'carried',
      calls: ['state 0', 'state 1', 'state 2'],
      between: 'carried',
      to: { text: 'state' },
      leaves: 'the last',
    },
    { role: 'rngs', from: { text: 'rngs' }, enters: 'split', calls: ['key 0', 'key 1', 'key 2'] },
    {
      role: 'data',
      from: { text: 'carry' },
      enters: 'start',
      calls: ['h₀ → h₁', 'h₁ → h₂', 'h₂ → h₃'],
      between: 'carried',
      to: { text: 'carry' },
      leaves: 'the last',
    },
    {
      role: 'data',
      from: { text: 'xs', slices: true },
      enters: 'inAxes 0',
      calls: ['x[0] → y[0]', 'x[1] → y[1]', 'x[2] → y[2]'],
      to: { text: 'ys', slices: true },
      leaves: 'outAxes 0',
    },
  ],
)
