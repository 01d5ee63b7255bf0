/** heddle on a backend. */
import { jit, nn as fn, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { build } from '../models'
import { CALLS, type Peer, SIZES, type Work } from './peer'

const norms = (x: Tensor): Tensor => {
  const p = fn.softmax(x)
  const mean = p.mean({ axis: -1, keepdims: true })
  const centred = p.sub(mean)
  return centred.div(np.sqrt(np.mean(centred.square(), { axis: -1, keepdims: true }).add(1e-6)))
}
const chain = (x: Tensor): Tensor => {
  let y = x
  for (let i = 0; i < 5; i++) y = np.maximum(y.mul(1.01), -1).add(0.5)
  return y
}
/** Reads the result, as all do: what was computed is then done. */
const done = async (x: Tensor): Promise<void> => {
  await x.data()
  x.dispose()
}

const kernel = (work: Work): (() => unknown) | undefined => {
  switch (work) {
    case 'matmul': {
      const [a, b] = [
        random.normal(random.key(0), [SIZES.matmul, SIZES.matmul]),
        random.normal(random.key(1), [SIZES.matmul, SIZES.matmul]),
      ]
      const f = jit((x: Tensor, y: Tensor) => x.matmul(y))
      return () => done(f(a, b))
    }
    case 'chain': {
      const x = random.normal(random.key(0), [SIZES.chain])
      const f = jit(chain)
      return () => done(f(x))
    }
    case 'norms': {
      const x = random.normal(random.key(0), SIZES.norms)
      const f = jit(norms)
      return () => done(f(x))
    }
    case 'normal': {
      const f = jit((key: Tensor) => random.normal(key, [SIZES.normal]))
      const key = random.key(0)
      return () => done(f(key))
    }
    case 'call': {
      const f = jit((x: Tensor) => x.add(1), { donateArgnums: 0 })
      let x: Tensor = np.array(0)
      return async () => {
        for (let i = 0; i < CALLS; i++) x = f(x)
        await x.data()
      }
    }
    default: {
      const { step, state, x, y } = build(work)
      let current = state
      return async () => {
        const [next, loss] = step(current, x, y)
        current = next
        await done(loss)
      }
    }
  }
}
export const heddle = (name: string, backend: Parameters<typeof setDefaultBackend>[0], version: string): Peer => ({
  name,
  version,
  prepare: (work) => {
    setDefaultBackend(backend)
    const run = kernel(work)
    return (
      run &&
      (() => {
        setDefaultBackend(backend)
        return run()
      })
    )
  },
})
