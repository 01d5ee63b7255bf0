/** Goes on with a text, by GPT-2. */
import { fileURLToPath } from 'node:url'
import { main } from '@heddle/example-program'
import { openGPT2 } from './open'
import { goOn } from './write'

const tiny = fileURLToPath(new URL('../test/tiny', import.meta.url))

await main(() =>
  goOn(['gpt2', 'Goes on with a text, by GPT-2 with the weights of Hugging Face.'], tiny, openGPT2, (_, tokenizer) => [
    tokenizer.token_to_id('<|endoftext|>') ?? -1,
  ]),
)
