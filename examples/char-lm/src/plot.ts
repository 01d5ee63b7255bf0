/** The loss curve as SVG. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'

export interface Curves {
  readonly train: readonly (readonly [step: number, loss: number])[]
  readonly heldOut: readonly (readonly [step: number, loss: number])[]
  /** Drawn as a level line. */
  readonly frequencies: number
}
export const writePlot = async (file: string, curves: Curves): Promise<void> => {
  const points = (series: string, xs: Curves['train']) => xs.map(([step, loss]) => ({ step, loss, series }))
  const { spec } = compile({
    width: 640,
    height: 360,
    background: 'white',
    title: 'Loss, nats a character',
    layer: [
      {
        data: { values: [...points('training', curves.train), ...points('held out', curves.heldOut)] },
        mark: { type: 'line', point: false, strokeWidth: 1.5 },
        encoding: {
          x: { field: 'step', type: 'quantitative', title: 'step' },
          y: { field: 'loss', type: 'quantitative', title: 'loss', scale: { zero: false } },
          color: { field: 'series', type: 'nominal', title: null },
        },
      },
      {
        data: { values: [{ loss: curves.frequencies, series: 'character frequencies' }] },
        mark: { type: 'rule', strokeDash: [4, 4] },
        encoding: { y: { field: 'loss', type: 'quantitative' }, color: { field: 'series', type: 'nominal' } },
      },
    ],
  })
  const svg = await new View(parse(spec), { renderer: 'none' }).toSVG()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, svg)
}
