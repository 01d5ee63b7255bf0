/** `flattenUtil` as an entry of its own, which every bundler takes apart: `import * as flattenUtil from '@heddle/func/flatten-util'`. */
import '../install'

export * from '../flatten-util'
