/** The lowering alone, for backends: it reads programs and loads nothing of the engine. */
export { lowerProgram, type LowerOptions } from './program'
export type { Partition } from './partition'
export { deviceCount } from './partition'
