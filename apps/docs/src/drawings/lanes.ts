/**
 * The picture of a lifted transformation: a lane for each kind of value, from outside to the calls inside and out again.
 * Each lane says in its labels what happens to it: split, copied, carried, stacked.
 */
import { arrow, box, drawing, faint, frame, label, type Role, stack } from './parts'

/** A value outside: one box, or slices of one array. */
export interface Outside {
  readonly text: string
  readonly slices?: boolean
}
/** What a lane has in a call: a label; `faint` for what is there but not used, undefined for nothing. */
export type Cell = string | { readonly text: string; readonly faint?: boolean; readonly role?: Role } | undefined

export interface Lane {
  readonly role: Role
  /** What goes in, and the word on its arrow. */
  readonly from?: Outside
  readonly enters?: string
  /** One for each call. */
  readonly calls: readonly Cell[]
  /** Between calls: the same value (`=`), or handed on (an arrow). */
  readonly between?: 'same' | 'carried'
  /** What comes out, and the word on its arrow. */
  readonly to?: Outside
  readonly leaves?: string
}

const LEFT = 8
const SIDE = 112
const GAP = 76
const CALL = 104
const BETWEEN = 22
const HEIGHT = 34
const STEP = 58
const TOP = 56

/** The picture. `title` says it in a sentence; `calls` are the headings over the columns inside; `notes` are lines under it. */
export const lanes = (title: string, calls: readonly string[], all: readonly Lane[], notes: readonly string[] = []): string => {
  const inside = LEFT + SIDE + GAP
  const width = calls.length * CALL + (calls.length - 1) * BETWEEN
  const after = inside + width + GAP
  const callX = (i: number): number => inside + i * (CALL + BETWEEN)
  const bottom = TOP + all.length * STEP
  const side = ({ text, slices }: Outside, role: Role, x: number, y: number): string =>
    slices === true ? stack(text, role, { x, y, width: SIDE - 14, height: HEIGHT }) : box(text, role, { x, y, width: SIDE, height: HEIGHT })
  const cell = (c: Cell, role: Role, x: number, y: number): string => {
    if (c === undefined) return ''
    const text = typeof c === 'string' ? c : c.text
    const drawn = box(text, typeof c === 'string' ? role : (c.role ?? role), { x, y, width: CALL, height: HEIGHT })
    return typeof c !== 'string' && c.faint === true ? faint(drawn) : drawn
  }
  const lane = ({ role, from, enters, calls: cells, between, to, leaves }: Lane, i: number): string => {
    const y = TOP + i * STEP
    const middle = y + HEIGHT / 2
    const first = cells.findIndex((c) => c !== undefined)
    const last = cells.findLastIndex((c) => c !== undefined)
    const joints = cells.slice(0, -1).map((c, k) => {
      if (between === undefined || c === undefined || cells[k + 1] === undefined) return ''
      const x = callX(k) + CALL
      return between === 'same'
        ? label('=', { x: x + BETWEEN / 2, y: middle }, { small: true })
        : arrow({ x: x + 1, y: middle }, { x: x + BETWEEN - 2, y: middle })
    })
    return [
      ...(from === undefined ? [] : [side(from, role, LEFT, y)]),
      ...(from === undefined ? [] : [arrow({ x: LEFT + SIDE + 2, y: middle }, { x: callX(Math.max(first, 0)) - 3, y: middle }, enters)]),
      ...cells.map((c, k) => cell(c, role, callX(k), y)),
      ...joints,
      ...(to === undefined ? [] : [arrow({ x: callX(Math.max(last, 0)) + CALL + 2, y: middle }, { x: after - 3, y: middle }, leaves)]),
      ...(to === undefined ? [] : [side(to, role, after, y)]),
    ].join('')
  }
  return drawing(
    title,
    { width: after + SIDE + LEFT, height: bottom + notes.length * 20 + (notes.length > 0 ? 10 : 0) },
    label('outside', { x: LEFT + SIDE / 2, y: 18 }, { small: true }),
    label('outside', { x: after + SIDE / 2, y: 18 }, { small: true }),
    ...calls.map((text, i) => frame({ x: callX(i) - 6, y: 32, width: CALL + 12, height: bottom - 38 })),
    ...calls.map((text, i) => label(text, { x: callX(i) + CALL / 2, y: 18 }, { strong: true })),
    ...all.map(lane),
    ...notes.map((text, i) => label(text, { x: (after + SIDE + LEFT) / 2, y: bottom + 12 + i * 20 }, { small: true })),
  )
}
