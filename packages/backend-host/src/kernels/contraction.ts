/** dot_general: each operand is seen as [batch, free, contracted], by strides where its axes allow, else transposed; then matrix products. */
import { type DType, type HostArray, type Kernels, sizeOf, stridesOf } from '@heddle/func/backend'
import { converter } from '../convert'
import { alloc, hostArray, isHalf, narrow } from '../element'
import { gemm } from '../gemm'
import { others, pick, transposer } from '../strided'

type Dot = Kernels<HostArray>['dot_general']

/** The one stride that steps through some axes in order, if there is one. */
const joint = (shape: readonly number[], strides: readonly number[], axes: readonly number[]): number | undefined => {
  const real = axes.filter((a) => shape[a] !== 1)
  for (let i = 0; i + 1 < real.length; i++) if (strides[real[i]!] !== strides[real[i + 1]!]! * shape[real[i + 1]!]!) return undefined
  return real.length === 0 ? 0 : strides[real.at(-1)!]!
}

/** An operand as [batch, free, contracted]: strides of the three, and what to do to the data first. */
const view = (shape: readonly number[], batch: readonly number[], free: readonly number[], contracted: readonly number[]) => {
  const strides = stridesOf(shape)
  const [b, f, c] = [batch, free, contracted].map((axes) => joint(shape, strides, axes))
  if (b !== undefined && f !== undefined && c !== undefined) return { batch: b, free: f, contracted: c, arrange: undefined }
  const k = sizeOf(pick(shape, contracted))
  return { batch: sizeOf(pick(shape, free)) * k, free: k, contracted: 1, arrange: transposer(shape, [...batch, ...free, ...contracted]) }
}

/** In which dtype a result of `dtype` is computed. */
const computed = (dtype: DType): DType => (isHalf(dtype) ? 'float32' : dtype)

const dotGeneral: Dot = ({ params, ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const [[lc, rc], [lb, rb]] = params.dimensionNumbers
  const [l, r] = ins.map((a) => a.shape) as [readonly number[], readonly number[]]
  const lf = others(l.length, [...lc, ...lb])
  const rf = others(r.length, [...rc, ...rb])
  const left = view(l, lb, lf, lc)
  const right = view(r, rb, rf, rc)
  const batches = sizeOf(pick(l, lb))
  const sizes = { m: sizeOf(pick(l, lf)), n: sizeOf(pick(r, rf)), k: sizeOf(pick(l, lc)) }
  const work = computed(dtype)
  const converts = ins.map((a) => converter(a.dtype, work))
  const multiply = gemm(work)
  return (inputs) => {
    const [x, y] = inputs.map((v, i) => converts[i]!(v).data)
    const a = left.arrange ? left.arrange(x!) : x!
    const b = right.arrange ? right.arrange(y!) : y!
    const out = alloc(work, batches * sizes.m * sizes.n)
    for (let i = 0; i < batches; i++)
      multiply(
        { data: a, offset: i * left.batch, row: left.free, column: left.contracted },
        { data: b, offset: i * right.batch, row: right.contracted, column: right.free },
        out,
        i * sizes.m * sizes.n,
        sizes,
      )
    return [narrow(hostArray(shape, work, out), dtype)]
  }
}

export const contraction: Pick<Kernels<HostArray>, 'dot_general'> = { dot_general: dotGeneral }
