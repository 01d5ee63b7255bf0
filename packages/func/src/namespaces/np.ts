/** `np` as an entry of its own, which every bundler takes apart: `import * as np from '@heddle/func/np'`. */
import '../install'

export * from '../numpy'
export { gcd, lcm } from '../transforms/euclid'
export { applyAlongAxis, vectorize, type VectorizeOptions } from '../transforms/vectorize'
