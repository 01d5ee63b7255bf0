/** Trains a character model on Shakespeare's sonnets, shows how it goes, and leaves a sample, a plot and a saved run. */
import { join } from 'node:path'
import { chooseBackend, UserError } from '@heddle/example-program'
import { ConcreteTensor, dispose, getDefaultBackend, jit, np, random, type Tensor, tree } from '@heddle/func'
import { fit, fromIterable, history, NonFiniteLossError, plotSpec } from '@heddle/train'
import { progressBar, stopOnSignals, writePlot } from '@heddle/train/node'
import { CharLM, countParameters } from './model'
import { type Options, parseOptions } from './options'
import { sampleText } from './sample'
import { checkWritable, readRun, restoreState, type SavedRun, saveRun } from './save'
import { type Corpus, frequencyLoss, inOrder, loadCorpus, randomBatch } from './text'
import { makeTrainer, type Trainer, type TrainState } from './train'

const ids = (data: Int32Array, batch: number): Tensor =>
  ConcreteTensor.ofHost({ shape: [batch, data.length / batch], dtype: 'int32', data })

/** Mean loss over the held-out text. */
const heldOutLoss = async (trainer: Trainer, state: TrainState, corpus: Corpus, { batch, seq }: Options): Promise<number> => {
  const batches = inOrder(corpus.heldOut, batch, seq)
  let sum = 0
  for (const b of batches) {
    const [inputs, targets] = [ids(b.inputs, batch), ids(b.targets, batch)]
    const loss = trainer.evaluate(state.params, inputs, targets)
    sum += (await loss.data())[0] as number
    dispose([inputs, targets, loss])
  }
  return sum / batches.length
}
type Curve = (readonly [step: number, loss: number])[]

const resumed = (file: string, corpus: Corpus): SavedRun => {
  const run = readRun(file)
  if (run.vocabulary.join('') !== corpus.vocabulary.join('')) throw new UserError(`--resume ${file}: it was trained on another text`)
  return run
}

const main = async (): Promise<void> => {
  // Ctrl-C, and that nobody reads any more (`npm start | head -1`): what was trained is saved all the same
  const { signal } = stopOnSignals()
  const options = parseOptions(process.argv.slice(2))
  const [file, plot] = [join(options.out, 'char-lm.msgpack'), join(options.out, 'loss.svg')]
  checkWritable(file)
  const corpus = loadCorpus()
  if (options.batch * options.seq >= corpus.heldOut.length)
    throw new UserError(`--batch ${options.batch} and --seq ${options.seq} need more than the ${corpus.heldOut.length} held-out characters`)
  const saved = options.resume === undefined ? undefined : resumed(options.resume, corpus)
  const { hidden, layers } = saved ? saved.settings : options
  const backend = await chooseBackend(options.backend)

  const model = new CharLM({ vocabulary: corpus.vocabulary.length, hidden, layers })
  const trainer = makeTrainer(model, options.learningRate)
  const [initKey, dataKey] = [random.key(options.seed), random.key(options.seed + 1)]
  const draw = jit((step: Tensor | number) => random.uniform(random.foldIn(dataKey, step), [options.batch]), { name: 'draw' })
  const example = np.zeros([1, 2], { dtype: 'int32' })
  const fresh = trainer.start(model.init(initKey, [example, null]))
  const start = saved ? restoreState(options.resume!, saved.state, fresh) : fresh
  const first = saved?.step ?? 0
  const last = first + options.steps

  const baseline = frequencyLoss(corpus)
  console.log(
    `text        ${corpus.train.length + corpus.heldOut.length} characters, ${corpus.vocabulary.length} different, ${corpus.heldOut.length} held out`,
  )
  console.log(`parameters  ${countParameters(tree.leaves(start.params) as Tensor[]).toLocaleString('en')}`)
  console.log(`backend     ${backend}`)
  console.log(`loss of character frequencies ${baseline.toFixed(3)} nats`)

  const batches = fromIterable(async function* (at: number) {
    for (let step = first + at; ; step++) {
      const drawn = draw(step)
      const batch = randomBatch(corpus.train, (await drawn.data()) as Float32Array, options.seq)
      drawn.dispose()
      yield { inputs: ids(batch.inputs, options.batch), targets: ids(batch.targets, options.batch) }
    }
  })
  const past = history()
  const curve = (): Curve => [...(saved?.losses ?? []), ...past.steps.map(({ step, metrics }) => [step, metrics.loss!] as const)]
  const { state, step: done } = await fit({
    state: start,
    step: (s: TrainState, { inputs, targets }: { readonly inputs: Tensor; readonly targets: Tensor }) => trainer.step(s, inputs, targets),
    data: batches,
    steps: last,
    startStep: first,
    signal,
    reporters: [past, progressBar({ unit: 'characters', perStep: options.batch * options.seq })],
    evaluate: async (s) => ({ loss: await heldOutLoss(trainer, s, corpus, options) }),
    evaluateEvery: Math.max(1, Math.floor(options.steps / 10)),
    save: ({ step, state: reached }) =>
      saveRun(file, { settings: { hidden, layers }, vocabulary: corpus.vocabulary, step, losses: curve(), state: reached }),
  })
  const heldOut: [step: number, loss: number][] = past.evaluations.map(({ step, metrics }) => [step, metrics.loss!])
  if (signal.aborted) console.log(`stopped after step ${done}`)
  if (heldOut.at(-1)?.[0] !== done) heldOut.push([done, await heldOutLoss(trainer, state, corpus, options)])
  console.log(`held-out loss ${heldOut.at(-1)![1].toFixed(3)} nats a character (character frequencies: ${baseline.toFixed(3)})`)
  if (!signal.aborted) {
    const text = await sampleText(model, state.params, corpus.vocabulary, {
      prompt: 'Shall I ',
      length: 300,
      temperature: 0.7,
      seed: options.seed,
    })
    console.log(`\n${text}\n`)
  }
  await writePlot(plot, plotSpec('Loss, nats a character', { training: curve(), 'held out': heldOut, 'character frequencies': baseline }))
  console.log(`variables   ${file}  (go on with --resume ${file})`)
  console.log(`loss curve  ${plot}`)
  const { buffers, bytes } = getDefaultBackend().storage.memory()
  console.log(`memory      ${buffers} buffers, ${(bytes / 1e6).toFixed(1)} MB`)
}

try {
  await main()
} catch (e) {
  const known = e instanceof UserError || e instanceof NonFiniteLossError
  if (!known && (e as { readonly _tag?: string })._tag !== 'BackendError') throw e
  console.error((e as Error).message)
  // a progress bar's timer would keep the process alive
  process.exit(1)
}
