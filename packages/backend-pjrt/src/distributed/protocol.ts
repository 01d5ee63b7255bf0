/** What the threads say to each other: main thread and callbacks ask, the network thread answers. */
import type { MessagePort } from 'node:worker_threads'
import type { Answer } from './answer'
import type { FrameKind } from './frame'
import type { Address } from './link'

/** Of the network thread. */
export interface NetworkData {
  readonly _tag: 'network'
  readonly address: Address
  /** Where the coordinator listens, in process 0. */
  readonly bind: Address | undefined
  readonly processId: number
  readonly numProcesses: number
  readonly timeout: number
}
export interface Request {
  readonly id: number
  readonly kind: Extract<FrameKind, 'put' | 'get' | 'tryGet' | 'remove' | 'barrier' | 'bye'>
  readonly fields: readonly Uint8Array[]
  /** In ms. */
  readonly timeout: number
}
interface Reply {
  readonly id: number
  readonly answer: Answer
}
/** To the network thread: a request, or another asker's end of a channel. `end` stops it. */
export type ToNetwork = Request | { readonly port: MessagePort; readonly flag: Int32Array } | 'end'
/** From the network thread, whose first is what became of connecting. */
export type FromNetwork = Reply | { readonly joined: Answer } | 'ended'

/** Of a thread that answers a plugin's callbacks. */
export interface CallbacksData {
  readonly _tag: 'callbacks'
  readonly names: readonly CallbackName[]
  /** Before each key, so that clients do not share keys. */
  readonly prefix: string
  readonly port: MessagePort
  /** Two flags, of the places below. */
  readonly flag: Int32Array
}
/** Where it says that the answer is there, and that there will be no more. */
export const ANSWERED = 0
export const CLOSED = 1
export type CallbackName = 'get' | 'tryGet' | 'put'
/** Where the functions lie. */
export type Pointers = Partial<Readonly<Record<CallbackName, number>>>
