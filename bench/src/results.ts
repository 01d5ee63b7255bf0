/** What benchmarks measured, as data: rows that they record, written by `npm run bench -- --json FILE` with the machine and the versions. */
import { writeFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform } from 'node:os'
import type { Timing } from './harness'

export interface Row {
  readonly name: string
  /** What was computed: sizes, batch, optimizer. */
  readonly what: string
  /** Milliseconds of each that took part, in the order of the columns. */
  readonly times: readonly Timing[]
  /** Whom to compare: the time of a peer over that of heddle on the same kind of kernels; above 1, heddle is faster. */
  readonly ratios: readonly { readonly heddle: string; readonly peer: string; readonly ratio: number }[]
}

const rows: Row[] = []
const versions: Record<string, string> = {}

/** heddle on the kernels of each peer. */
const pairs: readonly (readonly [heddle: string, peer: string])[] = [
  ['heddle wasm', 'tfjs wasm'],
  ['heddle wasm', 'jax-js wasm'],
  ['heddle tfjs-node', 'tfjs-node'],
  ['heddle XLA', 'JAX'],
]
/** Ratios of the fastest of each, which a loaded machine disturbs least. */
export const record = (name: string, what: string, times: readonly Timing[]): Row => {
  const fastest = new Map(times.map((t) => [t.name, t.fastest]))
  const ratios = pairs.flatMap(([heddle, peer]) => {
    const [ours, theirs] = [fastest.get(heddle), fastest.get(peer)]
    return ours === undefined || theirs === undefined ? [] : [{ heddle, peer, ratio: theirs / ours }]
  })
  const row = { name, what, times, ratios }
  rows.push(row)
  return row
}
export const version = (name: string, value: string): void => {
  versions[name] = value
}

const rounded = (_: string, value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)

/** Writes the rows, if there are any. */
export const writeResults = (file: string): void => {
  if (rows.length === 0) return console.log('no benchmark that ran records rows')
  const cores = cpus().length
  const machine = {
    system: `${platform()} ${arch()}`,
    cores,
    // how much else ran: above the number of cores, times are longer than they need be
    load: loadavg()[0],
    node: process.versions.node,
  }
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(file, `${JSON.stringify({ date, machine, versions, rows }, rounded, 2)}\n`)
  console.log(`\n${rows.length} rows in ${file}`)
}
