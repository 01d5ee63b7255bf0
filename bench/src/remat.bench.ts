/**
 * Peak memory of the gradient of a deep stack of layers, as depth grows: with all intermediate values kept (`nn.scan`), and with those
 * between the loops of `nn.rematScan` alone, whose number grows with the root of the depth.
 */
import { tfjs } from '@heddle/backend-tfjs'
import { dispose, grad, jit, random, setDefaultBackend, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { metered } from '@heddle/testing'

const [BATCH, FEATURES] = [1024, 8]
const depths = [16, 36, 64, 100, 144, 196, 256]

class Layer extends nn.Module {
  call(x: Tensor): Tensor {
    return nn.tanh(new nn.Dense({ features: FEATURES }).call(x))
  }
}

class Kept extends nn.Module<{ depth: number }> {
  call(x: Tensor): Tensor {
    const scan = nn.scan((layer: Layer, carry: Tensor) => [layer.call(carry), null] as const, {
      variableAxes: { params: 0 },
      splitRngs: { params: true },
      length: this.props.depth,
    })
    return scan(new Layer(), x)[0]
  }
}

const { backend, peakOf } = metered(await tfjs({ prefer: ['wasm', 'cpu'] }))
setDefaultBackend(backend)
const x = random.normal(random.key(0), [BATCH, FEATURES])

/** Peak bytes of a step, and its milliseconds. */
const measure = (model: Kept | Layer): readonly [bytes: number, time: number] => {
  const module = model as Layer
  const variables = module.init(random.key(1), [x])
  const step = jit(grad((v: nn.Variables) => module.apply(v, [x]).square().mean()))
  const run = (): void => dispose(step(variables))
  run()
  const start = performance.now()
  const bytes = peakOf(run)
  return [bytes, performance.now() - start]
}

const rows = depths.map((depth) => {
  const root = Math.sqrt(depth)
  return { depth, kept: measure(new Kept({ depth })), again: measure(new (nn.rematScan(Layer, { lengths: [root, root] }))()) }
})

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2).padStart(8)
const milliseconds = (time: number): string => time.toFixed(0).padStart(6)
console.log(`\nremat: gradient of a stack of Dense(${FEATURES}) and tanh, batch ${BATCH}, backend ${backend.name}`)
console.log('  depth  kept MiB      ms  remat MiB      ms  remat / sqrt(depth)')
for (const { depth, kept, again } of rows) {
  const each = `${(again[0] / Math.sqrt(depth) / 2 ** 10).toFixed(0)} KiB`
  console.log(
    `  ${String(depth).padStart(5)}  ${mebibytes(kept[0])}  ${milliseconds(kept[1])}   ${mebibytes(again[0])}  ${milliseconds(again[1])}  ${each.padStart(19)}`,
  )
}
