/** The coordinator's memory: keys and their values, who waits for a key, who has come to a barrier. */
import { type Answer, done, failed, timerOf } from './answer'

type Reply = (answer: Answer) => void
interface Waiting {
  readonly reply: Reply
  readonly timer: NodeJS.Timeout
}
interface Barrier {
  /** By process. */
  readonly here: Map<number, Waiting>
}

export interface Store {
  /** Keys are written once. */
  readonly put: (key: string, value: Uint8Array) => Answer
  readonly tryGet: (key: string) => Answer
  /** Forgets a key, if there is one. */
  readonly remove: (key: string) => Answer
  /** Replies when there is a value, or after so many ms. */
  readonly get: (key: string, ms: number, reply: Reply) => void
  /** Replies when all processes have come, or after so many ms. */
  readonly barrier: (name: string, process: number, ms: number, reply: Reply) => void
  /** A process is gone: who waits for it would wait forever. */
  readonly lose: (reason: string) => void
}

export const createStore = (numProcesses: number): Store => {
  const values = new Map<string, Uint8Array>()
  const waiting = new Map<string, Set<Waiting>>()
  const barriers = new Map<string, Barrier>()
  let lost: string | undefined

  const settle = ({ reply, timer }: Waiting, answer: Answer): void => {
    clearTimeout(timer)
    reply(answer)
  }
  const tryGet = (key: string): Answer => {
    const value = values.get(key)
    return value ? { value } : failed('NOT_FOUND', `there is no key ${JSON.stringify(key)}`)
  }
  return {
    tryGet,
    put: (key, value) => {
      if (values.has(key)) return failed('ALREADY_EXISTS', `the key ${JSON.stringify(key)} has a value already`)
      values.set(key, value)
      for (const w of waiting.get(key) ?? []) settle(w, { value })
      waiting.delete(key)
      return done
    },
    remove: (key) => {
      values.delete(key)
      return done
    },
    get: (key, ms, reply) => {
      if (values.has(key)) return reply(tryGet(key))
      if (lost !== undefined) return reply(failed('UNAVAILABLE', lost))
      const all = waiting.get(key) ?? new Set()
      waiting.set(key, all)
      const late = (): void => {
        all.delete(entry)
        if (all.size === 0) waiting.delete(key)
        reply(failed('DEADLINE_EXCEEDED', `no process has put the key ${JSON.stringify(key)} within ${ms} ms`))
      }
      const entry: Waiting = { reply, timer: setTimeout(late, timerOf(ms)) }
      all.add(entry)
    },
    barrier: (name, process, ms, reply) => {
      if (lost !== undefined) return reply(failed('UNAVAILABLE', lost))
      const barrier = barriers.get(name) ?? { here: new Map<number, Waiting>() }
      barriers.set(name, barrier)
      const { here } = barrier
      if (here.has(process))
        return reply(failed('ALREADY_EXISTS', `process ${process} waits at the barrier ${JSON.stringify(name)} already`))
      const late = (): void => {
        here.delete(process)
        const missing = Array.from({ length: numProcesses }, (_, i) => i).filter((i) => i !== process && !here.has(i))
        reply(failed('DEADLINE_EXCEEDED', `${missingOf(missing)} not come to the barrier ${JSON.stringify(name)} within ${ms} ms`))
      }
      here.set(process, { reply, timer: setTimeout(late, timerOf(ms)) })
      if (here.size < numProcesses) return
      barriers.delete(name)
      for (const w of here.values()) settle(w, done)
    },
    lose: (reason) => {
      lost = reason
      const all = [...waiting.values(), ...[...barriers.values()].map((b) => b.here.values())].flatMap((ws) => [...ws])
      waiting.clear()
      barriers.clear()
      for (const w of all) settle(w, failed('UNAVAILABLE', reason))
    },
  }
}
/** `processes 1 and 2 have`, `process 1 has`. */
export const missingOf = (ids: readonly number[]): string =>
  ids.length === 1 ? `process ${ids[0]} has` : `processes ${ids.slice(0, -1).join(', ')} and ${ids.at(-1)} have`
