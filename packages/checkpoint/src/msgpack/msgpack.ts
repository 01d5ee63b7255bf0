/**
 * State dicts as bytes and back: the files that `flax.serialization` writes and reads.
 *
 * Law: `await msgpackSerialize(msgpackRestore(bytes)) = bytes` for a file that Flax wrote.
 */
import { isTensor, type Tensor } from '@heddle/func'
import type { HostArray } from '@heddle/func/backend'
import { isPlainObject } from '@heddle/tree/options'
import type { PathKey } from '@heddle/tree'
import { CheckpointError } from '../error'
import { forbiddenReason, isForbidden } from '../keys'
import { asBytes } from '../source/source'
import { leafProblem, type StateDict } from '../state-dict/state-dict'
import { flaxMaking, packArray } from './arrays'
import { Packer } from './pack'
import { keysOf, layoutOf, wasScalar } from './remembered'
import { Unpacker } from './unpack'
import type { Bytes } from '../bytes'

/** How a file is written. */
export interface MsgpackOptions {
  /** Arrays of more bytes are written in pieces; 2^30 by default, as Flax does. */
  readonly maxChunkSize?: number
}
const MAX_CHUNK_SIZE = 2 ** 30
const OPERATION = 'msgpackSerialize'

const tensorsIn = (x: unknown, path: readonly PathKey[], above: readonly unknown[], out: Map<Tensor, Promise<HostArray>>): void => {
  if (isTensor(x)) {
    if (!out.has(x)) out.set(x, x.hostArray())
  } else if (Array.isArray(x) || isPlainObject(x)) {
    if (above.includes(x)) throw new CheckpointError(OPERATION, 'unsupported', 'the tree holds itself', { path })
    const children = Array.isArray(x) ? [...x.entries()] : Object.entries(x)
    for (const [key, child] of children) {
      if (isForbidden(String(key))) throw new CheckpointError(OPERATION, 'unsupported', forbiddenReason(String(key)), { path })
      tensorsIn(child, [...path, key], [...above, x], out)
    }
  } else {
    const problem = leafProblem(x)
    if (problem !== undefined) throw new CheckpointError(OPERATION, 'unsupported', problem, { path })
  }
}

const pack = (to: Packer, x: unknown, float: boolean, hosts: ReadonlyMap<unknown, HostArray>, most: number): void => {
  const host = hosts.get(x)
  if (host !== undefined) packArray(to, host, wasScalar(x as object), most)
  else if (x === null || x === undefined) to.nil()
  else if (typeof x === 'boolean') to.boolean(x)
  else if (typeof x === 'number') {
    if (float || !Number.isInteger(x) || !Number.isSafeInteger(x) || Object.is(x, -0)) to.float(x)
    else to.integer(x)
  } else if (typeof x === 'bigint') to.integer(x)
  else if (typeof x === 'string') to.text(x)
  else if (x instanceof Uint8Array) to.binary(x)
  else if (Array.isArray(x)) {
    const { floats } = layoutOf(x)
    to.list(x.length)
    for (const [i, child] of x.entries()) pack(to, child, floats?.has(i) === true, hosts, most)
  } else {
    const o = x as Readonly<Record<string, unknown>>
    const { floats } = layoutOf(o)
    const keys = keysOf(o).filter((key) => o[key] !== undefined)
    to.map(keys.length)
    for (const key of keys) {
      if (typeof key === 'number') to.integer(key)
      else to.text(key)
      pack(to, o[key], floats?.has(String(key)) === true, hosts, most)
    }
  }
}

/**
 * The bytes of a tree of lists and plain objects, as `flax.serialization.msgpack_serialize` writes them. Its tensors are read from their
 * devices, so it takes a promise. Numbers that are whole become Python's integers, others floats; null is None.
 *
 * Errors: CheckpointError for leaves that are none of these. Source: `flax.serialization.msgpack_serialize`.
 */
export const msgpackSerialize = async (tree: StateDict, options: MsgpackOptions = {}): Promise<Bytes> => {
  const reading = new Map<Tensor, Promise<HostArray>>()
  tensorsIn(tree, [], [], reading)
  const hosts = new Map(await Promise.all([...reading].map(async ([x, host]) => [x, await host] as const)))
  const to = new Packer()
  pack(to, tree, false, hosts, options.maxChunkSize ?? MAX_CHUNK_SIZE)
  return to.bytes()
}

/**
 * The tree of a file that Flax wrote: plain objects, lists, tensors (on the host until a backend needs them), numbers (bigints where they are
 * beyond 2^53), strings, booleans, null, and bytes as Uint8Arrays.
 *
 * Errors: CheckpointError, with the path, where the file is damaged or has what heddle has not. Source: `flax.serialization.msgpack_restore`.
 */
export const msgpackRestore = (file: Uint8Array | ArrayBuffer): StateDict => restore('msgpackRestore', file)

/** The same for another function, whose name errors have. */
export const restore = (operation: string, file: Uint8Array | ArrayBuffer): StateDict =>
  new Unpacker(operation, asBytes(operation, file), flaxMaking(operation)).whole() as StateDict
