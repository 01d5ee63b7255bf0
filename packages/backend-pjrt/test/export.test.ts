/** Exported texts, compiled and run by XLA, give the numbers of the functions that they are of. */
import { hostBackend } from '@heddle/backend-host'
import { checkpoint, grad, jit, lax, np, random, type Tensor, vmap, withBackend } from '@heddle/func'
import type { Aval, HostArray } from '@heddle/func/backend'
import { exportStablehlo } from '@heddle/stablehlo'
import { expect, it } from 'vitest'
import { backend, describeWithPlugin } from './under-test'

type Fn = (...xs: Tensor[]) => Tensor | readonly Tensor[]
const w = np.array([
  [0.5, -0.1, Number.EPSILON],
  [1 / 3, 2, -0],
])
const mask = np.array([true, false, true])
const table = np.array(Array.from({ length: 200 }, (_, i) => i))

/** Functions of a float32 [2, 3] matrix and an int32 number. */
const functions: Readonly<Record<string, Fn>> = {
  'constants, listed and in hex': (x) => [np.add(x, w), np.where(mask, x, 0), np.sum(table).add(np.sum(x))],
  'a loop with steps': (x) => lax.scan((c: Tensor, row: Tensor): [Tensor, Tensor] => [np.tanh(c.add(row)), c.mul(row)], np.zeros([3]), x),
  'a loop with several steps a turn': (x) =>
    lax.scan((c: Tensor, y: Tensor): [Tensor, Tensor] => [c.add(y), c], np.array(0), np.reshape(x, [6]), { unroll: 4, reverse: true }),
  'a loop as long as needed': (x) =>
    lax.whileLoop(
      (c: Tensor) => np.max(c).lt(100),
      (c: Tensor) => c.mul(2).add(1),
      x,
    ),
  branches: (x, i) => lax.switch(i, [(y: Tensor) => y, (y: Tensor) => np.sin(y), (y: Tensor) => y.mul(3)], x),
  'branches of each example': (x, i) =>
    vmap((row: Tensor) =>
      lax.cond(
        np.sum(row).gt(0),
        (r: Tensor) => r.add(1),
        (r: Tensor) => r.mul(i),
        row,
      ),
    )(x),
  'calls of one program': (x) => {
    const g = jit((y: Tensor) => np.exp(y).sub(1))
    return g(g(x))
  },
  'a gradient with work done again': (x) => grad((y: Tensor) => np.sum(checkpoint((z: Tensor) => np.sin(np.square(z)))(y)))(x),
  'random numbers': (_x, i) => [random.normal(random.key(7), [5]), random.permutation(random.foldIn(random.key(1), i), 10)],
  'linear algebra': (x) => {
    const a = np.matmul(x, np.transpose(x)).add(np.eye(2))
    return [np.linalg.cholesky(a), np.linalg.qr(x)[1]!, np.linalg.inv(a)]
  },
  'sorting and picking': (x) => [
    np.sort(x, { axis: 1 }),
    ...lax.topK(np.reshape(x, [6]), 3),
    np.argmax(x, { axis: 0 }),
    np.cumsum(x, { axis: 1 }),
  ],
}
const inputs: readonly HostArray[] = [
  { shape: [2, 3], dtype: 'float32', data: Float32Array.of(0.3, -1.2, 2.5, -0.7, 1.1, 0.05) },
  { shape: [], dtype: 'int32', data: Int32Array.of(1) },
]
const flat = (r: unknown): readonly Tensor[] => (Array.isArray(r) ? r.flatMap(flat) : [r as Tensor])
const avalOf = ({ shape, dtype }: Pick<Aval, 'shape' | 'dtype'>): Aval => ({ shape, dtype, weakType: false })

describeWithPlugin('an exported program has the numbers of its function', () => {
  it.each(Object.entries(functions))('%s', async (name, f) => {
    const xla = await backend()
    const { wanted, text } = withBackend(hostBackend(), () => {
      const xs = [np.array([...(inputs[0]!.data as Float32Array)]).reshape([2, 3]), np.array(1, { dtype: 'int32' })]
      return {
        wanted: flat(f(...xs)).map((t) => ({ aval: avalOf(t.aval), data: [...(t.dataSync() as Float32Array)].map(Number) })),
        text: exportStablehlo(f, inputs),
      }
    })
    const signature = { ins: inputs, outs: wanted.map((o) => o.aval), donated: [], name }
    const results = xla.compileText(text, signature).run(inputs.map((x) => xla.storage.upload(x)))
    results.forEach((b, i) => {
      const got = Array.from(xla.storage.downloadSync!(b, wanted[i]!.aval).data as Float32Array, Number)
      got.forEach((v, k) =>
        expect(Math.abs(v - wanted[i]!.data[k]!), `${name}, result ${i}, element ${k}`).toBeLessThan(1e-5 * Math.max(1, Math.abs(v))),
      )
    })
  })
})
