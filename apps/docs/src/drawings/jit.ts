/** jit: tensors go through the program; what is no tensor is part of it. */
import { lanes } from './lanes'

export default lanes(
  'jit: variables, keys and tensors are inputs and outputs of one compiled program; props, booleans and strings are compiled in',
  ['the program'],
  [
    { role: 'params', from: { text: 'params' }, enters: 'input', calls: ['params'] },
    { role: 'state', from: { text: 'state' }, enters: 'input', calls: ['old → new'], to: { text: 'state' }, leaves: 'output' },
    { role: 'rngs', from: { text: 'rngs' }, enters: 'input', calls: ['keys'] },
    { role: 'data', from: { text: 'x' }, enters: 'input', calls: ['x → y'], to: { text: 'y' }, leaves: 'output' },
    { role: 'code', from: { text: 'props, flags' }, enters: 'compiled in', calls: ['decide'] },
  ],
)
