/**
 * The case of a function of a scope: its init, its apply and the derivatives of a loss, each also as a program.
 */
import { grad, jvp, nn, np, random, type Tensor } from '@heddle/func'
import * as lift from '@heddle/lift'
import type { Scope, ScopeFn, Variables } from '@heddle/lift'
import { map } from '@heddle/tree'
import { compiledCase, plain, program, tensorsOf, type Case, type Compile, type Inputs, type Parts } from './case'

type Args = readonly unknown[]

/** What a loss is made of: the function's output by variables and arguments, and those of the golden. */
export interface Applied {
  readonly output: (variables: Variables, args: Args) => unknown
  readonly variables: Variables
  readonly args: Args
}

/** A loss, and at what its derivatives are taken. */
export interface Loss {
  readonly of: (...at: never[]) => Tensor
  readonly at: Args
}

export interface ScopeOptions extends Omit<Case, 'name' | 'run'> {
  readonly mutable?: readonly string[]
  readonly loss?: (applied: Applied) => Loss
  /** The golden has the loss's tangent along ones, rather than its gradients. */
  readonly forward?: boolean
}

const ones = (x: unknown): unknown => map((t: Tensor) => np.onesLike(t), x as object)

/** The derivatives of a loss, one by one where it is taken at several things. */
const derivatives = ({ of, at }: Loss, forward: boolean, outer: Compile, inner: Compile): Parts => {
  const f = inner(of as (...xs: Args) => Tensor)
  if (forward) return { tangent: outer((...xs: Args) => jvp(f, xs as never, xs.map(ones) as never)[1])(...at) }
  const by = grad(f, { argnums: at.length === 1 ? 0 : at.map((_, i) => i) }) as (...xs: Args) => unknown
  return { grads: outer(by)(...at) }
}

/** Keys of goldens that do not hold any. */
const defaultKeys = () => ({ params: random.key(0) })

/** Init, apply and derivatives against the golden of the name; parts that it has not are left out. */
export const scopeCase = (name: string, fn: ScopeFn<never[], unknown>, options: ScopeOptions = {}): Case => {
  const { mutable = [], loss, forward = false, ways = {}, ...more } = options
  const apply = (rngs: Inputs['rngs'], variables: Variables, args: Args): readonly [unknown, Variables] =>
    lift.apply(fn, { mutable, rngs })(variables, ...(args as never[])) as readonly [unknown, Variables]
  const init = (rngs: Inputs['rngs'], args: Args): readonly [unknown, Variables] => lift.init(fn)(rngs, ...(args as never[]))
  const stored = (inputs: Inputs): Variables => tensorsOf(inputs.golden, 'variables') as Variables
  const applyKeys = (rngs: Inputs['rngs']): Inputs['rngs'] => {
    const { params: _, ...others } = rngs
    return others
  }
  const parts = (compile: Compile) => (inputs: Inputs) => {
    const [initOutput, made] = compile(init)({ ...defaultKeys(), ...inputs.rngs }, inputs.args)
    const variables = more.given?.includes('variables') ? stored(inputs) : made
    const [output, mutated] = compile(apply)(applyKeys(inputs.rngs), variables, inputs.args)
    const all: Parts = { variables, init_output: initOutput, output, mutated, ...derivativesOf(compile, plain)(inputs, variables) }
    return Object.fromEntries(Object.entries(all).filter(([part]) => part in inputs.golden.parts && !more.given?.includes(part)))
  }
  const derivativesOf =
    (outer: Compile, inner: Compile) =>
    (inputs: Inputs, variables = stored(inputs)): Parts => {
      if (loss === undefined) return {}
      const output = (v: Variables, xs: Args): unknown => apply(applyKeys(inputs.rngs), v, xs)[0]
      return derivatives(loss({ output, variables, args: inputs.args }), forward, outer, inner)
    }
  const ofPrograms = {
    'derivative of a program': (inputs: Inputs) => derivativesOf(plain, program)(inputs),
    'program of that': (inputs: Inputs) => derivativesOf(program, program)(inputs),
  }
  return compiledCase(name, parts, { ...more, ways: { ...(loss === undefined ? {} : ofPrograms), ...ways } })
}

/** A layer of the goldens. */
export const dense = (s: Scope, x: Tensor, features: number): Tensor => {
  const kernel = s.param('kernel', nn.initializers.lecunNormal(), [x.shape.at(-1)!, features])
  return np.dot(x, kernel).add(s.param('bias', nn.initializers.zerosInit(), [features]))
}
/** Noise of their stream. */
export const noise = (s: Scope, x: Tensor): Tensor => x.add(random.uniform(s.makeRng('noise'), x.shape))
