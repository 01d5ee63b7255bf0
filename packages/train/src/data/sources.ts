/** Data from what is in memory, and from what can be iterated over. */
import { describe, isPlainObject } from '@heddle/func/options'
import { DataError } from '../error'
import { Dataset } from './dataset'
import { counted, inOrder } from './order'
import { all, countIn, END, isPromise, type Maybe, type Source, andThen } from './pull'
import { readerOf, type RowsOf, stacked } from './rows'

/**
 * Rows of arrays of equal length: of a tensor, a typed array, `{ data, shape }`, or a tree of such, whose axis 0 is that of rows. A row has tensors in
 * their places. Errors: DataError where lengths differ.
 *
 * @example
 * fromArrays({ image: { data: new Uint8Array(60000 * 784), shape: [60000, 28, 28, 1] }, label: new Int32Array(60000) }).shuffle(0).repeat().batch(32, { dropRemainder: true })
 */
export const fromArrays = <T>(arrays: T): Dataset<RowsOf<T>> => {
  const reader = readerOf('fromArrays', arrays)
  return new Dataset<RowsOf<T>>(counted(reader.count, reader.text), {
    one: (row) => reader.row(row as number),
    many: (rows) => reader.batch(rows as readonly number[]),
  })
}

/** The items of a list. Errors: DataError for what is no list. */
export const fromItems = <T>(items: readonly T[]): Dataset<T> => {
  if (!Array.isArray(items)) throw new DataError('fromItems', `expected a list, got ${describe(items)}; of arrays fromArrays makes rows`)
  const one = (at: unknown): T => items[at as number] as T
  return new Dataset<T>(counted(items.length, `items(${items.length})`), { one, many: (rows) => stacked('batch', rows.map(one)) })
}

type AnyIterable<T> = Iterable<T> | AsyncIterable<T>
/**
 * The items of an iterable, async or not, or of a function that makes one. A function with a parameter is given how many items to leave out, and begins
 * there (it seeks); of what is made without, that many are read and left out. One that can be read once only (a generator) has one epoch.
 * Errors: DataError.
 */
export const fromIterable = <T>(items: AnyIterable<T> | ((start: number) => AnyIterable<T>)): Dataset<T> => {
  const where = 'fromIterable'
  let used = false
  const make = (start: number): AnyIterable<T> => {
    const made = typeof items === 'function' ? (items.length === 0 ? (items as () => AnyIterable<T>)() : items(start)) : items
    if (typeof made !== 'object' || made === null || !(Symbol.asyncIterator in made || Symbol.iterator in made))
      throw new DataError(where, `expected an iterable, or a function that answers one, got ${describe(made)}`)
    return made
  }
  if (typeof items !== 'function') make(0)
  const source: Source<T> = {
    length: undefined,
    text: 'iterable',
    open: (_, from) => {
      let at = from === undefined ? 0 : countIn(where, { at: from }, 'at')
      const made = make(at)
      const iterator: Iterator<T> | AsyncIterator<T> = Symbol.asyncIterator in made ? made[Symbol.asyncIterator]() : made[Symbol.iterator]()
      if (typeof items !== 'function' && (iterator as unknown) === made) {
        if (used)
          throw new DataError(where, 'this iterable can be read once, and was: give a function that makes another, () => generate()')
        used = true
      }
      let toSkip = typeof items === 'function' && items.length > 0 ? 0 : at
      const got = (result: IteratorResult<T>): Maybe<T | typeof END> => {
        if (result.done === true) return END
        if (toSkip > 0) {
          toSkip -= 1
          return next()
        }
        at += 1
        return result.value
      }
      const next = (): Maybe<T | typeof END> => {
        let result = iterator.next()
        while (!isPromise(result) && toSkip > 0 && result.done !== true) {
          toSkip -= 1
          result = iterator.next()
        }
        return isPromise(result) ? result.then(got) : got(result)
      }
      return { next, position: () => at, close: () => andThen(iterator.return?.() as Maybe<unknown>, () => undefined) }
    },
  }
  return new Dataset<T>(source as Source<unknown>)
}

/** One data set after the other, such as the lines of several files. Errors: DataError. */
export const concat = <T>(datasets: readonly Dataset<T>[]): Dataset<T> => {
  if (!Array.isArray(datasets) || isPlainObject(datasets) || !datasets.every((d) => d instanceof Dataset))
    throw new DataError('concat', `expected a list of data sets, got ${describe(datasets)}`)
  const parts = datasets.map((d) => Dataset.parts(d))
  const one = (item: unknown): Maybe<unknown> => {
    const [part, inner] = item as readonly [number, unknown]
    return parts[part]!.reading.one(inner)
  }
  return new Dataset<T>(inOrder(parts.map((p) => p.source)), {
    one,
    many: (items) => andThen(all(items.map(one)), (rows) => stacked('batch', rows)),
  })
}
