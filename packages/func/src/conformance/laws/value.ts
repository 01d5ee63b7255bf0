/** Values, and what must not change them: vmap, jit, checkpoint. */
import { withBackend } from '../../backend/registry'
import type { Tensor } from '../../tensor'
import { mustAgree, type Plain, plainsOf, stackAt, tensorOf } from '../data'
import { checkpoint, jit, vmap } from '../engine'
import { batch, choices, type Fn, type Law, single, type Trial } from '../trial'

const examples = 3
const tensors = (trial: Trial) => trial.example(0).map(tensorOf)
/** Equal results of two functions at the first example. */
const same = async (trial: Trial, got: Fn, want: Fn, what: string): Promise<void> =>
  mustAgree(await plainsOf(got(...tensors(trial))), await plainsOf(want(...tensors(trial))), trial.tolerance.same, what)

export const valueIsTheReference: Law = async (trial) => {
  const { reference, tolerance, f } = trial
  if (reference === undefined) return
  for (const k of [0, 1]) {
    const xs = trial.example(k)
    const want = await plainsOf(withBackend(reference, () => f(...xs.map(tensorOf))))
    mustAgree(await plainsOf(f(...xs.map(tensorOf))), want, tolerance.same, `beside ${reference.name}`)
  }
}

export const anotherWayIsTheSame: Law = async (trial) => {
  const other = trial.row.same
  if (other !== undefined) await same(trial, trial.f, (...xs) => [other(...xs)].flat() as Tensor[], 'beside another way')
}

export const jitChangesNothing: Law = async (trial) => {
  const { f } = trial
  const program = jit(f)
  await same(trial, program, f, 'jit')
  const weak = (g: Fn): string =>
    g(...tensors(trial))
      .map((y) => y.weakType)
      .join()
  const [got, want] = [weak(program), weak(f)]
  if (got !== want) throw new Error(`results are weakly typed as ${got} with jit, as ${want} without`)
  await same(trial, jit(program), f, 'jit of jit')
  const xs = tensors(trial)
  await same(
    trial,
    jit((...ys: Parameters<Fn>) => f(...ys.map((y, i) => (i === 0 ? y : xs[i]!)))),
    f,
    'jit of a closure',
  )
}

/** Stacked results of single calls. */
const loop = async (trial: Trial, f: Fn, at: readonly number[], outAxis: (rank: number) => number) => {
  const runs: (readonly Plain[])[] = []
  for (let k = 0; k < examples; k++) runs.push(await plainsOf(f(...single(trial, k, at).map(tensorOf))))
  return runs[0]!.map((_, o) =>
    stackAt(
      runs.map((r) => r[o]!),
      outAxis(runs[0]![o]!.shape.length),
    ),
  )
}
/** Every choice of mapped operands; axes first, last, and by turns. */
export const vmapIsALoop: Law = async (trial) => {
  const { f, row, tolerance } = trial
  const last = (i: number): number => row.operands[i]!.shape.length
  const mixed = (i: number): number => (i % 2 === 0 ? last(i) : 0)
  const inner = (i: number): number => Math.min(1, last(i))
  for (const at of choices(row.operands.length)) {
    const first = await loop(trial, f, at, () => 0)
    const ends = await loop(trial, f, at, (rank) => rank)
    for (const [where, axisOf, outAxes, want] of [
      ['first', () => 0, 0, first],
      ['last', last, -1, ends],
      ['mixed', mixed, 0, first],
      ['second', inner, -1, ends],
    ] as const) {
      const inAxes = row.operands.map((_, i) => (at.includes(i) ? axisOf(i) : null))
      const got = vmap(f, inAxes, outAxes)(...batch(trial, examples, at, axisOf).map(tensorOf))
      mustAgree(await plainsOf(got), want, tolerance.same, `vmap with inAxes [${inAxes.map(String)}] (${where})`)
    }
  }
}

export const vmapTwiceIsALoop: Law = async (trial) => {
  const { f, row, tolerance } = trial
  const n = row.operands.length
  if (n === 0) return
  const all = row.operands.map((_, i) => i)
  // the first operand is mapped by the inner vmap, the others by the outer one; all by both if there is but one
  const outer = n === 1 ? all : all.slice(1)
  const want = await loop(trial, f, all, () => 0)
  const xs = batch(trial, examples, all, () => 0).map(tensorOf)
  const once = vmap(
    f,
    all.map((i) => (n === 1 || i > 0 ? null : 0)),
    0,
    examples,
  )
  const twice = vmap(
    once,
    all.map((i) => (outer.includes(i) ? 0 : null)),
    0,
  )
  const got = await plainsOf(twice(...xs))
  const diagonal = got.map((g) => {
    const size = g.values.length / examples / examples
    const values = Array.from({ length: examples }, (_, k) => g.values.slice((k * examples + k) * size, (k * examples + k + 1) * size))
    return { ...g, shape: [examples, ...g.shape.slice(2)], values: values.flat() }
  })
  mustAgree(diagonal, want, tolerance.same, 'the diagonal of vmap of vmap')
}

export const jitInsideVmap: Law = async (trial) => {
  const { f, row, tolerance } = trial
  for (const at of choices(row.operands.length)) {
    const inAxes = row.operands.map((_, i) => (at.includes(i) ? 0 : null))
    const xs = batch(trial, examples, at, () => 0)
    const want = await plainsOf(vmap(f, inAxes, 0)(...xs.map(tensorOf)))
    mustAgree(await plainsOf(vmap(jit(f), inAxes, 0)(...xs.map(tensorOf))), want, tolerance.same, 'vmap of jit')
    mustAgree(await plainsOf(jit(vmap(f, inAxes, 0))(...xs.map(tensorOf))), want, tolerance.same, 'jit of vmap')
  }
}

/** A program is derived once for each size of the axis, and each derived program is the right one. */
export const oneProgramForAllSizes: Law = async (trial) => {
  const { f, row, tolerance } = trial
  if (row.operands.length === 0) return
  const at = row.operands.map((_, i) => i)
  const g = jit(f)
  for (const n of [2, 3, 1, 0]) {
    const xs = batch(trial, n, at, () => 0)
    const want = await plainsOf(
      vmap(
        f,
        at.map(() => 0),
        0,
      )(...xs.map(tensorOf)),
    )
    mustAgree(
      await plainsOf(
        vmap(
          g,
          at.map(() => 0),
          0,
        )(...xs.map(tensorOf)),
      ),
      want,
      tolerance.same,
      `vmap of jit, ${n} examples`,
    )
  }
}

export const checkpointChangesNothing: Law = async (trial) => {
  const { f, row, tolerance } = trial
  await same(trial, checkpoint(f), f, 'checkpoint')
  await same(trial, jit(checkpoint(f)), f, 'jit of checkpoint')
  if (row.operands.length === 0) return
  const inAxes = row.operands.map((_, i) => (i === 0 ? 0 : null))
  const xs = batch(trial, examples, [0], () => 0)
  const want = await plainsOf(vmap(f, inAxes, 0)(...xs.map(tensorOf)))
  mustAgree(await plainsOf(vmap(checkpoint(f), inAxes, 0)(...xs.map(tensorOf))), want, tolerance.same, 'vmap of checkpoint')
}
