/** Variables by collection, and who writes each. */
import { arrow, box, drawing, label } from './parts'

const rows = [
  ['params', 'params', 'kernel, bias', 'the optimizer, by gradients'],
  ['batch_stats', 'state', 'mean, var', 'the model, where it is mutable'],
  ['counts', 'state', 'one of your own', 'the model, where it is mutable'],
  ['intermediates', 'data', 'what was sown', 'the model, for who looks inside'],
] as const

export default drawing(
  'Variables are an object of collections: params are changed by the optimizer; batch_stats and collections of your own by the model where they are mutable; intermediates keep what was sown',
  { width: 680, height: 250 },
  box('variables', 'code', { x: 0, y: 105, width: 100, height: 40 }),
  label('collection', { x: 215, y: 14 }, { strong: true }),
  label('holds', { x: 355, y: 14 }, { strong: true }),
  label('is written by', { x: 555, y: 14 }, { strong: true }),
  ...rows.flatMap(([name, role, holds, by], i) => {
    const y = 35 + 54 * i
    return [
      arrow({ x: 102, y: 125 }, { x: 153, y: y + 19 }),
      box(name, role, { x: 155, y, width: 120, height: 38 }),
      label(holds, { x: 355, y: y + 19 }),
      label(by, { x: 555, y: y + 19 }),
    ]
  }),
)
