/** Where time goes: a run of a function, as a table by module and operation, and as a trace for Perfetto and Chrome. */
import { ArgumentError } from '../error'
import { optionsOf, string } from '../options'
import { profiling, type Span } from '../profiling'

/** Time and bytes of what is in one scope, or of one operation. */
export interface ProfileRow {
  readonly name: string
  readonly calls: number
  /** Milliseconds. */
  readonly time: number
  /** Of results. */
  readonly bytes: number
}
const rowsBy = (spans: readonly Span[], key: (s: Span) => string): readonly ProfileRow[] => {
  const rows = new Map<string, { name: string; calls: number; time: number; bytes: number }>()
  for (const s of spans) {
    const name = key(s)
    const row = rows.get(name) ?? { name, calls: 0, time: 0, bytes: 0 }
    row.calls += 1
    row.time += s.end - s.start
    row.bytes += s.bytes
    rows.set(name, row)
  }
  return [...rows.values()].toSorted((a, b) => b.time - a.time)
}
const size = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB']
  const k = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** k).toFixed(k === 0 ? 0 : 1)} ${units[k]}`
}
const table = (title: string, rows: readonly ProfileRow[]): string => {
  const total = rows.reduce((t, r) => t + r.time, 0)
  const cells = rows.map((r) => [
    r.name,
    String(r.calls),
    r.time.toFixed(3),
    `${((100 * r.time) / (total || 1)).toFixed(1)}%`,
    size(r.bytes),
  ])
  const all = [[title, 'calls', 'ms', 'share', 'bytes'], ...cells]
  const widths = all[0]!.map((_, i) => Math.max(...all.map((r) => r[i]!.length)))
  return all.map((r) => r.map((c, i) => (i === 0 ? c.padEnd(widths[i]!) : c.padStart(widths[i]!))).join('  ')).join('\n')
}

/** What a run took. It prints as tables. */
export class Profile<R = unknown> {
  constructor(
    /** What the function answered. */
    readonly result: R,
    readonly spans: readonly Span[],
    /** Milliseconds of the whole run. */
    readonly time: number,
  ) {}
  get #operations(): readonly Span[] {
    return this.spans.filter((s) => s.kind === 'operation')
  }
  /** By the path of the module, the dearest first. */
  get byModule(): readonly ProfileRow[] {
    return rowsBy(this.#operations, (s) => s.scope || '(no module)')
  }
  /** By operation, the dearest first. */
  get byOperation(): readonly ProfileRow[] {
    return rowsBy(this.#operations, (s) => `${s.name} (${s.backend})`)
  }
  /** The trace event format, which ui.perfetto.dev and chrome://tracing read. */
  get trace(): { readonly traceEvents: readonly object[]; readonly displayTimeUnit: 'ms' } {
    const from = Math.min(...this.spans.map((s) => s.start))
    const threads = ['modules', 'programs', 'operations']
    const event = (tid: number, name: string, cat: string, start: number, end: number, args: object): object => ({
      name,
      cat,
      ph: 'X',
      ts: (start - from) * 1000,
      dur: (end - start) * 1000,
      pid: 1,
      tid,
      args,
    })
    const operations = this.#operations.toSorted((a, b) => a.start - b.start)
    const modules: { scope: string; start: number; end: number }[] = []
    for (const { scope, start, end } of operations) {
      const last = modules.at(-1)
      if (last?.scope === scope) last.end = end
      else modules.push({ scope, start, end })
    }
    const names = threads.map((name, i) => ({ name: 'thread_name', ph: 'M', pid: 1, tid: i + 1, args: { name } }))
    return {
      displayTimeUnit: 'ms',
      traceEvents: [
        ...names,
        ...modules.map((m) => event(1, m.scope || '(no module)', 'module', m.start, m.end, {})),
        ...this.spans.map((s) =>
          event(s.kind === 'operation' ? 3 : 2, s.name, s.kind, s.start, s.end, { module: s.scope, backend: s.backend, bytes: s.bytes }),
        ),
      ],
    }
  }
  toString(): string {
    return `${table('module', this.byModule)}\n\n${table('operation', this.byOperation)}\n\n${this.time.toFixed(3)} ms in all`
  }
  [Symbol.for('Jupyter.display')](): { readonly 'text/plain': string } {
    return { 'text/plain': this.toString() }
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

interface Files {
  readonly writeFileSync: (path: string, text: string) => void
}
interface Page {
  readonly createElement: (tag: 'a') => { href: string; download: string; click: () => void }
}
const save = (file: string, text: string): void => {
  const { process, document } = globalThis as {
    readonly process?: { readonly getBuiltinModule?: (name: string) => Files }
    readonly document?: Page
  }
  const files = process?.getBuiltinModule?.('node:fs')
  if (files) return files.writeFileSync(file, text)
  if (document === undefined) throw new ArgumentError('profile', 'there are no files here: write JSON.stringify(profile.trace) yourself')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = file
  link.click()
}

const profileOptions = optionsOf({
  /** Where the trace is written: a path, or in a page the name of the file that is offered. */
  file: string,
})
/** Options of `profile`. */
export interface ProfileOptions {
  readonly file?: string | undefined
}
/**
 * Runs `f`, which may be async, and notes when each operation began and ended, in which module, on which backend: `console.log(await profile(f))`
 * prints tables, `{ file }` writes a trace. Run once before what is compiled, to leave that out. Operations of a program that a backend has
 * compiled as a whole (XLA) are one; a device that answers later (WebGPU) is not waited for. Source: jax.profiler.trace.
 */
export const profile = async <R>(f: () => R | Promise<R>, options?: ProfileOptions): Promise<Profile<R>> => {
  if (typeof f !== 'function') throw new ArgumentError('profile', 'expected a function, profile(() => step(x))')
  const { file } = profileOptions('profile', options)
  if (profiling.spans !== undefined) throw new ArgumentError('profile', 'a profile is being made already; await it first')
  const spans: Span[] = []
  profiling.spans = spans
  const start = performance.now()
  let result: R
  try {
    result = await f()
  } finally {
    profiling.spans = undefined
  }
  const made = new Profile(result, spans, performance.now() - start)
  if (file !== undefined) save(file, JSON.stringify(made.trace))
  return made
}
