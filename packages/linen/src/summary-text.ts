/**
 * Summaries as text: a table with a line for each module.
 */
import { bytesOf, type ShapeDtype } from '@heddle/func'
import type { Rngs } from '@heddle/lift'
import { isDict } from '@heddle/core'
import { leaves } from '@heddle/tree'
import { classOf } from './class-name'
import type { Module } from './module'
import { mapTypes, moduleTable, type Row, type TableOptions, type VariableTypes } from './summary'

/** What a summary shows. */
export type TabulateOptions = TableOptions

interface Size {
  readonly count: number
  readonly bytes: number
}

const none: Size = { count: 0, bytes: 0 }
const plus = (a: Size, b: Size): Size => ({ count: a.count + b.count, bytes: a.bytes + b.bytes })

const sizeOf = (types: unknown): Size => {
  const sizes: Size[] = []
  mapTypes(({ shape, dtype }) => {
    const count = shape.reduce((a, b) => a * b, 1)
    sizes.push({ count, bytes: count * bytesOf(dtype) })
    return null
  }, types)
  return sizes.reduce(plus, none)
}

const units = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1e3],
] as const

const bytesText = (bytes: number): string => {
  const unit = units.find(([, size]) => bytes > size)
  return unit === undefined ? `${bytes} B` : `${(bytes / unit[1]).toFixed(1)} ${unit[0]}`
}

const sizeText = ({ count, bytes }: Size): string => (count === 0 ? '' : `${count.toLocaleString('en-US')} (${bytesText(bytes)})`)

const typeText = ({ dtype, shape }: ShapeDtype): string => `${dtype}[${shape.join(',')}]`

/** A tree in lines: objects by key, arrays by dash, indented. */
const lines = (x: unknown): readonly string[] => {
  if (Array.isArray(x)) return x.flatMap((v) => lines(v).map((line, i) => `${i === 0 ? '- ' : '  '}${line}`))
  if (isDict(x))
    return Object.entries(x).flatMap(([key, v]) => {
      const inner = lines(v)
      const nested = typeof v === 'object' && v !== null
      return nested ? [`${key}:`, ...inner.map((line) => `  ${line}`)] : [`${key}: ${inner.join('')}`]
    })
  if (typeof x === 'function') return [x.name === '' ? 'function' : x.name]
  return x === undefined ? [] : [String(x)]
}

const valueLines = (x: unknown): readonly string[] => (leaves(x).length === 0 ? [] : lines(mapTypes(typeText, x)))

const variableLines = (variables: VariableTypes, counted: VariableTypes, collection: string): readonly string[] => {
  const own = variables[collection] === undefined ? [] : valueLines(variables[collection])
  const size = sizeText(sizeOf(counted[collection]))
  return size === '' ? own : [...own, '', size]
}

type Cells = readonly (readonly string[])[]

const cellsOf = ({ path, module, method, inputs, outputs, variables, counted }: Row, collections: readonly string[]): Cells => [
  [path.join('/')],
  [classOf(module) + (method === 'call' || method === '' ? '' : ` (${method})`)],
  valueLines(inputs.length === 1 ? inputs[0] : inputs),
  valueLines(outputs),
  ...collections.map((c) => variableLines(variables, counted, c)),
]

/** Cells of lines, framed. */
const frame = (rows: readonly Cells[]): readonly string[] => {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.flatMap((cells) => cells[i]!.map((line) => line.length)), 0))
  const rule = (left: string, mid: string, right: string): string => left + widths.map((w) => '─'.repeat(w + 2)).join(mid) + right
  const body = (cells: Cells): readonly string[] => {
    const height = Math.max(1, ...cells.map((c) => c.length))
    return Array.from({ length: height }, (_, y) => `│${cells.map((c, i) => ` ${(c[y] ?? '').padEnd(widths[i]!)} `).join('│')}│`)
  }
  const inner = rows.flatMap((cells, i) => (i === 0 ? body(cells) : [rule('├', '┼', '┤'), ...body(cells)]))
  return [rule('┌', '┬', '┐'), ...inner, rule('└', '┴', '┘')]
}

/**
 * A table of the modules that a call runs, as text.
 *
 * @example
 * console.log(nn.tabulate(model, random.key(0), [x], { depth: 1 }))
 */
export const tabulate = (module: Module, rngs: Rngs, args: readonly unknown[], options: TabulateOptions = {}): string => {
  const { rows, collections } = moduleTable(module, rngs, args, options)
  const totals = collections.map((c) => rows.map(({ counted }) => sizeOf(counted[c])).reduce(plus, none))
  const header = ['path', 'module', 'inputs', 'outputs', ...collections].map((name) => [name])
  const footer = [[''], [''], [''], ['Total'], ...totals.map((t) => [sizeText(t)])]
  const table = frame([header, ...rows.map((row) => cellsOf(row, collections)), footer])
  const width = table[0]!.length
  const title = `${classOf(module)} Summary`
  const centred = (text: string): string => ' '.repeat(Math.max(0, Math.floor((width - text.length) / 2))) + text
  return ['', centred(title), ...table, '', centred(`Total Parameters: ${sizeText(totals.reduce(plus, none))}`), ''].join('\n')
}
