/**
 * Steps: state transitions that can fail, as values. A step takes a state to an error, or to a result and the next state.
 *
 * Laws: `chain(of(a), f) = f(a)`; `chain(m, of) = m`; `chain(chain(m, f), g) = chain(m, x => chain(f(x), g))`.
 * A failed step has no next state: whoever runs it keeps the old one.
 */
import { either as E } from 'fp-ts'

type Either<L, R> = E.Either<L, R>

/** A transition of states `S` with a result `A`, or an error `X`. */
export type Step<S, X, A> = (state: S) => Either<X, readonly [result: A, next: S]>

/** The step that answers `a` and leaves the state as it is. */
export const of =
  <S, A>(a: A): Step<S, never, A> =>
  (s) =>
    E.right([a, s])

/** The step that fails. */
export const fail =
  <S, X>(error: X): Step<S, X, never> =>
  () =>
    E.left(error)

/** The step that answers a view of the state. */
export const gets =
  <S, A>(view: (s: S) => A): Step<S, never, A> =>
  (s) =>
    E.right([view(s), s])

/** The step that changes the state. */
export const modify =
  <S>(change: (s: S) => S): Step<S, never, void> =>
  (s) =>
    E.right([undefined, change(s)])

/** One step, then the one that its result gives. */
export const chain =
  <S, X, A, Y, B>(first: Step<S, X, A>, next: (a: A) => Step<S, Y, B>): Step<S, X | Y, B> =>
  (s) => {
    const done = first(s)
    return E.isLeft(done) ? done : next(done.right[0])(done.right[1])
  }

/** A step whose result is passed on through a function. */
export const map =
  <S, X, A, B>(step: Step<S, X, A>, f: (a: A) => B): Step<S, X, B> =>
  (s) => {
    const done = step(s)
    return E.isLeft(done) ? done : E.right([f(done.right[0]), done.right[1]])
  }

/** Steps in order; the result of the last. */
export const andThen = <S, X, Y, B>(first: Step<S, X, unknown>, second: Step<S, Y, B>): Step<S, X | Y, B> => chain(first, () => second)

/** Steps in order, all their results. */
export const all =
  <S, X, A>(steps: readonly Step<S, X, A>[]): Step<S, X, readonly A[]> =>
  (s) => {
    const results: A[] = []
    let state = s
    for (const step of steps) {
      const done = step(state)
      if (E.isLeft(done)) return done
      results.push(done.right[0])
      state = done.right[1]
    }
    return E.right([results, state])
  }

/** Fails with an error computed from the state, if there is one. */
export const check =
  <S, X>(problem: (s: S) => X | undefined): Step<S, X, void> =>
  (s) => {
    const error = problem(s)
    return error === undefined ? E.right([undefined, s]) : E.left(error)
  }

/** A step chosen by the state. */
export const choose =
  <S, X, A>(f: (s: S) => Step<S, X, A>): Step<S, X, A> =>
  (s) =>
    f(s)(s)
