/** Programs as StableHLO text: for XLA, and for other runtimes. */
export { type ExportOptions, exportStablehlo } from './export'
export { lowerProgram, type LowerOptions } from './lower/index'
