/** Functions that have no useful derivative, made smooth by noise. */
import { type DType, lax, np, random, type Tensor, vmap } from '@heddle/func'
import { boolean, func, type Kind, optionsOf, type OptionsOf, positive, readArgument } from '@heddle/func/options'
import { map } from '@heddle/tree'
import { key as keyKind } from './options'
import { treeAddScale, treeScale, treeSum } from './trees/arithmetic'
import { overLeaves } from './trees/leafwise'
import { treeRandomLike } from './trees/making'

/** A distribution: how numbers are drawn from it, and the logarithm of their density, up to a constant. */
export interface Noise {
  sample(key: Tensor, shape?: readonly number[], dtype?: DType): Tensor
  logProb(x: Tensor): Tensor
}
/** The normal distribution. Source: optax.perturbations.Normal. */
export class Normal implements Noise {
  sample(key: Tensor, shape: readonly number[] = [], dtype: DType = 'float32'): Tensor {
    return random.normal(key, shape, { dtype })
  }
  logProb(x: Tensor): Tensor {
    return np.multiply(-0.5, np.square(x))
  }
}
/** The Gumbel distribution: the largest of many. Source: optax.perturbations.Gumbel. */
export class Gumbel implements Noise {
  sample(key: Tensor, shape: readonly number[] = [], dtype: DType = 'float32'): Tensor {
    return random.gumbel(key, shape, { dtype })
  }
  logProb(x: Tensor): Tensor {
    return np.subtract(np.negative(x), np.exp(np.negative(x)))
  }
}
const has = (x: unknown, name: string): boolean => typeof x === 'object' && x !== null && typeof Reflect.get(x, name) === 'function'
const noiseKind: Kind<Noise> = {
  expected: 'a distribution, an object with sample and logProb',
  is: (x) => has(x, 'sample') && has(x, 'logProb'),
  hint: (x) => (typeof x === 'function' ? `a class is made an object by new: new ${x.name || 'Gumbel'}()` : undefined),
}
const positiveNumber: Kind<number> = { expected: 'a positive number', is: (x) => typeof x === 'number' && x > 0 && Number.isFinite(x) }
const perturbedOptions = optionsOf({
  /** Over how many perturbed calls the mean is taken, 1000. */
  numSamples: positive,
  /** The size of the noise, 0.1. */
  sigma: positiveNumber,
  /** The noise, `new Gumbel()`. */
  noise: noiseKind,
  /** Subtract the value without noise where it changes nothing but the variance of derivatives, true. */
  useBaseline: boolean,
})
/** Options of `makePerturbedFun`. */
export interface PerturbedOptions extends OptionsOf<typeof perturbedOptions> {}

/**
 * The mean of `fun(x + sigma z)` over random z, a function of a key and x: it has derivatives where `fun` has none (such as an argmax or a
 * count), of any order, estimated from values of `fun` alone.
 *
 * `fun` takes a tree of floats and answers one. Errors: ArgumentError. Source: optax.perturbations.make_perturbed_fun; Berthet et al., 2020.
 *
 * @example
 * const smooth = makePerturbedFun((x: Tensor) => nn.oneHot(np.argmax(x), 3), { sigma: 0.5 })
 */
export const makePerturbedFun = <X, Y>(fun: (x: X) => Y, options?: PerturbedOptions): ((key: Tensor, x: X) => Y) => {
  readArgument('makePerturbedFun', 'fun', func, fun)
  const { numSamples = 1000, sigma = 0.1, noise = new Gumbel(), useBaseline = true } = perturbedOptions('makePerturbedFun', options)
  const where = 'the perturbed function'
  return (key, x) => {
    readArgument(where, 'key', keyKind, key)
    const baseline = useBaseline ? fun(lax.stopGradient(x)) : undefined
    const sample = (k: Tensor): Y => {
      const drawn = treeRandomLike(k, x, { sampler: (one, shape, { dtype }) => noise.sample(one, shape, dtype) })
      const shifted = lax.stopGradient(treeAddScale(x, sigma, drawn))
      // the same numbers, as a function of x: a factor of 1 whose derivative is that of the density
      const z = overLeaves<X>(where, (a, b) => np.divide(np.subtract(b!, a), sigma), x, shifted)
      const density = treeSum(overLeaves(where, (a) => noise.logProb(np.asarray(a)), z))
      const one = np.exp(np.subtract(density, lax.stopGradient(density)))
      const out = treeScale(one, fun(shifted))
      return useBaseline ? treeAddScale(out, np.subtract(1, one), baseline as Y) : out
    }
    const all = vmap(sample as (k: Tensor) => never)(random.split(key, numSamples)) as Y
    return map<Y>((y: Tensor) => np.mean(y, { axis: 0 }), all)
  }
}
