import { readFileSync } from 'node:fs'
import { hostBackend } from '@heddle/backend-host'
import { compare, explain } from '@heddle/testing'
import { beforeAll, describe, it } from 'vitest'
import '../../src/interpreters/eval'
import { ConcreteTensor } from '../../src/array'
import { setDefaultBackend } from '../../src/backend/registry'
import type { DType } from '../../src/dtype'
import type { Dim } from '../../src/primitive'
import type { Tensor } from '../../src/tensor'
import { jvp } from '../../src/transforms/jvp'
import { vjp } from '../../src/transforms/vjp'
import { vmap } from '../../src/transforms/vmap'
import { dotGeneral } from '../../src/primitives/contraction'
import { convGeneralDilated } from '../../src/primitives/convolution'
import {
  dynamicSlice,
  dynamicUpdateSlice,
  gather,
  scatter,
  scatterAdd,
  scatterMax,
  scatterMin,
  scatterMul,
} from '../../src/primitives/indexing'
import { reduceWindowMax, reduceWindowMin, reduceWindowSum } from '../../src/primitives/window'

// Rules against JAX's, on applications drawn at random: goldens/generators/rules.py says how.
interface Data {
  readonly shape: number[]
  readonly dtype: DType
  readonly data: (number | string)[]
}
interface Case {
  readonly op: string
  readonly params: never
  readonly inputs: Data[]
  readonly out: Data
  readonly sub: number[]
  readonly tangents: Data[]
  readonly cotangent: Data
  /** A string is JAX's reason why there is none. */
  readonly jvp: Data | string
  readonly vjp: Data[] | string
  readonly dims: Dim[]
  readonly batched: (Data | null)[]
  readonly outs: Data
}
type Op = (xs: readonly Tensor[], params: never) => Tensor
const ops: Readonly<Record<string, Op>> = {
  dotGeneral: ([x, y], p) => dotGeneral(x!, y!, p),
  convGeneralDilated: ([x, y], p) => convGeneralDilated(x!, y!, p),
  gather: ([x, i], p) => gather(x!, i!, p),
  scatter: ([x, i, u], p) => scatter(x!, i!, u!, p),
  scatterAdd: ([x, i, u], p) => scatterAdd(x!, i!, u!, p),
  scatterMul: ([x, i, u], p) => scatterMul(x!, i!, u!, p),
  scatterMin: ([x, i, u], p) => scatterMin(x!, i!, u!, p),
  scatterMax: ([x, i, u], p) => scatterMax(x!, i!, u!, p),
  dynamicSlice: ([x, ...starts], p) => dynamicSlice(x!, starts, p),
  dynamicUpdateSlice: ([x, u, ...starts]) => dynamicUpdateSlice(x!, u!, starts),
  reduceWindowSum: ([x], p) => reduceWindowSum(x!, p),
  reduceWindowMax: ([x], p) => reduceWindowMax(x!, p),
  reduceWindowMin: ([x], p) => reduceWindowMin(x!, p),
}
const tensor = ({ shape, dtype, data }: Data): Tensor =>
  ConcreteTensor.ofHost({ shape, dtype, data: dtype === 'int32' ? Int32Array.from(data.map(Number)) : Float32Array.from(data.map(Number)) })
const close = (what: string, x: Tensor, want: Data): void => {
  const data = [...(x as ConcreteTensor).hostSync().data].map(Number)
  const result = compare({ dtype: x.dtype, shape: x.shape, data }, { ...want, data: want.data.map(Number) }, { rtol: 2e-5, atol: 5e-6 })
  if (!result.ok) throw new Error(`${what}: ${explain(result)}`)
}
const refuses = (what: string, f: () => unknown, jax: string): void => {
  try {
    f()
  } catch {
    return
  }
  throw new Error(`${what}: JAX refuses (${jax}), this did not`)
}

beforeAll(() => setDefaultBackend(hostBackend()))

describe.each(['contraction', 'convolution', 'indexing', 'window'])('%s', (family) => {
  const path = new URL(`../../../../goldens/data/rules/${family}.json`, import.meta.url)
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { readonly cases: Case[] }
  const check = (c: Case): void => {
    const xs = c.inputs.map(tensor)
    const call = (ys: readonly Tensor[]): Tensor => ops[c.op]!(ys, c.params)
    const some = (...at: Tensor[]): Tensor => call(xs.map((x, i) => (c.sub.includes(i) ? at[c.sub.indexOf(i)]! : x)))
    const at = c.sub.map((i) => xs[i]!)
    close('value', call(xs), c.out)
    const forward = (): Tensor => jvp(some, at, c.tangents.map(tensor))[1]
    const backward = (): Tensor[] => vjp(some, ...at)[1](tensor(c.cotangent))
    if (typeof c.jvp === 'string') refuses('jvp', forward, c.jvp)
    else close('jvp', forward(), c.jvp)
    const { vjp: back } = c
    if (typeof back === 'string') refuses('vjp', backward, back)
    else backward().forEach((g, i) => close(`vjp by operand ${c.sub[i]}`, g, back[i]!))
    const batched = c.batched.map((b, i) => (b === null ? xs[i]! : tensor(b)))
    close('vmap', vmap((...ys: Tensor[]) => call(ys), { inAxes: c.dims })(...batched), c.outs)
  }
  it.each(cases.map((c, i) => [`${c.op} ${i}`, c] as const))('%s', (_name, c) => check(c))
})
