/** addMetadataAxis: the names of a box gain one outside, and lose it inside. The array is as it was. */
import { lanes } from './lanes'

export default lanes(
  'addMetadataAxis: outside the box has a name more for its axes than inside; values, keys and arguments go as they are',
  ['names off', 'the module', 'names on'],
  [
    {
      role: 'params',
      from: { text: 'stage, in, out' },
      calls: ['remove', 'in, out', 'add'],
      between: 'carried',
      to: { text: 'stage, in, out' },
    },
    { role: 'params', from: { text: 'the array' }, calls: [undefined, 'as it is', undefined], to: { text: 'the array' } },
    { role: 'rngs', from: { text: 'rngs' }, calls: [undefined, 'keys', undefined] },
    { role: 'data', from: { text: 'x' }, calls: [undefined, 'x → y', undefined], to: { text: 'y' } },
  ],
)
