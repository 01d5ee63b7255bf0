/** cond: both branches get the same, one runs, and what it leaves goes on. */
import { lanes } from './lanes'

const idle = (text: string) => ({ text, faint: true })

export default lanes(
  'cond: each branch gets the same variables, keys and operands; one of them runs, and its variables and result go on',
  ['trueFn', 'falseFn'],
  [
    { role: 'code', from: { text: 'pred' }, enters: 'true', calls: ['runs', idle('does not')] },
    { role: 'params', from: { text: 'params' }, enters: 'the same', calls: ['params', idle('params')], between: 'same' },
    { role: 'rngs', from: { text: 'rngs' }, enters: 'the same', calls: ['keys', idle('keys')], between: 'same' },
    {
      role: 'state',
      from: { text: 'state' },
      enters: 'the same',
      calls: ['old → new', idle('old → new')],
      to: { text: 'state' },
      leaves: 'of one',
    },
    { role: 'data', from: { text: 'operands' }, enters: 'the same', calls: ['x → y', idle('x → y')], to: { text: 'y' }, leaves: 'of one' },
  ],
  ['Both are traced: what they leave must have the same structure, shapes and types.'],
)
