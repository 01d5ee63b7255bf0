/** What a loop tells while it runs, and to whom: reporters are plain objects of functions, and those here write to the console and to a page. */
import { isPlainObject } from '@heddle/func/options'

/** What was measured since the last entry. */
export interface LogEntry {
  /** Steps done. */
  readonly step: number
  /** Steps there will be, where that is known. */
  readonly steps: number | undefined
  /** Means over the steps since the last entry. */
  readonly metrics: Readonly<Record<string, number>>
  /** The same, of each of these steps. */
  readonly each: Readonly<Record<string, readonly number[]>>
  readonly stepsPerSecond: number
  readonly learningRate?: number
}
/** What an evaluation came to. */
export interface EvaluationEntry {
  readonly step: number
  readonly metrics: Readonly<Record<string, number>>
}
/** Why a loop ended: all steps are done, the data ended, there was no improvement, or it was asked to stop. */
export type EndReason = 'steps' | 'data' | 'earlyStopping' | 'signal'
/** Who is told. Each function may be async, and is waited for. */
export interface Reporter {
  start?(at: { readonly step: number; readonly steps: number | undefined }): void | Promise<void>
  log?(entry: LogEntry): void | Promise<void>
  evaluation?(entry: EvaluationEntry): void | Promise<void>
  /** At the end, after an error too (`reason` is undefined then). */
  end?(at: { readonly step: number; readonly reason: EndReason | undefined }): void | Promise<void>
}

/** A number in few digits. */
const short = (x: number): string =>
  !Number.isFinite(x) ? String(x) : x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e5) ? x.toExponential(2) : x.toFixed(3)
const words = (metrics: Readonly<Record<string, number>>): string =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${short(value)}`)
    .join(' | ')
/** An entry in one line. */
export const logLine = ({ step, steps, metrics, stepsPerSecond, learningRate }: LogEntry): string =>
  [
    `${step}${steps === undefined ? '' : `/${steps}`} steps`,
    words(metrics),
    ...(learningRate === undefined ? [] : [`learning rate ${short(learningRate)}`]),
    `${stepsPerSecond >= 10 ? Math.round(stepsPerSecond) : stepsPerSecond.toFixed(1)} steps/s`,
  ]
    .filter((x) => x !== '')
    .join(' | ')

/** Writes a line for each entry, to the console by default. */
export const logLines = (write: (line: string) => void = (line) => console.log(line)): Reporter => ({
  log: (entry) => write(logLine(entry)),
  evaluation: ({ step, metrics }) => write(`evaluation at ${step} | ${words(metrics)}`),
})

/** What of an element is used: any element of a page has it. */
interface ElementLike {
  textContent: string | null
}
/** Shows the last entry as the text of an element of a page. */
export const logElement = (element: ElementLike): Reporter => {
  let evaluated = ''
  return {
    log: (entry) => {
      element.textContent = `${logLine(entry)}${evaluated}`
    },
    evaluation: ({ metrics }) => {
      evaluated = ` | evaluation: ${words(metrics)}`
    },
  }
}

/** What a run measured: a point a step. */
export interface History extends Reporter {
  readonly steps: readonly { readonly step: number; readonly metrics: Readonly<Record<string, number>> }[]
  readonly evaluations: readonly EvaluationEntry[]
}
/** Keeps all that was measured, for a plot. */
export const history = (): History => {
  const steps: { step: number; metrics: Record<string, number> }[] = []
  const evaluations: EvaluationEntry[] = []
  return {
    steps,
    evaluations,
    log: ({ step, each }) => {
      const count = Math.max(0, ...Object.values(each).map((xs) => xs.length))
      for (let i = 0; i < count; i++)
        steps.push({ step: step - count + 1 + i, metrics: Object.fromEntries(Object.entries(each).map(([name, xs]) => [name, xs[i]!])) })
    },
    evaluation: (entry) => {
      evaluations.push(entry)
    },
  }
}
/** Entries as lines of JSON, one an entry; what is not finite is null there. */
export const jsonLine = (entry: LogEntry | EvaluationEntry): string => {
  if (!('each' in entry)) return JSON.stringify({ step: entry.step, evaluation: entry.metrics })
  const { step, metrics, stepsPerSecond, learningRate } = entry
  return JSON.stringify({
    step,
    ...metrics,
    ...(learningRate === undefined ? {} : { learningRate }),
    stepsPerSecond: Number(stepsPerSecond.toPrecision(4)),
  })
}

/** A line of a plot: points, or one value that is drawn as a level. */
export type Curve = readonly (readonly [step: number, value: number])[] | number
/**
 * A plot of curves by their names as a specification of vega-lite, for `writePlot` of `@heddle/train/node`, for `show` of a page, or for vega-embed.
 */
export const plotSpec = (title: string, curves: Readonly<Record<string, Curve>>): Readonly<Record<string, unknown>> => {
  const entries = isPlainObject(curves) ? (Object.entries(curves) as [string, Curve][]) : []
  const points = entries.flatMap(([series, xs]) => (typeof xs === 'number' ? [] : xs.map(([step, value]) => ({ step, value, series }))))
  const levels = entries.flatMap(([series, xs]) => (typeof xs === 'number' ? [{ value: xs, series }] : []))
  const y = { field: 'value', type: 'quantitative' }
  const color = { field: 'series', type: 'nominal', title: null }
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 640,
    height: 360,
    background: 'white',
    title,
    layer: [
      {
        data: { values: points },
        mark: { type: 'line', point: false, strokeWidth: 1.5 },
        encoding: {
          x: { field: 'step', type: 'quantitative', title: 'step' },
          y: { ...y, title: null, scale: { zero: false } },
          color,
        },
      },
      ...(levels.length === 0 ? [] : [{ data: { values: levels }, mark: { type: 'rule', strokeDash: [4, 4] }, encoding: { y, color } }]),
    ],
  }
}
