/** What a run measured, in files. */
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ArgumentError } from '@heddle/func'
import { jsonLine, type Reporter } from '../loop/report'

/** Appends a line of JSON to a file for each entry of the log and each evaluation; a run that goes on appends to the same. */
export const jsonLines = (path: string): Reporter => {
  const write = (line: string): Promise<void> => appendFile(path, `${line}\n`)
  return {
    start: async () => {
      await mkdir(dirname(path), { recursive: true })
    },
    log: (entry) => write(jsonLine(entry)),
    evaluation: (entry) => write(jsonLine(entry)),
  }
}

/**
 * Writes a specification of vega-lite, such as `plotSpec` makes, as SVG. The packages vega and vega-lite draw it.
 * Errors: ArgumentError where they are not installed.
 */
export const writePlot = async (path: string, spec: Readonly<Record<string, unknown>>): Promise<void> => {
  const load = async <T>(what: () => Promise<T>): Promise<T> => {
    try {
      return await what()
    } catch (cause) {
      if ((cause as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause
      throw new ArgumentError('writePlot', 'a plot is drawn by vega and vega-lite: npm install vega vega-lite')
    }
  }
  const { parse, View } = await load(() => import('vega'))
  const { compile } = await load(() => import('vega-lite'))
  const drawn = compile(spec as unknown as Parameters<typeof compile>[0]).spec
  const svg = await new View(parse(drawn), { renderer: 'none' }).toSVG()
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, svg)
}
