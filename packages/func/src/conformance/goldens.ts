/** Kernels beside JAX: cases of a primitive, its parameters, operands and results, as `goldens/data/primitives` keeps them. */
import type { Backend, Kernel, KernelBackend } from '../backend/backend'
import { aval, sizeOf } from '../aval'
import { type DType, isDType } from '../dtype'
import { getElement, setElement } from '../scalar'
import { dtypes } from '../dtype'
import { mustAgree, type Plain, plainsOf } from './data'
import { ConcreteTensor } from '../array'
import { setDefaultBackend } from '../backend/registry'
import { jit } from './engine'
import type { Tensor } from '../tensor'
import type { Fn } from './trial'
import { wrapperOf } from './wrappers'

/** Row-major data; NaN, the infinities and integers beyond 2^53 as strings. */
export interface GoldenArrayJson {
  readonly $array: { readonly dtype: string; readonly shape: readonly number[]; readonly data: readonly (number | string | boolean)[] }
}
/** One application of a primitive, and what JAX answers. */
export interface KernelCase {
  readonly primitive: string
  readonly params: unknown
  readonly ins: readonly GoldenArrayJson[]
  readonly outs: readonly GoldenArrayJson[]
}
/** A file of `goldens/data/primitives`, parsed. */
export interface KernelGolden {
  readonly cases: readonly KernelCase[]
}

const tolerances: Partial<Record<DType, number>> = { bfloat16: 2e-2, float16: 2e-3, float32: 1e-5, float64: 1e-9 }
const typeOf = ({ $array }: GoldenArrayJson): DType => {
  if (!isDType($array.dtype)) throw new Error(`a golden has the unknown dtype ${$array.dtype}`)
  return $array.dtype
}
const decode = (a: GoldenArrayJson) => {
  const dtype = typeOf(a)
  const { shape, data } = a.$array
  const storage = new dtypes[dtype].storage(sizeOf(shape))
  const wide = dtype === 'int64' || dtype === 'uint64'
  data.forEach((v, i) => setElement(storage, i, dtype, wide ? BigInt(v) : Number(v)))
  return { shape, dtype, data: storage }
}
const plain = ({ shape, dtype, data }: ReturnType<typeof decode>): Plain => ({
  shape,
  dtype,
  values: Array.from({ length: data.length }, (_, i) => getElement(data, i, dtype)),
})
const toleranceOf = (arrays: readonly { readonly dtype: DType }[]): number => Math.max(0, ...arrays.map((x) => tolerances[x.dtype] ?? 0))

/** The kernel alone. */
const byKernel = async (backend: KernelBackend, { primitive, params, ins, outs }: KernelCase): Promise<readonly Plain[]> => {
  const [inTypes, outTypes] = [ins, outs].map((xs) => xs.map(decode).map((x) => aval(x.shape, x.dtype)))
  const kernel = (backend.kernels as Readonly<Record<string, Kernel<unknown, unknown> | undefined>>)[primitive]
  if (kernel === undefined) throw new Error(`backend ${backend.name} has no kernel for ${primitive}`)
  const { storage } = backend
  const buffers = ins.map((x) => storage.upload(decode(x)))
  const results = kernel({ params, ins: inTypes!, outs: outTypes! })(buffers)
  const got = await Promise.all(results.map((r, i) => storage.download(r, outTypes![i]!)))
  for (const b of [...buffers, ...results]) storage.release(b)
  return got.map(plain)
}
/** The function that users call, which infers the types; at once or as a program. */
const byFunction =
  (compiled: boolean) =>
  async (backend: Backend, { primitive, params, ins }: KernelCase): Promise<readonly Plain[]> => {
    setDefaultBackend(backend)
    const f: Fn = (...xs) => [wrapperOf(primitive)(xs, params)].flat() as Tensor[]
    return plainsOf((compiled ? jit(f) : f)(...ins.map((x) => ConcreteTensor.ofHost(decode(x)))))
  }
type Way = (c: KernelCase) => Promise<readonly Plain[]>
const waysOf = (backend: Backend): readonly Way[] => [
  ...(backend.kernels ? [(c: KernelCase) => byKernel(backend, c)] : []),
  (c) => byFunction(false)(backend, c),
  (c) => byFunction(true)(backend, c),
]
const check = async (backend: Backend, c: KernelCase): Promise<void> => {
  const want = c.outs.map(decode)
  const types = c.ins.map(decode)
  const what = `on ${types.map((x) => `${x.dtype}[${x.shape}]`).join(' ')} with ${JSON.stringify(c.params)}`
  for (const way of waysOf(backend)) mustAgree(await way(c), want.map(plain), toleranceOf([...types, ...want]), what)
}

/** A test for each primitive: all cases in types that the backend has. */
export const goldenTests = (
  backend: Backend,
  goldens: readonly KernelGolden[],
  primitives: (name: string) => boolean,
): readonly { readonly name: string; readonly run: () => Promise<void> }[] => {
  const cases = goldens.flatMap((g) => g.cases)
  return [...new Set(cases.map((c) => c.primitive))].filter(primitives).map((primitive) => ({
    name: `${primitive}: kernel and function give JAX’s numbers`,
    run: async () => {
      const failures: string[] = []
      for (const c of cases) {
        if (c.primitive !== primitive || [...c.ins, ...c.outs].some((a) => !backend.dtypes.has(typeOf(a)))) continue
        await check(backend, c).catch((e: unknown) => failures.push(e instanceof Error ? e.message : String(e)))
      }
      if (failures.length > 0) throw new Error(`${primitive}: ${failures.length} cases differ\n${failures.slice(0, 5).join('\n')}`)
    },
  }))
}
