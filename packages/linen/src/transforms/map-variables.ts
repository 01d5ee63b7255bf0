/**
 * mapVariables and addMetadataAxis of modules.
 */
import type { Result } from '@heddle/func'
import type { Axis, Filter } from '@heddle/lift'
import * as lift from '@heddle/lift'
import { liftTarget, type Methods } from '../lifting/lift-class'
import { lifterOf } from '../lifting/lifter'
import type { Transformation } from '../lifting/transformation'
import type { Answers, Target, TargetFn } from './target'
import { integer, isPlainObject, type Kind, nullable, type OptionsOf } from '@heddle/func/options'

const { mapInFn, mapOutFn, ...others } = lift.mapVariablesOptions.kinds
const mapOptions = lift.optionsOf({
  /** From variables outside to those inside (identity by default). It gets the mapped collections by name. */
  transInFn: mapInFn,
  /** From variables inside to those outside; only where they may be written: with `init` or `mutable`. */
  transOutFn: mapOutFn,
  ...others,
})
/** The mapping, and when variables go back through it. */
interface MapOptions extends OptionsOf<typeof mapOptions> {}
/** The mapping; and which methods of a class. */
export interface MapVariablesOptions<T = never> extends MapOptions, Methods<MapOptions, T> {}

const transformation: Transformation = { name: 'mapVariables', prefix: 'Map_variables', options: mapOptions }

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

const axis = nullable(integer)
const axesByName: Kind<Readonly<Record<string, Axis>>> = {
  expected: 'an axis (an integer or null) for each collection',
  is: (x) => isPlainObject(x) && Object.values(x).every(axis.is),
}
const addMetadataAxisOptions = lift.optionsOf({
  /** Axes of collections. */
  variableAxes: axesByName,
  metadataParams: lift.vmapOptions.kinds.metadataParams,
})
/** What addMetadataAxis is told. */
export interface AddMetadataAxisOptions extends OptionsOf<typeof addMetadataAxisOptions> {}

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
    {
      name: 'addMetadataAxis',
      prefix: 'Map_variables'.repeat(Object.keys(options.variableAxes ?? {}).length),
      options: addMetadataAxisOptions,
    },
    target,
    options,
    lifterOf((fn, { variableAxes = {}, metadataParams = {} }) => lift.addMetadataAxis(fn, variableAxes, metadataParams)),
  )
