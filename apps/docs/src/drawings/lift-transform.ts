/** liftTransform: your function of functions of scopes, between module and arrays. */
import { arrow, box, drawing, label } from './parts'

const boxes = [
  ['class Dense', 'a class'],
  ['(scopes, x) => y', 'a function of scopes'],
  ['your transform', 'written with @heddle/lift'],
  ['EnsembleDense', 'a class again'],
] as const

export default drawing(
  'liftTransform makes a function of scopes of a module, hands it to your transformation, and makes a module of what that answers',
  { width: 720, height: 100 },
  ...boxes.map(([text], i) => box(text, i === 2 ? 'data' : 'code', { x: 8 + i * 184, y: 16, width: 154, height: 40 })),
  ...boxes.map(([, note], i) => label(note, { x: 85 + i * 184, y: 76 }, { small: true })),
  ...boxes.slice(1).map((_, i) => arrow({ x: 164 + i * 184, y: 36 }, { x: 190 + i * 184, y: 36 })),
)
