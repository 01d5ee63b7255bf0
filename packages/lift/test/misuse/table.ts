// Misuse of transformations: programs in a scope called `cell`, and tables of what they throw.
import { np, random, type Tensor } from '@heddle/func'
import { expect, test } from 'vitest'
import * as lift from '../../src/index'
import type { Scope } from '../../src/index'

/** Initializers, and arrays that tell themselves apart by their shape. */
export const ones = (_key: Tensor, shape: readonly number[]): Tensor => np.ones(shape)
export const normal = (key: Tensor, shape: readonly number[]): Tensor => random.normal(key, shape)
export const zero = (): Tensor => np.zeros([])
export const two = (): Tensor => np.ones([2])
export const three = (): Tensor => np.ones([3])

type Program = (scope: Scope) => unknown
/** Initializes a program in the scope `cell`. */
export const initCell = (f: Program): unknown => lift.init((root: Scope) => f(root.push('cell')))(random.key(0))
/** Runs it there on variables. */
export const applyCell = (variables: object, f: Program, options: lift.BindOptions = {}): unknown => {
  const nested = Object.fromEntries(Object.entries(variables).map(([c, dict]) => [c, { cell: dict as unknown }]))
  return lift.apply((root: Scope) => f(root.push('cell')), options)(nested)
}
/** Something that the types forbid. */
export const wrong = <T>(x: unknown): T => x as T

/** What is done, the class of the error, and parts of its sentence. */
export type Case = readonly [what: string, kind: abstract new (...args: never[]) => Error, run: () => unknown, ...sentence: string[]]

/** A test for each case. */
export const cases = (list: readonly Case[]): void =>
  test.each(list.map((c) => [c[0], c] as const))('%s', (_what, [, kind, run, ...sentence]) => {
    let error: unknown
    try {
      run()
    } catch (e) {
      error = e
    }
    expect(error).toBeInstanceOf(kind)
    for (const part of sentence) expect((error as Error).message).toContain(part)
  })
