/** Runs programs of a page, one at a time, and says what they print, show and throw. */
import { ConcreteTensor, setDefaultBackend, Tensor } from '@heddle/func'
import { type TfjsBackend, tfjs } from '@heddle/backend-tfjs'
import '@heddle/backend-tfjs/gpu'
import { init, parse } from 'es-module-lexer'
import { format } from 'node-inspect-extracted'
import type { Answer, Failure, Fold, Input, Job, Output, PageFlavour } from '../src/run/messages'

declare const MODULES: Readonly<Record<string, string>>
declare const self: DedicatedWorkerGlobalScope

// the program's own line may lie under many of the engine's
Reflect.set(Error, 'stackTraceLimit', 200)

const backends = new Map<PageFlavour, Promise<TfjsBackend>>()
const backendOf = (flavour: PageFlavour): Promise<TfjsBackend> => {
  const known = backends.get(flavour)
  if (known) return known
  const made = tfjs({ demand: flavour })
  backends.set(flavour, made)
  made.catch(() => backends.delete(flavour))
  return made
}

/** The program with the addresses of its modules in the place of their names. */
const linked = async (js: string): Promise<string> => {
  await init
  const [imports] = parse(js)
  let text = js
  for (const { n, s, e, d } of [...imports].reverse()) {
    if (n === undefined || d === -2) continue
    const module = MODULES[n]
    if (module === undefined) throw new Error(`'${n}' is not here. A program of this page may import ${Object.keys(MODULES).join(', ')}`)
    const address = new URL(`./${module}.js`, import.meta.url).href
    text = text.slice(0, s) + (d > -1 ? JSON.stringify(address) : address) + text.slice(e)
  }
  return text
}

const isPlain = (x: unknown): x is object => {
  if (typeof x !== 'object' || x === null) return false
  const proto: unknown = Object.getPrototypeOf(x)
  return proto === Object.prototype || proto === Array.prototype || proto === null
}
const holdsTensor = (x: unknown, depth = 0): boolean =>
  x instanceof Tensor || (depth < 8 && isPlain(x) && Object.values(x).some((part) => holdsTensor(part, depth + 1)))
/** The same with tensors whose values are at hand, on backends too that are read asynchronously only. */
const readable = async (x: unknown, depth = 0): Promise<unknown> => {
  if (x instanceof Tensor)
    return x.hostArray().then(
      (host) => ConcreteTensor.ofHost(host),
      () => x,
    )
  if (depth >= 8 || !isPlain(x) || !holdsTensor(x)) return x
  const parts = await Promise.all(Object.entries(x).map(async ([name, part]) => [name, await readable(part, depth + 1)] as const))
  return Array.isArray(x) ? parts.map(([, part]) => part) : Object.fromEntries(parts)
}
const foldOf = (x: unknown): Fold =>
  isPlain(x) && Object.keys(x).length > 0
    ? { kind: Array.isArray(x) ? 'list' : 'object', parts: Object.entries(x).map(([name, part]) => [name, foldOf(part)] as const) }
    : format('%O', x)

const outputOf = (values: readonly unknown[], isWarning: boolean): Output => {
  const [only] = values
  const text = format(...values)
  if (isWarning) return { kind: 'warning', text }
  if (values.length === 1 && only instanceof Tensor) return { kind: 'tensor', text }
  if (values.length === 1 && isPlain(only) && holdsTensor(only)) return { kind: 'tree', text, tree: foldOf(only) }
  if (/^\{ lambda\b/.test(text)) return { kind: 'jaxpr', text }
  return { kind: 'text', text }
}
const cell = (x: unknown): string => (x === undefined ? '' : format(x))
const tableOf = (data: unknown): Output => {
  const rows = Object.entries(data as object).map(([name, row]) => [name, isPlain(row) ? row : { Values: row }] as const)
  const columns = [...new Set(rows.flatMap(([, row]) => Object.keys(row)))]
  const cells = rows.map(([name, row]) => [name, ...columns.map((column) => cell((row as Record<string, unknown>)[column]))])
  return { kind: 'table', text: [columns, ...cells].map((row) => row.join('  ')).join('\n'), columns: ['', ...columns], rows: cells }
}

const failureOf = (error: unknown, address: string): Failure => {
  const {
    name,
    message,
    stack,
    fullStack = stack,
    docs,
  } = error instanceof Error
    ? (error as Error & { readonly fullStack?: string; readonly docs?: string })
    : { name: 'thrown', message: String(error), stack: '', docs: undefined }
  const at = (fullStack ?? '').split('\n').find((line) => line.includes(address))
  const [, line, column] = at?.match(/:(\d+):(\d+)\)?$/) ?? []
  return {
    name,
    message,
    ...(line === undefined ? {} : { line: Number(line), column: Number(column) }),
    ...(docs === undefined ? {} : { docs }),
  }
}

/** Told of what a program throws after its end, in a timer or a promise that nobody awaits. */
let uncaught: (error: unknown) => void = () => {}
self.addEventListener('error', (event) => {
  event.preventDefault()
  uncaught(event.error)
})
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  uncaught(event.reason)
})
const listeners = new Map<string, (value: number | Float32Array) => void>()
let last = Promise.resolve()
self.addEventListener('message', ({ data }: MessageEvent<Job | Input>) => {
  if (data.kind === 'input') listeners.get(data.slot)?.(data.value)
  else last = last.then(() => runJob(data))
})
/** A message without the id of its job. */
type Unsigned<T> = T extends unknown ? Omit<T, 'id'> : never

const runJob = async ({ id, js, flavour }: Job): Promise<void> => {
  const answer = (message: Unsigned<Answer>): void => self.postMessage({ id, ...message })
  let address = ''
  const fail = (error: unknown): void => answer({ kind: 'failed', failure: failureOf(error, address) })
  try {
    const backend = await backendOf(flavour)
    setDefaultBackend(backend)
    // what is printed waits for values to be read, and stays in order
    let printed = Promise.resolve()
    const put = (outputOfThese: (values: readonly unknown[]) => Output, values: readonly unknown[] = []): void => {
      const say = (those: readonly unknown[]): void => answer({ kind: 'output', output: outputOfThese(those) })
      if (flavour === 'webgpu') printed = printed.then(() => Promise.all(values.map((x) => readable(x)))).then(say)
      else say(values)
    }
    for (const method of ['log', 'info', 'debug'] as const)
      console[method] = (...values: unknown[]) => put((these) => outputOf(these, false), values)
    for (const method of ['warn', 'error'] as const)
      console[method] = (...values: unknown[]) => put((these) => outputOf(these, true), values)
    console.table = (data: unknown) => put(() => tableOf(data))
    listeners.clear()
    globalThis.heddlePage = { put: (output) => put(() => output), listen: (slot, heard) => void listeners.set(slot, heard) }
    uncaught = fail
    address = URL.createObjectURL(new Blob([await linked(js)], { type: 'text/javascript' }))
    answer({ kind: 'begun', flavour: backend.name })
    const start = performance.now()
    await import(address)
    await printed
    answer({ kind: 'done', seconds: (performance.now() - start) / 1000 })
  } catch (error) {
    fail(error)
  } finally {
    if (address) URL.revokeObjectURL(address)
  }
}
