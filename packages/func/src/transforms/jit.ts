/** Compilation for users: a function traced once for each kind of arguments, and run as one program. */
import { staticKey, type TreeDef, unflatten } from '@heddle/tree'
import { ambientKey, watched } from '../ambient'
import { dtypes } from '../dtype'
import { type Aval, sameType } from '../aval'
import { TypeMismatchError } from '../error'
import type { Backend } from '../backend/backend'
import { stageWithAux } from '../interpreters/stage'
import { argnums as argnumsKind, anything, device, optionsOf, readFunction, string, type OptionsOf, of } from '../options'
import { call, type JitParams } from '../primitives/call/jit'
import { isTensor, type Tensor } from '../tensor'
import { type Argnums, checkStatic, argumentsGiven } from './argnums'
import { runsAsWritten } from './eager'
import { type FlatArgs, flatFunction, flattenTensors } from './flat'
import { forwarded, handedThrough } from './forwarding'
import { type Shardings, withShardingConstraint } from './sharding'
import type { NoNumbers, Result } from './traced'

const jitOptions = optionsOf({
  /**
   * Arguments that are part of the program, not inputs of it: compared by value (plain data) or identity. Booleans and strings are so by
   * themselves, at any depth; numbers and functions need to be named here.
   */
  staticArgnums: argnumsKind,
  /** Arguments whose memory the program may reuse; they can't be used afterwards. Those left out of a call are ignored. */
  donateArgnums: of<Argnums>()(argnumsKind),
  /** How arguments lie over devices: a sharding for all, or a list of prefix trees; null leaves one as it is. */
  inShardings: of<Shardings>()(anything),
  /** How results lie over devices. */
  outShardings: of<Shardings>()(anything),
  /**
   * The backend that runs it, to which arguments that are elsewhere are copied, and where the results are. Default: where the arguments
   * are. Within another program it runs where that does.
   */
  device,
  /** For messages and printed programs; default: the function's name. */
  name: string,
})
/** Options of `jit`. */
export interface JitOptions<S extends Argnums = Argnums> extends OptionsOf<typeof jitOptions> {
  readonly staticArgnums?: S | undefined
}
/** What a call of certain types came to. */
interface Traced {
  readonly treedef: TreeDef
  readonly avals: readonly Aval[]
  readonly consts: readonly Tensor[]
  readonly params: JitParams
  /** Which results are inputs, where some are. */
  readonly through: readonly number[] | undefined
  readonly outTree: TreeDef
  /** Whether the arguments are tensors themselves, no trees of them. */
  readonly direct: boolean
  /** The ambient state under which it was traced. */
  readonly ambient: string
  /** Whether other calls may use it. */
  readonly keep: boolean
}
/** A compiled function. */
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
 * Inside, tensors have no values (ConcretizationError). Same results as without. Booleans and strings in arguments, at any depth, are
 * static: they arrive as they are, and other values of them are other programs (for a traced one give `np.array(flag)`). Numbers arrive as
 * tensors, so a parameter that is a `number` does not type-check unless `staticArgnums` names it. Source: jax.jit.
 */
