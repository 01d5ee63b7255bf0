/** Every primitive that is no leaf, in programs that TensorFlow runs whole: none of them leaves one to the kernels. */
import {
  checkpoint,
  checkpointName,
  customJvp,
  customVjp,
  customVmap,
  grad,
  jit,
  lax,
  makeJaxpr,
  nn,
  np,
  setDefaultBackend,
  type Tensor,
  withShardingConstraint,
} from '@heddle/func'
import { type BodyName, equationsOf } from '@heddle/func/backend'
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import { tfjs } from '../src/choose'

const cubed = customJvp((x: Tensor) => x.mul(x).mul(x)).defjvp(([x]: Tensor[], [t]: Tensor[]) => [x!.mul(x!).mul(x!), t!.mul(x!)])
const halved = customVjp((x: Tensor) => x.div(2)).defvjp(
  (x) => [x.div(2), null],
  (_: null, ct: Tensor) => [ct.div(2)],
)
const tripled = customVmap((x: Tensor) => x.mul(3)).defVmap((_size, _batched, x) => [x.mul(3), true])
const spread = { mesh: { axes: { data: 1 } }, spec: { axes: ['data'] } } as const
const programs: Readonly<Record<BodyName, (x: Tensor) => Tensor>> = {
  jit: (x) => jit((y: Tensor) => y.sin())(x),
  checkpoint: (x) => checkpoint((y: Tensor) => y.sin())(x),
  custom_jvp_call: (x) => cubed(x).add(1),
  custom_vjp_call: (x) => halved(x).add(1),
  custom_vmap_call: (x) => tripled(x).add(1),
  linear_call: (x) =>
    grad((y: Tensor) =>
      nn
        .softmax(y)
        .mul(np.array([1, 2, 3]))
        .sum(),
    )(x),
  scan: (x) => lax.scan((c: Tensor, y: Tensor) => [c.add(y), c.mul(y)], np.array(1), x)[1] as Tensor,
  while: (x) =>
    lax.whileLoop(
      (c: Tensor) => c.sum().less(20),
      (c: Tensor) => c.mul(2),
      x,
    ),
  cond: (x) =>
    lax.cond(
      x.sum().greater(0),
      (y: Tensor) => y.sin(),
      (y: Tensor) => y.cos(),
      x,
    ),
  constant: (x) => grad(jit((y: Tensor) => closing(y).sum()))(x),
  name: (x) => checkpointName(x.sin(), 'sine').mul(2),
  sharding_constraint: (x) => withShardingConstraint(x.mul(2), spread).add(1),
}
const slopes = np.array([2, 3, 4])
const closing = customJvp((x: Tensor) => x)
closing.defjvp(([x]: [Tensor], [t]: [Tensor]) => [x, t.mul(slopes)])

describe.runIf(process.env.HEDDLE_TFJS_NODE).each(['graph', 'xla'] as const)('by %s', (compile) => {
  it.each(Object.entries(programs))('%s', async (name, f) => {
    const names = [...equationsOf(makeJaxpr(jit(f))({ shape: [3], dtype: 'float32' }).jaxpr)].map((e) => e.primitive.name)
    expect(names).toContain(name)
    setDefaultBackend(hostBackend())
    const want = await f(np.array([0.5, 1, 2])).data()
    const backend = await tfjs({ demand: 'node', hostBelow: 0, compile })
    setDefaultBackend(backend)
    const got = await jit(f)(np.array([0.5, 1, 2])).data()
    expect(backend.describe()).not.toContain('over kernels')
    got.forEach((g, i) => expect(g).toBeCloseTo(Number(want[i]), 5))
  })
})
