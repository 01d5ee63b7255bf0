/**
 * Loops that write to an array write a part of it: what kernels make for n turns over n elements grows with n, not with its square.
 * It is counted, in elements of results; a first turn may copy what is the caller's. And the numbers are those of copies.
 */
import type { ConcreteTensor } from '../../array'
import { withBackend } from '../../backend/registry'
import type { Backend, Kernel, KernelBackend, KernelCall } from '../../backend/backend'
import { sizeOf } from '../../aval'
import * as lax from '../../lax'
import * as np from '../../numpy'
import type { Tensor } from '../../tensor'
import { jit } from '../../transforms/jit'
import { grad } from '../../transforms/vjp'
import { vmap } from '../../transforms/vmap'

/** Kernels that move nothing but the shape. */
const moveNothing: ReadonlySet<string> = new Set(['reshape', 'squeeze'])
interface Counted {
  readonly backend: KernelBackend
  /** Elements that kernels have made. */
  readonly made: () => number
}
const counted = (backend: KernelBackend): Counted => {
  let made = 0
  const kernels = Object.entries(backend.kernels as Readonly<Record<string, Kernel<unknown, unknown>>>).map(([name, kernel]) => [
    name,
    (call: KernelCall<unknown>) => {
      const run = kernel(call)
      const size = moveNothing.has(name) ? 0 : call.outs.reduce((n, a) => n + sizeOf(a.shape), 0)
      return (inputs: readonly unknown[]) => {
        made += size
        return run(inputs)
      }
    },
  ])
  const { compile: _, ...rest } = backend
  return { backend: { ...rest, kernels: Object.fromEntries(kernels) as KernelBackend['kernels'] }, made: () => made }
}

type Loop = (x: Tensor, n: number) => Tensor
const isEven = (i: Tensor): Tensor => np.equal(np.remainder(i, 2), 0)
const write = (c: Tensor, i: Tensor): Tensor => np.setAt(c, i, 3)
const same = (c: Tensor): Tensor => c
const scanned =
  (body: (c: Tensor, i: Tensor) => Tensor): Loop =>
  (x, n) =>
    lax.scan((c: Tensor, i: Tensor) => [body(c, i), i] as const, x, np.arange(n))[0]
const loops: Readonly<Record<string, Loop>> = {
  'a scan that writes': scanned(write),
  'a scan that writes under a condition': scanned((c, i) => lax.cond(isEven(i), write, same, c, i)),
  'a scan that chooses what to write': scanned((c, i) =>
    lax.switch(np.remainder(i, 3), [write, (y: Tensor, j: Tensor) => np.addAt(y, j, 1), same], c, i),
  ),
  'a loop of which each place depends on the last': (x, n) =>
    lax.foriLoop(1, n, (i, c: Tensor) => np.setAt(c, i, np.multiply(np.at(c, np.subtract(i, 1)), 0.5)), x),
  'a while that writes slices': (x, n) =>
    lax.whileLoop(
      ([i]: readonly [Tensor, Tensor]) => np.less(i, n),
      ([i, c]) => [np.add(i, 1), lax.dynamicUpdateSlice(c, np.ones([2]), [i])] as const,
      [np.asarray(0, { dtype: 'int32' }), x] as const,
    )[1],
  'a read of the old after the write': scanned((c, i) => {
    const next = write(c, i)
    return np.addAt(next, i, np.at(c, i))
  }),
  'a loop in a loop': (x, n) => scanned((c, i) => scanned((d, j) => np.addAt(d, j, i))(c, 4))(x, n),
  'calls and conditions': scanned((c, i) => jit((y: Tensor, j: Tensor) => lax.cond(isEven(j), jit(write), write, y, j))(c, i)),
  'a batch of scans that write': (x, n) => vmap((y: Tensor) => scanned(write)(y, n))(np.stack([x, x])),
  'a batch that writes at places of its own': (x, n) =>
    vmap((y: Tensor, o: Tensor) => scanned((c, i) => np.addAt(c, np.remainder(np.add(i, o), n), 1))(y, n))(np.stack([x, x]), np.arange(2)),
  integers: (x, n) => scanned(write)(np.astype(x, 'int32'), n),
  'half precision': (x, n) => scanned((c, i) => np.addAt(c, i, 1))(np.astype(x, 'bfloat16'), n),
  'reads of what is closed over and carried': (x, n) =>
    lax.scan(
      ([s, y]: readonly [Tensor, Tensor], i: Tensor) => [[np.add(np.add(s, np.at(x, i)), np.at(y, i)), y] as const, i] as const,
      [np.asarray(0, { dtype: 'float32' }), np.sin(x)] as const,
      np.arange(n),
    )[0][0],
}
const derived =
  (loop: Loop): Loop =>
  (x, n) =>
    grad((y: Tensor) => np.sum(loop(y, n)))(x)
