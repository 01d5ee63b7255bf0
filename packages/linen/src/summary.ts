/**
 * Summaries: which modules a call runs, on what, with what result and which variables. Found by abstract evaluation, so nothing is computed.
 */
import { denyList, getIn, isDict } from '@heddle/core'
import { evalShape, isTensor, type ShapeDtype } from '@heddle/func'
import type { Path, Rngs } from '@heddle/lift'
import { flatten, map, mapUntil } from '@heddle/tree'
import { initWithOutput, type InitOptions } from './bind'
import { deepClone } from './clone'
import { withContext, type CallObserver } from './context'
import type { Module } from './module'

/** Trees of types by collection. */
export type VariableTypes = Readonly<Record<string, unknown>>

/** One call of a method. Tensors are types here. */
export interface Row {
  readonly path: Path
  /** A clone of the module, without variables. */
  readonly module: Module
  readonly method: string
  readonly inputs: readonly unknown[]
  readonly outputs: unknown
  /** Variables of the module, without those of its submodules. */
  readonly variables: VariableTypes
  /** Variables that this row stands for: with a limit of depth, those of the submodules that are not shown too. */
  readonly counted: VariableTypes
}

/** All calls of a run. */
export interface Table {
  readonly module: Module
  readonly collections: readonly string[]
  readonly rows: readonly Row[]
}

/** What a table shows. */
export interface TableOptions extends Omit<InitOptions, 'captureIntermediates'> {
  /** How many levels of submodules are shown (default all). */
  readonly depth?: number | undefined
  /** Show each call of a module, not the first alone. */
  readonly showRepeated?: boolean
}

type Call = Omit<Row, 'variables' | 'counted'>

const typed = (x: unknown): unknown => map((leaf: unknown) => (isTensor(leaf) ? { shape: leaf.shape, dtype: leaf.dtype } : leaf), x)

/** An observer that notes calls in the order in which they begin. */
const recorder = (calls: Call[]): CallObserver => ({
  enter: () => calls.push(undefined as never) - 1,
  leave: (index, module, method, args, result) => {
    calls[index] = {
      path: module.path,
      module: deepClone(module),
      method,
      inputs: typed(args) as readonly unknown[],
      outputs: typed(result),
    }
  },
})

/** Variables of a path, by collection. */
const at = (variables: VariableTypes, path: Path): VariableTypes =>
  Object.fromEntries(Object.entries(variables).flatMap(([c, dict]) => (getIn(dict, path) === undefined ? [] : [[c, getIn(dict, path)]])))

/** Those that belong to no submodule that was called. */
const own = (variables: VariableTypes, path: Path, called: ReadonlySet<string>): VariableTypes => {
  const without = (dict: unknown): unknown =>
    isDict(dict) ? Object.fromEntries(Object.entries(dict).filter(([name]) => !called.has([...path, name].join('/')))) : dict
  return Object.fromEntries(Object.entries(at(variables, path)).map(([c, dict]) => [c, without(dict)]))
}

const isType = (x: unknown): x is ShapeDtype =>
  isDict(x) && Object.keys(x).length === 2 && Array.isArray(x.shape) && typeof x.dtype === 'string'

/** What init would do, as a table. Arguments may be types in place of tensors. Source: `flax.linen.summary`. */
export const moduleTable = (module: Module, rngs: Rngs, args: readonly unknown[], options: TableOptions = {}): Table => {
  const { depth, showRepeated = false, mutable = denyList('intermediates'), ...init } = options
  const calls: Call[] = []
  const { leaves, treedef } = flatten(args, isType)
  const abstract = (x: unknown): boolean => isTensor(x) || isType(x)
  const run = (keys: Rngs, types: readonly unknown[]): VariableTypes => {
    let next = 0
    const xs = treedef.unflatten<readonly unknown[]>(leaves.map((x) => (abstract(x) ? types[next++] : x)))
    return withContext({ observer: recorder(calls) }, () => initWithOutput(module, keys, xs, { ...init, mutable })[1])
  }
  const variables = evalShape(run, rngs, leaves.filter(abstract)) as VariableTypes
  const called = new Set(calls.map(({ path }) => path.join('/')))
  const seen = new Set<string>()
  const rows = calls.flatMap((call): Row[] => {
    const id = call.path.join('/')
    if (depth !== undefined && call.path.length > depth) return []
    if (seen.has(id)) return showRepeated ? [{ ...call, variables: {}, counted: {} }] : []
    seen.add(id)
    const mine = own(variables, call.path, called)
    return [{ ...call, variables: mine, counted: call.path.length === depth ? at(variables, call.path) : mine }]
  })
  return { module, collections: Object.keys(variables), rows }
}

/** A tree with each type replaced by what `f` makes of it. */
export const mapTypes = (f: (type: ShapeDtype) => unknown, x: unknown): unknown =>
  mapUntil(isType, (leaf: unknown) => (isType(leaf) ? f(leaf) : leaf), x)
