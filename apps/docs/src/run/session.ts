/** The worker of a page: made when the first program is run, shared by all, made again after one was stopped. */
import { addressOf } from './address'
import type { Answer, Failure, Input, Job, Output, PageFlavour } from './messages'

/** What someone who runs a program hears of it. */
export interface Listener {
  begun(flavour: string): void
  output(output: Output): void
  failed(failure: Failure): void
  done(seconds: number): void
}

let worker: Worker | undefined
let count = 0
const listeners = new Map<number, Listener>()

/** The address of a module of the runtime. */
export const runtime = (file: string): string => addressOf(`runtime/${file}`)

const open = (): Worker => {
  const made = new Worker(runtime('worker.js'), { type: 'module' })
  made.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    const listener = listeners.get(data.id)
    if (data.kind === 'begun') listener?.begun(data.flavour)
    else if (data.kind === 'output') listener?.output(data.output)
    else if (data.kind === 'failed') listener?.failed(data.failure)
    else listener?.done(data.seconds)
  })
  made.addEventListener('error', (event) => {
    event.preventDefault()
    stop(`the program's worker failed: ${event.message ?? 'it could not be loaded'}`)
  })
  return made
}

/** Runs a program after those that run now; answers a number to be forgotten by. */
export const start = (js: string, flavour: PageFlavour, listener: Listener): number => {
  worker ??= open()
  const id = ++count
  listeners.set(id, listener)
  worker.postMessage({ kind: 'job', id, js, flavour } satisfies Job)
  return id
}
/** A program that was is not heard any more. */
export const forget = (id: number): void => void listeners.delete(id)
export const tell = (input: Omit<Input, 'kind'>): void => worker?.postMessage({ kind: 'input', ...input } satisfies Input)

/** Ends all programs of the page, at once. */
export const stop = (message = 'stopped'): void => {
  worker?.terminate()
  worker = undefined
  const ended = [...listeners.values()]
  listeners.clear()
  for (const listener of ended) listener.failed({ name: 'stopped', message })
}

const KEY = 'heddle-flavour'
const all: readonly PageFlavour[] = ['wasm', 'webgpu', 'webgl', 'cpu']
/** Flavours that a reader may choose; wasm first, which is quickest for small programs and runs everywhere. */
const flavours = all.filter((flavour) => flavour !== 'webgpu' || 'gpu' in navigator)
export const chosen = (): PageFlavour => {
  const asked = new URLSearchParams(location.search).get('backend') ?? localStorage.getItem(KEY)
  return flavours.find((flavour) => flavour === asked) ?? 'wasm'
}
const choose = (flavour: PageFlavour): void => {
  localStorage.setItem(KEY, flavour)
  for (const select of document.querySelectorAll<HTMLSelectElement>('select[data-flavour]')) select.value = flavour
}
/** A menu of flavours; all on a page agree. */
export const flavourMenu = (): HTMLSelectElement => {
  const select = document.createElement('select')
  select.dataset.flavour = ''
  select.title = 'The backend that runs programs of this page'
  select.setAttribute('aria-label', 'Backend')
  for (const flavour of flavours) select.append(new Option(flavour, flavour))
  select.value = chosen()
  select.addEventListener('change', () => choose(select.value as PageFlavour))
  return select
}
