/** A Llama of a folder: its settings at once, its weights when the length of the text is known. */
import { openTensors } from '@heddle/example-gpt2/files'
import { readWeights, tensorName } from '@heddle/example-gpt2/weights'
import { readJson } from '@heddle/example-gpt2/json'
import { evalShape, np, random } from '@heddle/func'
import type * as nn from '@heddle/linen'
import { readConfig } from './config'
import { Llama } from './model'

/** Errors: UserError, CheckpointError. */
export const openLlama = (folder: string) => {
  const config = readConfig(readJson(folder, 'config.json'))
  return {
    config,
    /** The model with a cache of `length` positions, and its parameters. */
    open: async (length: number): Promise<{ readonly model: Llama; readonly params: nn.Params }> => {
      const model = new Llama({ config, length })
      const { params: types } = evalShape(() => model.init(random.key(0), [np.zeros([1, 1], 'int32'), np.array(0, 'int32')]))
      const file = await openTensors(folder)
      try {
        const params = await readWeights(file, types as nn.Params, {
          nameOf: tensorName,
          isTransposed: (path) => path.at(-1) === 'kernel',
          isStacked: ([first]) => first === 'layers',
          prefixes: ['model.'],
          // what can be computed, and the output layer of a model whose embedding it is
          ignored: config.tied ? /rotary_emb\.inv_freq$|^lm_head\.weight$/ : /rotary_emb\.inv_freq$/,
        })
        return { model, params }
      } finally {
        await file.close()
      }
    },
  }
}
