/** A folder of Hugging Face's, opened; and a text that is written to the terminal as it is drawn. */
import { chooseBackend, countFlag, numberFlag, program, UserError } from '@heddle/example-program'
import { Tokenizer } from '@huggingface/tokenizers'
import type { Command } from 'commander'
import { type Decoder, makeDecoder } from './decoder'
import { readJson } from './json'
import type { Opened } from './open'
import type { Sampling } from './sampling'

interface WriteFlags extends Sampling {
  readonly model: string
  readonly prompt: string
  readonly maxTokens: number
  readonly temperature: number
}
/** The flags that programs of language models share. */
const writeFlags =
  (model: string) =>
  (command: Command): Command =>
    command
      .option('--model <folder>', 'with config.json, tokenizer.json and the safetensors of Hugging Face', model)
      .option('--prompt <text>', 'what the text begins with', 'Shall I compare')
      .option('--max-tokens <n>', 'how many tokens are written', countFlag, 40)
      .option('--temperature <x>', '0 takes the likeliest token each time', numberFlag(0), 0)
      .option('--top-k <n>', 'draws from so many of the likeliest tokens', countFlag)
      .option('--top-p <x>', 'draws from the likeliest tokens that have this probability together', numberFlag(0, 1))

export const openTokenizer = (folder: string): Tokenizer =>
  new Tokenizer(readJson(folder, 'tokenizer.json'), readJson(folder, 'tokenizer_config.json'))

/** The tokens of a prompt. Errors: UserError where text and answer are longer than the model's positions. */
const promptTokens = (tokenizer: Tokenizer, { prompt, maxTokens }: WriteFlags, positions: number): readonly number[] => {
  const { ids } = tokenizer.encode(prompt)
  if (ids.length === 0) throw new UserError('--prompt: it must have a token at least')
  if (ids.length + maxTokens > positions)
    throw new UserError(`the prompt has ${ids.length} tokens and --max-tokens is ${maxTokens}; the model has room for ${positions}`)
  return ids
}
/** Room for the prompt and the answer, in steps of 64. */
const roomFor = (tokens: number, positions: number): number => Math.min(positions, 64 * Math.ceil(tokens / 64))

/** Writes a text as it is drawn, then how fast that was. */
const writeText = async (
  decoder: Decoder,
  tokenizer: Tokenizer,
  ids: readonly number[],
  { maxTokens }: WriteFlags,
  end: readonly number[],
): Promise<void> => {
  const written = [...ids]
  let shown = ''
  let first = 0
  const begin = performance.now()
  for await (const token of decoder.write(ids, { maxTokens, stop: (t) => end.includes(t) })) {
    if (written.length === ids.length) first = performance.now()
    written.push(token)
    // a character may take several tokens, and its last byte has not come
    const text = tokenizer.decode(written, { skip_special_tokens: true }).replace(/\uFFFD+$/, '')
    if (text.startsWith(shown)) {
      process.stdout.write(text.slice(shown.length))
      shown = text
    }
  }
  const drawn = written.length - ids.length
  const rate = drawn > 1 ? `, then ${((1000 * (drawn - 1)) / (performance.now() - first)).toFixed(1)} tokens a second` : ''
  console.log(`\n\n${drawn} tokens: the first after ${((first - begin) / 1000).toFixed(2)} s with the compilation${rate}`)
}

/** Where a text ends, by tokens. */
type EndOf<C> = (config: C, tokenizer: Tokenizer) => readonly number[]
/** The program of a language model: opens it, says what computes, and goes on with the prompt. `tiny` is the folder of the model that is there. */
export const goOn = async <C extends { readonly positions: number }>(
  [name, description]: readonly [name: string, description: string],
  tiny: string,
  openFolder: (folder: string) => Opened<C>,
  endOf: EndOf<C>,
): Promise<void> => {
  const flags = program<WriteFlags>(name, description, writeFlags(tiny))
  const { model: folder, seed, temperature, topK, topP, maxTokens } = flags
  const tokenizer = openTokenizer(folder)
  const backend = await chooseBackend(flags.backend)
  const { config, open } = openFolder(folder)
  const ids = promptTokens(tokenizer, flags, config.positions)
  const length = roomFor(ids.length + maxTokens, config.positions)
  const { model, params } = await open(length)
  console.log(`model    ${folder === tiny ? 'a tiny one with random weights, which writes noise: see the README for real ones' : folder}`)
  console.log(`backend  ${backend}\n`)
  const decoder = makeDecoder(model, params, { window: roomFor(ids.length, length), seed, temperature, topK, topP })
  await writeText(decoder, tokenizer, ids, flags, endOf(config, tokenizer))
}
