/** jax-js on its WebAssembly backend; installed in .cache the first time. Its arrays are owned: what is used again is `x.ref`. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CALLS, type Peer, SIZES, type Work } from './peer'

interface Owned {
  readonly ref: Owned
  readonly mul: (x: Owned | number) => Owned
  readonly add: (x: Owned | number) => Owned
  readonly sub: (x: Owned) => Owned
  readonly div: (x: Owned) => Owned
  readonly mean: (axis?: number, options?: { keepdims: boolean }) => Owned
  readonly sum: (axis?: number) => Owned
  readonly data: () => Promise<ArrayLike<number>>
  readonly dispose: () => void
}
type Params = readonly (readonly [Owned, Owned])[]
interface JaxJs {
  readonly init: (device: 'wasm') => Promise<unknown>
  readonly defaultDevice: (device: 'wasm') => unknown
  readonly jit: <A extends readonly unknown[], R>(f: (...args: A) => R) => (...args: A) => R
  readonly valueAndGrad: <P, A extends readonly unknown[]>(f: (p: P, ...args: A) => Owned) => (p: P, ...args: A) => readonly [Owned, P]
  readonly numpy: {
    readonly array: (x: number) => Owned
    readonly matmul: (x: Owned, y: Owned) => Owned
    readonly maximum: (x: Owned, y: number) => Owned
    readonly sqrt: (x: Owned) => Owned
    readonly zeros: (shape: readonly number[]) => Owned
  }
  readonly nn: {
    readonly relu: (x: Owned) => Owned
    readonly softmax: (x: Owned) => Owned
    readonly logSoftmax: (x: Owned) => Owned
    readonly oneHot: (x: Owned, n: number) => Owned
  }
  readonly random: {
    readonly key: (seed: number) => Owned
    readonly normal: (key: Owned, shape: readonly number[]) => Owned
    readonly randint: (key: Owned, options: { minval: number; maxval: number; shape: readonly number[] }) => Owned
  }
}
const VERSION = '0.1.25'
const home = fileURLToPath(new URL('../../../.cache/jax-js/', import.meta.url))

const load = async (): Promise<JaxJs> => {
  if (!existsSync(`${home}node_modules/@jax-js/jax`)) {
    mkdirSync(home, { recursive: true })
    writeFileSync(`${home}package.json`, '{ "private": true }\n')
    execFileSync('npm', ['install', `@jax-js/jax@${VERSION}`, '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: home, stdio: 'pipe' })
  }
  const entry = createRequire(home)
    .resolve('@jax-js/jax')
    .replace(/\.cjs$/, '.js')
  return (await import(pathToFileURL(entry).href)) as JaxJs
}
const done = async (x: Owned): Promise<void> => void (await x.data())

const kernel = (jax: JaxJs, work: Work): (() => unknown) | undefined => {
  const { numpy: np, nn, random, jit } = jax
  switch (work) {
    case 'matmul': {
      const [a, b] = [
        random.normal(random.key(0), [SIZES.matmul, SIZES.matmul]),
        random.normal(random.key(1), [SIZES.matmul, SIZES.matmul]),
      ]
      const f = jit((x: Owned, y: Owned) => np.matmul(x, y))
      return () => done(f(a.ref, b.ref))
    }
    case 'chain': {
      const x = random.normal(random.key(0), [SIZES.chain])
      const f = jit((x0: Owned) => {
        let y = x0
        for (let i = 0; i < 5; i++) y = np.maximum(y.mul(1.01), -1).add(0.5)
        return y
      })
      return () => done(f(x.ref))
    }
    case 'norms': {
      const x = random.normal(random.key(0), SIZES.norms)
      const f = jit((x0: Owned) => {
        const p = nn.softmax(x0)
        const centred = p.ref.sub(p.mean(-1, { keepdims: true }))
        return centred.ref.div(np.sqrt(centred.ref.mul(centred).mean(-1, { keepdims: true }).add(1e-6)))
      })
      return () => done(f(x.ref))
    }
    case 'normal': {
      const f = jit((key: Owned) => random.normal(key, [SIZES.normal]))
      const key = random.key(0)
      return () => done(f(key.ref))
    }
    case 'call': {
      const f = jit((x: Owned) => x.add(1))
      let x = np.array(0)
      return async () => {
        for (let i = 0; i < CALLS; i++) x = f(x)
        await done(x.ref)
      }
    }
    // no gradient of a loop but by unrolling, and convolutions that take seconds
    case 'mlp':
      return mlp(jax)
    default:
      return undefined
  }
}
const mlp = ({ numpy: np, nn, random, jit, valueAndGrad }: JaxJs): (() => unknown) => {
  const sizes = [784, 512, 512, 10]
  let params: Params = sizes
    .slice(1)
    .map((n, i) => [random.normal(random.key(i), [sizes[i]!, n]).mul(Math.sqrt(1 / sizes[i]!)), np.zeros([n])] as const)
  const x = random.normal(random.key(1), [128, 784])
  const y = nn.oneHot(random.randint(random.key(2), { minval: 0, maxval: 10, shape: [128] }), 10)
  const loss = (p: Params, xs: Owned, ys: Owned): Owned => {
    let h = xs
    for (const [i, [w, b]] of p.entries()) {
      h = np.matmul(h, w).add(b)
      if (i < 2) h = nn.relu(h)
    }
    return nn.logSoftmax(h).mul(ys).sum(-1).mean().mul(-1)
  }
  const step = jit((p: Params, xs: Owned, ys: Owned): readonly [Owned, Params] => {
    const kept = p.map(([w, b]) => [w.ref, b.ref] as const)
    const [value, grads] = valueAndGrad(loss)(kept, xs, ys)
    return [value, p.map(([w, b], i) => [w.sub(grads[i]![0].mul(0.1)), b.sub(grads[i]![1].mul(0.1))] as const)]
  })
  return async () => {
    const [value, next] = step(params, x.ref, y.ref)
    params = next
    await done(value)
  }
}
export const jaxJs = async (): Promise<Peer | undefined> => {
  try {
    const jax = await load()
    await jax.init('wasm')
    jax.defaultDevice('wasm')
    const { version } = JSON.parse(readFileSync(`${home}node_modules/@jax-js/jax/package.json`, 'utf8')) as { version: string }
    return { name: 'jax-js wasm', version, prepare: (work) => kernel(jax, work) }
  } catch (e) {
    console.log(`no jax-js, so no comparison with it (${String((e as Error).message).split('\n')[0]})`)
    return undefined
  }
}
