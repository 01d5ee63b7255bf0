/** A Dense with a batch axis whose parameters are not shared: each index has a kernel and a bias of its own. */
import { random } from '@heddle/func'
import * as nn from '@heddle/linen'
import { program } from './program'

export const BatchDense = nn.vmap(nn.Dense, {
  inAxes: 0,
  outAxes: 0,
  variableAxes: { params: 0 },
  splitRngs: { params: true },
})

export const example = () => {
  const x = random.normal(random.key(1), [3, 4])
  const [y, variables] = new BatchDense({ features: 5 }).initWithOutput(random.key(0), [x])
  return { y, variables }
}

await program(import.meta, example)
