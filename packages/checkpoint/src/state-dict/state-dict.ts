/**
 * State dicts: what is saved of a tree, as plain objects with strings as keys.
 *
 * A list or tuple is an object of '0', '1', ...; a class that is a node of trees one of its fields; a random key is its data, uint32[2], as
 * Flax's legacy keys are. Structure that is not data (the names of a `Partitioned` box) is not saved, and comes from the target.
 */
import { isTensor, type Tensor } from '@heddle/func'
import { flatten, isLeaf, leavesWithPath, type Path, type PathKey, type TreeDef } from '@heddle/tree'
import { describe, isPlainObject } from '@heddle/tree/options'
import { CheckpointError } from '../error'
import { forbiddenReason, isForbidden } from '../keys'
import { keysOf, layoutOf, rememberLayout } from '../msgpack/remembered'

/** What msgpack of Flax holds. */
export type StateDict =
  | Tensor
  | number
  | bigint
  | boolean
  | string
  | null
  | undefined
  | Uint8Array
  | readonly StateDict[]
  | { readonly [key: string]: StateDict }

const INT64 = [-(2n ** 63n), 2n ** 64n - 1n] as const

/** Why a value can't be saved, if it can't. */
export const leafProblem = (x: unknown): string | undefined => {
  if (x === null || x === undefined || isTensor(x) || x instanceof Uint8Array) return undefined
  if (typeof x === 'bigint') return x >= INT64[0] && x <= INT64[1] ? undefined : `the integer ${x} does not fit into 64 bits`
  if (typeof x === 'number' || typeof x === 'boolean' || typeof x === 'string') return undefined
  if (ArrayBuffer.isView(x)) return `expected a tensor, got ${describe(x)}; make it one by np.array(x)`
  if (typeof x === 'function' || typeof x === 'symbol') return `${describe(x)} can't be saved`
  return `${describe(x)} can't be saved; make its class a node of trees by registerNode, or save a plain object`
}

/** A node of a class one level down: its structure, and its children by the names of their fields. */
export interface Opened {
  readonly treedef: TreeDef
  readonly children: readonly (readonly [key: PathKey, child: unknown])[]
}
/** Takes an instance of a registered class apart by one level. */
export const openNode = (x: unknown): Opened => {
  const one = (y: unknown): boolean => y !== x
  return {
    treedef: flatten(x, one).treedef,
    children: leavesWithPath(x, one).map(([[key], child]) => [key!, child] as const),
  }
}
/** Whether it is a function with a tree that is bound to it (`tree.partial`), which Flax saves as arguments and keywords. */
export const isPartial = (x: unknown): boolean => typeof x === 'function' && !isLeaf(x)

/** The keys of a list or object, and what was known of their order. */
const childrenInOrder = (x: readonly unknown[] | Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] =>
  Array.isArray(x) && layoutOf(x).keys === undefined
    ? x.map((child, i) => [String(i), child] as const)
    : keysOf(x).map((key) => [String(key), (x as Readonly<Record<string, unknown>>)[key]] as const)

const go = (x: unknown, path: Path, above: readonly unknown[]): StateDict => {
  if (isTensor(x)) return x
  if (isLeaf(x) || x === null || x === undefined) {
    const problem = leafProblem(x)
    if (problem !== undefined) throw new CheckpointError('toStateDict', 'unsupported', problem, { path })
    return x as StateDict
  }
  if (above.includes(x)) throw new CheckpointError('toStateDict', 'unsupported', 'the tree holds itself', { path })
  const plain = Array.isArray(x) || isPlainObject(x)
  const opened = plain ? childrenInOrder(x) : openNode(x).children
  const out: Record<string, StateDict> = {}
  for (const [key, child] of opened) {
    const name = String(key)
    if (isForbidden(name)) throw new CheckpointError('toStateDict', 'unsupported', forbiddenReason(name), { path })
    if (child !== undefined || Array.isArray(x)) out[name] = go(child, [...path, Array.isArray(x) ? Number(key) : key], [...above, x])
  }
  if (plain) rememberLayout(out, layoutOf(x))
  return isPartial(x) ? { args: { '0': out.bound }, keywords: {} } : out
}

/**
 * What is to be saved of a tree: nested plain objects, with its tensors, numbers and strings as leaves.
 *
 * Errors: CheckpointError, with the path, for what can't be saved. Source: `flax.serialization.to_state_dict`.
 */
export const toStateDict = (tree: unknown): StateDict => go(tree, [], [])
