/** Where one can look: the call of each module, what it answers, what it leaves. */
import { arrow, box, drawing, label } from './parts'

const ways = [
  ['tabulate', 'shapes of all calls; nothing is computed'],
  ['captureIntermediates', 'what each call answered'],
  ['sow', 'what a module chose to show'],
  ['interceptMethods', 'a function of yours around each call'],
  ['bind', 'a part, called by hand'],
] as const

export default drawing(
  'Five ways to look into a model: tabulate for shapes, captureIntermediates for what each call answered, sow for what a module shows, interceptMethods to stand around calls, bind to call a part by hand',
  { width: 690, height: 212 },
  box('Model', 'code', { x: 0, y: 86, width: 90, height: 36 }),
  ...ways.flatMap(([name, what], i) => {
    const y = 4 + 42 * i
    return [
      arrow({ x: 92, y: 104 }, { x: 148, y: y + 17 }),
      box(name, 'data', { x: 150, y, width: 170, height: 34 }),
      label(what, { x: 335, y: y + 17 }, { anchor: 'start' }),
    ]
  }),
)
