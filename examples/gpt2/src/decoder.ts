/** Text a token at a time: a program for the prompt, and one for each further token, both compiled once. */
import { dispose, jit, np, random, type Tensor } from '@heddle/func'
import type * as nn from '@heddle/linen'
import { sample, type Sampling } from './sampling'

/** A model that scores the next token, and keeps keys and values in the collection `cache`. */
export interface CausalModel extends nn.Module {
  call(ids: Tensor, position: Tensor, only?: Tensor): Tensor
}
export interface DecoderOptions extends Sampling {
  /** Prompts are padded to this many tokens, so that all share one program. */
  readonly window: number
  readonly seed?: number
}
export interface Decoder {
  /**
   * The tokens that follow a prompt, as they are drawn, until `maxTokens` of them are there or `stop` holds.
   *
   * Errors: RangeError for a prompt that is empty or longer than the window.
   */
  readonly write: (
    prompt: readonly number[],
    options: { readonly maxTokens: number; readonly stop?: (token: number) => boolean },
  ) => AsyncGenerator<number>
  /** How often each program was traced: once, however long the text. */
  readonly traced: { readonly prefill: number; readonly decode: number }
}

/** `params` are those of the model, in device memory. */
export const makeDecoder = (model: CausalModel, params: nn.Params, { window, seed = 0, ...sampling }: DecoderOptions): Decoder => {
  const traced = { prefill: 0, decode: 0 }
  const key = random.key(seed)
  const next = (logits: Tensor, position: Tensor): Tensor => sample(random.foldIn(key, position), logits.at(0, 0), sampling).reshape([1, 1])
  const run = (collections: object, args: readonly [Tensor, Tensor, Tensor?]) =>
    model.apply(collections as nn.Variables, args as never, { mutable: ['cache'] }) as unknown as readonly [
      Tensor,
      { readonly cache: object },
    ]
  // ids [1, window] and how many of them are the prompt -> the token after it, and the cache
  const prefill = jit((p: nn.Params, ids: Tensor, length: Tensor) => {
    traced.prefill++
    const [logits, { cache }] = run({ params: p }, [ids, np.array(0, 'int32'), length.sub(1)])
    return [next(logits, length), cache] as const
  })
  // the token that stands at `position` -> the one after it
  const decode = jit(
    (p: nn.Params, cache: object, token: Tensor, position: Tensor) => {
      traced.decode++
      const [logits, state] = run({ params: p, cache }, [token, position])
      return [next(logits, position.add(1)), state.cache] as const
    },
    { donateArgnums: [1] },
  )
  return {
    traced,
    async *write(prompt, { maxTokens, stop = () => false }) {
      if (prompt.length === 0 || prompt.length > window)
        throw new RangeError(`a prompt has from 1 to ${window} tokens, this one ${prompt.length}`)
      const padded = np.array([...prompt, ...Array.from({ length: window - prompt.length }, () => 0)], 'int32').reshape([1, window])
      let [token, cache] = prefill(params, padded, np.array(prompt.length, 'int32'))
      for (let i = 0; i < maxTokens; i++) {
        const n = Number((await token.data())[0])
        if (stop(n)) break
        yield n
        if (i + 1 < maxTokens) {
          const [drawn, state] = decode(params, cache, token, np.array(prompt.length + i, 'int32'))
          token.dispose()
          ;[token, cache] = [drawn, state]
        }
      }
      dispose([token, cache])
    },
  }
}
