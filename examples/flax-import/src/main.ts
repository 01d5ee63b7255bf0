/** Reads a state that Flax wrote, compares its answers with Flax's, and goes on training. */
import { chooseBackend, countFlag, main, program } from '@heddle/example-program'
import { np, type Tensor } from '@heddle/func'
import type { Command } from 'commander'
import { logitsOf, type State, step } from './classifier'
import { flaxBytes, flaxSaid, readState } from './flax'

interface Flags {
  readonly steps: number
}
await main(async () => {
  const { steps, backend } = program<Flags>('flax-import', 'Reads a training state that Flax wrote, and goes on.', (command: Command) =>
    command.option('--steps <n>', 'to go on for', countFlag, 60),
  )
  console.log(`backend   ${await chooseBackend(backend)}`)
  const bytes = flaxBytes()
  let state = readState(bytes)
  const { points, labels, logits, lossesAfter } = flaxSaid()
  const accuracy = (s: State): string =>
    Number(np.mean(np.argmax(logitsOf(s, points), -1).equal(labels).astype('float32')).item()).toFixed(3)
  const off = Number(np.max(np.abs(logitsOf(state, points).sub(logits))).item())
  console.log(`read      ${bytes.length} bytes, after step ${state.step} in Flax`)
  console.log(`scores    ${off.toExponential(1)} from Flax's at most; accuracy ${accuracy(state)}`)
  for (let i = 0; i < steps; i++) {
    const [next, loss]: readonly [State, Tensor] = step(state, points, labels)
    state = next
    const there = i < lossesAfter.length ? `   in Flax ${lossesAfter[i]!.toFixed(6)}` : ''
    if (i < lossesAfter.length || i === steps - 1)
      console.log(`step ${String(state.step).padStart(3)}  loss ${Number(loss.item()).toFixed(6)}${there}`)
  }
  console.log(`accuracy  ${accuracy(state)}`)
})
