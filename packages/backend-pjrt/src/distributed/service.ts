/**
 * The coordinator: a key-value service that process 0 runs for all.
 *
 * A connection says hello with its process, and is answered when all processes have. Who ends without saying bye is lost, and
 * whoever waits for something then is told so.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { type Answer, done, failed, timerOf } from './answer'
import { encodeFrame, type Frame, frameReader, keyOf, toBytes, toText } from './frame'
import { createStore, missingOf } from './store'

/** What a hello starts with: another protocol is refused. */
export const PROTOCOL = 'heddle-coordinator 1'
const KEEP_ALIVE = 10_000

interface Peer {
  readonly process: number
  readonly socket: Socket
  readonly reply: (answer: Answer) => void
  readonly timer: NodeJS.Timeout
  leaving?: (answer: Answer) => void
}
/** The numbers of a frame are text. */
const numberIn = (field: Uint8Array | undefined): number => Number(toText(field))
const send = (socket: Socket, id: number, answer: Answer): void => {
  if (socket.destroyed) return
  const frame: Frame =
    'value' in answer
      ? { kind: 'value', id, fields: [answer.value] }
      : { kind: 'error', id, fields: [toBytes(answer.failure.code), toBytes(answer.failure.detail)] }
  socket.write(encodeFrame(frame))
}

/** A server that is not listening yet. */
export const createService = (numProcesses: number): Server => {
  const store = createStore(numProcesses)
  const peers = new Map<number, Peer>()
  const gone = new Set<number>()
  let started = false

  const missing = (): readonly number[] => Array.from({ length: numProcesses }, (_, i) => i).filter((i) => !peers.has(i))
  const hello = (socket: Socket, [protocol, id, count, ms]: Frame['fields'], reply: Peer['reply']): Peer | undefined => {
    const refuse = (...args: Parameters<typeof failed>): undefined => void reply(failed(...args))
    const [process, processes] = [numberIn(id), numberIn(count)]
    if (toText(protocol) !== PROTOCOL)
      return refuse(
        'FAILED_PRECONDITION',
        `the coordinator speaks ${PROTOCOL}; use the same version of @heddle/backend-pjrt in all processes`,
      )
    if (processes !== numProcesses)
      return refuse('INVALID_ARGUMENT', `process ${process} was started with numProcesses ${processes}, process 0 with ${numProcesses}`)
    if (peers.has(process) || started)
      return refuse('ALREADY_EXISTS', `the processId ${process} is taken; each process needs its own, from 0 to ${numProcesses - 1}`)
    const late = (): void => {
      peers.delete(process)
      reply(failed('DEADLINE_EXCEEDED', `${missingOf(missing().filter((i) => i !== process))} not connected; were all processes started?`))
    }
    const peer: Peer = { process, socket, reply, timer: setTimeout(late, timerOf(numberIn(ms))) }
    peers.set(process, peer)
    if (peers.size === numProcesses) {
      started = true
      for (const p of peers.values()) {
        clearTimeout(p.timer)
        p.reply(done)
      }
    }
    return peer
  }
  const leave = (): void => {
    if (gone.size < numProcesses) return
    for (const p of peers.values()) p.leaving?.(done)
  }
  const bye = (peer: Peer, ms: number, reply: Peer['reply']): void => {
    const timer = setTimeout(() => reply(failed('DEADLINE_EXCEEDED', 'the other processes have not ended')), timerOf(ms))
    peer.leaving = (answer) => {
      clearTimeout(timer)
      reply(answer)
    }
    gone.add(peer.process)
    leave()
  }
  const close = (peer: Peer): void => {
    clearTimeout(peer.timer)
    if (!started) {
      if (peers.get(peer.process) === peer) peers.delete(peer.process)
      return
    }
    if (!peer.leaving) store.lose(`process ${peer.process} has ended or lost its connection`)
    gone.add(peer.process)
    leave()
  }
  const request = (peer: Peer, { kind, fields }: Frame, reply: Peer['reply']): void => {
    const [first = new Uint8Array(0), second] = fields
    if (kind === 'put') return reply(store.put(keyOf(first), second ?? new Uint8Array(0)))
    if (kind === 'get') return store.get(keyOf(first), numberIn(second), reply)
    if (kind === 'tryGet') return reply(store.tryGet(keyOf(first)))
    if (kind === 'remove') return reply(store.remove(keyOf(first)))
    if (kind === 'barrier') return store.barrier(keyOf(first), peer.process, numberIn(second), reply)
    if (kind === 'bye') return bye(peer, numberIn(first), reply)
    reply(failed('INVALID_ARGUMENT', `${kind} is no request`))
  }

  return createServer((socket) => {
    const read = frameReader()
    let peer: Peer | undefined
    const take = (frame: Frame): void => {
      const reply = (answer: Answer): void => send(socket, frame.id, answer)
      if (peer) return request(peer, frame, reply)
      if (frame.kind === 'hello') peer = hello(socket, frame.fields, reply)
      if (!peer) socket.end()
    }
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => peer && close(peer))
    socket.on('data', (chunk) => {
      try {
        for (const frame of read(chunk)) take(frame)
      } catch {
        // not one of ours
        socket.destroy()
      }
    })
  })
}
