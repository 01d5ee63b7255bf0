/**
 * Keys of random numbers: Threefry-2x32, laid out as JAX does by default (jax_threefry_partitionable), so the same key gives the same bits.
 *
 * A key is a uint32 tensor whose last axis has 2 words. Nothing is consumed: `split` a key for independent streams, or `foldIn` a number.
 */
import { sizeOf, type Shape } from '../aval'
import { ConcreteTensor } from '../array'
import { isFloating } from '../dtype'
import { ArgumentError, DTypeError, ShapeError } from '../error'
import { literal } from '../literal'
import { type Kind, readArgument, sizeOrShape, tensor } from '../options'
import { shapeOf } from '../numpy/promote'
import { concatenate, iota, sliceAxis } from '../primitives/layout'
import { threefry2x32 } from '../primitives/random'
import { convert, expandDims, reshape } from '../primitives/structural'
import { isTensor, type Tensor } from '../tensor'
import { asProgram, keyArgument, parameter } from './program'

const word = (x: Tensor, i: 0 | 1): Tensor => reshape(sliceAxis(x, 0, i, i + 1), { newSizes: [] })
/** The two words of one key. Errors: ShapeError, DTypeError for what is no single key. */
const wordsOf = (where: string, key: Tensor): [Tensor, Tensor] => {
  if (!isTensor(key)) throw new ArgumentError(where, `expected a key (random.key(seed)), got ${String(key)}`)
  if (key.dtype !== 'uint32') throw new DTypeError(where, `a key is a uint32 tensor, got ${key.dtype}; make one by random.key(seed)`)
  if (key.ndim !== 1 || key.shape[0] !== 2)
    throw new ShapeError(where, [key.aval], 'expected one key of shape [2]; use vmap for several, or index one of them')
  return [word(key, 0), word(key, 1)]
}
const keyOf = (k1: Tensor, k2: Tensor): Tensor =>
  concatenate([expandDims(k1, [k1.ndim]), expandDims(k2, [k2.ndim])], { dimension: k1.ndim })

const hostKey = (high: number, low: number): Tensor =>
  ConcreteTensor.ofHost({ shape: [2], dtype: 'uint32', data: Uint32Array.of(high, low) })
const wholeNumber: Kind = {
  expected: 'a whole number, a bigint or an integer tensor',
  is: (x) => Number.isInteger(x) || typeof x === 'bigint',
}
/** A seed given as a number has 32 bits, as in JAX without 64-bit types: only its lower 32 bits count. */
const lowBits = (seed: number | bigint): number => Number(BigInt.asUintN(32, BigInt(seed)))
/**
 * The key of a seed. Of a number or bigint the lower 32 bits count, as in JAX with its default types.
 *
 * Errors: ArgumentError for a number that is not whole. Source: jax.random.key.
 *
 * @example
 * const [forParams, forDropout] = random.split(random.key(0))
 */
export const key = (seed: number | bigint | Tensor): Tensor => {
  if (!isTensor(seed)) {
    readArgument('random.key', 'seed', wholeNumber, seed)
    return hostKey(0, lowBits(seed))
  }
  if (seed.ndim !== 0) throw new ShapeError('random.key', [seed.aval], 'a seed must be a scalar; use vmap for several')
  if (isFloating(seed.dtype)) throw new DTypeError('random.key', `a seed must be an integer, got ${seed.dtype}`)
  return keyOf(literal(0, 'uint32'), convert(seed, 'uint32'))
}
/** The same as `key`. */
export const PRNGKey = key

/** Two words of hash for each place of a shape: of its number in row-major order. */
export const hashOf = (where: string, k: Tensor, shape: Shape): [Tensor, Tensor] => {
  const [k1, k2] = wordsOf(where, k)
  const n = sizeOf(shape)
  if (n > 2 ** 32) throw new ArgumentError(where, `shape [${shape.join(',')}] has more than 2^32 elements`)
  const counts = reshape(iota({ dtype: 'uint32', shape: [n], dimension: 0 }), { newSizes: shape })
  return threefry2x32(k1, k2, literal(0, 'uint32'), counts)
}
/**
 * Independent keys from one: `[n, 2]`, or `[...shape, 2]`.
 * Source: jax.random.split.
 */
export const split = asProgram(
  'split',
  [keyArgument, ['num', sizeOrShape]],
  (k: Tensor, num: number | Shape = 2): Tensor => keyOf(...hashOf('random.split', k, shapeOf('random.split', num))),
)
const folded = asProgram('foldIn', [keyArgument, parameter('data')], (k: Tensor, data: Tensor): Tensor => {
  const [k1, k2] = wordsOf('random.foldIn', k)
  return keyOf(...threefry2x32(k1, k2, literal(0, 'uint32'), data))
})
/** A key from a key and an integer; different integers give independent keys. Source: jax.random.fold_in. */
export const foldIn = (k: Tensor, data: number | bigint | Tensor): Tensor => {
  if (!isTensor(data)) readArgument('random.foldIn', 'data', wholeNumber, data)
  const low = isTensor(data) ? convert(data, 'uint32') : literal(lowBits(data), 'uint32')
  if (low.ndim !== 0) throw new ShapeError('random.foldIn', [low.aval], 'expected a scalar; use vmap for several')
  return folded(k, low)
}
/** The words of keys: keys are plain uint32 tensors here, so this is the identity. */
export const keyData = (k: Tensor): Tensor => {
  readArgument('random.keyData', 'key', tensor, k)
  return k
}
/** Words as keys. Errors: unless uint32 with a last axis of 2. */
export const wrapKeyData = (data: Tensor): Tensor => {
  readArgument('random.wrapKeyData', 'data', tensor, data)
  if (data.dtype !== 'uint32' || data.shape.at(-1) !== 2)
    throw new ShapeError('random.wrapKeyData', [data.aval], 'keys are uint32 with a last axis of size 2')
  return data
}
/** The same key again, said to be used twice on purpose. */
export const clone = (k: Tensor): Tensor => {
  readArgument('random.clone', 'key', tensor, k)
  return k
}
