/**
 * Sequential: layers one after the other.
 */
import type { Tensor } from '@heddle/func'
import { required } from '@heddle/func/options'
import { LayerError } from '../error'
import { Module } from '../module/module'
import { layerList } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { isModule } from '../module/state'

/** A module, or a function. */
export type Layer = Module | ((...args: never[]) => unknown)

/** Props of `Sequential`. */
export interface SequentialProps {
  readonly layers: readonly Layer[]
}

type AnyFunction = (...args: readonly unknown[]) => unknown

const run = (layer: Layer, args: readonly unknown[]): unknown =>
  isModule(layer) ? (layer as Module & { readonly call: AnyFunction }).call(...args) : (layer as AnyFunction)(...args)

/**
 * Calls layers in order, each with what the one before answered; of an array, with its elements as arguments.
 *
 * Names: `layers_0`, `layers_2`. Errors: LayerError when there is none. Source: `flax.linen.Sequential`.
 *
 * @example
 * new nn.Sequential({ layers: [new nn.Dense({ features: 8 }), nn.relu, new nn.Dense({ features: 3 })] })
 */
export class Sequential<R = Tensor> extends Module<SequentialProps> {
  static readonly moduleName: string = 'Sequential'
  static readonly propTypes: PropTypes<SequentialProps> = { layers: required(layerList) }

  call(...args: unknown[]): R {
    const [first, ...rest] = this.props.layers
    if (first === undefined) throw new LayerError('Sequential', `${this.path.join('/') || 'the module'} has no layers`)
    return rest.reduce<unknown>((x, layer) => run(layer, Array.isArray(x) ? x : [x]), run(first, args)) as R
  }
}
