/** Compilation for users: a function traced once for each kind of arguments, and run as one program. */
import { flatten, staticKey, type TreeDef, unflatten } from '@heddle/tree'
import { dtypes } from '../dtype'
import type { Aval } from '../aval'
import { TypeMismatchError } from '../error'
import { stage } from '../interpreters/stage'
import type { ClosedJaxpr } from '../ir/jaxpr'
import { call } from '../primitives/call/jit'
import type { Tensor } from '../tensor'
import { namedAxes } from '../trace'
import { type FlatFunction, flatFunction, flattenTensors, places } from './flat'
import { type Shardings, withShardingConstraint } from './sharding'

export interface JitOptions {
  /** Arguments that are part of the program, not inputs of it: compared by value (plain data) or identity. */
  readonly staticArgnums?: number | readonly number[]
  /** Arguments whose memory the program may reuse; they can't be used afterwards. Those left out of a call are ignored. */
  readonly donateArgnums?: number | readonly number[]
  /** How arguments lie over devices: a sharding for all, or a list of prefix trees; null leaves one as it is. */
  readonly inShardings?: Shardings
  /** How results lie over devices. */
  readonly outShardings?: Shardings
  /** For messages and printed programs; default: the function's name. */
  readonly name?: string
}
interface Traced {
  readonly program: ClosedJaxpr
  readonly outTree: TreeDef
}
export interface Jitted<A extends readonly unknown[], R> {
  (...args: A): R
  /** How often the function was traced. */
  readonly traceCount: () => number
  /** Forgets all traced programs. */
  readonly clearCache: () => void
}

const typeKey = (a: Aval): string => `${dtypes[a.dtype].short}${a.weakType ? '*' : ''}${a.shape.join('x')}`

/**
 * Compiles `f`: the first call with arguments of given types traces it, later ones run the program.
 *
 * Inside, tensors have no values (ConcretizationError). Same results as without. Source: jax.jit.
 */
export const jit = <A extends readonly unknown[], R>(f: (...args: A) => R, options: JitOptions = {}): Jitted<A, R> => {
  const { staticArgnums = [], donateArgnums = [] } = options
  const name = options.name ?? (f.name || 'jit')
  const fn = sharded(f, options)
  const cache = new Map<string, Traced>()
  let traces = 0
  const run = (...args: A): R => {
    const statics = places(staticArgnums, args.length, name)
    const donated = places(present(donateArgnums, args.length), args.length, name)
    const bad = donated.find((d) => statics.includes(d))
    if (bad !== undefined) throw new TypeMismatchError(name, `argument ${bad} is static and can not be donated`)
    const dynamic = statics.length === 0 ? args : args.map((a, i) => (statics.includes(i) ? undefined : a))
    const { leaves, treedef } = flattenTensors(dynamic, name)
    let key = treedef.key
    for (const x of leaves) key += `;${typeKey(x.aval)}`
    for (const i of statics) key += `|${staticKey(args[i])}`
    for (const a of namedAxes()) key += `@${a.name}:${a.size}`
    let traced = cache.get(key)
    if (!traced) {
      traces += 1
      traced = trace(fn, args, statics, treedef, leaves, name)
      // a program that closes over traced values belongs to the surrounding transformation alone
      if (traced.program.consts.every((c) => c.trace.level === 0)) cache.set(key, traced)
    }
    const { program, outTree } = traced
    const mask = donated.length === 0 ? [] : donationMask(program, dynamic, donated)
    return unflatten<R>(outTree, call(program.jaxpr, [...program.consts, ...leaves], name, mask))
  }
  return Object.assign(run, { traceCount: () => traces, clearCache: () => cache.clear() })
}
/** Shardings of arguments and results are constraints at the ends of the program. */
const sharded = <A extends readonly unknown[], R>(f: (...args: A) => R, { inShardings, outShardings }: JitOptions): ((...args: A) => R) => {
  if (inShardings === undefined && outShardings === undefined) return f
  return (...args) => {
    const placed = inShardings === undefined ? args : withShardingConstraint(args, inShardings)
    const out = f(...placed)
    return outShardings === undefined ? out : withShardingConstraint(out, outShardings)
  }
}
/** An optional argument that is left out can not be donated. */
const present = (argnums: number | readonly number[], count: number): readonly number[] =>
  (typeof argnums === 'number' ? [argnums] : argnums).filter((i) => i < count)
const trace = (
  f: (...args: never) => unknown,
  args: readonly unknown[],
  statics: readonly number[],
  treedef: TreeDef,
  leaves: readonly Tensor[],
  name: string,
): Traced => {
  const withStatics = (...dynamic: readonly unknown[]): unknown =>
    (f as (...a: readonly unknown[]) => unknown)(...args.map((_, i) => (statics.includes(i) ? args[i] : dynamic[i])))
  const fn: FlatFunction = flatFunction(withStatics as (...a: never[]) => unknown, treedef, name)
  const program = stage(
    fn.flat,
    leaves.map((x) => x.aval),
    name,
  )
  return { program, outTree: fn.outTree() }
}
const donationMask = (program: ClosedJaxpr, args: readonly unknown[], donated: readonly number[]): boolean[] => [
  ...program.consts.map(() => false),
  ...args.flatMap((a, i) => flatten(a).leaves.map(() => donated.includes(i))),
]
