/** Initializers of parameters: functions of a key, a shape and a dtype. Source: jax.nn.initializers, bit for bit. */
import { type Shape, sizeOf } from '../aval'
import type { DType } from '../dtype'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import {
  dtype as dtypeKind,
  either,
  finite,
  integer,
  listOf,
  number,
  oneOf,
  optionsOf,
  readArgument,
  tensorLike,
  type OptionsOf,
} from '../options'
import { full, ones as onesOf, zeros as zerosOf } from '../numpy/creation'
import { multiply } from '../numpy/elementwise'
import { setAt } from '../numpy/index-update'
import { axisOf, type TensorLike } from '../numpy/promote'
import { moveaxis } from '../numpy/shape'
import { mul } from '../primitives/arithmetic'
import { reshape } from '../primitives/structural'
import * as random from '../random'
import type { Tensor } from '../tensor'

/** Makes a parameter of a shape; float32 unless a dtype is given here or when the initializer was made. */
export type Initializer = (key: Tensor, shape: Shape, dtype?: DType) => Tensor
const initializerOptions = optionsOf({ dtype: dtypeKind }, { alone: 'dtype' })
/** What all initializers take: the dtype where the layer names none. */
export interface InitializerOptions extends OptionsOf<typeof initializerOptions> {}
/** Every initializer checks its factor when it is made. */
const factor = (where: string, name: string, x: number): void => readArgument(where, name, finite, x)
const times = (x: Tensor, factor: number): Tensor => mul(x, literal(factor, x.dtype))

/** Zeros; the key is not used. */
export const zeros: Initializer = (_key, shape, dtype) => zerosOf(shape, dtype)
/** Ones; the key is not used. */
export const ones: Initializer = (_key, shape, dtype) => onesOf(shape, dtype)
/** Flax's names: functions that answer the initializers above. */
export const zerosInit = (): Initializer => zeros
/** The initializer `ones`, as Flax has it. */
export const onesInit = (): Initializer => ones
/** The same value everywhere (or a tensor that broadcasts). */
export const constant = (value: TensorLike, options?: InitializerOptions): Initializer => {
  readArgument('constant', 'value', tensorLike, value)
  const { dtype } = initializerOptions('constant', options)
  return (_key, shape, own = dtype ?? 'float32') => full(shape, value, own)
}
/** Uniform in [0, scale). */
export const uniform = (scale = 0.01, options?: InitializerOptions): Initializer => {
  factor('uniform', 'scale', scale)
  const { dtype } = initializerOptions('uniform', options)
  return (key, shape, own = dtype) => times(random.uniform(key, shape, { dtype: own }), scale)
}
/** Normal of mean 0. */
export const normal = (stddev = 0.01, options?: InitializerOptions): Initializer => {
  factor('normal', 'stddev', stddev)
  const { dtype } = initializerOptions('normal', options)
  return (key, shape, own = dtype) => times(random.normal(key, shape, { dtype: own }), stddev)
}
const truncatedOptions = optionsOf({
  dtype: dtypeKind,
  /** Bounds before scaling; -2 and 2. */
  lower: number,
  upper: number,
})
/** Options of `truncatedNormal`. */
export interface TruncatedOptions extends OptionsOf<typeof truncatedOptions> {}
/** Normal within bounds, scaled after. */
export const truncatedNormal = (stddev = 0.01, options?: TruncatedOptions): Initializer => {
  factor('truncatedNormal', 'stddev', stddev)
  const { dtype, lower = -2, upper = 2 } = truncatedOptions('truncatedNormal', options)
  return (key, shape, own = dtype) => times(random.truncatedNormal(key, lower, upper, shape, { dtype: own }), stddev)
}

type Axes = number | readonly number[]
const someAxes = either(integer, listOf(integer, 'a list of axes'))
const fanOptions = optionsOf({
  dtype: dtypeKind,
  /** Axes of inputs (-2), of outputs (-1), and of neither (none). */
  inAxis: someAxes,
  outAxis: someAxes,
  batchAxis: someAxes,
})
/** Which axes of a shape are inputs, outputs and batches. */
export interface FanOptions extends OptionsOf<typeof fanOptions> {}
const fans = (shape: Shape, { inAxis = -2, outAxis = -1, batchAxis = [] }: FanOptions): { fanIn: number; fanOut: number } => {
  if (inAxis === -2 && shape.length <= 1)
    throw new ArgumentError(
      'varianceScaling',
      `shape [${shape.join(',')}] has no axis of inputs: give inAxis, or a shape of 2 axes or more`,
    )
  const size = (axes: Axes): number =>
    (typeof axes === 'number' ? [axes] : axes).reduce((n, a) => n * shape[axisOf('varianceScaling', a, shape.length)]!, 1)
  const [inputs, outputs] = [size(inAxis), size(outAxis)]
  const field = sizeOf(shape) / inputs / outputs / size(batchAxis)
  return { fanIn: inputs * field, fanOut: outputs * field }
}
/** By which count of inputs and outputs a variance is divided. */
export type FanMode = 'fan_in' | 'fan_out' | 'fan_avg' | 'fan_geo_avg'
/** What `varianceScaling` draws from. */
export type Distribution = 'truncated_normal' | 'normal' | 'uniform'
const denominators: Readonly<Record<FanMode, (fanIn: number, fanOut: number) => number>> = {
  fan_in: (fanIn) => fanIn,
  fan_out: (_, fanOut) => fanOut,
  fan_avg: (fanIn, fanOut) => (fanIn + fanOut) / 2,
  fan_geo_avg: (fanIn, fanOut) => Math.sqrt(fanIn * fanOut),
}
/** The standard deviation of a normal distribution cut at 2 deviations. */
const truncatedDeviation = 0.8796256610342398

