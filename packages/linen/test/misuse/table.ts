/** A table of misuses: what is done, the class of the error, and what its message must name. Run as one test for each row. */
import { expect, test } from 'vitest'

export type Misuse = readonly [what: string, run: () => unknown, error: string, ...names: readonly (string | RegExp)[]]

/** A test for each row: the error has the class, its name and tag are that of the class, and it names what it must. */
export const refuses = (rows: readonly Misuse[]): void => {
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_, [, run, error, ...names]) => {
    let thrown: unknown
    try {
      thrown = ['answered', run()]
    } catch (e) {
      thrown = e
    }
    expect(thrown).toBeInstanceOf(Error)
    const { name, message, _tag } = thrown as Error & { readonly _tag?: string }
    expect([name, _tag], message).toEqual([error, error])
    for (const part of names)
      expect(message).toMatch(typeof part === 'string' ? new RegExp(part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : part)
    expect(message).not.toMatch(/\[object Object\]|undefined \(reading|is not iterable|is not a function/)
  })
}

/** As a program in plain JavaScript sees it: without types. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Untyped = any
