/**
 * Data as a value: what the items are and in which order they come. Iterating makes an iterator, which knows its position; a position is plain
 * JSON, and an iterator that begins there answers what would have come, without reading what came before again.
 *
 * Items are read lazily: shuffling arrays moves numbers of rows, and what `map` makes is made when a batch asks for it.
 * Law: `[...dataset]` is the first items of an iterator, then all of `dataset.iterator(position)`.
 */
import { np, type Tensor } from '@heddle/func'
import {
  boolean,
  func,
  isPlainObject,
  optionsOf,
  type OptionsOf,
  positive,
  count as countKind,
  readArgument,
  describe,
} from '@heddle/func/options'
import { DataError } from '../error'
import { grouped, numbered, repeated, shuffled, skipped, taken } from './order'
import { ahead } from './prefetch'
import { all, END, isPromise, type Json, type Maybe, type Source, andThen } from './pull'
import { type Batched, stacked } from './rows'

/** Where an iterator stands: plain JSON, for a checkpoint. */
export interface DataPosition {
  /** Of which data, in words. */
  readonly data: string
  readonly at: Json
}
/** Answers one value after the other. */
export interface DataIterator<T> extends AsyncIterableIterator<T> {
  next(): Promise<IteratorResult<T, undefined>>
  /** Where it stands: after the values that it has answered, not those that are read ahead. */
  position(): DataPosition
  /** Lets go of files, streams and what was read ahead. */
  return(): Promise<IteratorResult<T, undefined>>
}
const shuffleOptions = optionsOf({
  /** How many items at a time are put in another order: all by default. Where there are files and streams, it says how many are in memory. */
  window: positive,
})
/** Options of `shuffle`. */
export interface ShuffleOptions extends OptionsOf<typeof shuffleOptions> {}
const batchOptions = optionsOf({
  /** Leave the last batch out if it is short, so that all have one shape. */
  dropRemainder: boolean,
  /** Fill the last batch with copies of its last row, and tell by `mask`, bool `[size]`, in each batch which rows count. */
  padRemainder: boolean,
})
/** Options of `batch`. */
export interface BatchOptions extends OptionsOf<typeof batchOptions> {}
const prefetchOptions = optionsOf({
  /** Put tensors on the default backend's device too; true by default. */
  toDevice: boolean,
})
/** Options of `prefetch`. */
export interface PrefetchOptions extends OptionsOf<typeof prefetchOptions> {}

/** How items become values. */
interface Reading {
  readonly one: (item: unknown) => Maybe<unknown>
  readonly many: (items: readonly unknown[]) => Maybe<unknown>
}
const itself: Reading = { one: (item) => item, many: (items) => stacked('batch', items) }
const oneByOne = (one: Reading['one']): Reading => ({
  one,
  many: (items) => andThen(all(items.map(one)), (rows) => stacked('batch', rows)),
})
const seedKind = { ...countKind, hint: (x: unknown) => (typeof x === 'object' ? 'a seed is a number, not a key' : undefined) }

/** Data, as items of type `T`. Made by `fromArrays`, `fromItems`, `fromIterable`, `lines`, `records` and `concat`. */
export class Dataset<T> implements AsyncIterable<T>, Iterable<T> {
  readonly #source: Source<unknown>
  readonly #reading: Reading