export const jit = <A extends readonly unknown[], const R extends Result, const S extends Argnums = readonly []>(
  f: ((...args: A) => R) & NoNumbers<A, S>,
  given?: JitOptions<S>,
): Jitted<A, R> => {
  readFunction('jit', f)
  const options = jitOptions('jit', given)
  const { staticArgnums = [], donateArgnums = [] } = options
  const runsOn = (options.device as Backend | undefined) ?? null
  const name = options.name ?? (f.name || 'jit')
  const fn = sharded(f, options)
  const hasStatics = [staticArgnums].flat().length > 0
  const cache = new Map<string, Traced>()
  let last: Traced | undefined
  let traces = 0
  const retrieve = (args: A, statics: readonly number[], { leaves, treedef }: FlatArgs): Traced => {
    let key = treedef.key
    for (const x of leaves) key += `;${typeKey(x.aval)}`
    for (const i of statics) key += `|${staticKey(args[i])}`
    key += `@${ambientKey()}`
    const known = cache.get(key)
    if (known) return known
    traces += 1
    const donated = argumentsGiven(donateArgnums, args.length, f.length, name, 'donateArgnums')
    const bad = donated.find((d) => statics.includes(d))
    if (bad !== undefined) throw new TypeMismatchError(name, `argument ${bad} is static and can not be donated`)
    const made = trace(fn, args, { statics, donated, device: runsOn, name }, { leaves, treedef })
    if (made.keep) cache.set(key, made)
    return made
  }
  const finish = ({ consts, params, through, outTree }: Traced, leaves: readonly Tensor[]): R => {
    const given = consts.length === 0 ? leaves : [...consts, ...leaves]
    const results = call(given, params)
    return unflatten<R>(outTree, through === undefined ? results : forwarded(through, given, results))
  }
  const run = (...args: A): R => {
    if (last?.direct && last.ambient === ambientKey() && sameTypes(last, args)) return finish(last, args)
    const statics = hasStatics ? argumentsGiven(staticArgnums, args.length, f.length, name, 'staticArgnums') : noArgnums
    if (hasStatics) checkStatic(args, statics, name)
    const flat = flattenTensors(statics.length === 0 ? args : args.map((a, i) => (statics.includes(i) ? undefined : a)), name)
    if (runsAsWritten()) {
      const [outs, tree] = flatFunction(withStatics(fn, args, statics) as (...a: never[]) => unknown, flat.treedef, name)(flat.leaves)
      return unflatten<R>(tree, outs)
    }
    const plain = statics.length === 0
    const traced =
      plain && last?.ambient === ambientKey() && sameTypes(last, flat.leaves) && flat.treedef.equals(last.treedef)
        ? last
        : retrieve(args, statics, flat)
    if (traced !== last) last = plain && traced.keep ? traced : undefined
    return finish(traced, flat.leaves)
  }
  return Object.assign(run, {
    traceCount: () => traces,
    clearCache: () => {
      cache.clear()
      last = undefined
    },
  })
}
const noArgnums: readonly number[] = []
/** A program that closes over traced values belongs to the surrounding transformation alone. */
const isFree = (consts: readonly Tensor[]): boolean => consts.every((c) => c.trace.level === 0)
/** Whether tensors have the types of those that were traced: the quick way past the cache for loops that repeat one call. */
const sameTypes = ({ avals }: Traced, xs: readonly unknown[]): xs is readonly Tensor[] => {
  if (xs.length !== avals.length) return false
  for (let i = 0; i < avals.length; i++) {
    const x = xs[i]
    if (!isTensor(x)) return false
    const [a, b] = [x.aval, avals[i]!]
    if (a !== b && !(a.weakType === b.weakType && sameType(a, b))) return false
  }
  return true
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
/** The options of a call. */
interface Settled extends Pick<JitParams, 'name' | 'device'> {
  readonly statics: readonly number[]
  readonly donated: readonly number[]
}
const withStatics =
  (f: (...args: never) => unknown, args: readonly unknown[], statics: readonly number[]) =>
  (...dynamic: readonly unknown[]): unknown =>
    (f as (...a: readonly unknown[]) => unknown)(...args.map((_, i) => (statics.includes(i) ? args[i] : dynamic[i])))
const trace = (
  f: (...args: never) => unknown,
  args: readonly unknown[],
  { statics, donated, device, name }: Settled,
  { leaves, treedef }: FlatArgs,
): Traced => {
  const flat = flatFunction(withStatics(f, args, statics) as (...a: never[]) => unknown, treedef, name)
  const avals = leaves.map((x) => x.aval)
  const [[{ jaxpr, consts }, outTree], keep] = watched(() => stageWithAux(flat, avals, name))
  const through = handedThrough({ jaxpr })
  const mask = args.flatMap((a, i) => (statics.includes(i) ? [] : flattenTensors(a, name).leaves.map(() => donated.includes(i))))
  return {
    treedef,
    avals,
    consts,
    params: { jaxpr, name, donated: donated.length === 0 ? [] : [...consts.map(() => false), ...mask], device },
    through: through.every((at) => at < 0) ? undefined : through,
    outTree,
    direct: statics.length === 0 && args.every(isTensor),
    ambient: ambientKey(),
    keep: keep && isFree(consts),
  }
}
