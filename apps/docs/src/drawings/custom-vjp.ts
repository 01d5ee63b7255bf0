/** customVjp: two functions in place of one; residuals go from the first to the second. */
import { lanes } from './lanes'

export default lanes(
  'customVjp: under differentiation forwardFn runs and leaves residuals; backwardFn gets them with the cotangent of the output, and answers cotangents of params and arguments',
  ['forwardFn', 'backwardFn'],
  [
    {
      role: 'params',
      from: { text: 'gradVars' },
      enters: 'in',
      calls: ['params', 'you say it'],
      to: { text: 'params grad' },
      leaves: 'out',
    },
    { role: 'state', from: { text: 'other' }, enters: 'in', calls: ['as it is', undefined] },
    { role: 'rngs', from: { text: 'rngs' }, enters: 'in', calls: ['keys', undefined] },
    { role: 'code', calls: ['residuals', 'residuals'], between: 'carried' },
    { role: 'data', from: { text: 'x' }, enters: 'in', calls: ['x', 'you say it'], to: { text: 'x grad' }, leaves: 'out' },
    { role: 'data', calls: ['y', 'given: ȳ'] },
  ],
  ['The module is there in forwardFn, not in backwardFn.'],
)
