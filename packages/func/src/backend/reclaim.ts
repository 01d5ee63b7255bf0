/**
 * Memory that the garbage collector can't see, freed when it takes the object that owned it: of tensors and of programs.
 *
 * What is new is watched from the end of its turn of the event loop, or when much is new: most is freed before, and to watch takes longer
 * than a small operation. Callbacks of the collector come between turns only, and device memory does not make it run; so what is alive is
 * counted, and where it has grown much, the collector is run at once and what it took is freed: a plain loop that never waits holds flat
 * memory. Where it can't be asked (browsers), it is nudged, and turns are taken where a program waits anyway.
 */
import { collector } from './collector'

const NEW = -1
const FREED = -2

/** Memory and how it is freed; refers to nothing that refers to its owner. */
export abstract class Holding {
  /** Where it stands among those watched. */
  place = NEW
  owner: WeakRef<object> | undefined
  constructor(readonly bytes: number) {}
  protected abstract release(): void
  /** Frees it, once. */
  free(): void {
    if (forget(this)) this.release()
  }
}

/** How much more may live than after the last look: bytes, and holdings, or as many again as there are. */
const BYTES = 2 ** 27
const COUNT = 2 ** 14
/** Of the time, what looking may take before it is done less often; by how much at most. */
const SHARE = 0.05
const MOST_EASE = 4
/** How many may wait to be watched. */
const MAX_NEW = 256

let bytes = 0
let count = 0
let ease = 1
let bytesAtMost = BYTES
let bytesAtTurn = 0
let countAtMost = COUNT
let lastLook = 0

const watched: Holding[] = []
const newOwners: object[] = []
const newHoldings: Holding[] = []

/** Where the collector can't be asked, it tells. It forgets what it has told of only between turns, so an owner that frees is taken back. */
const told = new FinalizationRegistry<Holding>((h) => h.free())
/** Elsewhere one object tells that it has run, and all are looked at. */
const ran = new FinalizationRegistry<undefined>(() => {
  armed = false
  look()
})
let armed = false
const arm = (): void => {
  if (armed) return
  armed = true
  ran.register({}, undefined)
}

const watchNew = (): void => {
  const asks = collector() !== undefined
  for (let i = 0; i < newHoldings.length; i++) {
    const h = newHoldings[i]!
    if (h.place === FREED) continue
    if (asks) h.owner = new WeakRef(newOwners[i]!)
    else told.register(newOwners[i]!, h, h)
    h.place = watched.push(h) - 1
  }
  newOwners.length = 0
  newHoldings.length = 0
  if (asks && watched.length > 0) arm()
}
/** Between turns of the event loop. */
const later: (f: () => void) => void = typeof setImmediate === 'function' ? setImmediate : (f) => void setTimeout(f, 0)
let expected = false
const watchLater = (): void => {
  if (expected) return
  expected = true
  later(() => {
    expected = false
    bytesAtTurn = bytes
    watchNew()
  })
}
const forget = (h: Holding): boolean => {
  if (h.place === FREED) return false
  bytes -= h.bytes
  count -= 1
  if (h.place >= 0) {
    const last = watched.pop()!
    if (last !== h) {
      watched[h.place] = last
      last.place = h.place
    }
    if (h.owner === undefined) told.unregister(h)
  }
  h.place = FREED
  h.owner = undefined
  return true
}
/** Frees what has no owner any more. */
const look = (): void => {
  // first all are looked at: to free a program frees what it holds
  const gone = watched.filter((h) => h.owner !== undefined && h.owner.deref() === undefined)
  for (const h of gone) h.free()
  settle()
  if (watched.length > 0) arm()
}
const settle = (): void => {
  bytesAtMost = bytes + ease * BYTES
  countAtMost = count + Math.max(count, ease * COUNT)
  pressure.high = false
}

/** Whether enough has come to life that `relieve` is worth its time. */
export const pressure: { high: boolean } = { high: false }

/** `holding` is freed when the collector takes `owner`, or before by `free`. */
export const own = (owner: object, holding: Holding): void => {
  newOwners.push(owner)
  bytes += holding.bytes
  count += 1
  if (bytes > bytesAtMost || count > countAtMost) pressure.high = true
  if (newHoldings.push(holding) >= MAX_NEW) watchNew()
  watchLater()
}
/** The holding's memory is somebody else's now. */
export const disown = (holding: Holding): void => void forget(holding)

/** Frees what nobody can reach any more, if the collector can be asked; answers whether it can. */
export const reclaim = (): boolean => {
  const collect = collector()
  if (collect === undefined) return false
  const start = performance.now()
  watchNew()
  collect()
  look()
  const end = performance.now()
  ease = end - start > SHARE * (end - lastLook) ? Math.min(ease * 2, MOST_EASE) : Math.max(ease / 2, 1)
  lastLook = end
  settle()
  return true
}

/** What has not been freed. */
export const alive = (): { readonly count: number; readonly bytes: number } => ({ count, bytes })

/** Turns of the event loop to take where a program waits: the collector needs some for its work. */
const TURNS = 4
/** What may come to life within one turn before that is said. */
const TOLD_BYTES = 2 ** 30
let turnsDue = 0
let warned = false
const warn = (): void => {
  if (warned || bytes - bytesAtTurn < TOLD_BYTES) return
  warned = true
  console.warn(
    `heddle: ${((bytes - bytesAtTurn) / 1e9).toFixed(1)} GB of tensors were made without a pause. What a loop drops is freed between turns of the ` +
      'event loop only: await in it (await loss.data()), give its state away (donateArgnums), or free by tidy and dispose',
  )
}
/** V8 counts the memory of array buffers, so one that is dropped at once makes it look for garbage when it can. It is never touched. */
const nudge = (): void => {
  try {
    void new ArrayBuffer(BYTES)
  } catch {
    // all the more reason to look
  }
}
/** What a program does where `pressure` is high and all that it will read is in reach of the collector. */
export const relieve = (): void => {
  if (reclaim()) return
  turnsDue = TURNS
  nudge()
  warn()
  pressure.high = false
  bytesAtMost = bytes + BYTES
  countAtMost = count + COUNT
}
/** Whether a program that waits anyway should wait for a turn of the event loop. */
export const turnIsDue = (): boolean => turnsDue > 0
/** The next turn of the event loop. */
export const turn = (): Promise<void> => {
  turnsDue -= 1
  nudge()
  return new Promise(later)
}
