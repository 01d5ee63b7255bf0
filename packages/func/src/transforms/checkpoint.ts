/** Rematerialization for users, and its policies. */
import { unflatten } from '@heddle/tree'
import { stageWithAux } from '../interpreters/stage'
import { argnums as argnumsKind, boolean, either, func, nothing, optionsOf, readFunction, type OptionsOf, of } from '../options'
import { checkpointCall, type CheckpointPolicy } from '../primitives/call/checkpoint'
import type { ParamsOf } from '../table'
import { isStaging } from '../trace'
import { customVjp } from './custom'
import { type Argnums, checkStatic, argumentsGiven } from './argnums'
import { flatFunction, flattenTensors } from './flat'
import { forwarded, handedThrough } from './forwarding'
import type { NoNumbers, Result } from './traced'
import { vjp } from './vjp'

const checkpointOptions = optionsOf({
  /** Which intermediate values are kept after all; default none. */
  policy: of<CheckpointPolicy | null>()(either(func, nothing)),
  /** Keep the recomputation apart from equal work outside; false is fine directly inside a scan. Default true. */
  preventCse: boolean,
  /** Arguments that are passed as they are. Booleans and strings are, at any depth, by themselves. */
  staticArgnums: argnumsKind,
  /** The function may branch on values: outside of traced programs it runs on them, in both passes. It has no forward derivative then. */
  concrete: boolean,
})
/** Options of `checkpoint`. */
export interface CheckpointOptions<S extends Argnums = Argnums> extends OptionsOf<typeof checkpointOptions> {
  readonly staticArgnums?: S | undefined
}
/**
 * `f`, whose intermediate values are computed again in the backward pass instead of being kept.
 *
 * Same results and derivatives, less memory, more work. Booleans and strings in arguments are static, as in `jit`.
 * Source: jax.checkpoint (jax.remat).
 */
export const checkpoint = <A extends readonly unknown[], const R extends Result, const S extends Argnums = readonly []>(
  f: ((...args: A) => R) & NoNumbers<A, S>,
  options?: CheckpointOptions<S>,
): ((...args: A) => R) => {
  readFunction('checkpoint', f)
  const { policy = null, preventCse = true, staticArgnums = [], concrete = false } = checkpointOptions('checkpoint', options)
  return (...args) => {
    const statics = argumentsGiven(staticArgnums, args.length, f.length, 'checkpoint', 'staticArgnums')
    checkStatic(args, statics, 'checkpoint')
    if (concrete && !isStaging()) return onValues(f, statics)(...args)
    const { leaves, treedef } = flattenTensors(
      args.map((a, i) => (statics.includes(i) ? undefined : a)),
      'checkpoint',
    )
    const withStatics = (...dynamic: readonly unknown[]): unknown =>
      (f as (...a: readonly unknown[]) => unknown)(...args.map((a, i) => (statics.includes(i) ? a : dynamic[i])))
    const [{ jaxpr, consts }, outTree] = stageWithAux(
      flatFunction(withStatics as (...a: never[]) => unknown, treedef, 'checkpoint'),
      leaves.map((x) => x.aval),
      'checkpoint',
    )
    const given = [...consts, ...leaves]
    return unflatten<R>(outTree, forwarded(handedThrough({ jaxpr }), given, checkpointCall(given, { jaxpr, policy, preventCse })))
  }
}
export { checkpoint as remat }

/** `f` on values, and once more on values in the backward pass, which keeps the arguments only. */
const onValues = <A extends readonly unknown[], R>(f: (...args: A) => R, statics: readonly number[]): ((...args: A) => R) => {
  const isStatic = (_: unknown, i: number): boolean => statics.includes(i)
  return customVjp(f, { nondiffArgnums: statics }).defvjp(
    (...args) => [f(...args), args.filter((x, i) => !isStatic(x, i))] as const,
    (...given: readonly unknown[]) => {
      const fixed = given.slice(0, -2)
      const [residuals, cotangent] = given.slice(-2) as [readonly unknown[], never]
      const all = (xs: readonly unknown[]): A => {
        const [ys, ds] = [[...fixed], [...xs]]
        return Array.from({ length: fixed.length + xs.length }, (_, i) => (isStatic(_, i) ? ys : ds).shift()) as unknown as A
      }
      return vjp((...xs: readonly unknown[]) => f(...all(xs)), ...residuals)[1](cotangent)
    },
  )
}

const named =
  (keep: (name: string) => boolean): CheckpointPolicy =>
  ({ primitive, params }) =>
    primitive === 'name' && keep((params as { readonly name: string }).name)
const isDot = (p: string): boolean => p === 'dot_general' || p === 'conv_general_dilated'

/** What a checkpoint may keep. Source: jax.checkpoint_policies. */
export const checkpointPolicies = {
  everythingSaveable: (() => true) as CheckpointPolicy,
  nothingSaveable: (() => false) as CheckpointPolicy,
  /** Matrix products and convolutions. */
  dotsSaveable: (({ primitive }) => isDot(primitive)) as CheckpointPolicy,
  /** Matrix products without batch axes: those with weights. */
  dotsWithNoBatchDimsSaveable: (({ primitive, params }) =>
    primitive === 'dot_general' && (params as ParamsOf['dot_general']).dimensionNumbers[1][0].length === 0) as CheckpointPolicy,
  /** Values named so by `checkpointName`. */
  saveOnlyTheseNames: (...names: readonly string[]): CheckpointPolicy => named((n) => names.includes(n)),
  saveAnyNamesButThese: (...names: readonly string[]): CheckpointPolicy => named((n) => !names.includes(n)),
  saveAnythingExceptTheseNames:
    (...names: readonly string[]): CheckpointPolicy =>
    (e) =>
      e.primitive !== 'name' || !names.includes((e.params as { readonly name: string }).name),
  saveFromBothPolicies:
    (a: CheckpointPolicy, b: CheckpointPolicy): CheckpointPolicy =>
    (e) =>
      a(e) || b(e),
} as const
