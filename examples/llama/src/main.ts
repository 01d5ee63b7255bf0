/** Goes on with a text, by a Llama. */
import { fileURLToPath } from 'node:url'
import { makeDecoder } from '@heddle/example-gpt2/decoder'
import { openTokenizer, promptTokens, roomFor, writeFlags, type WriteFlags, writeText } from '@heddle/example-gpt2/write'
import { chooseBackend, main, program } from '@heddle/example-program'
import { openLlama } from './open'

const tiny = fileURLToPath(new URL('../test/tiny', import.meta.url))

await main(async () => {
  const flags = program<WriteFlags>('llama', 'Goes on with a text, by a Llama with the weights of Hugging Face.', writeFlags(tiny))
  const { model: folder, seed, temperature, topK, topP, maxTokens } = flags
  const tokenizer = openTokenizer(folder)
  const backend = await chooseBackend(flags.backend)
  const { config, open } = openLlama(folder)
  const ids = promptTokens(tokenizer, flags, config.positions)
  const length = roomFor(ids.length + maxTokens, config.positions)
  const { model, params } = await open(length)
  console.log(`model    ${folder === tiny ? 'a tiny one with random weights, which writes noise: see the README for real ones' : folder}`)
  console.log(`backend  ${backend}\n`)
  const decoder = makeDecoder(model, params, { window: roomFor(ids.length, length), seed, temperature, topK, topP })
  await writeText(decoder, tokenizer, ids, flags, config.endTokens)
})
