/**
 * What recurrent cells have in common, and the simple cells: SimpleCell, GRUCell, MGUCell.
 */
import { nn, np, type DType, type Shape, type Tensor } from '@heddle/func'
import { count, dtype, func, required } from '@heddle/func/options'
import type { Key } from '@heddle/lift'
import { defaultKernelInit, initializers, ones, zeros, type Initializer } from './initializers'
import { Module } from '../module/module'
import { flag, initializer } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { Dense, type DenseProps } from './dense'
import { checkCarry } from './inputs'

/** A function of elements. */
export type Activation = (x: Tensor) => Tensor

/** Props of all cells. */
export interface CellProps {
  readonly features: number
  readonly activationFn?: Activation
  readonly kernelInit?: Initializer
  readonly recurrentKernelInit?: Initializer
  readonly biasInit?: Initializer
  readonly carryInit?: Initializer
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
}

/** Props of cells with gates. */
export interface GatedCellProps extends CellProps {
  readonly gateFn?: Activation
}

const cellKinds: PropTypes<CellProps> = {
  features: required(count),
  activationFn: func,
  kernelInit: initializer,
  recurrentKernelInit: initializer,
  biasInit: initializer,
  carryInit: initializer,
  dtype,
  paramDtype: dtype,
}
/** What gated cells take. */
export const gatedCellKinds: PropTypes<GatedCellProps> = { ...cellKinds, gateFn: func }
const { biasInit: _, ...withoutBias } = gatedCellKinds

const orthogonal: Initializer = initializers.orthogonal()

/** What each cell takes where it is given nothing. */
export const cellDefaults = {
  gateFn: nn.sigmoid as Activation,
  activationFn: np.tanh as Activation,
  kernelInit: defaultKernelInit,
  recurrentKernelInit: orthogonal,
  biasInit: zeros,
  carryInit: zeros,
  paramDtype: 'float32' as DType,
}

/** The shape of a carry: that of the input with other features. */
export const carryShape = (inputShape: Shape, features: number): Shape => [...inputShape.slice(0, -1), features]

/**
 * A cell: from a carry and an input to the next carry and an output. Extend it to make one of your own.
 *
 * Source: `flax.linen.RNNCellBase`.
 */
export abstract class RNNCellBase<P extends object = object, C = unknown, D extends keyof P = never> extends Module<P, D> {
  static readonly moduleName: string = 'RNNCellBase'
  static readonly nowrap: readonly string[] = ['initializeCarry']

  abstract call(carry: C, inputs: Tensor): readonly [carry: C, output: Tensor]
  /** The carry to begin with, for inputs of a shape. */
  abstract initializeCarry(rng: Key, inputShape: Shape): C
  /** How many axes of an input are no batch axes. */
  get numFeatureAxes(): number {
    return 1
  }
}

/** A cell whose carry is one array. */
abstract class SingleCarryCell<P extends CellProps> extends RNNCellBase<P, Tensor> {
  initializeCarry(rng: Key, inputShape: Shape): Tensor {
    const { features, carryInit = zeros, paramDtype = 'float32' } = this.props
    return carryInit(rng, carryShape(inputShape, features), paramDtype) as Tensor
  }
}

/** Dense layers of a cell, named, with the same settings. */
export const denseOf =
  (common: DenseProps) =>
  (name: string, x: Tensor, own: Partial<DenseProps> = {}): Tensor =>
    new Dense({ ...common, ...own }, { name }).call(x)

/** Props of `SimpleCell`. */
export interface SimpleCellProps extends CellProps {
  /** Add the carry before the activation. */
  readonly residual?: boolean
}

/**
 * `h' = tanh(W_i x + W_h h + b)`.
 *
 * Shapes: `x: [..., n]`, carry and output `[..., features]`; parameters `i`, `h`. Source: `flax.linen.SimpleCell`.
 */
export class SimpleCell extends SingleCarryCell<SimpleCellProps> {
  static override readonly moduleName: string = 'SimpleCell'
  static readonly propTypes: PropTypes<SimpleCellProps> = { ...cellKinds, residual: flag }

