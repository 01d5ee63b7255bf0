/**
 * One writer a folder: a file that says whose process it is, and which is made only where there is none.
 *
 * A process that died leaves its file; on the same machine that is seen by its id (and by when it began, as ids are used again), and the
 * file is taken over. Of a process on another machine that shares the folder only the file's time tells, which is renewed as long as it lives.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, realpath, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StorageError } from '../storage/error'

const NAME = '.heddle-lock'
/** How often the file's time is renewed, and how old it must be to be that of a dead process on another machine; in ms. */
const RENEWAL = 30_000
const STALE = 20 * RENEWAL
/** How long a file may have nothing in it, in ms. */
const UNWRITTEN = 2000

/** Who writes: a process, and when it began as far as the system tells. */
interface Owner {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly began: string | null
}
/** When a process began, in the system's own units (Linux); null where it is not told. */
const beganAt = (pid: number): string | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the name, in parentheses, may hold anything; the start is the 20th word after it
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
const ownerOf = (text: string): Owner | undefined => {
  try {
    const { id, host, pid, began } = JSON.parse(text) as Owner
    return typeof id === 'string' && typeof host === 'string' && Number.isInteger(pid) ? { id, host, pid, began } : undefined
  } catch {
    return undefined
  }
}
const missing = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  return undefined
}
/** How long ago a file was written, or its time renewed, in ms; 0 where it is gone. */
const ageOf = async (path: string): Promise<number> => {
  const found = await stat(path).catch(missing)
  return found === undefined ? 0 : Date.now() - found.mtimeMs
}
const isAlive = async (owner: Owner, path: string): Promise<boolean> => {
  if (owner.host !== hostname()) return (await ageOf(path)) < STALE
  return isRunning(owner.pid) && (owner.began === null || owner.began === beganAt(owner.pid))
}
const refusal = (place: string, { host, pid }: Owner): StorageError => {
  const here = host === hostname()
  const own = here && pid === process.pid
  const who = own ? 'another manager of this process' : `process ${pid}${here ? '' : ` of ${host}`}`
  const how = own ? 'close that one first (await manager.close())' : 'end that one first'
  const more = own ? '' : `; if it is dead, or another program has its number now, delete ${join(place, NAME)}`
  return new StorageError('opening', place, 'LOCKED', `${who} writes to it: ${how}, or read beside it by { readOnly: true }${more}`)
}
/** Takes a dead process's file away, unless somebody else was faster and it is theirs now. */
const takeAway = async (path: string, dead: string): Promise<void> => {
  const aside = `${path}-${randomUUID()}`
  const moved = await rename(path, aside).then(
    () => true,
    (error: unknown) => missing(error) ?? false,
  )
  if (!moved) return
  if ((await readFile(aside, 'utf8')) !== dead) await link(aside, path).catch(() => undefined)
  await unlink(aside)
}
const put = (path: string, text: string): Promise<boolean> =>
  writeFile(path, text, { flag: 'wx' }).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      return false
    },
  )

/** Takes the right to write to a folder; answers how to give it back. Errors: StorageError `LOCKED`. */
export const lock = async (folder: string): Promise<() => Promise<void>> => {
  const place = await realpath(folder)
  const path = join(place, NAME)
  const owner: Owner = { id: randomUUID(), host: hostname(), pid: process.pid, began: beganAt(process.pid) }
  const text = JSON.stringify(owner)
  while (!(await put(path, text))) {
    const theirs = await readFile(path, 'utf8').catch(missing)
    if (theirs === undefined) continue
    const other = ownerOf(theirs)
    if (other !== undefined && (await isAlive(other, path))) throw refusal(folder, other)
    // made by somebody who has not written to it yet; or never will
    if (other === undefined && (await ageOf(path)) < UNWRITTEN) await sleep(20)
    else await takeAway(path, theirs)
  }
  const renewal = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), RENEWAL)
  renewal.unref()
  return async () => {
    clearInterval(renewal)
    if ((await readFile(path, 'utf8').catch(missing)) === text) await unlink(path).catch(missing)
  }
}