const sineAt = (c: Tensor, i: Tensor): Tensor => np.setAt(c, i, np.sin(np.at(c, i)))
const derivatives: Readonly<Record<string, Loop>> = {
  'the gradient of a scan that writes': derived(scanned(sineAt)),
  'the gradient of one that writes under a condition': derived(scanned((c, i) => lax.cond(isEven(i), sineAt, same, c, i))),
  'the gradient where each place depends on the last': derived((x, n) =>
    scanned((c, i) => np.setAt(c, np.add(i, 1), np.multiply(np.sin(np.at(c, i)), 0.5)))(x, n),
  ),
  'the gradient of reads': derived((x, n) => {
    const read = (i: Tensor): Tensor => np.sum(np.sin(lax.dynamicSlice(x, [i], [2])))
    const step = (s: Tensor, i: Tensor) => [np.add(s, np.multiply(read(i), np.at(x, np.remainder(np.multiply(i, 7), n)))), i] as const
    return lax.scan(step, np.asarray(0, { dtype: 'float32' }), np.arange(n))[0]
  }),
  'the gradient of stacked results': derived(
    (x) =>
      lax.scan((c: Tensor, v: Tensor) => [np.add(c, np.sin(v)), np.multiply(c, v)] as const, np.asarray(0, { dtype: 'float32' }), x)[1],
  ),
  'the gradient of a batch of reads': derived((x, n) =>
    vmap(
      (o: Tensor) =>
        lax.scan(
          (s: Tensor, i: Tensor) => [np.add(s, np.sin(np.at(x, np.remainder(np.add(i, o), n)))), i] as const,
          np.asarray(0, { dtype: 'float32' }),
          np.arange(n),
        )[0],
    )(np.arange(3)),
  ),
}
const sizes = [64, 256] as const

export const growthTests = (backend: Backend): readonly { readonly name: string; readonly run: () => Promise<void> }[] =>
  backend.kernels !== undefined && backend.inPlace !== undefined
    ? Object.entries({ ...loops, ...derivatives }).map(([about, loop]) => ({
        name: `kernels make a part of the array a turn: ${about}`,
        run: async () => {
          const { inPlace: _, ...copying } = backend
          const [few, many] = sizes.map((n) => {
            const program = jit((x: Tensor) => loop(x, n))
            const run = (where: Backend): readonly number[] =>
              withBackend(where, () => Array.from((program(np.linspace(0, 1, n)) as ConcreteTensor).hostSync().data, Number))
            const { backend: own, made } = counted(backend)
            const got = run(own)
            const want = run(counted(copying).backend)
            const wrong = got.findIndex((v, i) => Math.abs(v - want[i]!) > 1e-4 * (1 + Math.abs(want[i]!)))
            if (wrong >= 0) throw new Error(`element ${wrong} of ${n} is ${got[wrong]} in place of ${want[wrong]}, which copies give`)
            return made()
          }) as [number, number]
          const growth = many / few
          if (growth > (1.5 * sizes[1]) / sizes[0])
            throw new Error(`${few} elements for ${sizes[0]} turns, ${many} for ${sizes[1]}: ${growth.toFixed(1)} times as many`)
        },
      }))
    : []
