/**
 * Names of axes beside the variables: each variable `w` of a collection `params` that is declared here has its names in `w_axes` of the
 * collection `params_axes`. The older way; boxes (`withLogicalPartitioning`) are the newer one. Source: `flax.linen.partitioning`.
 */
import { isLogicalNames, logicalNames, union, type ScopeError } from '@heddle/core'
import { ArgumentError } from '@heddle/func'
import { exception, PartitionSpec, type Axis, type Filter, type Init, type InOut, type Variables, Variable } from '@heddle/lift'
import { mapUntil, registerNode, staticKey } from '@heddle/tree'
import { currentModule } from '../module/context'
import { isModule, type Module } from '../module/module'
import { withLogicalConstraint, type RulesFallback } from './spmd'
import { mapVariables, scan, vmap, type ScanOptions, type Target, type VmapOptions } from '../transforms'

export {
  getLogicalAxisRules as getAxisRules,
  logicalAxisRules as axisRules,
  logicalToMesh,
  logicalToMeshAxes,
  RulesFallback,
  setLogicalAxisRules as setAxisRules,
  withLogicalConstraint as withShardingConstraint,
} from './spmd'

/** Names of the axes of a variable, or a tree of such for a tree of arrays. A node of trees without leaves. */
export class AxisMetadata {
  readonly names: unknown

  constructor(names: unknown) {
    this.names = names
  }
}

registerNode(AxisMetadata, { flatten: (x) => [[], x.names], unflatten: (names) => new AxisMetadata(names) })

/** How an axis-annotated parameter or variable is declared. */
export interface AxesOptions {
  /** Names of its axes, or a tree of such; null or nothing for none. */
  readonly axes?: unknown
  /** The module that declares it; by default the one whose method runs. */
  readonly module?: Module
}

/** The module whose method runs. */
const running = (): Module | undefined => {
  const module = currentModule()
  return isModule(module) ? module : undefined
}

const declaring = (where: string, given: Module | undefined): Module => {
  const module = given ?? running()
  if (module === undefined) throw new ArgumentError(where, 'no method of a module is running: pass `module`')
  return module
}

const noted = (module: Module, collection: string, name: string, axes: unknown): void => {
  module.sow<AxisMetadata, AxisMetadata | null>(`${collection}_axes`, `${name}_axes`, new AxisMetadata(axes), {
    init: () => null,
    reduce: (before, now) => {
      if (before === null || staticKey(before.names) === staticKey(now.names)) return now
      throw exception(changed(name, before, now))
    },
  })
}
const changed = (name: string, before: AxisMetadata, now: AxisMetadata): ScopeError => ({
  _tag: 'LogicalAxesError',
  names: [name],
  reason: `declared with axes ${JSON.stringify(now.names)}, and before with ${JSON.stringify(before.names)}`,
})

/**
 * A parameter whose axes have names.
 *
 * Errors: those of `param`; LogicalAxesError where it had other names before. Source: `flax.linen.partitioning.param_with_axes`.
 *
 * @example
 * const w = nn.partitioning.paramWithAxes('w', nn.initializers.lecunNormal(), [[4, 3]], { axes: ['embed', 'mlp'] })
 */
export const paramWithAxes = <T, Args extends readonly unknown[]>(
  name: string,
  init: Init<T, Args>,
  args: Args,
  { axes, module: given }: AxesOptions = {},
): T => {
  const module = declaring('paramWithAxes', given)
  const value = module.param(name, init, ...args)
  if (axes === undefined || axes === null) return value
  noted(module, 'params', name, axes)
  return withLogicalConstraint(value, axes)
}

/** How an axis-annotated variable is declared. */
export interface VariableAxesOptions extends AxesOptions {
  /** What a constraint does where no rule decides about a name. */
  readonly fallback?: RulesFallback
}

/** A variable whose value is constrained to lie as the names of its axes say, when read and when written. */
export class PartitionedVariable<T = unknown> extends Variable<T> {
  readonly axes: unknown
  readonly fallback: RulesFallback | undefined

  constructor(of: Variable<T>, axes: unknown, fallback: RulesFallback | undefined) {
    super(of.scope, of.collection, of.name)
    this.axes = axes
    this.fallback = fallback
  }

  #constrained(value: T): T {
    return this.axes === undefined || this.axes === null ? value : withLogicalConstraint(value, this.axes, { fallback: this.fallback })
  }
  override get value(): T {
    return this.#constrained(super.value)
  }
  override set value(value: T) {
    super.value = this.#constrained(value)
  }
}

