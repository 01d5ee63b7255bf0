/** `random` as an entry of its own, which every bundler takes apart: `import * as random from '@heddle/func/random'`. */
import '../install'

export * from '../random'
