/**
 * A golden's case: a computation whose results are to be the parts of the golden file of the same name.
 */
import { isTensor, jit, np, type Tensor, type DType, valueAndGrad } from '@heddle/func'
import type * as nn from '@heddle/linen'
import {
  compareTrees,
  convert,
  golden,
  GoldenArray,
  type Golden,
  type GoldenLeaf,
  type LeafComparison,
  type Tolerance,
} from '@heddle/testing'
import { leaves } from '@heddle/tree'

/** Results by name of a part. */
export type Parts = Readonly<Record<string, unknown>>

export interface Case {
  readonly name: string
  readonly run: (inputs: Inputs) => Parts
  /** By name other ways to the same parts, such as one compiled program: a way may leave parts out. */
  readonly ways?: Readonly<Record<string, (inputs: Inputs) => Parts>>
  /** Parts that are taken from the golden rather than computed. */
  readonly given?: readonly string[]
  /** Where the reference's own rounding asks for more than 1e-5 relatively or 1e-6 absolutely. */
  readonly tolerance?: Tolerance
}

/** The inputs of a golden as tensors. */
export interface Inputs {
  readonly golden: Golden
  readonly args: readonly never[]
  readonly rngs: Readonly<Record<string, Tensor>>
}

const storage: Partial<Record<string, new (xs: readonly number[]) => Parameters<typeof np.array>[0]>> = {
  float32: Float32Array as never,
  int32: Int32Array as never,
  uint32: Uint32Array as never,
}

/** A golden's array as a tensor. */
export const toTensor = (leaf: GoldenLeaf): Tensor => {
  if (!(leaf instanceof GoldenArray)) return np.array(Uint32Array.from(leaf.words))
  const { dtype, shape, data } = leaf
  const typed = storage[dtype]
  const flat = typed === undefined ? np.array([...data] as number[], dtype as DType) : np.array(new typed(data as readonly number[]))
  return flat.reshape(shape)
}

/** A part of a golden with tensors for its arrays and keys. */
export const tensorsOf = (g: Golden, ...path: readonly (string | number)[]): unknown => convert(g.value(...path), toTensor)

const inputsOf = (g: Golden): Inputs => ({
  golden: g,
  args: ('args' in g.parts ? tensorsOf(g, 'args') : []) as readonly never[],
  rngs: ('rngs' in g.parts ? tensorsOf(g, 'rngs') : {}) as Readonly<Record<string, Tensor>>,
})

/** What a golden holds besides results. */
const inputs = new Set(['args', 'rngs'])

const read = (leaf: unknown) => {
  const x = isTensor(leaf) ? leaf : np.asarray(leaf as number)
  return { dtype: x.dtype as string, shape: x.shape, data: x.dataSync() }
}

/** Runs a case: a comparison for each leaf of the golden's results, and for each that another way leads to. */
export const runCase = ({ name, run, ways = {}, given = [], tolerance }: Case): readonly LeafComparison[] => {
  const g = golden(name)
  const results = Object.entries(g.parts).filter(([part]) => !inputs.has(part) && !given.includes(part))
  const compared = (parts: Parts, expected: typeof results): readonly LeafComparison[] =>
    compareTrees(parts, Object.fromEntries(expected), read, tolerance)
  const others = Object.entries(ways).flatMap(([way, lead]) => {
    const parts = lead(inputsOf(g))
    const reached = results.filter(([part]) => Object.hasOwn(parts, part))
    return compared(parts, reached).map((leaf) => ({ ...leaf, at: `${way}: ${leaf.at}` }))
  })
  return [...compared(run(inputsOf(g)), results), ...others]
}

/** What makes another function of one, of the same type: nothing at all, or `jit`. */
export type Compile = <A extends readonly unknown[], R>(f: (...args: A) => R) => (...args: A) => R
export const plain: Compile = (f) => f
export const program: Compile = <A extends readonly unknown[], R>(f: (...args: A) => R) => jit<A, R, number>(f)

/** A case that is run as it is and as programs: `parts` compiles what it computes. */
export const compiledCase = (
  name: string,
  parts: (compile: Compile) => (inputs: Inputs) => Parts,
  more: Omit<Case, 'name' | 'run'> = {},
): Case => ({ name, run: parts(plain), ...more, ways: { program: parts(program), ...more.ways } })

/** The mean of squares of each leaf, summed: the loss of the goldens. */
export const lossOf = (y: unknown): Tensor =>
  leaves(y)
    .map((leaf) => (leaf as Tensor).astype('float32').square().mean())
    .reduce((a, b) => a.add(b))

export interface ModuleOptions {
  readonly mutable?: readonly string[]
  readonly grad?: boolean
  /** Arguments after the golden's own. */
  readonly more?: (inputs: Inputs) => readonly unknown[]
  readonly tolerance?: Tolerance
}

/** The case of a module: init, apply, and the gradient of the loss by the parameters. */
export const moduleCase = (
  name: string,
  make: (inputs: Inputs) => nn.Module,
  { mutable, grad = true, more, tolerance }: ModuleOptions = {},
): Case => ({
  name: `linen/${name}`,
  ...(tolerance === undefined ? {} : { tolerance }),
  run: (given) => {
    const module = make(given)
    const args = [...given.args, ...(more?.(given) ?? [])]
    const { params: _, ...others } = given.rngs
    const [initOutput, variables] = module.initWithOutput(given.rngs, args)
    const options = { rngs: others, ...(mutable === undefined ? {} : { mutable }) }
    const applied = (v: object): readonly unknown[] => {
      const result = module.apply(v, args, options) as unknown
      return mutable === undefined ? [result] : (result as readonly unknown[])
    }
    const [output, mutated] = applied(variables)
    const parts = { variables, init_output: initOutput, output, ...(mutable === undefined ? {} : { mutated }) }
    if (!grad || variables.params === undefined) return parts
    const [loss, grads] = valueAndGrad((params: object) => lossOf(applied({ ...variables, params })[0]))(variables.params)
    return { ...parts, loss, grads }
  },
})
