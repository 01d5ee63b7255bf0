/** `ops` as an entry of its own, which every bundler takes apart: `import * as ops from '@heddle/func/ops'`. */
import '../install'

export * from '../ops'
