/**
 * mapVariables and addMetadataAxis of modules.
 */
import type { Result } from '@heddle/func'
import type { Axis, Filter, MetadataParams, ReadVariables, Variables } from '@heddle/lift'
import * as lift from '@heddle/lift'
import { liftTarget, type Methods } from '../lifting/lift-class'
import { lifterOf } from '../lifting/lifter'
import { namesOf, type Transformation } from '../lifting/transformation'
import type { Answers, Target, TargetFn } from './target'

/** The mapping, and when variables go back through it. */
interface MapOptions {
  /** From variables outside to those inside (identity by default). It gets the mapped collections by name. */
  readonly transInFn?: (variables: ReadVariables) => Variables
  /** From variables inside to those outside; only where they may be written: with `init` or `mutable`. */
  readonly transOutFn?: (variables: ReadVariables) => Variables
  /** Initialize variables before the mapping. */
  readonly init?: boolean
  /** May the mapped collections be written inside? */
  readonly mutable?: boolean
  /** Streams that are there inside (default all). */
  readonly rngs?: Filter
  /** Further collections that are there inside (default all). */
  readonly variables?: Filter
}
/** The mapping; and which methods of a class. */
export interface MapVariablesOptions<T = never> extends MapOptions, Methods<MapOptions, T> {}

const transformation: Transformation = {
  name: 'mapVariables',
  prefix: 'Map_variables',
  options: namesOf<MapOptions>()({ transInFn: true, transOutFn: true, init: true, mutable: true, rngs: true, variables: true }),
}

/**
 * A class of modules, or a function of a module, that sees the mapped collections through a function.
 *
 * Names: `Map_variablesDense_0`. Source: `flax.linen.map_variables`.
 *
 * @example
 * const CausalDense = nn.mapVariables(nn.Dense, 'params', { transInFn: (params) => tree.map(np.triu, params), init: this.isInitializing() })
 */
export const mapVariables: {
  <T extends TargetFn, const R extends Result>(
    target: T & Answers<R>,
    mappedCollections?: Filter,
    options?: MapVariablesOptions<NoInfer<T>>,
  ): T
  <T extends Target>(target: T, mappedCollections?: Filter, options?: MapVariablesOptions<NoInfer<T>>): T
} = <T extends Target>(target: T, mappedCollections: Filter = true, options: MapVariablesOptions<T> = {}): T =>
  liftTarget<T, MapOptions>(
    transformation,
    target,
    options,
    lifterOf((fn, { transInFn, transOutFn, ...rest }) =>
      lift.mapVariables(fn, mappedCollections, {
        ...rest,
        ...(transInFn === undefined ? {} : { mapInFn: transInFn }),
        ...(transOutFn === undefined ? {} : { mapOutFn: transOutFn }),
      }),
    ),
  )

/** What addMetadataAxis is told. */
export interface AddMetadataAxisOptions {
  /** Axes of collections. */
  readonly variableAxes?: Readonly<Record<string, Axis>>
  readonly metadataParams?: MetadataParams
}

const addition: Omit<Transformation, 'prefix'> = {
  name: 'addMetadataAxis',
  options: namesOf<AddMetadataAxisOptions>()({ variableAxes: true, metadataParams: true }),
}

/**
 * A class of modules, or a function of a module, whose boxes with metadata have one axis less inside.
 *
 * Names: `Map_variablesDense_0`, once for each collection. Source: `flax.linen.add_metadata_axis`.
 */
export const addMetadataAxis: {
  <T extends TargetFn, const R extends Result>(target: T & Answers<R>, options?: AddMetadataAxisOptions): T
  <T extends Target>(target: T, options?: AddMetadataAxisOptions): T
} = <T extends Target>(target: T, options: AddMetadataAxisOptions = {}): T =>
  liftTarget<T, AddMetadataAxisOptions>(
    { ...addition, prefix: 'Map_variables'.repeat(Object.keys(options.variableAxes ?? {}).length) },
    target,
    options,
    lifterOf((fn, { variableAxes = {}, metadataParams = {} }) => lift.addMetadataAxis(fn, variableAxes, metadataParams)),
  )
