/** What some transformations need of each step besides gradients and parameters: the loss, a function that gives it. */
import { ArgumentError, type Tensor } from '@heddle/func'
import { func, type Kind, readArgument } from '@heddle/func/options'
import { leaves } from '@heddle/tree'
import { loss } from './options'
import type { Extra } from './transformation'
import type { Scalar } from './tree-math'

/** The loss as a function of the parameters. */
export type ValueFn = (params: never) => Tensor

const gradients: Kind = {
  expected: 'the gradients of the loss, a tree of tensors',
  is: (x) => x !== undefined && x !== null && leaves(x).length > 0,
}
const wanted = {
  value: { kind: loss, what: 'the value of the loss' },
  grad: { kind: gradients, what: 'the gradients of the loss' },
  valueFn: { kind: func, what: 'the loss as a function of the parameters' },
  gradFn: { kind: func, what: 'a function from parameters to gradients' },
  objFn: { kind: func, what: 'the loss as a function of the parameters' },
} as const
type Name = keyof typeof wanted
interface Wanted {
  readonly value: Scalar
  readonly grad: unknown
  readonly valueFn: ValueFn
  readonly gradFn: (params: unknown, i: number) => unknown
  readonly objFn: ValueFn
}

/** The extra values of these names. Errors: ArgumentError that says how to give them. */
export const needExtra = <const N extends Name>(where: string, extra: Extra | undefined, names: readonly N[]): Pick<Wanted, N> => {
  const call = `call update(gradients, state, params, { ${names.join(', ')} })`
  for (const name of names) {
    const given = extra?.[name]
    if (given !== undefined) {
      readArgument(where, name, wanted[name].kind, given)
      continue
    }
    const others = extra === undefined || extra === null ? [] : Object.keys(extra)
    const got = others.length === 0 ? '' : `; given are ${others.join(', ')}`
    throw new ArgumentError(where, `needs ${name}, ${wanted[name].what}: ${call}${got}`)
  }
  return extra as unknown as Pick<Wanted, N>
}
