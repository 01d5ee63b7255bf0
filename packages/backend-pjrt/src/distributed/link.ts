/** A process's connection to the coordinator: requests, their answers by number, and a deadline for each. */
import { connect, type Socket } from 'node:net'
import { type Answer, failed, timerOf } from './answer'
import { encodeFrame, type Frame, type FrameKind, frameReader, toBytes, toText } from './frame'
import type { PjrtErrorCode } from '../api/code'
import { PROTOCOL } from './service'

export interface Address {
  readonly host: string
  readonly port: number
}
export interface Link {
  /** Answers within `ms`, or little later. */
  readonly request: (kind: FrameKind, fields: readonly Uint8Array[], ms: number) => Promise<Answer>
  readonly end: () => void
}
/** What an answer may be late: the coordinator watches the time too, and says more about it. */
const GRACE = 5_000
const RETRY = 250
const KEEP_ALIVE = 10_000

const answerOf = ({ kind, fields }: Frame): Answer =>
  kind === 'value'
    ? { value: fields[0] ?? new Uint8Array(0) }
    : failed(kind === 'error' ? (toText(fields[0]) as PjrtErrorCode) : 'INTERNAL', toText(fields[1]))

/** Over a connected socket. */
const linkOf = (socket: Socket, where: string): Link => {
  const pending = new Map<number, (answer: Answer) => void>()
  const read = frameReader()
  let next = 0
  let ended: string | undefined
  const end = (reason: string): void => {
    ended ??= reason
    socket.destroy()
    const all = [...pending.values()]
    pending.clear()
    for (const answer of all) answer(failed('UNAVAILABLE', ended))
  }
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE)
  socket.on('error', (e) =>
    end(`the connection to the coordinator at ${where} broke (${e.message}); process 0 has ended or can not be reached`),
  )
  socket.on('close', () =>
    end(`the coordinator at ${where} has closed the connection; process 0 has ended, or another program listens there`),
  )
  socket.on('data', (chunk) => {
    try {
      for (const frame of read(chunk)) {
        pending.get(frame.id)?.(answerOf(frame))
        pending.delete(frame.id)
      }
    } catch {
      end(`what listens at ${where} is no coordinator of heddle`)
    }
  })
  return {
    request: (kind, fields, ms) =>
      new Promise((reply) => {
        if (ended !== undefined) return reply(failed('UNAVAILABLE', ended))
        const id = next++ % 2 ** 32
        const late = (): void => {
          pending.delete(id)
          reply(failed('DEADLINE_EXCEEDED', `the coordinator at ${where} has not answered within ${ms} ms`))
        }
        const timer = setTimeout(late, timerOf(ms + GRACE))
        pending.set(id, (answer) => {
          clearTimeout(timer)
          reply(answer)
        })
        socket.write(encodeFrame({ kind, id, fields }))
      }),
    end: () => {
      ended ??= 'the connection to the coordinator was closed by shutdown'
      socket.end()
    },
  }
}

const dial = ({ host, port }: Address, ms: number): Promise<Socket> =>
  new Promise((found, refused) => {
    const socket = connect({ host, port })
    const timer = setTimeout(() => socket.destroy(new Error('no answer')), timerOf(ms))
    socket.once('error', (e) => {
      clearTimeout(timer)
      refused(e)
    })
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      found(socket)
    })
  })
const wait = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms))

/**
 * Connects and says hello, which is answered when all processes have: tries for so many ms, since the others may start later.
 */
export const joinCoordinator = async (
  address: Address,
  process: number,
  numProcesses: number,
  ms: number,
): Promise<{ readonly link: Link } | Extract<Answer, { failure: unknown }>> => {
  const where = `${address.host}:${address.port}`
  const end = Date.now() + ms
  for (;;) {
    try {
      const link = linkOf(await dial(address, Math.max(1, end - Date.now())), where)
      const left = Math.max(1, end - Date.now())
      const answer = await link.request(
        'hello',
        [PROTOCOL, process, numProcesses, left].map((x) => toBytes(String(x))),
        left,
      )
      if ('value' in answer) return { link }
      link.end()
      return answer
    } catch (e) {
      if (Date.now() + RETRY < end) await wait(RETRY)
      else {
        const detail = `nothing answers at ${where} within ${ms / 1000} s (${(e as Error).message}); is process 0 running, and do all processes have its address?`
        return { failure: { code: 'UNAVAILABLE', detail } }
      }
    }
  }
}
