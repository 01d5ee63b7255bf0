/** `image` as an entry of its own, which every bundler takes apart: `import * as image from '@heddle/func/image'`. */
import '../install'

export * from '../image'
