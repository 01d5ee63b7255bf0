/** A language model against what transformers computed for it: tokens, scores, greedy text, and that no program is made twice. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { testBackends } from '@heddle/example-program/backends'
import { jit, np, setDefaultBackend, type Tensor } from '@heddle/func'
import type * as nn from '@heddle/linen'
import { describe, expect, it } from 'vitest'
import { type CausalModel, makeDecoder } from '../src/decoder'
import { openTokenizer } from '../src/write'

export interface Expected {
  readonly texts: readonly string[]
  readonly ids: readonly (readonly number[])[]
  readonly batch: readonly (readonly number[])[]
  /** After the last token of each row, and sums and mean squares of those after all. */
  readonly logits: readonly (readonly number[])[]
  readonly sums: readonly (readonly number[])[]
  readonly squares: readonly (readonly number[])[]
  readonly greedy: readonly (readonly number[])[]
}
export const readExpected = <E extends Expected>(folder: string): E => JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as E

const largest = (x: Tensor, y: unknown): number => Number(np.max(np.abs(x.sub(np.array(y as number[])))).item())

export const comparesWithTransformers = (
  folder: string,
  open: (folder: string) => { readonly open: (length: number) => Promise<{ readonly model: CausalModel; readonly params: nn.Params }> },
): void => {
  const expected = readExpected(folder)
  const tokenizer = openTokenizer(folder)

  it('has the tokens of the tokenizers in Rust, both ways', () => {
    expect(expected.texts.map((text) => tokenizer.encode(text).ids)).toEqual(expected.ids)
    expect(expected.ids.map((ids) => tokenizer.decode([...ids], { skip_special_tokens: true }))).toEqual(expected.texts)
  })

  describe.each(testBackends)('on %s', (_, backend) => {
    it('scores the next token to 1e-4, and writes the same text', async () => {
      setDefaultBackend(backend)
      const length = 64
      const { model, params } = await open(folder).open(length)
      const scores = jit((p: nn.Params, ids: Tensor) => {
        const [all] = model.apply({ params: p } as nn.Variables, [ids, np.array(0, 'int32')] as never, {
          mutable: ['cache'],
        }) as unknown as [Tensor]
        return [all.at(':', -1), np.sum(all, -1), np.mean(all.square(), -1)] as const
      })
      const [last, sums, squares] = scores(params, np.array(expected.batch as number[][], 'int32'))
      expect(largest(last, expected.logits)).toBeLessThan(1e-4)
      expect(largest(sums, expected.sums)).toBeLessThan(2e-3)
      expect(largest(squares, expected.squares)).toBeLessThan(1e-3)

      const decoder = makeDecoder(model, params, { window: 16, temperature: 0 })
      for (const [i, ids] of expected.greedy.entries()) {
        const prompt = expected.ids[i]!.slice(0, 6)
        const written = [...prompt]
        for await (const token of decoder.write(prompt, { maxTokens: 40 })) written.push(token)
        expect(written).toEqual(ids)
      }
      expect(decoder.traced).toEqual({ prefill: 1, decode: 1 })
    })
  })
}
