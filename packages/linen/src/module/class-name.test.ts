import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => vi.restoreAllMocks())
const fresh = async (): Promise<{ readonly classNameOf: (cls: object) => string }> => {
  vi.resetModules()
  return import('./class-name')
}
const made = (source: string): object => new Function(`return ${source}`)() as object

describe('classNameOf', () => {
  it('warns once of a class that a minifier has named', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { classNameOf } = await fresh()
    expect(classNameOf(made('class kL extends Object{call(e){return e}}'))).toBe('kL')
    expect(classNameOf(made('class t extends Object{}'))).toBe('t')
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/called 'kL'.*'kL_0'.*@heddle\/linen\/vite.*static moduleName/)]])
  })
  it('does not warn of short names that someone wrote, of long ones and of pinned ones', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { classNameOf } = await fresh()
    expect(classNameOf(made('class A extends Object { call(x) { return x } }'))).toBe('A')
    expect(classNameOf(made('class MLP extends Object{call(e){return e}}'))).toBe('MLP')
    expect(classNameOf(made('class t extends Object{static moduleName="MLP"}'))).toBe('MLP')
    expect(classNameOf(made('class extends Object{}'))).toBe('Module')
    expect(warn).not.toHaveBeenCalled()
  })
})