  call(carry: Tensor, inputs: Tensor): readonly [carry: Tensor, output: Tensor] {
    checkCarry(this, carry, this.props.features)
    const {
      activationFn,
      kernelInit,
      recurrentKernelInit,
      biasInit,
      dtype,
      paramDtype,
      residual = false,
    } = { ...cellDefaults, ...this.props }
    const features = carry.shape.at(-1)!
    const common = { features, dtype, paramDtype }
    const fromInput = denseOf({ ...common, kernelInit, biasInit })
    const fromCarry = denseOf({ ...common, useBias: false, kernelInit: recurrentKernelInit })
    const sum = fromInput('i', inputs).add(fromCarry('h', carry))
    const h = activationFn(residual ? sum.add(carry) : sum)
    return [h, h]
  }
}

/**
 * A gated recurrent unit (Cho et al. 2014, with the bias of the candidate inside of the reset gate).
 *
 * Shapes: `x: [..., n]`, carry and output `[..., features]`; parameters `ir iz in hr hz hn`. Source: `flax.linen.GRUCell`.
 */
export class GRUCell extends SingleCarryCell<GatedCellProps> {
  static override readonly moduleName: string = 'GRUCell'
  static readonly propTypes: PropTypes<GatedCellProps> = gatedCellKinds

  call(h: Tensor, inputs: Tensor): readonly [carry: Tensor, output: Tensor] {
    checkCarry(this, h, this.props.features)
    const { gateFn, activationFn, kernelInit, recurrentKernelInit, biasInit, dtype, paramDtype } = { ...cellDefaults, ...this.props }
    const common = { features: h.shape.at(-1)!, dtype, paramDtype, biasInit }
    const fromInput = denseOf({ ...common, kernelInit })
    const fromCarry = denseOf({ ...common, useBias: false, kernelInit: recurrentKernelInit })
    const r = gateFn(fromInput('ir', inputs).add(fromCarry('hr', h)))
    const z = gateFn(fromInput('iz', inputs).add(fromCarry('hz', h)))
    const n = activationFn(fromInput('in', inputs).add(r.mul(fromCarry('hn', h, { useBias: true }))))
    const next = np.subtract(1, z).mul(n).add(z.mul(h))
    return [next, next]
  }
}

/** Props of `MGUCell`. */
export interface MGUCellProps extends Omit<GatedCellProps, 'biasInit'> {
  readonly forgetBiasInit?: Initializer
  readonly activationBiasInit?: Initializer
  /** Let the forget gate reset the carry before the candidate is computed (default true). */
  readonly resetGate?: boolean
}

/**
 * A minimal gated unit (Zhou et al. 2016): one gate.
 *
 * Shapes: `x: [..., n]`, carry and output `[..., features]`; parameters `if in hf hn`. Source: `flax.linen.MGUCell`.
 */
export class MGUCell extends SingleCarryCell<MGUCellProps> {
  static override readonly moduleName: string = 'MGUCell'
  static readonly propTypes: PropTypes<MGUCellProps> = {
    ...withoutBias,
    forgetBiasInit: initializer,
    activationBiasInit: initializer,
    resetGate: flag,
  }

  call(h: Tensor, inputs: Tensor): readonly [carry: Tensor, output: Tensor] {
    checkCarry(this, h, this.props.features)
    const { gateFn, activationFn, kernelInit, recurrentKernelInit, dtype, paramDtype } = { ...cellDefaults, ...this.props }
    const { forgetBiasInit = ones, activationBiasInit = zeros, resetGate = true } = this.props
    const common = { features: h.shape.at(-1)!, dtype, paramDtype }
    const fromInput = denseOf({ ...common, kernelInit })
    const fromCarry = denseOf({ ...common, useBias: false, kernelInit: recurrentKernelInit, biasInit: activationBiasInit })
    const f = gateFn(fromInput('if', inputs, { biasInit: forgetBiasInit }).add(fromCarry('hf', h)))
    const recurrent = fromCarry('hn', h, { useBias: resetGate })
    const n = activationFn(fromInput('in', inputs, { biasInit: activationBiasInit }).add(resetGate ? recurrent.mul(f) : recurrent))
    const next = np.subtract(1, f).mul(n).add(f.mul(h))
    return [next, next]
  }
}
