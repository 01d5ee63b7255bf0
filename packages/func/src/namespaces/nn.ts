/** `nn` as an entry of its own, which every bundler takes apart: `import * as nn from '@heddle/func/nn'`. */
import '../install'

export * from '../nn'