/** A variable whose axes have names. Errors: those of `variable`. Source: `flax.linen.partitioning.variable_with_axes`. */
export const variableWithAxes = <T, Args extends readonly unknown[]>(
  collection: string,
  name: string,
  init: (...args: Args) => T,
  args: Args,
  { axes, module: given, fallback }: VariableAxesOptions = {},
): PartitionedVariable<T> => {
  const module = declaring('variableWithAxes', given)
  const variable = new PartitionedVariable<T>(module.variable<T, Args>(collection, name, init, ...args), axes, fallback)
  if (axes !== undefined && axes !== null) noted(module, collection, name, axes)
  return variable
}

const isMetadata = (x: unknown): x is AxisMetadata => x instanceof AxisMetadata
const isNames = (x: unknown): boolean => x === null || isLogicalNames(x)
const suffix = /_axes$/

/**
 * From a collection of names of axes (`params_axes`) to partition specs by the names of the variables themselves.
 *
 * Source: `flax.linen.partitioning.get_axis_names`.
 */
export const getAxisNames = (axes: unknown): unknown => {
  if (isMetadata(axes))
    return mapUntil(isNames, (names: never) => (names === null ? null : new PartitionSpec(...logicalNames(names))), axes.names)
  const entries = Object.entries(axes as Readonly<Record<string, unknown>>)
  return Object.fromEntries(entries.map(([name, inner]) => [name.replace(suffix, ''), getAxisNames(inner)]))
}

const changeNames = (change: (names: readonly unknown[]) => readonly unknown[], variables: Variables): Variables =>
  mapUntil(
    isMetadata,
    (x: unknown) => (isMetadata(x) ? new AxisMetadata(mapUntil(isNames, (n: never) => (n === null ? null : change(n)), x.names)) : x),
    variables,
  )

/** A target whose names of axes gain one on the way out, and lose it on the way in. */
const addingAxis = <T extends Target>(target: T, given: InOut | undefined, name: string, collection: string): T => {
  const axis: Axis | undefined = typeof given === 'object' && given !== null ? given.axis : given
  if (axis === undefined || axis === null) return target
  return mapVariables(target, collection, {
    mutable: running()?.isMutableCollection(collection) ?? true,
    transInFn: (v) =>
      changeNames((names) => {
        if (names[axis] === name) return names.toSpliced(axis, 1)
        throw exception({ _tag: 'LogicalAxesError', names: names.map(String), reason: `axis ${axis} should be "${name}"` })
      }, v),
    transOutFn: (v) => changeNames((names) => names.toSpliced(axis, 0, name), v),
  })
}

/** As of `scan`; and what the axis is called. */
export interface ScanWithAxesOptions<T = unknown> extends Omit<ScanOptions<T>, 'variableAxes'> {
  readonly variableAxes?: Readonly<Record<string, InOut<number>>>
  /** The name of the axis that is added (default `layers`). */
  readonly axisName?: string
  /** Collections whose variables have names of axes (default `params`). */
  readonly axesCollections?: readonly string[]
}

/** `scan` that gives the axis that it adds a name. Source: `flax.linen.partitioning.scan_with_axes`. */
export const scanWithAxes = <T extends Target>(target: T, options: ScanWithAxesOptions<T> = {}): T => {
  const { axisName = 'layers', axesCollections = ['params'], variableBroadcast = false, ...rest } = options
  const { variableAxes = {} } = rest
  const axes: Filter = axesCollections.map((c) => `${c}_axes`)
  const scanned = scan(target, { ...rest, variableBroadcast: union(variableBroadcast, axes) })
  return axesCollections.reduce((inner, c) => addingAxis(inner, variableAxes[c], axisName, `${c}_axes`), scanned)
}

/** As of `vmap`; and what the axis is called. */
export interface VmapWithAxesOptions<T = unknown> extends Omit<VmapOptions<T>, 'variableAxes'> {
  readonly variableAxes?: Readonly<Record<string, InOut>>
  /** The name of the axis that is added, by collection. */
  readonly partitioningAxisNames?: Readonly<Record<string, string>>
}

/** `vmap` that gives the axis that it adds a name. Source: `flax.linen.partitioning.vmap_with_axes`. */
export const vmapWithAxes = <T extends Target>(target: T, options: VmapWithAxesOptions<T> = {}): T => {
  const { partitioningAxisNames = {}, variableAxes = {}, ...rest } = options
  const shared = Object.keys(partitioningAxisNames).map((c) => [`${c}_axes`, null] as const)
  const mapped = vmap(target, { ...rest, variableAxes: { ...variableAxes, ...Object.fromEntries(shared) } })
  return Object.entries(partitioningAxisNames).reduce((inner, [c, name]) => addingAxis(inner, variableAxes[c], name, `${c}_axes`), mapped)
}
