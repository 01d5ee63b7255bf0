/**
 * Models over many devices: rules from the logical axes of a model to the axes of a mesh, in force for a stretch of code, and
 * constraints in terms of logical axes. Source: `flax.linen.spmd`.
 *
 * A constraint says how an array is to lie on the mesh of devices, that in force (`withMesh`) or one that is given. It is checked against
 * the mesh, and changes no value; backends with one device pass it by.
 */
import { assignAxes, isLogicalNames, logicalNames, placeAxes, type ScopeError } from '@heddle/core'
import { ambient, type Synchronous } from '@heddle/func'
import {
  currentMesh,
  exception,
  NamedSharding,
  orThrow,
  PartitionSpec,
  onMesh,
  type LogicalNames,
  type LogicalRules,
  type Mesh,
} from '@heddle/lift'
import { map, mapUntil, staticKey } from '@heddle/tree'

const current = ambient<LogicalRules>([], staticKey)

/** Puts rules in force from here on. */
export const setLogicalAxisRules = (rules: LogicalRules): void => current.set(rules)
/** The rules in force. */
export const getLogicalAxisRules = (): LogicalRules => current.get()

/**
 * Runs a function with rules in force.
 *
 * @example
 * const spec = nn.logicalAxisRules([['batch', 'data'], ['embed', 'model']], () => nn.logicalToMeshAxes(['batch', 'embed']))
 */
export const logicalAxisRules = <R>(rules: LogicalRules, run: () => Synchronous<R>): R =>
  current.during('logicalAxisRules', rules, run as () => R)

/** Names of axes, as an array or as a partition spec. */
export type LogicalSpec = LogicalNames | PartitionSpec

/**
 * Logical names as a partition spec on a mesh, by rules (by default those in force). No names (null) give no spec.
 *
 * The first rule that fits a name decides, and a mesh axis is given to one axis of an array only. Errors: LogicalAxesError.
 */
export function logicalToMeshAxes(names: LogicalSpec, rules?: LogicalRules): PartitionSpec
export function logicalToMeshAxes(names: LogicalSpec | null, rules?: LogicalRules): PartitionSpec | null
export function logicalToMeshAxes(names: LogicalSpec | null, rules: LogicalRules = current.get()): PartitionSpec | null {
  return names === null ? null : orThrow(placeAxes(logicalNames(names), rules))
}

/** A tree of logical specs, as `getPartitionSpec` gives it, as one of specs on a mesh. Errors: LogicalAxesError. */
export const logicalToMesh = <T = unknown>(specs: unknown, rules: LogicalRules = current.get()): T =>
  mapUntil<T>(isLogicalNames, (spec: LogicalSpec) => logicalToMeshAxes(spec, rules), specs)

/** A tree of logical specs as one of shardings. Errors: LogicalAxesError. */
export const logicalToMeshSharding = <T = unknown>(specs: unknown, mesh: Mesh, rules: LogicalRules = current.get()): T =>
  map<T>((spec: PartitionSpec) => new NamedSharding(mesh, spec), logicalToMesh(specs, rules))

/** What a constraint does where no rule decides about a name. */
export const RulesFallback = {
  /** The axis is whole everywhere. */
  AXIS_IS_UNSHARDED: 'axis_is_unsharded',
  RAISE_ERROR: 'raise_error',
  /** There is no constraint at all. */
  NO_CONSTRAINT: 'no_constraint',
} as const
/** One of `RulesFallback`. */
export type RulesFallback = (typeof RulesFallback)[keyof typeof RulesFallback]

/** How names become a constraint. */
export interface ConstraintOptions {
  /** Default: those in force. */
  readonly rules?: LogicalRules | undefined
  /** Default: the one in force; without any, nothing is placed. */
  readonly mesh?: Mesh | undefined
  /** Default: the axis is whole everywhere. */
  readonly fallback?: RulesFallback | undefined
}

const undecided = (names: LogicalNames): ScopeError => ({
  _tag: 'LogicalAxesError',
  names: names.map(String),
  reason: 'no rule decides about one of them',
})

/**
 * The constraint that names stand for: a partition spec, or null where there is none to make.
 *
 * There is none without rules or names. Errors: LogicalAxesError.
 */
export const logicalConstraint = (names: LogicalSpec | null, options: ConstraintOptions = {}): PartitionSpec | null => {
  const { rules = current.get(), fallback = RulesFallback.AXIS_IS_UNSHARDED } = options
  if (names === null || rules.length === 0) return null
  const list = logicalNames(names)
  const assigned = orThrow(assignAxes(list, rules))
  if (fallback !== RulesFallback.AXIS_IS_UNSHARDED && assigned.includes(undefined)) {
    if (fallback === RulesFallback.RAISE_ERROR) throw exception(undecided(list))
    return null
  }
  return new PartitionSpec(...assigned.map((p) => p ?? null))
}

/**
 * Arrays that are to lie as their logical axes and the rules say: the same values.
 *
 * `names` is a tree of names, a prefix of the arrays. Errors: LogicalAxesError, ShardingError.
 * Source: `flax.linen.with_logical_constraint`.
 *
 * @example
 * h = nn.withLogicalConstraint(h, ['batch', 'embed'])
 */
export const withLogicalConstraint = <T>(x: T, names: unknown, options: ConstraintOptions = {}): T =>
  names === null ? x : mapUntil<T>(isSpec, (spec: LogicalSpec | null, part: unknown) => constrained(part, spec, options), names, x)

const isSpec = (x: unknown): boolean => x === null || isLogicalNames(x)

const constrained = (x: unknown, names: LogicalSpec | null, options: ConstraintOptions): unknown => {
  const spec = logicalConstraint(names, options)
  const { mesh = currentMesh() } = options
  return spec === null || mesh === undefined ? x : onMesh('withLogicalConstraint', x, new NamedSharding(mesh, spec))
}
