/**
 * Compiled programs in memory, by their text: who compiles what was compiled before gets the same program.
 *
 * Names in a program are for people, so programs that differ in them only are one. A program that nobody uses any more stays for a while,
 * since code that runs without `jit` traces its loops, branches and checkpoints anew at each call.
 */
import { createHash } from 'node:crypto'
import { onScarcity } from '@heddle/func/backend'
import type { Pointer } from './api/memory'
import type { ProgramCache } from './cache'
import type { NativePrograms } from './native'

/** A program that is used; each user releases it once. */
export interface Loaded {
  readonly pointer: Pointer
  readonly release: () => void
}
export interface Programs {
  /** `identity` is what the program is known by: its text, less what is of no account. */
  /** Whether `load` would find it in memory. */
  readonly has: (identity: string, native: NativePrograms) => boolean
  readonly load: (text: string, identity: string, native: NativePrograms, operation: string) => Loaded
}
interface Entry {
  readonly pointer: Pointer
  readonly native: NativePrograms
  users: number
}
/** Programs that are kept although nobody uses them. */
const MAX_IDLE = 128

/** The text of a lowered program, with numbers in place of the names of its module and of its private functions. */
export const withoutNames = (text: string): string => {
  const numbers = new Map<string, number>()
  return text.replaceAll(/(\bmodule|\bprivate|\bfunc\.call) @([\w$.]+)/g, (_, before: string, name: string) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size)
    return `${before} @${numbers.get(name)}`
  })
}

/** `disk` has those of earlier processes. */
export const programsOf = (disk: ProgramCache | undefined): Programs => {
  const known = new Map<string, Entry>()
  /** Those without users, the one that was used last at the end. */
  const idle = new Map<string, Entry>()
  const forget = (count: number): void => {
    for (const [key, { native, pointer }] of [...idle].slice(0, count)) {
      idle.delete(key)
      known.delete(key)
      native.destroy(pointer)
    }
  }
  onScarcity(() => forget(idle.size))
  const make = (text: string, identity: string, native: NativePrograms, operation: string): Pointer => {
    const compile = (): Pointer => native.compile(text, operation)
    return disk ? disk.load(identity, native.options, { ...native, compile }) : compile()
  }
  const keyOf = (identity: string, native: NativePrograms): string =>
    createHash('sha256').update(native.options).update(identity).digest('base64')
  return {
    has: (identity, native) => known.has(keyOf(identity, native)),
    load: (text, identity, native, operation) => {
      const key = keyOf(identity, native)
      let entry = known.get(key)
      if (!entry) known.set(key, (entry = { pointer: make(text, identity, native, operation), native, users: 0 }))
      entry.users += 1
      idle.delete(key)
      const mine = entry
      return {
        pointer: mine.pointer,
        release: () => {
          mine.users -= 1
          if (mine.users > 0) return
          idle.set(key, mine)
          if (idle.size > MAX_IDLE) forget(1)
        },
      }
    },
  }
}
