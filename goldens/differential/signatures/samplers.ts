/** Calls of samplers and of functions of keys: the same key, the same bits. */
import type { DType } from '@heddle/func'
import type { Json, KeyJson } from '../call'
import { array, arrayOf, type Random } from '../draw'
import { type Signature, signature } from './signature'

const word = (r: Random): number => Math.floor(r.unit() * 2 ** 32)
const key = (r: Random): KeyJson => ({ key: [word(r), word(r)] })
const sizes = (r: Random): Json => [...r.pick([[], [3], [2, 3], [0], [40]])]
const floats: readonly DType[] = ['float32', 'float32', 'float16', 'bfloat16', 'float64']
const dtype = (r: Random): { options?: { dtype: DType } } => (r.chance(0.5) ? {} : { options: { dtype: r.pick(floats) } })
const plain = (fns: string): Signature[] => fns.split(' ').map((fn) => signature(fn, (r) => ({ args: [key(r), sizes(r)], ...dtype(r) })))
/** Parameters of floats, whose shape is the shape of the draw. */
const withParameters = (fns: string, count: number, low = 0.4, high = 5): Signature[] =>
  fns.split(' ').map((fn) =>
    signature(fn, (r) => {
      const of = r.pick([[], [3], [2, 2]])
      const type = r.pick<DType>(['float32', 'float32', 'float32', 'float64', 'float16'])
      const n = of.reduce((a, b) => a * b, 1)
      const parameter = (): Json =>
        r.chance(0.2)
          ? r.pick([1, 2.5])
          : arrayOf(
              type,
              of,
              Array.from({ length: n }, () => Math.round((low + (high - low) * r.unit()) * 100) / 100),
            )
      return {
        args: [key(r), ...Array.from({ length: count }, parameter), [...of]],
        ...(type === 'float32' ? {} : r.chance(0.5) ? {} : { options: { dtype: type } }),
      }
    }),
  )

export const samplers: readonly Signature[] = [
  ...plain(
    'random.uniform random.normal random.exponential random.laplace random.logistic random.cauchy random.gumbel random.maxwell random.rademacher',
  ),
  signature('random.bits', (r) => ({ args: [key(r), sizes(r)], options: { dtype: r.pick(['uint8', 'uint16', 'uint32', 'uint64']) } })),
  signature('random.uniform', (r) => ({
    args: [key(r), sizes(r)],
    options: { minval: r.pick([-2, 0]), maxval: r.pick([3, 0.5]), dtype: r.pick(floats) },
  })),
  signature('random.randint', (r) => ({
    args: [key(r), sizes(r), r.int(-5, 0), r.int(1, 100)],
    ...(r.chance(0.5) ? { options: { dtype: r.pick(['int8', 'uint8', 'int16', 'int32', 'uint32', 'int64']) } } : {}),
  })),
  signature('random.split', (r) => ({ args: [key(r), r.pick<Json>([2, 3, 1])] })),
  signature('random.foldIn', (r) => ({ args: [key(r), r.int(0, 1000000)] })),
  ...withParameters('random.gamma random.loggamma random.chisquare random.t random.pareto random.rayleigh', 1),
  ...withParameters('random.beta random.f', 2),
  signature('random.dirichlet', (r) => ({
    args: [key(r), arrayOf(r.pick(['float32', 'float64']), [3], [0.5, 1 + r.int(0, 3), 2.5]), sizes(r)],
  })),
  signature('random.truncatedNormal', (r) => ({
    args: [
      key(r),
      ...r.pick([
        [-2, 2],
        [0, 1000],
        [1, 3],
        [-0.5, 12],
        [3, 40],
      ]),
      sizes(r),
    ],
    ...dtype(r),
  })),
  signature('random.bernoulli', (r) => ({ args: [key(r), r.pick([0.3, 0.5, 0.99]), sizes(r)] })),
  signature('random.poisson', (r) => ({ args: [key(r), r.pick([0.5, 3, 20]), sizes(r)] })),
  signature('random.geometric', (r) => ({ args: [key(r), r.pick([0.3, 0.7]), sizes(r)] })),
  signature('random.categorical', (r) => ({ args: [key(r), array(r, r.pick(floats), r.pick([[3], [2, 4]]), 'real')] })),
  signature('random.permutation', (r) => ({ args: [key(r), r.chance(0.5) ? r.int(0, 10) : array(r, 'float32', [5, 2], 'real')] })),
  signature('random.choice', (r) => ({ args: [key(r), r.int(1, 20), [r.int(0, 1)]], options: { replace: r.chance(0.5) } })),
  signature('random.weibullMin', (r) => ({ args: [key(r), r.pick([1, 2.5]), r.pick([0.5, 3]), sizes(r)] })),
  signature('random.triangular', (r) => ({ args: [key(r), -1, 0.5, 2, sizes(r)] })),
  signature('random.doubleSidedMaxwell', (r) => ({ args: [key(r), 0.5, 2, sizes(r)] })),
  signature('random.ball', (r) => ({ args: [key(r), r.int(1, 3), r.pick([1, 2]), sizes(r)] })),
  signature('random.generalizedNormal', (r) => ({ args: [key(r), r.pick([1, 2, 0.7]), sizes(r)] })),
  signature('random.orthogonal', (r) => ({ args: [key(r), r.int(1, 3)] })),
]
