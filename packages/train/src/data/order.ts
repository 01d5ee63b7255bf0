/** Which items come, and in what order: shuffled, again and again, a number of them, one source after the other. */
import { DataError } from '../error'
import { permute } from './permutation'
import { countIn, END, type End, fieldIn, fill, isPromise, type Json, type Maybe, type Puller, type Source, andThen } from './pull'

const nothing = (): void => {}

/** Items by their number. */
export const counted = (count: number, text: string): Source<number> => ({
  length: count,
  text,
  open: (_, from) => {
    let at = from === undefined ? 0 : countIn('data', { at: from }, 'at')
    if (at > count) throw new DataError('data', `the position ${at} is beyond the ${count} items`)
    return { next: () => (at < count ? at++ : END), position: () => at, close: nothing }
  },
})

/** Windows of items, each in an order of its own; a window is all where it is as long as the source. */
export const shuffled = <I>(source: Source<I>, seed: number, window: number): Source<I> => ({
  length: source.length,
  text: `${source.text}.shuffle(${seed}${window === source.length ? '' : `, ${window}`})`,
  open: (epoch, from) => {
    let start = from === undefined ? null : fieldIn('shuffle', from, 'window')
    let number = from === undefined ? 0 : countIn('shuffle', from, 'number')
    let taken = from === undefined ? 0 : countIn('shuffle', from, 'taken')
    const inner = source.open(epoch, start ?? undefined)
    let items: I[] | undefined
    const load = (): Maybe<I | End> => {
      const next: I[] = []
      return andThen(fill(inner, window, next), () => {
        permute(next, seed, epoch, number)
        items = next
        return take()
      })
    }
    const take = (): Maybe<I | End> => {
      if (items === undefined) return load()
      if (taken < items.length) return items[taken++] as I
      if (items.length < window) return END
      start = inner.position()
      number += 1
      taken = 0
      items = undefined
      return load()
    }
    return { next: take, position: () => ({ window: start, number, taken }), close: () => inner.close() }
  },
})

/** All items `times` times, each time as another epoch. */
export const repeated = <I>(source: Source<I>, times: number): Source<I> => ({
  length: source.length === undefined ? undefined : source.length === 0 ? 0 : source.length * times,
  text: `${source.text}.repeat(${times === Number.POSITIVE_INFINITY ? '' : times})`,
  open: (outer, from) => {
    let epoch = from === undefined ? 0 : countIn('repeat', from, 'epoch')
    const open = (at?: Json): Puller<I> => source.open(outer === 0 ? epoch : outer * times + epoch, at)
    // a position before the first item of an epoch is null
    let inner: Puller<I> | undefined =
      epoch < times ? open(from === undefined ? undefined : (fieldIn('repeat', from, 'inner') ?? undefined)) : undefined
    let some = from !== undefined
    const got = (x: I | End): Maybe<I | End> => {
      if (x !== END) {
        some = true
        return x
      }
      const closed = inner!.close()
      inner = undefined
      // of nothing there is no end of epochs
      if (!some) epoch = times
      else epoch += 1
      some = false
      return andThen(closed, () => {
        if (epoch >= times) return END
        inner = open()
        return next()
      })
    }
    const next = (): Maybe<I | End> => {
      if (inner === undefined) return END
      const x = inner.next()
      return isPromise(x) ? x.then(got) : got(x)
    }
    return { next, position: () => ({ epoch, inner: inner?.position() ?? null }), close: () => inner?.close() }
  },
})

/** The first `count`. */
export const taken = <I>(source: Source<I>, count: number): Source<I> => ({
  length: source.length === undefined ? undefined : Math.min(source.length, count),
  text: `${source.text}.take(${count})`,
  open: (epoch, from) => {
    let left = count - (from === undefined ? 0 : countIn('take', from, 'taken'))
    const inner = source.open(epoch, from === undefined ? undefined : fieldIn('take', from, 'inner'))
    const got = (x: I | End): I | End => {
      if (x !== END) left -= 1
      return x
    }
    return {
      next: () => (left <= 0 ? END : andThen(inner.next(), got)),
      position: () => ({ taken: count - left, inner: inner.position() }),
      close: () => inner.close(),
    }
  },
})

/** All but the first `count`. */
export const skipped = <I>(source: Source<I>, count: number): Source<I> => ({
  length: source.length === undefined ? undefined : Math.max(source.length - count, 0),
  text: `${source.text}.skip(${count})`,
  open: (epoch, from) => {
    let left = from === undefined ? count : countIn('skip', from, 'left')
    const inner = source.open(epoch, from === undefined ? undefined : fieldIn('skip', from, 'inner'))
    const next = (): Maybe<I | End> => {
      while (left > 0) {
        const x = inner.next()
        left -= 1
        if (isPromise(x)) return x.then((y) => (y === END ? END : next()))
        if (x === END) return END
      }
      return inner.next()
    }
    return { next, position: () => ({ left, inner: inner.position() }), close: () => inner.close() }
  },
})

/** One source after the other; items say of which they are. */
export const inOrder = <I>(sources: readonly Source<I>[]): Source<readonly [part: number, item: I]> => ({
  length: sources.reduce<number | undefined>((n, s) => (n === undefined || s.length === undefined ? undefined : n + s.length), 0),
  text: `concat(${sources.map((s) => s.text).join(', ')})`,
  open: (epoch, from) => {
    let part = from === undefined ? 0 : countIn('concat', from, 'part')
    let inner = sources[part]?.open(epoch, from === undefined ? undefined : (fieldIn('concat', from, 'inner') ?? undefined))
    const got = (x: I | End): Maybe<readonly [number, I] | End> => {
      if (x !== END) return [part, x]
      return andThen(inner!.close(), () => {
        part += 1
        inner = sources[part]?.open(epoch, undefined)
        return next()
      })
    }
    const next = (): Maybe<readonly [number, I] | End> => (inner === undefined ? END : andThen(inner.next(), got))
    return { next, position: () => ({ part, inner: inner?.position() ?? null }), close: () => inner?.close() }
  },
})

/** Items with their number, which goes on through all epochs. */
export const numbered = <I>(source: Source<I>): Source<readonly [item: I, index: number]> => ({
  length: source.length,
  text: `${source.text}.map`,
  open: (epoch, from) => {
    // where how many are in an epoch is known, the numbers of the next go on from there
    const before = epoch * (Number.isFinite(source.length) ? source.length! : 0)
    let count = from === undefined ? 0 : countIn('map', from, 'count')
    const inner = source.open(epoch, from === undefined ? undefined : fieldIn('map', from, 'inner'))
    const got = (x: I | End): readonly [I, number] | End => (x === END ? END : [x, before + count++])
    return {
      next: () => andThen(inner.next(), got),
      position: () => ({ count, inner: inner.position() }),
      close: () => inner.close(),
    }
  },
})

/** Lists of `size` items; the last may be shorter, or is left out. */
export const grouped = <I>(source: Source<I>, size: number, dropRemainder: boolean): Source<readonly I[]> => ({
  length: source.length === undefined ? undefined : dropRemainder ? Math.floor(source.length / size) : Math.ceil(source.length / size),
  // the position is that of the items: batches of another size may go on from it
  text: source.text,
  open: (epoch, from) => {
    const inner = source.open(epoch, from)
    const next = (): Maybe<readonly I[] | End> => {
      const items: I[] = []
      return andThen(fill(inner, size, items), () => (items.length === 0 || (dropRemainder && items.length < size) ? END : items))
    }
    return { next, position: () => inner.position(), close: () => inner.close() }
  },
})
