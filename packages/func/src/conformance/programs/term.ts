/**
 * Little programs over vectors of three numbers, transformations included: what the property test draws at random.
 *
 * A term is read twice: `plain.ts` gives its value by arithmetic on numbers and dual numbers, `build.ts` by the engine.
 * A body sees its own variables first, then those around it (`arg` counts from the innermost, modulo what there is).
 */

export const width = 3
export const unaries = [
  'neg',
  'sin',
  'tanh',
  'logistic',
  'square',
  'sum',
  'dot',
  'cumsum',
  'rev',
  'pick',
  'sort',
  'max',
  'abs',
  'hold',
] as const
export const binaries = ['add', 'sub', 'mul', 'max', 'min', 'write'] as const
export type Unary = (typeof unaries)[number]
export type Binary = (typeof binaries)[number]

export type Term =
  | { readonly op: 'arg'; readonly index: number }
  | { readonly op: 'const'; readonly value: number }
  | { readonly op: 'unary'; readonly f: Unary; readonly x: Term }
  | { readonly op: 'binary'; readonly f: Binary; readonly x: Term; readonly y: Term }
  /** `x < y ? a : b`, place by place. */
  | { readonly op: 'where'; readonly x: Term; readonly y: Term; readonly a: Term; readonly b: Term }
  | { readonly op: 'let'; readonly value: Term; readonly body: Term }
  /** Body sees the carry and one element of xs, spread; each new carry is shrunk. Value: last carry + tenths of the sums of all. */
  | { readonly op: 'scan'; readonly init: Term; readonly xs: Term; readonly body: Term; readonly reverse: boolean }
  /** By the sign of the sum of `x`. */
  | { readonly op: 'cond'; readonly x: Term; readonly yes: Term; readonly no: Term }
  /** One of three, by how many of 0 and 0.5 the sum of `x` exceeds. */
  | { readonly op: 'switch'; readonly x: Term; readonly cases: readonly [Term, Term, Term] }
  /** At most three times, while the sum is below one. */
  | { readonly op: 'repeat'; readonly init: Term; readonly body: Term }
  /** sin with a rule of its own. */
  | { readonly op: 'custom'; readonly x: Term }
  /** A call; `closed`: by closure and not by arguments. */
  | { readonly op: 'call'; readonly by: 'jit' | 'checkpoint'; readonly closed: boolean; readonly body: Term }
  /** Of the sum of the body, at x. */
  | { readonly op: 'grad'; readonly x: Term; readonly body: Term }
  | { readonly op: 'tangent'; readonly by: 'jvp' | 'linearize'; readonly x: Term; readonly t: Term; readonly body: Term }
  /** Sum over two examples, x and x / 2, mapped at an axis; `named` multiplies by the mean over the examples. */
  | { readonly op: 'vmap'; readonly x: Term; readonly body: Term; readonly axis: 0 | 1; readonly named: boolean }

export const matrix: readonly (readonly number[])[] = [
  [0.5, -0.3, 0.1],
  [0.2, 0.4, -0.6],
  [-0.1, 0.7, 0.3],
]
/** Where `pick` reads. */
export const picked: readonly number[] = [2, 0, 2]
/** Carries and repeated values are kept in bounds by this factor and tanh. */
export const shrink = 0.9
