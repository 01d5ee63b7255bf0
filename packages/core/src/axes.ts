/**
 * Axes: what a transformation does with each collection of variables, each random stream and each argument, as checked options.
 *
 * A table from filters to axes is an object where the filters are names, or a list of pairs where they are not:
 * `{ params: 0 }`, `[[true, 0]]`, `[[['params', 'cache'], 0], [denyList('params'), null]]`. Order matters: the first match wins.
 */
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { decodeOptions } from './codec'
import type { ScopeError } from './error'
import { Filter } from './filter'

/** An axis of an array; null where a value is not mapped but shared. */
export type Axis = number | null

/** An axis for variables on their way in only: they are not returned. */
export interface In<A = Axis> {
  readonly _tag: 'In'
  readonly axis: A
}
/** An axis for variables on their way out only: they are made inside. */
export interface Out<A = Axis> {
  readonly _tag: 'Out'
  readonly axis: A
}
/** An axis for both ways, or for one. */
export type InOut<A = Axis> = A | In<A> | Out<A>

/** Variables only come in, along this axis. Source: `flax.linen.In`. */
export const In = <A extends Axis>(axis: A): In<A> => ({ _tag: 'In', axis })
/** Variables only go out, along this axis. Source: `flax.linen.Out`. */
export const Out = <A extends Axis>(axis: A): Out<A> => ({ _tag: 'Out', axis })

/** In `inAxes` and `outAxes` of scan: a value that is the same in every iteration. Source: `flax.linen.broadcast`. */
export const broadcast: unique symbol = Symbol.for('heddle.broadcast') as never
/** The type of `broadcast`. */
export type Broadcast = typeof broadcast

/** A table from filters to what holds for them. */
export type FilterMap<V> = { readonly [name: string]: V } | readonly (readonly [Filter, V])[]

/** A table from filters, as ordered pairs. */
export type FilterEntries<V> = readonly (readonly [Filter, V])[]

const axis = new t.Type<number, number, unknown>(
  'an axis (an integer)',
  (x): x is number => Number.isInteger(x),
  (x, c) => (Number.isInteger(x) ? t.success(x as number) : t.failure(x, c)),
  t.identity,
)
const nullable = t.union([axis, t.null], 'an axis (an integer) or null')
const inOut = <A>(c: t.Type<A>, name: string): t.Type<InOut<A>> => {
  const tagged = <T extends 'In' | 'Out'>(tag: T) => t.readonly(t.strict({ _tag: t.literal(tag), axis: c }))
  return t.union([c, tagged('In'), tagged('Out')], name)
}

const InOutAxis = inOut(nullable, 'an axis, null, In(axis) or Out(axis)')
const InOutScanAxis = inOut(axis, 'an axis, In(axis) or Out(axis); a shared collection belongs in variableBroadcast')

const table = <V>(value: t.Type<V>, name: string): t.Type<FilterEntries<V>, unknown> => {
  const pairs = t.readonlyArray(t.readonly(t.tuple([Filter, value])), name)
  const record = t.record(t.string, value, name)
  const read: t.Validate<unknown, FilterEntries<V>> = (x, c) => {
    if (Array.isArray(x)) return pairs.validate(x, c)
    const done = record.validate(x, c)
    return E.isLeft(done) ? done : E.right(Object.entries(done.right))
  }
  return new t.Type(name, pairs.is, read, t.identity)
}

/** The variableAxes of vmap as pairs. Errors: InvalidOptions. */
export const decodeVariableAxes = (where: string, x: unknown): E.Either<ScopeError, FilterEntries<InOut>> =>
  decodeOptions(table(InOutAxis, 'variableAxes'), `${where}: variableAxes`, x)

/** The variableAxes of scan as pairs: null is not among them. Errors: InvalidOptions. */
export const decodeScanAxes = (where: string, x: unknown): E.Either<ScopeError, FilterEntries<InOut<number>>> =>
  decodeOptions(table(InOutScanAxis, 'variableAxes'), `${where}: variableAxes`, x)

/** A splitRngs table as pairs: which streams differ along the axis. Errors: InvalidOptions. */
export const decodeSplitRngs = (where: string, x: unknown): E.Either<ScopeError, FilterEntries<boolean>> =>
  decodeOptions(table(t.boolean, 'splitRngs'), `${where}: splitRngs`, x)

/** Filters and axes on the way in, and on the way out. */
export interface InOutAxes<A> {
  readonly inFilters: readonly Filter[]
  readonly inAxes: readonly A[]
  readonly outFilters: readonly Filter[]
  readonly outAxes: readonly A[]
}

/** A table of axes by direction. */
export const splitInOut = <A extends Axis>(entries: FilterEntries<InOut<A>>): InOutAxes<A> => {
  const is = (v: InOut<A>, tag: 'In' | 'Out'): boolean => typeof v === 'object' && v !== null && v._tag === tag
  const axisOf = (v: InOut<A>): A => (typeof v === 'object' && v !== null ? (v as In<A>).axis : v)
  const incoming = entries.filter(([, v]) => !is(v, 'Out'))
  const outgoing = entries.filter(([, v]) => !is(v, 'In'))
  return {
    inFilters: incoming.map(([f]) => f),
    inAxes: incoming.map(([, v]) => axisOf(v)),
    outFilters: outgoing.map(([f]) => f),
    outAxes: outgoing.map(([, v]) => axisOf(v)),
  }
}
