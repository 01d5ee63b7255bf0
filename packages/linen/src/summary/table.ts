/**
 * Summaries: which modules a call runs, on what, with what result and which variables. Found by abstract evaluation, so nothing is computed.
 */
import { denyList, getIn, isDict } from '@heddle/core'
import { boolean, count, type OptionsOf } from '@heddle/func/options'
import { optionsOf, type Path, type Rngs } from '@heddle/lift'
import { touch } from '../module/attach'
import { initKinds, initWithOutput, type InitOptions } from '../module/bind'
import { classOf } from '../module/class-name'
import { deepClone } from '../module/clone'
import { observer, type CallObserver } from '../module/context'
import { callFlops, vjpFlops, type CallSite } from './call-cost'
import type { AnyModule } from '../module/state'
import { holes, traced, typed, type VariableTypes } from './types'

/** One call of a method. Tensors are types here. */
export interface Row<M = AnyModule> {
  readonly path: Path
  /** A clone of the module, without variables. */
  readonly module: M
  readonly method: string
  readonly inputs: readonly unknown[]
  readonly outputs: unknown
  /** Variables of the module, without those of its submodules. */
  readonly variables: VariableTypes
  /** Variables that this row stands for: with a limit of depth, those of the submodules that are not shown too. */
  readonly counted: VariableTypes
  /** Operations of the call, as `costOf` counts them; undefined unless asked for. */
  readonly flops: number | undefined
  /** Operations of the call and its reverse; 0 if it has no reverse, undefined unless asked for. */
  readonly vjpFlops: number | undefined
}

/** All calls of a run. */
export interface Table<M = AnyModule> {
  readonly module: M
  readonly collections: readonly string[]
  readonly rows: readonly Row<M>[]
}

interface CallRow extends CallSite {
  readonly path: Path
  readonly outputs: unknown
}

const isMethod = (module: AnyModule, name: string): boolean => typeof Reflect.get(module, name) === 'function'

const tableOptions = optionsOf({
  method: initKinds.method,
  mutable: initKinds.mutable,
  /** How many levels of submodules are shown (default all). */
  depth: count,
  /** Show each call of a module, not the first alone. */
  showRepeated: boolean,
  /** Count the operations of each call: every one is traced for it. */
  computeFlops: boolean,
  /** Count those of each call and its reverse. */
  computeVjpFlops: boolean,
})
/** What a table shows. */
export interface TableOptions extends OptionsOf<typeof tableOptions> {}

/** An observer that notes calls of methods, of modules with variables, in the order in which they begin. */
const recorder = (calls: (CallRow | undefined)[]): CallObserver => ({
  enter: () => calls.push(undefined) - 1,
  leave: (index, module, method, args, result) => {
    const { scope } = touch(module)
    if (scope === undefined || !isMethod(module, method)) return
    calls[index] = {
      path: scope.path,
      module: deepClone(module),
      method,
      inputs: typed(args) as readonly unknown[],
      outputs: typed(result),
      streams: scope.rngNames,
      mutable: scope.mutable,
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

/** What init would do: its calls, and the types of the variables that it would make. */
const observe = (
  module: AnyModule,
  rngs: Rngs,
  args: readonly unknown[],
  options: InitOptions,
  operation: string,
): { readonly calls: readonly CallRow[]; readonly variables: VariableTypes } => {
  const inputs = holes([rngs, args])
  return traced((xs) => {
    const [keys, given] = inputs.fill<readonly [Rngs, readonly unknown[]]>(xs)
    const calls: (CallRow | undefined)[] = []
    const made = observer.during('tabulate', recorder(calls), () => initWithOutput(module, keys, given, options, operation)[1])
    return { calls: calls.filter((c) => c !== undefined), variables: typed(made) as VariableTypes }
  }, inputs.types)
}

/** What init would do, as a table. Arguments may be types in place of tensors. */
export const moduleTable = (
  module: AnyModule,
  rngs: Rngs,
  args: readonly unknown[],
  given?: TableOptions,
  operation = 'moduleTable',
): Table => {
  const options = tableOptions(`${classOf(module)}.${operation}`, given)
  const {
    depth,
    showRepeated = false,
    computeFlops = false,
    computeVjpFlops = false,
    mutable = denyList('intermediates'),
    ...init
  } = options
  const { calls, variables } = observe(module, rngs, args, { ...init, mutable }, operation)
  const called = new Set(calls.map(({ path }) => path.join('/')))
  const seen = new Set<string>()
  const rows = calls.flatMap((call): Row[] => {
    const id = call.path.join('/')
    const again = seen.has(id)
    if ((depth !== undefined && call.path.length > depth) || (again && !showRepeated)) return []
    seen.add(id)
    const mine = again ? {} : own(variables, call.path, called)
    const { streams: _, mutable: __, ...shown } = call
    return [
      {
        ...shown,
        variables: mine,
        counted: !again && call.path.length === depth ? at(variables, call.path) : mine,
        flops: computeFlops ? callFlops(call) : undefined,
        vjpFlops: computeVjpFlops ? vjpFlops(call) : undefined,
      },
    ]
  })
  return { module, collections: Object.keys(variables), rows }
}
