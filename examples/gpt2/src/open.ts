/** A GPT-2 of a folder: its settings at once, its weights when the length of the text is known. */
import { openTensors } from './files'
import { readConfig } from './config'
import { GPT2 } from './model'
import { readWeights, tensorName } from './weights'
import { readJson } from './json'
import { evalShape, np, random } from '@heddle/func'
import type * as nn from '@heddle/linen'

/** Errors: UserError, CheckpointError. */
export const openGPT2 = (folder: string) => {
  const config = readConfig(readJson(folder, 'config.json'))
  return {
    config,
    /** The model with a cache of `length` positions, and its parameters. */
    open: async (length: number): Promise<{ readonly model: GPT2; readonly params: nn.Params }> => {
      const model = new GPT2({ config, length })
      const { params: types } = evalShape(() => model.init(random.key(0), [np.zeros([1, 1], 'int32'), np.array(0, 'int32')]))
      const file = await openTensors(folder)
      try {
        const params = await readWeights(file, types as nn.Params, {
          nameOf: tensorName,
          isStacked: ([first]) => first === 'h',
          prefixes: ['transformer.'],
          // masks that old files hold, and the output layer, which is the embedding
          ignored: /\.attn\.(bias|masked_bias)$|^lm_head\.weight$/,
        })
        return { model, params }
      } finally {
        await file.close()
      }
    },
  }
}
