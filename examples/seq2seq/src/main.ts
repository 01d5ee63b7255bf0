/** Learns to write dates as ISO does, shows how many of those held out are right, and draws what it looks at. */
import { join } from 'node:path'
import { chooseBackend, countFlag, main, program } from '@heddle/example-program'
import { fit, history, logLines, plotSpec } from '@heddle/train'
import { writePlot } from '@heddle/train/node'
import type { Command } from 'commander'
import { type Batch, defaults, makeLearner } from './learn'
import { attentionPlot, mostLookedAt } from './picture'

interface Flags {
  readonly steps: number
  readonly out: string
}
const shown = ['the 3rd of May 1998', 'September 21, 2031', '7.11.1915', '11/7/1915', 'Feb 29th 2000']

await main(async () => {
  const { steps, out, seed, backend } = program<Flags>('seq2seq', 'Writes dates as ISO does.', (command: Command) =>
    command.option('--steps <n>', 'batches to learn from', countFlag, 200).option('--out <folder>', 'where the plots go', 'runs/seq2seq'),
  )
  console.log(`backend  ${await chooseBackend(backend)}`)
  const learner = makeLearner(defaults, steps, seed)
  const past = history()
  const begin = performance.now()
  const { state } = await fit({
    state: learner.state,
    step: (s: typeof learner.state, batch: Batch) => learner.step(s, batch),
    data: learner.data,
    steps,
    logEvery: Math.max(1, Math.ceil(steps / 6)),
    evaluate: (s) => learner.judge(s.params),
    evaluateEvery: Math.max(1, Math.ceil(steps / 6)),
    reporters: [past, logLines()],
  })
  console.log(`${((performance.now() - begin) / 1000).toFixed(1)} s\n`)
  for (const question of shown) {
    const [answer, weights] = learner.answerTo(state.params, question)
    console.log(`${question.padEnd(20)} ${answer}   looking at  ${mostLookedAt(question, weights)}`)
  }
  const [answer, weights] = learner.answerTo(state.params, shown[0]!)
  await writePlot(join(out, 'attention.svg'), attentionPlot(shown[0]!, answer, weights))
  const curve = past.steps.map(({ step, metrics }) => [step, metrics.loss!] as const)
  await writePlot(join(out, 'loss.svg'), plotSpec('Loss, nats a character', { training: curve }))
  console.log(`\nplots    ${join(out, 'attention.svg')}, ${join(out, 'loss.svg')}`)
})
