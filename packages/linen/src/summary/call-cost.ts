/**
 * The cost of one call of a method: the module is run alone, abstractly, on variables and arguments of the types that it had in the model.
 */
import { costOf, isTensor, makeJaxpr, RuleUnsupportedError, type ShapeDtype, type Tensor, vjp } from '@heddle/func'
import type { Filter, Rngs } from '@heddle/lift'
import { leaves } from '@heddle/tree'
import { apply, initWithOutput } from '../module/bind'
import type { AnyModule } from '../module/state'
import { holes, traced, typed } from './types'

/** A call of a method in a model. Tensors are types here. */
export interface CallSite {
  /** A clone of the module, without variables. */
  readonly module: AnyModule
  readonly method: string
  readonly inputs: readonly unknown[]
  /** Names of its random streams. */
  readonly streams: readonly string[]
  /** Collections that it may write. */
  readonly mutable: Filter
}

type Flat = (types: readonly Tensor[]) => readonly Tensor[]

/** A call as a function of all tensors that it works on: variables, keys, arguments. */
const flat = ({ module, method, inputs, streams, mutable }: CallSite): { readonly run: Flat; readonly types: readonly ShapeDtype[] } => {
  const keys: Record<string, ShapeDtype> = Object.fromEntries(streams.map((name) => [name, { shape: [2], dtype: 'uint32' }]))
  const args = holes([keys, inputs])
  const variables = traced((xs) => {
    const [rngs, given] = args.fill<readonly [Rngs, readonly unknown[]]>(xs)
    return typed(initWithOutput(module, rngs, given, { method, mutable })[1])
  }, args.types)
  const all = holes([variables, keys, inputs])
  const run: Flat = (xs) => {
    const [vars, rngs, given] = all.fill<readonly [object, Rngs, readonly unknown[]]>(xs)
    return leaves(apply(module, vars, given, { method, mutable, rngs })).filter(isTensor)
  }
  return { run, types: all.types }
}

const flopsOf = (f: Flat, types: readonly ShapeDtype[]): number => costOf(makeJaxpr(f)(types)).flops

const backward =
  (f: Flat): Flat =>
  (xs) => {
    const [out, pullback] = vjp(f, xs)
    return pullback(out)[0]
  }

/** How many operations the call takes. */
export const callFlops = (site: CallSite): number => {
  const { run, types } = flat(site)
  return flopsOf(run, types)
}

/** How many operations the call and its reverse take; 0 if it has no reverse. */
export const vjpFlops = (site: CallSite): number => {
  const { run, types } = flat(site)
  try {
    return flopsOf(backward(run), types)
  } catch (error) {
    if (error instanceof RuleUnsupportedError) return 0
    throw error
  }
}
