/** Compiled programs in memory: one for a text, whatever its names; those not used are kept for a while. */
import { checkpoint, jit, lax, makeJaxpr, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { lowerProgram } from '@heddle/stablehlo/lower'
import { beforeAll, expect, it } from 'vitest'
import type { NativePrograms } from './native'
import { programsOf, withoutNames } from './programs'
import { Seen, withWords } from './words'
import { backend, describeWithPlugin } from '../test/under-test'

/** Counts what is compiled and what is freed. */
const counting = () => {
  const counts = { compiled: 0, destroyed: [] as number[] }
  const refuse = (): never => {
    throw new Error('not asked here')
  }
  const native: NativePrograms = {
    options: new Uint8Array([1]),
    compile: () => ++counts.compiled,
    destroy: (p) => void counts.destroyed.push(p),
    serialize: refuse,
    deserialize: refuse,
    optimized: refuse,
  }
  return { counts, native }
}
it('the same text is compiled once, also after nobody used it', () => {
  const { counts, native } = counting()
  const programs = programsOf(undefined)
  const load = (text: string) => programs.load(text, text, native, 'compiling')
  const [a, b] = [load('x'), load('x')]
  expect(a.pointer).toBe(b.pointer)
  a.release()
  b.release()
  expect(load('x').pointer).toBe(a.pointer)
  expect(load('y').pointer).not.toBe(a.pointer)
  expect(counts).toEqual({ compiled: 2, destroyed: [] })
})
it('of those that nobody uses 128 are kept, and none that is used is freed', () => {
  const { counts, native } = counting()
  const programs = programsOf(undefined)
  const load = (text: string) => programs.load(text, text, native, 'compiling')
  const used = load('used')
  for (let i = 0; i < 200; i++) load(`program ${i}`).release()
  expect(counts.destroyed).toHaveLength(72)
  expect(counts.destroyed).not.toContain(used.pointer)
  load('program 199').release()
  expect(counts.compiled).toBe(201)
  load('program 0').release()
  expect(counts.compiled).toBe(202)
})
it('other options are another program', () => {
  const { counts, native } = counting()
  const programs = programsOf(undefined)
  programs.load('x', 'x', native, 'compiling')
  programs.load('x', 'x', { ...native, options: new Uint8Array([2]) }, 'compiling')
  expect(counts.compiled).toBe(2)
})

const block = (name: string, inner: string, slope = 2) => {
  const f = jit((x: Tensor) => np.tanh(x).mul(slope), { name: inner })
  const twice = jit((x: Tensor) => f(f(x)), { name })
  return lowerProgram(makeJaxpr((x: Tensor) => twice(x).add(f(x)))(np.ones([3])).jaxpr, { name })
}
it('programs that differ in names only are one, and no others are', () => {
  const text = block('Block_0', 'Dense_0')
  expect(block('Block_1', 'Dense_1')).not.toBe(text)
  expect(withoutNames(block('Block_1', 'Dense_1'))).toBe(withoutNames(text))
  expect(withoutNames(block('Block_0', 'Dense_0', 3))).not.toBe(withoutNames(text))
  // who calls whom is part of it
  const of = (first: string, second: string) => `module @m {\n func.call @${first}\n func.call @${second}\n custom_call @${first}`
  expect(withoutNames(of('f', 'g'))).not.toBe(withoutNames(of('f', 'f')))
  expect(withoutNames(of('f', 'g'))).not.toBe(withoutNames(of('g', 'f')))
})

const folded = (word: number) => makeJaxpr((k: Tensor) => random.bits(random.foldIn(k, word)))(random.key(0)).jaxpr
it('programs that differ in words only are one once their words are inputs', () => {
  const [a, b] = [withWords(folded(17)), withWords(folded(4_000_000_000))]
  expect(a.words.map((w) => w.value)).toContain(17)
  expect(b.words.map((w) => w.value)).toContain(4_000_000_000)
  expect(lowerProgram(a.program)).toBe(lowerProgram(b.program))
  expect(lowerProgram(folded(17))).not.toBe(lowerProgram(folded(4_000_000_000)))
  // other scalars stay
  expect(withWords(makeJaxpr((x: Tensor) => x.mul(3))(np.ones([2])).jaxpr).words).toEqual([])
})
it('remembers what it has seen, as far as it goes', () => {
  const seen = new Seen()
  expect([seen.add('a'), seen.add('b'), seen.add('a')]).toEqual([false, false, true])
  for (let i = 0; i < 5000; i++) seen.add(`text ${i}`)
  expect([seen.add('a'), seen.add('text 4999')]).toEqual([false, true])
})

describeWithPlugin('code that runs without jit', () => {
  beforeAll(async () => setDefaultBackend(await backend({ cache: null })))
  it('draws what it draws alone where its program is shared with others', () => {
    const key = random.key(7)
    const words = [0, 1, 2, 3, 2 ** 31, 2 ** 32 - 1]
    // the word is an input here
    const draw = jit((k: Tensor, word: Tensor) => random.bits(random.foldIn(k, word)))
    const alone = words.map((word) => draw(key, np.array(word, { dtype: 'uint32' })).item())
    const shared = words.map((word) => jit((k: Tensor) => random.bits(random.foldIn(k, word)))(key).item())
    expect(shared).toEqual(alone)
    expect(new Set(shared).size).toBe(words.length)
  })
  it('compiles its checkpoints and loops once', () => {
    const x = np.array([0.5, 1])
    const eager = (scale: number): number => {
      const f = checkpoint((y: Tensor) => np.sin(np.exp(y)).mul(np.cumsum(np.sort(y))))
      const [c] = lax.scan((c: Tensor, y: Tensor) => [f(c).add(y), c] as const, x, np.ones([3, 2]).mul(scale))
      return c.sum().item() as number
    }
    const start = performance.now()
    const want = eager(1)
    const first = performance.now() - start
    for (let i = 0; i < 10; i++) expect(eager(1)).toBe(want)
    // ten times as much, were all compiled again
    expect(performance.now() - start).toBeLessThan(first * 6)
  })
})
