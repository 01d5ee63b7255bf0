/** jvp: values and tangents go through together. */
import { lanes } from './lanes'

export default lanes(
  'jvp: each value goes through with a tangent beside it; variables without a tangent count as constant',
  ['value', 'tangent'],
  [
    { role: 'params', from: { text: 'params' }, enters: 'both', calls: ['params', 'their tangents'] },
    { role: 'state', from: { text: 'other' }, enters: 'as it is', calls: ['constants', 'zero'] },
    { role: 'rngs', from: { text: 'rngs' }, enters: 'as it is', calls: ['keys', undefined] },
    { role: 'data', from: { text: 'x, ẋ' }, enters: 'both', calls: ['x', 'ẋ'] },
    { role: 'data', calls: ['y', 'ẏ'], to: { text: '[y, ẏ]' }, leaves: 'answer' },
  ],
)
