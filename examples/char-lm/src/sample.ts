/** Text from the model, a character at a time. */
import { jit, np, random, type Tensor } from '@heddle/func'
import type { Variables } from '@heddle/linen'
import type { Carry, CharLM } from './model'
import { encode } from './text'

/** `length` characters that go on from `prompt`; `temperature` below 1 prefers likely ones. */
export const sampleText = async (
  model: CharLM,
  params: Variables,
  vocabulary: readonly string[],
  options: { readonly prompt: string; readonly length: number; readonly temperature: number; readonly seed: number },
): Promise<string> => {
  const next = jit((p: Variables, id: Tensor, carries: readonly Carry[] | null, key: Tensor): [Tensor, Carry[]] => {
    const [states, logits] = model.apply(p, [id, carries])
    return [random.categorical(key, logits.at(0, 0).div(options.temperature)), states]
  })
  let carries: readonly Carry[] | null = null
  let text = options.prompt
  let key = random.key(options.seed)
  const prompt = encode(options.prompt, vocabulary)
  let id = prompt[0]!
  for (let i = 0; i < prompt.length - 1 + options.length; i++) {
    const keys = random.split(key)
    key = keys.at(0)
    const [drawn, states]: [Tensor, Carry[]] = next(params, np.array([[id]], { dtype: 'int32' }), carries, keys.at(1))
    carries = states
    if (i + 1 < prompt.length) id = prompt[i + 1]!
    else {
      id = Number((await drawn.data())[0])
      text += vocabulary[id]
    }
  }
  return text
}
