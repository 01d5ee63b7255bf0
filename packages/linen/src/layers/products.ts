/**
 * What layers multiply with: lax.dotGeneral and lax.convGeneralDilated, or functions in their place.
 */
import { lax, type np, type Shape, type Tensor } from '@heddle/func'
import { anything, func } from '@heddle/func/options'
import type { PropTypes } from '../module/props'

/** Sums of products over pairs of axes, called as lax.dotGeneral is. */
export type DotGeneral = np.DotGeneral

/** How products of dense layers are computed. */
export interface DotGeneralProps {
  /** How exactly hardware multiplies (see lax.dotGeneral). */
  readonly precision?: np.PrecisionLike | undefined
  /** In the place of lax.dotGeneral. */
  readonly dotGeneral?: DotGeneral | undefined
  /** Makes one for each call, in the scope of the layer: it may have submodules. */
  readonly dotGeneralCls?: (() => DotGeneral) | undefined
}

export const dotGeneralKinds: PropTypes<DotGeneralProps> = { precision: anything, dotGeneral: func, dotGeneralCls: func }

/** The product of a layer, with its precision. */
export const dotGeneralOf = ({ precision, dotGeneral, dotGeneralCls }: DotGeneralProps) => {
  const product = dotGeneralCls?.() ?? dotGeneral ?? lax.dotGeneral
  return (x: Tensor, kernel: Tensor, dims: Parameters<DotGeneral>[2]): Tensor => product(x, kernel, dims, { precision })
}

/** A convolution, called as lax.convGeneralDilated is. */
export type ConvGeneralDilated = (lhs: Tensor, rhs: Tensor, windowStrides: Shape, padding: lax.Padding, options: lax.ConvOptions) => Tensor

/** How products of convolutions are computed. */
export interface ConvProductProps {
  /** How exactly hardware multiplies (see lax.convGeneralDilated). */
  readonly precision?: np.PrecisionLike | undefined
  /** In the place of lax.convGeneralDilated. */
  readonly convGeneralDilated?: ConvGeneralDilated | undefined
  /** Makes one for each call, in the scope of the layer: it may have submodules. */
  readonly convGeneralDilatedCls?: (() => ConvGeneralDilated) | undefined
}

export const convProductKinds: PropTypes<ConvProductProps> = { precision: anything, convGeneralDilated: func, convGeneralDilatedCls: func }

/** The convolution of a layer. */
export const convGeneralDilatedOf = ({ convGeneralDilated, convGeneralDilatedCls }: ConvProductProps): ConvGeneralDilated =>
  convGeneralDilatedCls?.() ?? convGeneralDilated ?? lax.convGeneralDilated
