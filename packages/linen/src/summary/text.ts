/**
 * Summaries as text: a table with a line for each module.
 */
import { AxisMetadata, isDict, Partitioned } from '@heddle/core'
import { bytesOf, type ShapeDtype } from '@heddle/func'
import type { Rngs } from '@heddle/lift'
import { leaves, mapUntil } from '@heddle/tree'
import { classNameOf, classOf } from '../module/class-name'
import { drawGrid } from './grid'
import { moduleTable, type Row, type Table, type TableOptions } from './table'
import type { AnyModule } from '../module/state'
import { isType, mapTypes, type VariableTypes } from './types'

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

/** A value with metadata: its type, and the names of its axes. */
const boxText = (box: AxisMetadata): string => {
  const value = box.unbox()
  const inner = isType(value) ? typeText(value) : String(value)
  return box instanceof Partitioned ? `${inner} P(${box.names.map(String).join(', ')})` : `${inner} ${classNameOf(box.constructor)}`
}

const isShown = (x: unknown): boolean => isType(x) || x instanceof AxisMetadata
const leafText = (x: unknown): unknown => (isType(x) ? typeText(x) : x instanceof AxisMetadata ? boxText(x) : x)

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

const valueLines = (x: unknown): readonly string[] => (leaves(x).length === 0 ? [] : lines(mapUntil(isShown, leafText, x)))

const variableLines = (variables: VariableTypes, counted: VariableTypes, collection: string): readonly string[] => {
  const own = variables[collection] === undefined ? [] : valueLines(variables[collection])
  const size = sizeText(sizeOf(counted[collection]))
  if (size === '') return own
  return own.length === 0 ? [size] : [...own, '', size]
}

/** A column: its title, and what it shows of a row. */
interface Column {
  readonly title: string
  readonly cell: (row: Row) => string
}

const method = (name: string): string => (name === 'call' || name === '' ? '' : ` (${name})`)

const columns = ({ rows }: Table): readonly Column[] => [
  { title: 'path', cell: ({ path }) => path.join('/') },
  { title: 'module', cell: (row) => classOf(row.module) + method(row.method) },
  { title: 'inputs', cell: ({ inputs }) => valueLines(inputs.length === 1 ? inputs[0] : inputs).join('\n') },
  { title: 'outputs', cell: ({ outputs }) => valueLines(outputs).join('\n') },
  ...(rows.some((row) => row.flops !== undefined) ? [{ title: 'flops', cell: (row: Row) => String(row.flops) }] : []),
  ...(rows.some((row) => row.vjpFlops !== undefined) ? [{ title: 'vjp flops', cell: (row: Row) => String(row.vjpFlops) }] : []),
]

/** A table of the modules that a call runs, as text. */
export const tabulate = (module: AnyModule, rngs: Rngs, args: readonly unknown[], options?: TabulateOptions): string => {
  const table = moduleTable(module, rngs, args, options, 'tabulate')
  const { rows, collections } = table
  const shown = columns(table)
  const totals = collections.map((c) => rows.map(({ counted }) => sizeOf(counted[c])).reduce(plus, none))
  const body = drawGrid({
    head: [...shown.map(({ title }) => title), ...collections],
    rows: rows.map((row) => [
      ...shown.map(({ cell }) => cell(row)),
      ...collections.map((c) => variableLines(row.variables, row.counted, c).join('\n')),
    ]),
    label: 'Total',
    totals: totals.map(sizeText),
  })
  const width = body.indexOf('\n')
  const centred = (line: string): string => ' '.repeat(Math.max(0, Math.floor((width - line.length) / 2))) + line
  return [
    '',
    centred(`${classOf(module)} Summary`),
    body,
    '',
    centred(`Total Parameters: ${sizeText(totals.reduce(plus, none))}`),
    '',
  ].join('\n')
}
