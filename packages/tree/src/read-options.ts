/** Options of functions of trees: the reader that throws TreeError. */
import { TreeError } from './error'
import { optionsReaders, sayProblems } from './options'

/** See `options.ts`. */
export const optionsOf = optionsReaders((where, problems) => new TreeError(where, [], sayProblems(problems)))
