/** Options of functions of scopes and modules: the reader that throws InvalidOptionsError. The rule is told in `@heddle/tree/options`. */
import { optionsReaders } from '@heddle/tree/options'
import { exception } from './edge'

/** A reader of options that throws InvalidOptionsError. */
export const optionsOf = optionsReaders((where, problems) => exception({ _tag: 'InvalidOptionsError', where, problems }))
