/** A model of a folder: its settings at once, its weights when the length of the text is known. */
import { evalShape, np, random } from '@heddle/func'
import type * as nn from '@heddle/linen'
import { type GPT2Config, readConfig } from './config'
import type { CausalModel } from './decoder'
import { openTensors } from './files'
import { readJson } from './json'
import { GPT2 } from './model'
import { type Naming, readWeights } from './weights'

export interface Opened<C> {
  readonly config: C
  /** The model with a cache of `length` positions, and its parameters. Errors: UserError, CheckpointError. */
  readonly open: (length: number) => Promise<{ readonly model: CausalModel; readonly params: nn.Params }>
}
/** A kind of model: its settings, the module, and where its parameters are among the tensors. */
export interface ModelKind<C> {
  readonly readConfig: (json: Readonly<Record<string, unknown>>) => C
  readonly make: (config: C, length: number) => CausalModel
  readonly namingOf: (config: C) => Naming
}
/** Errors: UserError where the settings are of another kind. */
export const openModel = <C>(folder: string, { readConfig: read, make, namingOf }: ModelKind<C>): Opened<C> => {
  const config = read(readJson(folder, 'config.json'))
  return {
    config,
    open: async (length) => {
      const model = make(config, length)
      const { params: types } = evalShape(() => model.init(random.key(0), [np.zeros([1, 1], 'int32'), np.array(0, 'int32')]))
      const file = await openTensors(folder)
      try {
        return { model, params: await readWeights(file, types as nn.Params, namingOf(config)) }
      } finally {
        await file.close()
      }
    },
  }
}

export const openGPT2 = (folder: string): Opened<GPT2Config> =>
  openModel(folder, {
    readConfig,
    make: (config, length) => new GPT2({ config, length }),
    namingOf: () => ({
      isStacked: ([first]) => first === 'h',
      prefixes: ['transformer.'],
      // masks that old files hold, and the output layer, which is the embedding
      ignored: /\.attn\.(bias|masked_bias)$|^lm_head\.weight$/,
    }),
  })
