import { describe, expect, it } from 'vitest'
import { readsFirst } from './order'

interface Named {
  readonly name: string
  readonly ins: readonly number[]
  readonly outs: readonly number[]
}
const step = (name: string, ins: readonly number[], ...outs: readonly number[]): Named => ({ name, ins, outs })
/** Steps named `write` write to their first operand. */
const order = (...steps: readonly Named[]): string =>
  readsFirst(steps, (s) => (s.name.startsWith('write') ? s.ins.slice(0, 1) : []))
    .map((s) => s.name)
    .join(' ')

describe('the order of steps', () => {
  it('is theirs where nothing is read after it was written to', () => {
    expect(order(step('read', [0], 1), step('write', [0, 1], 2), step('use', [2], 3))).toBe('read write use')
  })
  it('has reads before the write, with what they need, and leaves the rest', () => {
    expect(
      order(step('write', [0, 9], 1), step('other', [9], 2), step('index', [9], 3), step('read', [0, 3], 4), step('sum', [1, 4], 5)),
    ).toBe('index read write other sum')
  })
  it('stays where a read needs what was written', () => {
    expect(order(step('write', [0, 9], 1), step('f', [1], 2), step('read', [0, 2], 3))).toBe('write f read')
  })
  it('keeps what depends on each other in turn where two values are written to', () => {
    const steps = [step('write a', [0], 1), step('write b', [2], 3), step('read both', [0, 2], 4)]
    expect(order(...steps)).toBe('read both write a write b')
    // each write needs the other value as it was: one of them is first
    const crossed = [step('write a', [0, 2], 1), step('write b', [2, 0], 3)]
    expect(order(...crossed)).toBe('write b write a')
  })
})
