/** vjp: forward once, then cotangents come back, by variables and by arguments. */
import { lanes } from './lanes'

export default lanes(
  'vjp: the forward pass takes variables and arguments; the backward pass takes a cotangent of the output and gives one for params and for each argument, none for other collections and keys',
  ['forward', 'backward'],
  [
    {
      role: 'params',
      from: { text: 'params' },
      calls: ['params', 'cotangent'],
      to: { text: 'params grad' },
      leaves: 'comes out',
      enters: 'goes in',
    },
    { role: 'state', from: { text: 'other' }, calls: ['as it is', undefined], enters: 'goes in' },
    { role: 'rngs', from: { text: 'rngs' }, calls: ['keys', undefined], enters: 'goes in' },
    { role: 'data', from: { text: 'x' }, calls: ['x', 'cotangent'], to: { text: 'x grad' }, leaves: 'comes out', enters: 'goes in' },
    { role: 'data', calls: ['y', 'given: ȳ'] },
  ],
  ['grad and valueAndGrad: the same, for the arguments alone, from a scalar y.'],
)
