/**
 * heddle beside its neighbours, each doing the same work in turn, so that a slow moment of the machine falls on all:
 * on wasm TensorFlow.js and jax-js, on tfjs-node TensorFlow.js, on XLA JAX in Python. Who is not installed is left out.
 *
 * `BENCH_WORK=mlp,matmul` for some; `BENCH_ROUNDS=20` for more.
 */
import { pjrt } from '@heddle/backend-pjrt'
import { tfjs } from '@heddle/backend-tfjs'
import { print, time } from './harness'
import { heddle } from './peers/heddle'
import { jax } from './peers/jax'
import { jaxJs } from './peers/jax-js'
import { CALLS, type Peer, type Work } from './peers/peer'
import { tfjsNode, tfjsWasm } from './peers/tfjs'
import { record, version } from './results'

const works: Readonly<Record<Work, { readonly name: string; readonly what: string; readonly rounds: number }>> = {
  mlp: { name: 'MLP step', what: '784-512-512-10, batch 128, gradient and SGD', rounds: 20 },
  lstm: { name: 'LSTM step', what: '64 steps of 128 units, batch 32, gradient and Adam', rounds: 8 },
  conv: { name: 'Conv net step', what: 'two 3x3 convolutions with max pooling, 28x28 images, batch 64, gradient and Adam', rounds: 12 },
  transformer: { name: 'Transformer step', what: '12 blocks of width 128, 4 heads, 8 sequences of 64, gradient and Adam', rounds: 8 },
  matmul: { name: 'Matrix product', what: '512x512 by 512x512', rounds: 20 },
  chain: { name: 'Chain of 15 operations', what: 'multiply, maximum, add, five times, on 1,000,000 elements', rounds: 20 },
  norms: { name: 'Softmax and layer norm', what: 'rows of 512, 4096 of them', rounds: 20 },
  normal: { name: 'Normal numbers', what: '1,000,000 by Threefry', rounds: 12 },
  call: { name: `${CALLS} tiny calls`, what: 'a compiled x + 1 of a scalar (tfjs: its operation), one after the other', rounds: 20 },
}
const wanted = process.env.BENCH_WORK?.split(',')
const factor = Number(process.env.BENCH_ROUNDS ?? 20) / 20

const attempt = async <T>(what: string, f: () => Promise<T | undefined>): Promise<T | undefined> => {
  try {
    return await f()
  } catch (e) {
    console.log(`without ${what}: ${String((e as Error).message).split('\n')[0]}`)
    return undefined
  }
}
const modules = process.env.HEDDLE_TFJS_NODE
const python = await attempt('JAX', jax)
const peers: readonly (Peer | undefined)[] = [
  heddle('heddle wasm', await tfjs({ demand: 'wasm' }), 'tfjs-backend-wasm'),
  await attempt('tfjs', tfjsWasm),
  await attempt('jax-js', jaxJs),
  modules
    ? await attempt('heddle on tfjs-node', async () => heddle('heddle tfjs-node', await tfjs({ demand: 'node' }), 'tfjs-node'))
    : undefined,
  modules ? await attempt('tfjs-node', () => tfjsNode(modules)) : undefined,
  await attempt('XLA', async () => heddle('heddle XLA', await pjrt(), 'XLA')),
  python,
]
const present = peers.filter((p) => p !== undefined)
for (const p of present) version(p.name, p.version)

for (const work of Object.keys(works) as Work[]) {
  if (wanted && !wanted.includes(work)) continue
  const { name, what, rounds } = works[work]
  const cases = present.flatMap((p) => {
    const run = p.prepare(work)
    return run ? [{ name: p.name, run }] : []
  })
  const timings = await time(cases, { rounds: Math.max(2, Math.round(rounds * factor)), warmup: 3 })
  print(`${name}: ${what}`, timings)
  for (const { heddle: ours, peer, ratio } of record(name, what, timings).ratios)
    console.log(`  ${ours} is ${ratio.toFixed(2)} times as fast as ${peer}`)
}
python?.close()