const modeKind = oneOf(...Object.keys(denominators))
const distributionKind = oneOf('truncated_normal', 'normal', 'uniform')
/** Variance `scale / n`, where n is the number of inputs, outputs, or their mean (the mode). */
export const varianceScaling = (scale: number, mode: FanMode, distribution: Distribution, given?: FanOptions): Initializer => {
  factor('varianceScaling', 'scale', scale)
  readArgument('varianceScaling', 'mode', modeKind, mode)
  readArgument('varianceScaling', 'distribution', distributionKind, distribution)
  const options = fanOptions('varianceScaling', given)
  return (key, shape, dtype = options.dtype ?? 'float32') => {
    const { fanIn, fanOut } = fans(shape, options)
    const variance = Math.fround(scale / denominators[mode](fanIn, fanOut))
    if (distribution === 'truncated_normal')
      return times(
        random.truncatedNormal(key, -2, 2, shape, { dtype }),
        Math.fround(Math.fround(Math.sqrt(variance)) / Math.fround(truncatedDeviation)),
      )
    if (distribution === 'normal') return times(random.normal(key, shape, { dtype }), Math.sqrt(variance))
    return times(random.uniform(key, shape, { dtype, minval: -1 }), Math.sqrt(Math.fround(3 * variance)))
  }
}
const scaling =
  (scale: number, mode: FanMode, distribution: Distribution) =>
  (options?: FanOptions): Initializer =>
    varianceScaling(scale, mode, distribution, options)
/** A truncated normal with variance 1 / fan in. Source: LeCun et al., Efficient BackProp (1998). */
export const lecunNormal = scaling(1, 'fan_in', 'truncated_normal')
/** Uniform with variance 1 / fan in. Source: LeCun et al., Efficient BackProp (1998). */
export const lecunUniform = scaling(1, 'fan_in', 'uniform')
/** A truncated normal with variance 2 / (fan in + fan out). Source: Glorot and Bengio (2010). */
export const glorotNormal = scaling(1, 'fan_avg', 'truncated_normal')
/** Uniform with variance 2 / (fan in + fan out). Source: Glorot and Bengio (2010). */
export const glorotUniform = scaling(1, 'fan_avg', 'uniform')
/** A truncated normal with variance 2 / fan in. Source: He et al. (2015). */
export const heNormal = scaling(2, 'fan_in', 'truncated_normal')
/** Uniform with variance 2 / fan in. Source: He et al. (2015). */
export const heUniform = scaling(2, 'fan_in', 'uniform')
export { glorotNormal as xavierNormal, glorotUniform as xavierUniform, heNormal as kaimingNormal, heUniform as kaimingUniform }
const orthogonalOptions = optionsOf({
  dtype: dtypeKind,
  /** The axis whose size is the number of columns; -1. */
  columnAxis: integer,
})
/** Options of `orthogonal`. */
export interface OrthogonalOptions extends OptionsOf<typeof orthogonalOptions> {}
/** Orthonormal rows or columns of the matrix that all other axes and the column axis make. */
export const orthogonal = (scale = 1, options?: OrthogonalOptions): Initializer => {
  factor('orthogonal', 'scale', scale)
  const { columnAxis = -1, dtype } = orthogonalOptions('orthogonal', options)
  return (key, shape, own = dtype ?? 'float32') => {
    if (shape.length < 2) throw new ArgumentError('orthogonal', `needs a shape of 2 axes or more, got [${shape.join(',')}]`)
    if (shape.includes(0)) return zerosOf(shape, own)
    const at = axisOf('orthogonal', columnAxis, shape.length)
    const columns = shape[at]!
    const q = random.orthogonal(key, sizeOf(shape) / columns, [], { dtype: own, m: columns })
    const rows = shape.filter((_, i) => i !== at)
    return multiply(moveaxis(reshape(q, { newSizes: [...rows, columns] }), -1, at), literal(scale, own))
  }
}
/** A convolution kernel `[...spatial, in, out]` that is orthogonal at the middle and zero around it. */
export const deltaOrthogonal = (scale = 1, options?: OrthogonalOptions): Initializer => {
  factor('deltaOrthogonal', 'scale', scale)
  const { columnAxis = -1, dtype } = orthogonalOptions('deltaOrthogonal', options)
  return (key, shape, own = dtype ?? 'float32') => {
    if (shape.length < 3 || shape.length > 5)
      throw new ArgumentError('deltaOrthogonal', `needs a shape of 3 to 5 axes, got [${shape.join(',')}]`)
    if (shape.at(-1)! < shape.at(-2)!)
      throw new ArgumentError('deltaOrthogonal', `needs at least as many outputs as inputs, got shape [${shape.join(',')}]`)
    const matrix = orthogonal(scale, { columnAxis, dtype: own })(key, shape.slice(-2))
    const middle = shape.slice(0, -2).map((n) => Math.floor((n - 1) / 2))
    return setAt(zerosOf(shape, own), middle, matrix)
  }
}
