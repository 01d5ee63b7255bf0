/**
 * The shapes that an initializer gives, to be held against those of a value that is there. An initializer is asked once: what it gave, or
 * would give, is remembered, and it is asked again only where a value has another shape.
 *
 * It is known again by itself, and by its text, for one that is written where the parameter is declared is a new function each time.
 */
import { evalShape, isTensor, random } from '@heddle/func'
import { flatten, leaves, staticKey } from '@heddle/tree'
import { isType, shapeOf, type Key } from './ports'

/** Shapes of leaves, in order; null where the initializer can not tell them without values. */
type Shapes = readonly (readonly number[])[] | null
type Init<Args extends readonly unknown[]> = (key: Key, ...args: Args) => unknown

/** Whose initializer it is: what does not change with a call, and a key of what its shapes may depend on besides. */
export interface Declarer {
  readonly of: object
  readonly key: () => string
}

const most = 1000
const remembered = new WeakMap<object, Map<string, Shapes>>()

const memoOf = (of: object): Map<string, Shapes> => {
  const known = remembered.get(of)
  if (known !== undefined && known.size < most) return known
  const fresh = new Map<string, Shapes>()
  remembered.set(of, fresh)
  return fresh
}

/** A key of arguments: tensors by type, everything else by value or identity. */
export const shapesKey = (args: unknown): string => {
  const flat = flatten(args)
  return `${flat.treedef.key}${flat.leaves.map((x) => (isTensor(x) ? `${x.dtype}[${x.shape.join()}]` : staticKey(x))).join()}`
}

interface Memo {
  readonly found: () => Shapes | undefined
  readonly keep: (shapes: Shapes) => void
}

const memo = (init: object, args: readonly unknown[], declarer: Declarer | undefined): Memo => {
  const key = shapesKey(args)
  const whole = (d: Declarer): string => `${Function.prototype.toString.call(init)}${key}${d.key()}`
  return {
    found: () => memoOf(init).get(key) ?? (declarer === undefined ? undefined : memoOf(declarer.of).get(whole(declarer))),
    keep: (shapes) => {
      memoOf(init).set(key, shapes)
      if (declarer !== undefined) memoOf(declarer.of).set(whole(declarer), shapes)
    },
  }
}

/** Remembers what an initializer gave. */
export const rememberShapes = (init: object, args: readonly unknown[], declarer: Declarer | undefined, value: unknown): void =>
  memo(init, args, declarer).keep(leaves(value).map(shapeOf))

const agree = (expected: Shapes, actual: readonly (readonly number[])[]): boolean =>
  expected === null || expected.every((s, i) => i >= actual.length || s.join() === actual[i]!.join())

/** What the initializer would give, without running its computation; null where it throws, or reads values. */
const asked = <Args extends readonly unknown[]>(init: Init<Args>, args: Args): Shapes => {
  try {
    const made = evalShape(() => init(random.key(0), ...args))
    return leaves(made, isType).map(shapeOf)
  } catch {
    return null
  }
}

/** The shapes that an initializer gives, where a value has others. */
export const otherShapes = <Args extends readonly unknown[]>(
  init: Init<Args>,
  args: Args,
  declarer: Declarer | undefined,
  actual: readonly (readonly number[])[],
): readonly (readonly number[])[] | undefined => {
  const { found, keep } = memo(init, args, declarer)
  const known = found()
  if (known !== undefined && agree(known, actual)) return undefined
  const expected = asked(init, args)
  keep(expected)
  return agree(expected, actual) ? undefined : expected!
}
