/**
 * The size of the axis that a transformation maps over, from the shapes of what it maps.
 */
import { broadcast, isAxisMetadata, unbox, type Axis, type Path, type Sized } from '@heddle/core'
import { isStatic } from '@heddle/func'
import { broadcastPrefix, leaves, leavesWithPath, TreeError, type Path as TreePath } from '@heddle/tree'
import { exception } from './edge'
import { shapeOf } from './ports'
import { pathOf, valueAt, variableAt, type Named } from './misuse'
import type { Entry, Groups } from './entry'

/** Something that is mapped: where it is, its axis, its shape. */
interface Mapped extends Named {
  readonly axis: number
  readonly shape: readonly number[]
}

const isShared = (axis: unknown): axis is null | typeof broadcast => axis === null || axis === broadcast

/** The variables with an axis. */
const mappedVariables = (entry: Entry, groups: Groups, axes: readonly Axis[]): readonly Mapped[] =>
  groups.flatMap((g, i) => {
    const axis = axes[i] ?? null
    if (isShared(axis)) return []
    return leavesWithPath(g, isAxisMetadata).flatMap(([at, x]) =>
      leaves(unbox(x)).flatMap((leaf) => (isStatic(leaf) ? [] : [{ ...variableAt(entry, at), axis, shape: shapeOf(leaf) }])),
    )
  })

/** Axes for each leaf of the arguments. Errors: InvalidOptionsError where they are no prefix of the arguments. */
const axesOf = (where: string, inAxes: unknown, args: readonly unknown[]): readonly unknown[] => {
  const expected = `an axis, null, or a list of such, one for each of ${args.length} arguments`
  try {
    return broadcastPrefix(inAxes, args)
  } catch (cause) {
    if (!(cause instanceof TreeError)) throw cause
    const error = exception({ _tag: 'InvalidOptionsError', where, problems: [{ path: ['inAxes'], expected, actual: inAxes }] })
    error.cause = cause
    throw error
  }
}

const mappedArguments = (where: string, entry: Entry, args: readonly unknown[], inAxes: unknown): readonly Mapped[] => {
  const axes = axesOf(where, inAxes, args)
  const named = ([i, ...rest]: TreePath): Named => valueAt(entry, `argument ${(i as number) + 1}`, rest)
  return leavesWithPath(args).flatMap(([at, x], i) =>
    isShared(axes[i]) || isStatic(x) ? [] : [{ ...named(at), axis: axes[i] as number, shape: shapeOf(x) }],
  )
}

/** What the size is found from. */
export interface AxisSources {
  readonly where: string
  readonly entry: Entry
  /** Variables, and an axis for each group. They are checked, and tell the size too if `fromVariables`. */
  readonly groups: Groups
  readonly groupAxes: readonly Axis[]
  readonly args: readonly unknown[]
  readonly inAxes: unknown
  /** The size that was asked for, and the option for it. */
  readonly asked: number | undefined
  readonly option: string
  readonly fromVariables: boolean
}

/**
 * The size common to all mapped axes, or the one that was asked for. `null` or `broadcast` stands for no axis.
 *
 * Errors: AxisSizeError where sizes differ or none is known, AxisRangeError where there is no such axis, InvalidOptionsError.
 */
export const axisSize = ({ where, entry, groups, groupAxes, args, inAxes, asked, option, fromVariables }: AxisSources): number => {
  const path: Path = pathOf(entry)
  const variables = mappedVariables(entry, groups, groupAxes)
  const mapped = [...mappedArguments(where, entry, args, inAxes), ...variables]
  const sizes = mapped.map(({ what, axis, shape, path: at }): Sized => {
    const size = shape.at(axis)
    if (size === undefined || axis < -shape.length) throw exception({ _tag: 'AxisRangeError', where, path: at, what, axis, shape })
    return { what, size }
  })
  const all = asked === undefined ? sizes : [{ what: option, size: asked }, ...sizes]
  const distinct = all.filter(({ size }, i) => all.findIndex((s) => s.size === size) === i)
  const known = fromVariables ? all.length : all.length - variables.length
  if (known === 0 || distinct.length !== 1)
    throw exception({ _tag: 'AxisSizeError', where, path, option, sizes: known === 0 ? [] : distinct })
  return distinct[0]!.size
}
