/** whileLoop: what is carried is handed on, until the condition says no; the rest is there to be read. */
import { lanes } from './lanes'

export default lanes(
  'whileLoop: carried variables and the carry go from turn to turn while the condition holds; other variables are the same in each, and may only be read',
  ['turn 0', 'turn 1', 'turn n'],
  [
    { role: 'params', from: { text: 'params' }, enters: 'to read', calls: ['params', 'params', 'params'], between: 'same' },
    {
      role: 'state',
      from: { text: 'state' },
      enters: 'carried',
      calls: ['state 0', 'state 1', 'state n'],
      between: 'carried',
      to: { text: 'state' },
      leaves: 'the last',
    },
    { role: 'rngs', from: { text: 'rngs' }, enters: 'split', calls: ['key 0', 'key 1', 'key n'] },
    {
      role: 'data',
      from: { text: 'init' },
      enters: 'start',
      calls: ['c₀ → c₁', 'c₁ → c₂', 'cₙ'],
      between: 'carried',
      to: { text: 'carry' },
      leaves: 'the last',
    },
    { role: 'code', calls: ['condFn: true', 'condFn: true', 'condFn: false'] },
  ],
)
