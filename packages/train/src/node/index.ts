/** What training has of Node: files, a bar in a terminal, signals. */
export { jsonLines, writePlot } from './logs'
export { progressBar, type ProgressOptions } from './progress'
export { file } from './file'
export { type Stop, stopOnSignals } from './signals'
