/** switch: as cond, with any number of branches. */
import { lanes } from './lanes'

const idle = (text: string) => ({ text, faint: true })

export default lanes(
  'switch: an index picks one of several branches; each gets the same variables, keys and operands',
  ['branch 0', 'branch 1', 'branch 2'],
  [
    { role: 'code', from: { text: 'index' }, enters: '1', calls: [idle('does not'), 'runs', idle('does not')] },
    { role: 'params', from: { text: 'params' }, enters: 'the same', calls: [idle('params'), 'params', idle('params')], between: 'same' },
    { role: 'rngs', from: { text: 'rngs' }, enters: 'the same', calls: [idle('keys'), 'keys', idle('keys')], between: 'same' },
    {
      role: 'state',
      from: { text: 'state' },
      enters: 'the same',
      calls: [idle('old → new'), 'old → new', idle('old → new')],
      to: { text: 'state' },
      leaves: 'of one',
    },
    {
      role: 'data',
      from: { text: 'operands' },
      enters: 'the same',
      calls: [idle('x → y'), 'x → y', idle('x → y')],
      to: { text: 'y' },
      leaves: 'of one',
    },
  ],
)
