/** `special` as an entry of its own, which every bundler takes apart: `import * as special from '@heddle/func/special'`. */
import '../install'

export * from '../special'
