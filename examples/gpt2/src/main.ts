/** Goes on with a text, by GPT-2. */
import { fileURLToPath } from 'node:url'
import { chooseBackend, main, program } from '@heddle/example-program'
import { makeDecoder } from './decoder'
import { openGPT2 } from './open'
import { openTokenizer, promptTokens, roomFor, writeFlags, type WriteFlags, writeText } from './write'

const tiny = fileURLToPath(new URL('../test/tiny', import.meta.url))

await main(async () => {
  const flags = program<WriteFlags>('gpt2', 'Goes on with a text, by GPT-2 with the weights of Hugging Face.', writeFlags(tiny))
  const { model: folder, seed, temperature, topK, topP, maxTokens } = flags
  const tokenizer = openTokenizer(folder)
  const backend = await chooseBackend(flags.backend)
  const { config, open } = openGPT2(folder)
  const ids = promptTokens(tokenizer, flags, config.positions)
  const length = roomFor(ids.length + maxTokens, config.positions)
  const { model, params } = await open(length)
  console.log(`model    ${folder === tiny ? 'a tiny one with random weights, which writes noise: see the README for real ones' : folder}`)
  console.log(`backend  ${backend}\n`)
  const decoder = makeDecoder(model, params, { window: roomFor(ids.length, length), seed, temperature, topK, topP })
  await writeText(decoder, tokenizer, ids, flags, [tokenizer.token_to_id('<|endoftext|>') ?? -1])
})
