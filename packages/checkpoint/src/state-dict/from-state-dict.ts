/**
 * A state dict into the structure of a target. The target is left as it is; a new tree is answered, or an error, never something between.
 */
import { ConcreteTensor, type DType, isDType, isFloating, isTensor, type Tensor } from '@heddle/func'
import { array, astype } from '@heddle/func/np'
import { isLeaf, type Path } from '@heddle/tree'
import { describe, isPlainObject, suggestion } from '@heddle/tree/options'
import { CheckpointError, type CheckpointFault } from '../error'
import { isShape } from '../host'
import { isForbidden } from '../keys'
import { layoutOf, rememberLayout } from '../msgpack/remembered'
import { isPartial, openNode, type StateDict } from './state-dict'

/** How values are taken. */
export interface FromStateDictOptions {
  /** Whether an array of another dtype than the target's is converted to it; it is an error by default. */
  readonly cast?: boolean
}
interface Type {
  readonly shape: readonly number[]
  readonly dtype: DType
}
/** Whether it is a type in the place of a tensor, as `evalShape` answers. */
const isType = (x: unknown): x is Type => isPlainObject(x) && isDType(x.dtype) && isShape(x.shape)
const isDict = (x: unknown): x is Readonly<Record<string, StateDict>> => isPlainObject(x)
const show = ({ shape, dtype }: Type): string => `${dtype}[${shape.join(',')}]`

/** Restores for a function, whose name errors have. */
class Restorer {
  constructor(
    readonly operation: string,
    readonly cast: boolean,
  ) {}

  fail(path: Path, reason: string, fault: CheckpointFault = 'mismatch'): never {
    throw new CheckpointError(this.operation, fault, reason, { path })
  }

  go(target: unknown, state: StateDict, path: Path): unknown {
    if (isTensor(target) || isType(target)) return this.tensor(target, state, path)
    if (target === null || target === undefined) {
      // a leaf that a mask hides is null here, and in files of Optax a tuple of nothing
      if (state === null || state === undefined || (isDict(state) && Object.keys(state).length === 0)) return target
      return this.fail(path, `the target has ${String(target)} here, the saved tree ${describe(state)}`)
    }
    if (isLeaf(target)) return this.leaf(target, state, path)
    if (Array.isArray(target)) return this.list(target, state, path)
    if (isPlainObject(target)) return this.object(target, state, path)
    return this.node(target, state, path)
  }

  tensor(target: Type, state: StateDict, path: Path): Tensor {
    if (!isTensor(state)) {
      if ((typeof state === 'number' || typeof state === 'bigint' || typeof state === 'boolean') && target.shape.length === 0)
        return this.scalar(target, state, path)
      return this.fail(path, `the target has ${show(target)} here, the saved tree ${describe(state)}`)
    }
    if (state.shape.length !== target.shape.length || state.shape.some((n, i) => n !== target.shape[i]))
      return this.fail(path, `the saved array is ${show(state)}, and the target has ${show(target)} here`)
    if (state.dtype === target.dtype) return state
    if (this.cast) return astype(state, target.dtype)
    return this.fail(path, `the saved array is ${show(state)}, and the target has ${show(target)} here; \`{ cast: true }\` converts it`)
  }

  /** A number of Python's in the place of an array without axes. */
  scalar({ dtype }: Type, x: number | bigint | boolean, path: Path): Tensor {
    const made = array(x, { dtype })
    const back = made instanceof ConcreteTensor ? made.item() : x
    const same = typeof back === 'bigint' && typeof x === 'bigint' ? back === x : Number(back) === Number(x)
    if (same || this.cast || (isFloating(dtype) && typeof x === 'number')) return made
    return this.fail(path, `the saved number is ${String(x)}, which is no ${dtype}; \`{ cast: true }\` converts it`)
  }

  leaf(target: unknown, state: StateDict, path: Path): unknown {
    const kind = typeof target
    const value = isTensor(state) && state.ndim === 0 && state instanceof ConcreteTensor ? state.item() : state
    if (target instanceof Uint8Array || kind === 'string' || kind === 'boolean') {
      if (kind === 'object' ? value instanceof Uint8Array : typeof value === kind) return value
    } else if (kind === 'number' || kind === 'bigint') {
      if (typeof value === 'number' || typeof value === 'bigint') return this.number(kind, value)
    } else return this.fail(path, `the target has ${describe(target)} here, which is nothing that is saved`, 'unsupported')
    return this.fail(path, `the target has ${describe(target)} here, the saved tree ${describe(state)}`)
  }
  /** In the target's kind where that loses nothing. */
  number(kind: 'number' | 'bigint', x: number | bigint): number | bigint {
    if (kind === 'bigint') return typeof x === 'number' && Number.isInteger(x) ? BigInt(x) : x
    return typeof x === 'bigint' && x >= BigInt(Number.MIN_SAFE_INTEGER) && x <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(x) : x
  }

