/** Answers calls by heddle, on the default backend: the counterpart of `reference.py`. */
import { type DType, isFloating, isTensor, jit, jvp, lax, nn, np, random, type Tensor, vjp } from '@heddle/func'
import {
  type ArrayJson,
  arraysOf,
  type Call,
  isArrayJson,
  type Json,
  kindOf,
  type Leaf,
  mapArrays,
  type Part,
  tensorOf,
  textOf,
} from './call'

export interface OwnAnswer {
  readonly value: Part
  /** The value of the function under `jit`. */
  readonly program: Part
  readonly vjp?: Part
  readonly jvp?: Part
  readonly second?: Part
}

const spaces = { np, lax, nn, random } as unknown as Readonly<Record<string, unknown>>
/** The function of a name such as `np.linalg.qr`. */
export const functionOf = (fn: string): ((...args: readonly unknown[]) => unknown) => {
  const found = fn.split('.').reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], spaces)
  if (typeof found !== 'function') throw new Error(`no function ${fn}`)
  return found as (...args: readonly unknown[]) => unknown
}

const leafOf = (x: unknown): Leaf => {
  if (!isTensor(x)) return typeof x === 'bigint' ? Number(x) : (x as Leaf)
  const array: ArrayJson['array'] = [x.dtype, x.shape, textOf(x.dtype, x.dataSync())]
  return x.weakType ? { array, weak: true } : { array }
}
const flat = (y: unknown): readonly unknown[] => {
  if (Array.isArray(y)) return y.flatMap(flat)
  if (typeof y !== 'object' || y === null || isTensor(y)) return [y]
  return Object.keys(y)
    .sort()
    .flatMap((k) => flat((y as Readonly<Record<string, unknown>>)[k]))
}
const partOf = (f: () => readonly unknown[]): Part => {
  try {
    return f().map(leafOf)
  } catch (error) {
    return { error: `${(error as Error).name}: ${(error as Error).message.split('\n')[0]}` }
  }
}
/** The tangent or cotangent of array `j`: exact in every float dtype. */
const pattern = (j: number, x: Tensor): Tensor => {
  const data = Array.from({ length: x.size }, (_, i) => (((i * 5 + j * 3 + 1) % 7) - 3) / 2)
  return np.array(Float32Array.from(data), x.dtype).reshape(x.shape)
}

export const answer = (call: Call): OwnAnswer => {
  const f = functionOf(call.fn)
  const leaves = arraysOf(call)
  const tensors = leaves.map((leaf) => (isArrayJson(leaf) ? tensorOf(leaf.array) : np.array(Uint32Array.from(leaf.key))))
  const run = (given: readonly Tensor[]): readonly unknown[] => {
    let next = 0
    const put = (x: Json): unknown => mapArrays(x, () => given[next++])
    const args = put(call.args) as readonly unknown[]
    return flat(call.options === undefined ? f(...args) : f(...args, put(call.options)))
  }
  const value = partOf(() => run(tensors))
  const program = partOf(() => {
    const plain: unknown[] = []
    const outs = jit((given: readonly Tensor[]) => {
      const all = run(given)
      plain.splice(0, plain.length, ...all)
      return all.filter(isTensor)
    })(tensors)
    let next = 0
    return plain.map((x) => (isTensor(x) ? outs[next++] : x))
  })
  const wrt = tensors.flatMap((t, i) => (isArrayJson(leaves[i]!) && isFloating(t.dtype) ? [i] : []))
  const special = leaves.some((leaf) => isArrayJson(leaf) && leaf.special)
  if (wrt.length === 0 || special || call.derivatives === false || !Array.isArray(value)) return { value, program }
  const first = run(tensors)
  const outs = first.flatMap((y, i) => (isTensor(y) && kindOf(y.dtype as DType) === 'float' ? [i] : []))
  if (outs.length === 0) return { value, program }
  const h = (...xs: readonly Tensor[]): Tensor[] => {
    const ys = run(tensors.map((t, i) => (wrt.includes(i) ? xs[wrt.indexOf(i)]! : t)))
    return outs.map((i) => ys[i] as Tensor)
  }
  const xs = wrt.map((i) => tensors[i]!)
  const dots = xs.map((x, j) => pattern(j, x))
  const cts = outs.map((i, j) => pattern(j + 1, first[i] as Tensor))
  const back = (...at: readonly Tensor[]): Tensor[] => [...vjp(h, ...at)[1](cts)] as Tensor[]
  const pulled = partOf(() => back(...xs))
  return {
    value,
    program,
    vjp: pulled,
    jvp: partOf(() => jvp(h, xs, dots)[1]),
    ...(Array.isArray(pulled) ? { second: partOf(() => jvp(back, xs, dots)[1]) } : {}),
  }
}