  constructor(source: Source<unknown>, reading: Reading = itself) {
    this.#source = source
    this.#reading = reading
  }
  static parts(x: Dataset<unknown>): { readonly source: Source<unknown>; readonly reading: Reading } {
    return { source: x.#source, reading: x.#reading }
  }
  /** How many items there are: infinite if they never end, undefined where that is not known before they are read. */
  get length(): number | undefined {
    return this.#source.length
  }

  /**
   * Items in another order, another one in each epoch of a later `repeat`; the same for a seed on every machine and backend. Without a `window`
   * all are shuffled; with one, items are read and shuffled so many at a time. Errors: ArgumentError, where the length is not known and no window is given.
   */
  shuffle(seed: number, options?: ShuffleOptions): Dataset<T> {
    readArgument('shuffle', 'seed', seedKind, seed)
    const { window = this.length } = shuffleOptions('shuffle', options)
    if (window === undefined || window === Number.POSITIVE_INFINITY)
      throw new DataError(
        'shuffle',
        `how many items there are is ${window === undefined ? 'not known' : 'without end'}: say by { window: 10000 } how many are shuffled at a time, or shuffle before repeat`,
      )
    return new Dataset(shuffled(this.#source, seed, Math.max(1, window)), this.#reading)
  }
  /** All items `times` times, endlessly by default: epochs. */
  repeat(times: number = Number.POSITIVE_INFINITY): Dataset<T> {
    if (times !== Number.POSITIVE_INFINITY) readArgument('repeat', 'times', positive, times)
    return new Dataset(repeated(this.#source, times), this.#reading)
  }
  /** The first `count` items. */
  take(count: number): Dataset<T> {
    readArgument('take', 'count', countKind, count)
    return new Dataset(taken(this.#source, count), this.#reading)
  }
  /** All but the first `count` items. */
  skip(count: number): Dataset<T> {
    readArgument('skip', 'count', countKind, count)
    return new Dataset(skipped(this.#source, count), this.#reading)
  }
  /**
   * What a function, async or not, makes of each item. Its second argument is the item's number, which goes on through epochs where their length
   * is known and where a position begins: `random.foldIn(key, index)` is a key for it.
   */
  map<U>(f: (item: T, index: number) => U | Promise<U>): Dataset<U> {
    readArgument('map', 'f', func, f)
    const { one } = this.#reading
    return new Dataset<U>(
      numbered(this.#source),
      oneByOne((item) => {
        const [inner, index] = item as readonly [unknown, number]
        return andThen(one(inner), (value) => f(value as T, index))
      }),
    )
  }
  /**
   * Batches of `size` items, stacked along a new axis 0: tensors, typed arrays, numbers (float32) and booleans to tensors, strings to lists.
   * The last may be shorter, unless options say what becomes of it. Errors: DataError where items do not stack.
   */
  batch(size: number, options: BatchOptions & { readonly padRemainder: true }): Dataset<Batched<T> & { readonly mask: Tensor }>
  batch(size: number, options?: BatchOptions): Dataset<Batched<T>>
  batch(size: number, options?: BatchOptions): Dataset<unknown> {
    readArgument('batch', 'size', positive, size)
    const { dropRemainder = false, padRemainder = false } = batchOptions('batch', options)
    if (dropRemainder && padRemainder)
      throw new DataError('batch', 'the last batch is either left out or filled: give dropRemainder or padRemainder')
    const { many } = this.#reading
    const source = grouped(this.#source, size, dropRemainder)
    if (!padRemainder)
      return new Dataset(
        source,
        oneByOne((items) => many(items as readonly unknown[])),
      )
    return new Dataset(
      source,
      oneByOne((given) => {
        const items = given as readonly unknown[]
        const whole = items.length === size ? items : [...items, ...Array.from({ length: size - items.length }, () => items.at(-1))]
        return andThen(many(whole), (batch) => withMask(batch, items.length, size))
      }),
    )
  }
  /**
   * Makes up to `size` items ahead of those that are asked for, and puts their tensors on the device. For the end of a chain; it is iterated by
   * `for await`. What was read ahead and is not used is freed when the iterator is closed.
   */
  prefetch(size = 2, options?: PrefetchOptions): Dataset<T> {
    readArgument('prefetch', 'size', positive, size)
    const { toDevice = true } = prefetchOptions('prefetch', options)
    return new Dataset(ahead(this.#source, this.#reading.one, size, toDevice))
  }

  /** An iterator from the start, or from where another one stood. Errors: DataError for a position of other data. */
  iterator(position?: DataPosition): DataIterator<T> {
    const puller = this.#source.open(0, this.#at(position))
    const { text } = this.#source
    let last: Promise<unknown> = Promise.resolve()
    const done = { done: true, value: undefined } as const
    let over = false
    const next = async (): Promise<IteratorResult<T, undefined>> => {
      if (over) return done
      const item = await puller.next()
      if (item !== END) return { done: false, value: (await this.#reading.one(item)) as T }
      over = true
      await puller.close()
      return done
    }
    const iterator: DataIterator<T> = {
      // one after the other, though several are asked for at once
      next: () => {
        const answer = last.then(next)
        last = answer.catch(() => undefined)
        return answer
      },
      return: async () => {
        if (!over) await puller.close()
        over = true
        return done
      },
      position: () => ({ data: text, at: puller.position() }),
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }
  #at(position: DataPosition | undefined): Json | undefined {
    if (position === undefined || position === null) return undefined
    if (!isPlainObject(position) || typeof position.data !== 'string')
      throw new DataError('iterator', `expected a position, as position() of an iterator tells one, got ${describe(position)}`)
    if (position.data !== this.#source.text)
      throw new DataError('iterator', `the position is one in ${position.data}, these data are ${this.#source.text}`)
    return position.at
  }
  [Symbol.asyncIterator](): DataIterator<T> {
    return this.iterator()
  }
  /** At once, for data in memory. Errors: DataError where something is read or made asynchronously. */
  *[Symbol.iterator](): Generator<T, undefined> {
    const now = <X>(x: Maybe<X>): X => {
      if (!isPromise(x)) return x
      x.catch(() => undefined)
      throw new DataError('iterator', 'these data are read asynchronously: iterate by `for await`')
    }
    const puller = this.#source.open(0, undefined)
    try {
      for (let item = now(puller.next()); item !== END; item = now(puller.next())) yield now(this.#reading.one(item)) as T
    } finally {
      void puller.close()
    }
  }
}
const withMask = (batch: unknown, count: number, size: number): unknown => {
  if (!isPlainObject(batch) || 'mask' in batch)
    throw new DataError(
      'batch',
      `a mask is put beside the fields of a batch: expected an object without a field mask, got ${describe(batch)}`,
    )
  return { ...batch, mask: np.array(Array.from({ length: size }, (_, i) => i < count)) }
}
