/**
 * Initializers of parameters: those of `jax.nn.initializers`, and their type.
 */
import type { DType, Shape, Tensor } from '@heddle/func'
import { initializers } from '@heddle/func/nn'
import type { AxisMetadata, Key } from '@heddle/lift'

/** From a key, a shape and a dtype to a value, perhaps in a box with metadata. */
export type Initializer = (key: Key, shape: Shape, dtype?: DType) => Tensor | AxisMetadata<Tensor>

export { initializers }

/** For kernels, where a layer is given none: LeCun's normal. */
export const defaultKernelInit: Initializer = initializers.lecunNormal()
/** Zeros. */
export const zeros: Initializer = initializers.zeros
/** Ones. */
export const ones: Initializer = initializers.ones
/** An initializer of zeros, as a function of nothing: as all others are made. */
export const zerosInit = (): Initializer => zeros
/** An initializer of ones, as a function of nothing: as all others are made. */
export const onesInit = (): Initializer => ones
