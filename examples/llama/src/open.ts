/** A Llama of a folder: its settings at once, its weights when the length of the text is known. */
import { openModel, type Opened } from '@heddle/example-gpt2/open'
import { type LlamaConfig, readConfig } from './config'
import { Llama } from './model'

export const openLlama = (folder: string): Opened<LlamaConfig> =>
  openModel(folder, {
    readConfig,
    make: (config, length) => new Llama({ config, length }),
    namingOf: ({ tied }) => ({
      isTransposed: (path) => path.at(-1) === 'kernel',
      isStacked: ([first]) => first === 'layers',
      prefixes: ['model.'],
      // what can be computed, and the output layer of a model whose embedding it is
      ignored: tied ? /rotary_emb\.inv_freq$|^lm_head\.weight$/ : /rotary_emb\.inv_freq$/,
    }),
  })
