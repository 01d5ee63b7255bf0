/** First derivatives: beside differences, forward beside reverse, and where other transformations stand. */
import { isFloating } from '../../dtype'
import { BugError, RuleUnsupportedError } from '../../error'
import { customJvp } from '../../transforms/custom'
import { inner, moved, mustAgree, type Plain, plainsOf, stackAt, tensorOf } from '../data'
import { checkpoint, jit, jvp, linearize, vjp, vmap } from '../engine'
import { type Fn, type Law, onesAndAll, restricted, smoothOf, type Trial } from '../trial'
import type { Tensor } from '../../tensor'

const tensors = (xs: readonly Plain[]): Tensor[] => xs.map(tensorOf)
/** Results and tangents in one list. */
export const jvpAt =
  (f: Fn, n: number): Fn =>
  (...xs) => {
    const [outs, tangents] = jvp(f, xs.slice(0, n), xs.slice(n))
    return [...outs, ...tangents]
  }
/** Results and cotangents of operands in one list; takes operands, then cotangents of results. */
export const vjpAt =
  (f: Fn, n: number): Fn =>
  (...xs) => {
    const [outs, pull] = vjp(f, xs.slice(0, n))
    return [...outs, ...pull(xs.slice(n))]
  }

/** The derivative of `f` along `ts` by four differences, exact for polynomials of degree four. */
const differences = async (trial: Trial, f: Fn, xs: readonly Plain[], ts: readonly Plain[]): Promise<readonly Plain[]> => {
  const h = trial.tolerance.step
  const at = async (d: number) => plainsOf(f(...xs.map((x, i) => tensorOf(moved(x, ts[i]!, d)))))
  const [a, b, c, d] = [await at(-2 * h), await at(-h), await at(h), await at(2 * h)]
  return a.map((o, k) => ({
    ...o,
    values: o.values.map((v, i) => (8 * (c[k]!.values[i]! - b[k]!.values[i]!) - (d[k]!.values[i]! - v)) / (12 * h)),
  }))
}
export const mustBeDerivative = async (trial: Trial, f: Fn, xs: readonly Plain[], what: string): Promise<void> => {
  const ts = trial.direction(xs)
  const both = await plainsOf(jvpAt(f, xs.length)(...tensors(xs), ...tensors(ts)))
  const outs = await plainsOf(f(...tensors(xs)))
  mustAgree(both.slice(0, outs.length), outs, trial.tolerance.same, `${what}, primal results of jvp`)
  mustAgree(both.slice(outs.length), await differences(trial, f, xs, ts), trial.tolerance.difference, `${what}, jvp beside differences`)
}
/** `<J t, u> = <t, Jᵀ u>`; J t by jvp, or by differences where there is no forward mode. */
export const mustBeAdjoint = async (trial: Trial, f: Fn, xs: readonly Plain[], what: string): Promise<void> => {
  const n = xs.length
  const ts = trial.direction(xs)
  const outs = await plainsOf(f(...tensors(xs)))
  const us = trial.direction(outs)
  const forward = trial.row.modes !== 'reverse'
  const jt = forward
    ? (await plainsOf(jvpAt(f, n)(...tensors(xs), ...tensors(ts)))).slice(outs.length)
    : await differences(trial, f, xs, ts)
  const all = await plainsOf(vjpAt(f, n)(...tensors(xs), ...tensors(us)))
  mustAgree(all.slice(0, outs.length), outs, trial.tolerance.same, `${what}, primal results of vjp`)
  const cts = all.slice(outs.length)
  cts.forEach((c, i) => {
    if (c.dtype !== xs[i]!.dtype || c.shape.join() !== xs[i]!.shape.join())
      throw new Error(`${what}: the cotangent of a ${xs[i]!.dtype}[${xs[i]!.shape}] is a ${c.dtype}[${c.shape}]`)
  })
  const [left, right] = [inner(jt, us), inner(ts, cts)]
  const allowed = (forward ? 10 * trial.tolerance.same : 10 * trial.tolerance.difference) * (1 + left.size + right.size)
  if (!(Math.abs(left.value - right.value) <= allowed)) throw new Error(`${what}: <J t, u> = ${left.value} but <t, Jᵀ u> = ${right.value}`)
}
/** Each smooth operand alone and all together: the function of them, and their first example. */
export const parts = (trial: Trial): readonly { readonly g: Fn; readonly xs: readonly Plain[]; readonly what: string }[] => {
  const all = trial.example(0)
  return onesAndAll(smoothOf(trial)).map((at) => ({
    g: restricted(trial.f, all.map(tensorOf), at),
    xs: at.map((i) => all[i]!),
    what: `in operand ${at.join(' and ')}`,
  }))
}
const everything = (trial: Trial) => parts(trial).slice(-1)
const forwards = ({ row }: Trial): boolean => row.order > 0 && row.modes !== 'reverse'
const backwards = ({ row }: Trial): boolean => row.order > 0 && row.modes !== 'forward'

