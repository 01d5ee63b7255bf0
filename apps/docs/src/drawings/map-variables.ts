/** mapVariables: the module sees mapped collections through a function, and writes through another. */
import { lanes } from './lanes'

export default lanes(
  'mapVariables: mapped collections go through transInFn into the module, and through transOutFn back; other collections, keys and arguments go as they are',
  ['transInFn', 'the module', 'transOutFn'],
  [
    {
      role: 'params',
      from: { text: 'params' },
      enters: 'mapped',
      calls: ['f(…)', 'sees f(…)', 'g(…)'],
      between: 'carried',
      to: { text: 'params' },
      leaves: 'if written',
    },
    { role: 'state', from: { text: 'other' }, enters: 'as it is', calls: [undefined, 'as it is', undefined], to: { text: 'other' } },
    { role: 'rngs', from: { text: 'rngs' }, enters: 'as it is', calls: [undefined, 'keys', undefined] },
    { role: 'data', from: { text: 'x' }, enters: 'as it is', calls: [undefined, 'x → y', undefined], to: { text: 'y' } },
  ],
)
