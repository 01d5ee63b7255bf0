/** A bar in a terminal; lines where there is none. */
import { SingleBar } from 'cli-progress'
import { optionsOf, type OptionsOf, positive, string } from '@heddle/func/options'
import type { LogEntry, Reporter } from '../loop/report'

const progressOptions = optionsOf({
  /** How many of `unit` a step has: a rate is shown in them. */
  perStep: positive,
  /** What is counted in the rate; steps by default. */
  unit: string,
  /** Milliseconds between lines where there is no terminal; 10,000 by default. */
  every: positive,
})
/** Options of `progressBar`. */
export interface ProgressOptions extends OptionsOf<typeof progressOptions> {}

/** Shows how far a run is on standard error: steps, what was measured last, the rate, the time left. */
export const progressBar = (options?: ProgressOptions): Reporter => {
  const { perStep = 1, unit = 'steps', every = 10_000 } = progressOptions('progressBar', options)
  let bar: SingleBar | undefined
  const shown = ({ metrics, stepsPerSecond, learningRate }: LogEntry): string => {
    const parts = Object.entries({ ...metrics, ...(learningRate === undefined ? {} : { 'learning rate': learningRate }) })
    const rate = stepsPerSecond * perStep
    return [
      ...parts.map(([name, x]) => `${name} ${Math.abs(x) < 1e-2 && x !== 0 ? x.toExponential(1) : x.toFixed(3)}`),
      `${(rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate)).toLocaleString('en')} ${unit}/s`,
    ].join(' | ')
  }
  return {
    start: ({ step, steps }) => {
      const left = steps === undefined ? '{value} steps' : '{bar} {value}/{total} steps'
      bar = new SingleBar({
        format: `${left} | {shown}${steps === undefined ? '' : ' | {eta_formatted} left'}`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        noTTYOutput: true,
        notTTYSchedule: every,
        forceRedraw: true,
      })
      bar.start(steps ?? 0, step, { shown: 'loss -' })
    },
    log: (entry) => {
      bar?.update(entry.step, { shown: shown(entry) })
    },
    end: ({ step }) => {
      bar?.update(step)
      // its timer would keep the process alive
      bar?.stop()
    },
  }
}
