/**
 * Logical axes: names that a model gives to the axes of its arrays (`batch`, `heads`), and rules that say along which axis of a mesh of
 * devices each lies. So a model is written once, for every mesh.
 *
 * Laws: a mesh axis is given to at most one axis of an array; the rules are tried in order, and the first that fits a name decides.
 */
import { either as E } from 'fp-ts'
import type { ScopeError } from './error'
import { namesOfAxes, PartitionSpec, UNCONSTRAINED, type MeshAxes } from './sharding'

/** Names of the axes of an array: null for an axis that is whole everywhere, `UNCONSTRAINED` for one that may lie as it likes. */
export type LogicalNames = readonly (string | null | typeof UNCONSTRAINED)[]

/** Rules, the most important first: a logical name, and where it lies. */
export type LogicalRules = readonly (readonly [logical: string, mesh: MeshAxes])[]

const isAxisName = (x: unknown): boolean => x === null || x === UNCONSTRAINED || typeof x === 'string'

/** Are these names of axes, and no tree of such? A partition spec counts too. */
export const isLogicalNames = (x: unknown): x is LogicalNames | PartitionSpec =>
  x instanceof PartitionSpec || (Array.isArray(x) && x.every(isAxisName))

/** The names in either form. */
export const logicalNames = (x: LogicalNames | PartitionSpec): LogicalNames => (x instanceof PartitionSpec ? (x.axes as LogicalNames) : x)

/**
 * Where each axis lies by the rules; undefined for a name that no rule decides.
 *
 * Errors: LogicalAxes where a name stands twice.
 */
export const assignAxes = (names: LogicalNames, rules: LogicalRules): E.Either<ScopeError, readonly (MeshAxes | undefined)[]> => {
  const twice = names.filter((n, i) => typeof n === 'string' && names.indexOf(n) < i) as readonly string[]
  if (twice.length > 0) return E.left({ _tag: 'LogicalAxesError', names: names.map(String), reason: `"${twice[0]}" stands twice` })
  const placed: (MeshAxes | undefined)[] = names.map((n) => (typeof n === 'string' ? undefined : n))
  const free = (axes: MeshAxes): boolean => {
    const used = placed.flatMap((p) => (p === undefined ? [] : namesOfAxes(p)))
    return namesOfAxes(axes).every((n) => !used.includes(n))
  }
  for (const [logical, mesh] of rules) {
    const i = names.indexOf(logical)
    if (i >= 0 && placed[i] === undefined && free(mesh)) placed[i] = mesh
  }
  return E.right(placed)
}

/**
 * Logical names as a partition spec: an axis that no rule decides is whole everywhere.
 *
 * Errors: LogicalAxes where a name stands twice. Source: `flax.linen.logical_to_mesh_axes`.
 *
 * @example
 * placeAxes(['batch', 'length', 'heads'], [['batch', 'x'], ['heads', 'y']]) // right(PartitionSpec(x, null, y))
 */
export const placeAxes = (names: LogicalNames, rules: LogicalRules): E.Either<ScopeError, PartitionSpec> => {
  const placed = assignAxes(names, rules)
  return E.isLeft(placed) ? placed : E.right(new PartitionSpec(...placed.right.map((p) => p ?? null)))
}