export const jvpIsTheLimitOfDifferences: Law = async (trial) => {
  if (forwards(trial)) for (const { g, xs, what } of parts(trial)) await mustBeDerivative(trial, g, xs, what)
}
export const vjpIsTheAdjointOfJvp: Law = async (trial) => {
  if (backwards(trial)) for (const { g, xs, what } of parts(trial)) await mustBeAdjoint(trial, g, xs, what)
}
/** The zero map plus sums and multiples, at points drawn. */
const isLinearIn = async (trial: Trial, f: Fn, xs: readonly Plain[]): Promise<boolean> => {
  const at = async (ys: readonly Plain[]) => plainsOf(f(...tensors(ys)))
  for (const [a, b] of [
    [1, 1],
    [-0.7, 1.3],
    [2.1, -1.9],
    [0, 0],
  ] as const) {
    const ts = trial.direction(xs)
    const mixed = await at(xs.map((x, i) => ({ ...x, values: x.values.map((v, k) => a * v + b * ts[i]!.values[k]!) })))
    const [fx, ft] = [await at(xs), await at(ts)]
    const apart = (y: Plain, o: number): boolean =>
      y.values.some(
        (v, k) => !(Math.abs(v - a * fx[o]!.values[k]! - b * ft[o]!.values[k]!) <= trial.tolerance.same * (1 + Math.abs(v)) * 10),
      )
    if (mixed.some(apart)) return false
  }
  return true
}
/** Transpose rules without jvp rules: a function linear in some operands is taken as its own derivative. */
export const linearFunctionsTranspose: Law = async (trial) => {
  if (!backwards(trial) || !forwards(trial)) return
  for (const { g, xs, what } of parts(trial)) {
    if (!(await isLinearIn(trial, g, xs))) continue
    const own = customJvp(g).defjvp((ys: readonly Tensor[], ts: readonly Tensor[]) => [g(...ys), g(...ts)])
    try {
      await mustBeAdjoint(trial, own, xs, `as a linear function ${what}`)
    } catch (e) {
      // linear at these points only, by a branch not taken or no turns of a loop: there is no rule to test
      if (!(e instanceof RuleUnsupportedError || (e instanceof BugError && e.message.includes('not linear')))) throw e
    }
  }
}
export const linearizeIsJvp: Law = async (trial) => {
  if (!forwards(trial)) return
  for (const { g, xs, what } of parts(trial)) {
    const [outs, along] = linearize(g, tensors(xs))
    for (const ts of [trial.direction(xs), trial.direction(xs)]) {
      const want = await plainsOf(jvpAt(g, xs.length)(...tensors(xs), ...tensors(ts)))
      mustAgree(await plainsOf([...outs, ...along(tensors(ts))]), want, trial.tolerance.same, `linearize ${what}`)
    }
  }
}

