/** `lax` as an entry of its own, which every bundler takes apart: `import * as lax from '@heddle/func/lax'`. */
import '../install'

export * from '../lax'
