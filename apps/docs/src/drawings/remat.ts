/** checkpoint: what goes in is kept, what is computed on the way is not. */
import { lanes } from './lanes'

const dropped = (text: string) => ({ text, faint: true })

export default lanes(
  'checkpoint: variables, keys and inputs are kept for the backward pass; what lies between is dropped after the forward pass, and computed again',
  ['forward', 'again', 'backward'],
  [
    { role: 'params', from: { text: 'variables' }, enters: 'kept', calls: ['variables', 'variables', 'variables'], between: 'same' },
    { role: 'rngs', from: { text: 'rngs' }, enters: 'kept', calls: ['keys', 'keys', undefined], between: 'same' },
    { role: 'data', from: { text: 'x' }, enters: 'kept', calls: ['x', 'x', 'x'], between: 'same' },
    { role: 'code', calls: [dropped('h₁, h₂, …'), 'h₁, h₂, …', 'h₁, h₂, …'] },
    { role: 'data', calls: ['y', dropped('y'), 'gradients'], to: { text: 'gradients' } },
  ],
  ['Faint: computed, and not kept.'],
)
