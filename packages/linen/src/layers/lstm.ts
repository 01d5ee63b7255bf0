/**
 * LSTM cells: LSTMCell and OptimizedLSTMCell.
 */
import { np, random, type DType, type Shape, type Tensor } from '@heddle/func'
import type { Key } from '@heddle/lift'
import { promoteDtype } from './dtypes'
import { zeros, type Initializer } from './initializers'
import { Module } from '../module/module'
import type { PropTypes } from '../module/props'
import { carryShape, cellDefaults, denseOf, gatedCellKinds, RNNCellBase, type Activation, type GatedCellProps } from './recurrent-cell'
import { checkCarries } from './inputs'

/** Cell state and output of an LSTM. */
export type LSTMCarry = readonly [c: Tensor, h: Tensor]

/** Cell state and output to begin with, each with a key of its own. */
export const initialCarry = (rng: Key, shape: Shape, init: Initializer, dtype: DType): LSTMCarry => {
  const keys = random.split(rng)
  return [init(keys.at(0), shape, dtype) as Tensor, init(keys.at(1), shape, dtype) as Tensor]
}

/** The new carry and output from the sums at the four gates. */
export const gates = (
  c: Tensor,
  [i, f, g, o]: readonly [Tensor, Tensor, Tensor, Tensor],
  gateFn: Activation,
  activationFn: Activation,
): readonly [carry: LSTMCarry, output: Tensor] => {
  const newC = gateFn(f)
    .mul(c)
    .add(gateFn(i).mul(activationFn(g)))
  const newH = gateFn(o).mul(activationFn(newC))
  return [[newC, newH], newH]
}

/**
 * A long short-term memory cell (Hochreiter and Schmidhuber 1997).
 *
 * Shapes: `x: [..., n]`, output `[..., features]`, carry two of these; parameters `ii if ig io hi hf hg ho`. Source: `flax.linen.LSTMCell`.
 */
export class LSTMCell extends RNNCellBase<GatedCellProps, LSTMCarry> {
  static override readonly moduleName: string = 'LSTMCell'
  static readonly propTypes: PropTypes<GatedCellProps> = gatedCellKinds

  call(carry: LSTMCarry, inputs: Tensor): readonly [carry: LSTMCarry, output: Tensor] {
    checkCarries(this, carry, this.props.features)
    const [c, h] = carry
    const { gateFn, activationFn, kernelInit, recurrentKernelInit, biasInit, dtype, paramDtype } = { ...cellDefaults, ...this.props }
    const common = { features: h.shape.at(-1)!, dtype, paramDtype }
    const fromInput = denseOf({ ...common, useBias: false, kernelInit })
    const fromCarry = denseOf({ ...common, kernelInit: recurrentKernelInit, biasInit })
    const sum = (gate: string): Tensor => fromInput(`i${gate}`, inputs).add(fromCarry(`h${gate}`, h))
    return gates(c, [sum('i'), sum('f'), sum('g'), sum('o')], gateFn, activationFn)
  }

  initializeCarry(rng: Key, inputShape: Shape): LSTMCarry {
    const { features, carryInit = zeros, paramDtype = 'float32' } = this.props
    return initialCarry(rng, carryShape(inputShape, features), carryInit, paramDtype)
  }
}

interface DenseParamsProps {
  readonly features: number
  readonly useBias: boolean
  readonly paramDtype: DType
  readonly kernelInit: Initializer
  readonly biasInit: Initializer
}

/** The parameters of a Dense layer, without its computation. */
class DenseParams extends Module<DenseParamsProps> {
  static readonly moduleName: string = 'DenseParams'

  call(inputs: Tensor): readonly [kernel: Tensor, bias: Tensor | undefined] {
    const { features, useBias, paramDtype, kernelInit, biasInit } = this.props
    const kernel = this.param('kernel', kernelInit, [inputs.shape.at(-1)!, features], paramDtype)
    return [kernel, useBias ? this.param('bias', biasInit, [features], paramDtype) : undefined]
  }
}

const letters = ['i', 'f', 'g', 'o'] as const

/**
 * LSTMCell with the four gates in one product, and the same parameters.
 *
 * Source: `flax.linen.OptimizedLSTMCell`.
 */
export class OptimizedLSTMCell extends RNNCellBase<GatedCellProps, LSTMCarry> {
  static override readonly moduleName: string = 'OptimizedLSTMCell'
  static readonly propTypes: PropTypes<GatedCellProps> = gatedCellKinds

  call(carry: LSTMCarry, inputs: Tensor): readonly [carry: LSTMCarry, output: Tensor] {
    checkCarries(this, carry, this.props.features)
    const [c, h] = carry
    const { gateFn, activationFn, kernelInit, recurrentKernelInit, biasInit, dtype, paramDtype } = { ...cellDefaults, ...this.props }
    const common = { features: h.shape.at(-1)!, paramDtype, biasInit }
    const params = letters.map(
      (gate) =>
        [
          new DenseParams({ ...common, useBias: false, kernelInit }, { name: `i${gate}` }).call(inputs),
          new DenseParams({ ...common, useBias: true, kernelInit: recurrentKernelInit }, { name: `h${gate}` }).call(h),
        ] as const,
    )
    const fromInput = concatenated(
      inputs,
      params.map(([i]) => i),
      dtype,
    )
    const fromCarry = concatenated(
      h,
      params.map(([, r]) => r),
      dtype,
    )
    const sums = np.split(fromCarry.add(fromInput), 4, -1) as [Tensor, Tensor, Tensor, Tensor]
    return gates(c, sums, gateFn, activationFn)
  }

  initializeCarry(rng: Key, inputShape: Shape): LSTMCarry {
    const { features, carryInit = zeros, paramDtype = 'float32' } = this.props
    return initialCarry(rng, carryShape(inputShape, features), carryInit, paramDtype)
  }
}

/** Dense layers side by side. */
const concatenated = (x: Tensor, params: readonly (readonly [Tensor, Tensor | undefined])[], dtype: DType | undefined): Tensor => {
  const rawKernel = np.concatenate(
    params.map(([kernel]) => kernel),
    -1,
  )
  const biases = params.flatMap(([, bias]) => (bias === undefined ? [] : [bias]))
  const rawBias = biases.length === 0 ? undefined : np.concatenate(biases, -1)
  const [inputs, kernel, bias] = promoteDtype([x, rawKernel, rawBias], { dtype })
  const y = np.dot(inputs, kernel)
  return bias === undefined ? y : y.add(bias)
}
