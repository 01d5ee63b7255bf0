/** Goes on with a text, by a Llama. */
import { fileURLToPath } from 'node:url'
import { goOn } from '@heddle/example-gpt2/write'
import { main } from '@heddle/example-program'
import { openLlama } from './open'

const tiny = fileURLToPath(new URL('../test/tiny', import.meta.url))

await main(() =>
  goOn(['llama', 'Goes on with a text, by a Llama with the weights of Hugging Face.'], tiny, openLlama, ({ endTokens }) => endTokens),
)
