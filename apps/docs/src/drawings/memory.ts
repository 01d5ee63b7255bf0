/** Four values on the way to a result, and who frees them when. */
import { box, drawing, label } from './parts'

const operations = ['x.exp()', '.add(1)', '.log()', '.sum()'] as const
const [LEFT, STEP, END] = [90, 84, 560]

const returns = LEFT + 4 * STEP
/** Where each intermediate value ends: the first three of the operations, whose last is the result. */
const ends: readonly (readonly [name: string, end: (i: number) => number])[] = [
  ['eager', () => END],
  ['tidy', () => returns],
  ['jit', (i) => LEFT + (i + 1) * STEP + 20],
]
/** A bar from where a value is made to where it is freed. */
const life = (i: number, y: number, until: number): string =>
  box('', i === 3 ? 'params' : 'data', { x: LEFT + i * STEP, y: y + i * 13, width: until - (LEFT + i * STEP), height: 9 })

export default drawing(
  'How long the values of four operations live: eager ones until the collector runs, those in tidy until it returns, those in jit until they are used',
  { width: 660, height: 252 },
  ...operations.map((text, i) => label(text, { x: LEFT + i * STEP, y: 14 }, { small: true, anchor: 'start' })),
  label('f returns', { x: returns, y: 14 }, { small: true, anchor: 'start' }),
  label('collector', { x: END, y: 14 }, { small: true, anchor: 'start' }),
  ...ends.flatMap(([name, end], row) => [
    label(name, { x: 10, y: 58 + row * 74 }, { anchor: 'start', strong: true }),
    ...operations.map((_, i) => life(i, 34 + row * 74, i === 3 ? 640 : end(i))),
  ]),
)
