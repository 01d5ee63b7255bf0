/**
 * Runs loops in a process of its own and writes what memory they took, a line of JSON a loop.
 * Usage: run.ts BACKEND[:blind] TURNS:LOOP...     LOOP is a kind's name, or the path of a program of readmes.ts.
 * `blind` takes away what the collector can be asked by, as in a browser.
 */
import { setDefaultBackend } from '@heddle/func'
import { type Backend, reclaim } from '@heddle/func/backend'
import { kinds, large } from './kinds'

interface Look {
  readonly buffers: number
  readonly bytes: number
  readonly heap: number
  readonly rss: number
}
/** What a loop took. */
export interface Taken {
  readonly name: string
  readonly turns: number
  /** Early in the loop and at its end, with all freed that nobody can reach, without a turn of the event loop between. */
  readonly early: Look
  readonly late: Look
  /** The most that was seen between. */
  readonly peak: Look
  readonly seconds: number
}
declare global {
  var turns: number
  var watch: (turn: number) => void
}

const backendOf = async (name: string): Promise<Backend> => {
  if (name === 'host') return (await import('@heddle/backend-host')).hostBackend() as Backend
  if (name === 'pjrt') return (await (await import('@heddle/backend-pjrt')).pjrt({ cache: null })) as Backend
  return (await (await import('@heddle/backend-tfjs')).tfjs({ demand: name as 'cpu' | 'wasm' | 'node' })) as Backend
}
const [named = '', ...loops] = process.argv.slice(2)
const [name = '', mode] = named.split(':')
if (mode === 'blind') Object.defineProperty(process, 'getBuiltinModule', { value: undefined })
const backend = await backendOf(name)
setDefaultBackend(backend)

const look = (): Look => {
  const { heapUsed, rss } = process.memoryUsage()
  return { ...backend.storage.memory(), heap: heapUsed, rss }
}
const settled = (): Look => {
  for (let i = 0; i < 3; i++) reclaim()
  return look()
}
const most = (a: Look, b: Look): Look => ({
  buffers: Math.max(a.buffers, b.buffers),
  bytes: Math.max(a.bytes, b.bytes),
  heap: Math.max(a.heap, b.heap),
  rss: Math.max(a.rss, b.rss),
})
const measure = async (loop: string, turns: number, run: () => void | Promise<void>): Promise<Taken> => {
  let early: Look | undefined
  let late: Look | undefined
  let peak: Look | undefined
  const first = Math.floor(turns / 4)
  const every = Math.ceil(turns / 40)
  globalThis.turns = turns
  globalThis.watch = (i) => {
    if (i === first) peak = early = settled()
    else if (i === turns - 1) late = settled()
    else if (i > first && i % every === 0) peak = most(peak!, look())
  }
  const start = performance.now()
  await run()
  return { name: loop, turns, early: early!, late: late!, peak: peak!, seconds: (performance.now() - start) / 1000 }
}
for (const counted of loops) {
  const [count = '', loop = ''] = counted.split(/:(.*)/s)
  const kind = [...kinds, large].find((k) => k.name === loop)
  const turns = Number(count)
  const taken = await measure(loop, turns, kind ? () => kind.run(turns, (i) => globalThis.watch(i)) : async () => void (await import(loop)))
  console.log(JSON.stringify(taken))
}