/** The two derivative functions of `g`, each with examples of all that it takes. */
const derivatives = async (trial: Trial, g: Fn, xs: readonly Plain[]) => {
  const outs = (await plainsOf(g(...tensors(xs)))).filter((o) => isFloating(o.dtype))
  const made: { name: string; of: (f: Fn) => Fn; args: readonly Plain[]; more: () => readonly Plain[] }[] = []
  if (forwards(trial))
    made.push({ name: 'jvp', of: (f) => jvpAt(f, xs.length), args: [...xs, ...trial.direction(xs)], more: () => trial.direction(xs) })
  if (backwards(trial))
    made.push({ name: 'vjp', of: (f) => vjpAt(f, xs.length), args: [...xs, ...trial.direction(outs)], more: () => trial.direction(outs) })
  return made
}
export const jitAndCheckpointInsideDerivatives: Law = async (trial) => {
  for (const { g, xs, what } of everything(trial))
    for (const { name, of, args } of await derivatives(trial, g, xs)) {
      const want = await plainsOf(of(g)(...tensors(args)))
      const check = async (f: Fn, how: string) =>
        mustAgree(await plainsOf(f(...tensors(args))), want, trial.tolerance.same, `${how} ${what}`)
      await check(of(jit(g)), `${name} of jit`)
      await check(jit(of(g)), `jit of ${name}`)
      await check(jit(of(jit(g))), `jit of ${name} of jit`)
      await check(of(checkpoint(g)), `${name} of checkpoint`)
      await check(jit(of(checkpoint(g))), `jit of ${name} of checkpoint`)
      await check(of(checkpoint(jit(g))), `${name} of checkpoint of jit`)
    }
}
/** vmap of a derivative, and the derivative of vmap, are loops of derivatives; operands mapped all or all but the first. */
export const vmapOfDerivativesIsALoop: Law = async (trial) => {
  const n = 3
  for (const { g, xs, what } of everything(trial))
    for (const { name, of, args } of await derivatives(trial, g, xs)) {
      const moreArgs = [args]
      while (moreArgs.length < n) {
        const k = moreArgs.length
        const ys = smoothOf(trial).map((i) => trial.example(k)[i]!)
        const rest = trial.direction(args.slice(xs.length))
        moreArgs.push([...ys, ...rest])
      }
      const runs: (readonly Plain[])[] = []
      for (const a of moreArgs) runs.push(await plainsOf(of(g)(...tensors(a))))
      const want = runs[0]!.map((_, o) =>
        stackAt(
          runs.map((r) => r[o]!),
          0,
        ),
      )
      const inAxes = args.map(() => 0)
      const stacked = args.map((_, i) =>
        stackAt(
          moreArgs.map((a) => a[i]!),
          0,
        ),
      )
      const check = async (f: Fn, how: string) =>
        mustAgree(await plainsOf(f(...tensors(stacked))), want, trial.tolerance.same, `${how} ${what}`)
      await check(vmap(of(g), inAxes, 0), `vmap of ${name}`)
      await check(vmap(jit(of(g)), inAxes, 0), `vmap of jit of ${name}`)
      await check(
        of(
          vmap(
            g,
            xs.map(() => 0),
            0,
          ),
        ),
        `${name} of vmap`,
      )
      await check(
        jit(
          of(
            vmap(
              checkpoint(g),
              xs.map(() => 0),
              0,
            ),
          ),
        ),
        `jit of ${name} of vmap of checkpoint`,
      )
      await someMapped(trial, of, g, xs, args, moreArgs, `${name} ${what}`)
    }
}
/** The same with only the operands, or only their tangents or cotangents, mapped. */
const someMapped = async (
  trial: Trial,
  of: (f: Fn) => Fn,
  g: Fn,
  xs: readonly Plain[],
  args: readonly Plain[],
  moreArgs: readonly (readonly Plain[])[],
  what: string,
): Promise<void> => {
  for (const mapsOperands of [true, false]) {
    const mapped = (i: number): boolean => i < xs.length === mapsOperands
    const runs: (readonly Plain[])[] = []
    for (const a of moreArgs) runs.push(await plainsOf(of(g)(...tensors(args.map((x, i) => (mapped(i) ? a[i]! : x))))))
    const want = runs[0]!.map((_, o) =>
      stackAt(
        runs.map((r) => r[o]!),
        0,
      ),
    )
    const inputs = args.map((x, i) =>
      mapped(i)
        ? stackAt(
            moreArgs.map((a) => a[i]!),
            x.shape.length,
          )
        : x,
    )
    const inAxes = args.map((x, i) => (mapped(i) ? x.shape.length : null))
    const got = vmap(of(g), inAxes, 0)(...tensors(inputs))
    mustAgree(await plainsOf(got), want, trial.tolerance.same, `vmap of ${what}, only ${mapsOperands ? 'operands' : 'directions'} mapped`)
  }
}
