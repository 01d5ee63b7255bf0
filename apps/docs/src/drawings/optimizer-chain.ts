/** A chain: gradients go through its links and come out as updates; each link has a state of its own. */
import { arrow, box, drawing, label } from './parts'

const links = ['clipByGlobalNorm', 'scaleByAdam', 'scaleByLearningRate'] as const
const at = (i: number): number => 84 + i * 182

export default drawing(
  'Gradients go through clipByGlobalNorm, scaleByAdam and scaleByLearningRate, become updates, and are added to the parameters; Adam and the rate have states',
  { width: 710, height: 150 },
  label('grads', { x: 36, y: 50 }, { strong: true }),
  ...links.flatMap((name, i) => [
    arrow({ x: i === 0 ? 60 : at(i) - 20, y: 50 }, { x: at(i) - 2, y: 50 }),
    box(name, 'code', { x: at(i), y: 30, width: 160, height: 40 }),
    box(['{}', 'count, mu, nu', 'count'][i]!, 'state', { x: at(i) + 25, y: 104, width: 110, height: 32 }),
    arrow({ x: at(i) + 71, y: 102 }, { x: at(i) + 71, y: 72 }),
    arrow({ x: at(i) + 89, y: 72 }, { x: at(i) + 89, y: 102 }),
  ]),
  arrow({ x: at(2) + 162, y: 50 }, { x: at(2) + 186, y: 50 }),
  label('updates', { x: at(2) + 218, y: 50 }, { strong: true }),
)
