/**
 * Inside: which lifted functions run now, and what they may use of scopes that are outside of them. A function is given scopes of its own;
 * those outside that it can reach, by what it closes over, are not lifted: what is read, drawn or written there is not mapped, scanned,
 * carried or differentiated. What comes out right all the same is let through, everything else is refused.
 *
 * Law: if a use is let through, the function answers what it would with the scopes that it is given.
 */
import { getIn, inFilter, startsWith, type Cursor, type Filter, type Path, type Store, type Variables } from '@heddle/core'
import { here, type Home, type Tensor } from '@heddle/func'
import { exception } from './edge'
import type { Entry } from './entry'

/** Holds the store that the scopes of a model share. */
export interface Cell {
  store: Store<Tensor>
  readonly id: number
  /** Inside how many lifted functions it was made. */
  readonly depth: number
  /** Where it is at home: a program that is traced elsewhere and uses it is not kept. */
  readonly home: Home
}

/** Where a scope or a variable is: in which cell, and where in it. */
export interface ScopePlace {
  readonly cell: number
  readonly at: Path
}

/** What is right inside a transformation though it is done by scopes outside. */
export interface Outside {
  /** Collections whose values inside are others than outside. */
  readonly changed: Filter
  /**
   * What else is right: `draw`, where the function runs once for each call; `make`, where values that depend on no argument are known in
   * it; `write` (of scopes that are not lifted), where all are. `read` is, of collections that are not changed.
   */
  readonly may: readonly Use[]
}

interface Frame {
  readonly entry: Entry
  readonly cells: readonly Cell[]
  /** The variables of the cells when the function began. */
  readonly before: readonly Variables<Tensor>[]
}

/** Nothing is: what a program that is kept found outside would be the same in each call. */
const nothing: Outside = { changed: true, may: [] }
const frames: Frame[] = []
let cells = 0

/** A cell for the scopes of a model; with `inner` for those of a lifted function that is about to run. */
export const makeCell = (store: Store<Tensor>, inner = false): Cell => ({
  store,
  id: cells++,
  depth: frames.length + (inner ? 1 : 0),
  home: here(),
})

/** Runs a lifted function, whose scopes are in these cells. */
export const inside = <R>(entry: Entry, own: readonly Cell[], run: () => R): R => {
  frames.push({ entry, cells: own, before: own.map((c) => c.store.variables) })
  try {
    return run()
  } finally {
    frames.pop()
  }
}

/** What is done by a scope: to a variable of a collection, or to a stream. `make` is to write one that is not there. */
export type Use = 'read' | 'make' | 'write' | 'draw'

/** Is the cell one from outside of a lifted function that runs? */
export const isOutside = (cell: Cell): boolean => cell.depth < frames.length && cell.store.valid

const overlap = (a: Path, b: Path): boolean => startsWith(a, b) || startsWith(b, a)

/**
 * Checks what a scope from outside is used for: `name` is a variable of `of`, a collection; without it, all of the scope's; or a stream.
 *
 * Errors: OuterScopeError.
 */
export const checkUse = (cell: Cell, cursor: Cursor<unknown>, use: Use, of: string, name?: string): void => {
  let place: ScopePlace = { cell: cell.id, at: name === undefined ? cursor.at : [...cursor.at, name] }
  for (const { entry, cells: own, before } of frames.slice(cell.depth)) {
    const { changed, may } = entry.plan.outside ?? nothing
    const root = entry.roots.findIndex((r) => r.place.cell === place.cell && overlap(r.place.at, place.at))
    const lifted = root >= 0
    const rest = lifted ? place.at.slice(entry.roots[root]!.place.at.length) : []
    // Written inside, or not the same there: the value outside is another.
    const differs = (): boolean => {
      const path = [of, ...rest]
      return inFilter(changed, of) || getIn(before[root]!, path) !== getIn(own[root]!.store.variables, path)
    }
    const right = (use === 'read' || may.includes(use)) && !(lifted && (use === 'write' || (use !== 'draw' && differs())))
    if (!right)
      throw exception({
        _tag: 'OuterScopeError',
        where: entry.plan.where,
        path: entry.roots[0]?.debugPath ?? [],
        outer: cursor.debugPath,
        use,
        of,
        name,
        lifted,
      })
    if (lifted && place.at.length >= entry.roots[root]!.place.at.length) place = { cell: own[root]!.id, at: rest }
  }
}