  dict(target: unknown, state: StateDict, path: Path): Readonly<Record<string, StateDict>> {
    return isDict(state) ? state : this.fail(path, `the target has ${describe(target)} here, the saved tree ${describe(state)}`)
  }

  list(target: readonly unknown[], given: StateDict, path: Path): unknown[] {
    const state = Array.isArray(given) ? Object.fromEntries(given.entries()) : this.dict(target, given, path)
    const n = Object.keys(state).length
    if (n !== target.length) return this.fail(path, `the target has a list of ${target.length} here, the saved tree one of ${n}`)
    const out = target.map((x, i) =>
      Object.hasOwn(state, i)
        ? this.go(x, state[i], [...path, i])
        : this.fail(path, `the saved tree has no ${i} here, but ${Object.keys(state).join(', ')}`),
    )
    const { keys } = layoutOf(state)
    if (keys !== undefined) rememberLayout(out, layoutOf(state))
    return out
  }

  object(target: Readonly<Record<string, unknown>>, given: StateDict, path: Path): Record<string, unknown> {
    const state = this.dict(target, given, path)
    const there = Object.keys(state)
    // in the order of the file, so that it is written back as it was
    const order = [...there.filter((key) => Object.hasOwn(target, key)), ...Object.keys(target).filter((key) => !Object.hasOwn(state, key))]
    for (const key of Object.keys(target)) {
      if (isForbidden(key)) this.fail(path, `a target can't have the key ${JSON.stringify(key)}`, 'unsupported')
      if (!Object.hasOwn(state, key) && target[key] !== undefined)
        this.fail(path, `the target has ${JSON.stringify(key)} here, which the saved tree has not: ${suggestion(key, there)}`, 'missing')
    }
    const out: Record<string, unknown> = {}
    // errors come in the target's order
    const made = new Map(Object.keys(target).map((key) => [key, this.go(target[key], state[key], [...path, key])]))
    for (const key of order) out[key] = made.get(key)
    rememberLayout(out, layoutOf(state))
    return out
  }

  /** An instance of a registered class: all of its fields and no others. */
  node(target: unknown, given: StateDict, path: Path): unknown {
    const { treedef, children } = openNode(target)
    const dict = this.dict(target, given, path)
    const state = isPartial(target) ? { bound: isDict(dict.args) ? dict.args['0'] : undefined } : dict
    const names = children.map(([key]) => String(key))
    const missing = names.find((name, i) => !Object.hasOwn(state, name) && children[i]![1] !== undefined)
    if (missing !== undefined)
      return this.fail(
        path,
        `${describe(target)} has the field ${JSON.stringify(missing)}, and the saved tree has ${Object.keys(state).join(', ') || 'none'} here`,
        'missing',
      )
    const more = Object.keys(state).find((name) => !names.includes(name))
    if (more !== undefined)
      return this.fail(
        path,
        `the saved tree has ${JSON.stringify(more)} here, and ${describe(target)} has no such field, but ${names.join(', ') || 'none'}`,
      )
    return treedef.unflatten(
      children.map(([key, child]) => this.go(child, (state as Readonly<Record<string, StateDict>>)[String(key)], [...path, key])),
    )
  }
}

/** The same for another function. A target of null takes the state dict as it is, as in Flax. */
export const restoreInto = <T>(operation: string, target: T, state: StateDict, { cast = false }: FromStateDictOptions = {}): T =>
  target === null || target === undefined ? (state as T) : (new Restorer(operation, cast).go(target, state, []) as T)

/**
 * A tree of the target's structure with the values of a state dict. Of the target only the structure, shapes and dtypes are used: it may have
 * types (`{ shape, dtype }`) in the place of tensors. Names that the target's objects have not are passed over, as in Flax.
 *
 * Errors: CheckpointError with the path of the first difference; nothing is restored then. Source: `flax.serialization.from_state_dict`.
 */
export const fromStateDict = <T>(target: T, state: StateDict, options?: FromStateDictOptions): T =>
  restoreInto('fromStateDict', target, state, options)
