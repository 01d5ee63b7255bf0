/** Rows of the transcendental functions. */
import * as t from '../../primitives/transcendental'
import type { TranscendentalParams } from '../../table'
import type { Tensor } from '../../tensor'
import { num, type Row, type Rows, smooth } from '../row'
import { given, nonzero, normal, positive, type Sampler, uniform, unit } from '../sample'

type Options = Partial<Pick<Row, 'order' | 'modes' | 'tolerance'>>
const unary = (f: (x: Tensor) => Tensor, sample: Sampler, options: Options = {}): Rows => [
  smooth('matrix', f, [num([2, 3], sample)], options),
  smooth('scalar', f, [num([], sample)], options),
]
const beyond = uniform(1.2, 3)
/** Positive numbers, and both sides of the poles at 0, -1, -2. */
const gamma = (f: (x: Tensor) => Tensor): Rows => [
  ...unary(f, positive),
  smooth('large', f, [num([3], uniform(6, 20))], { tolerance: 10 }),
  smooth('reflected', f, [num([6], given(0.45, -0.4, -1.6, 0.3, -2.45, -0.55))], { tolerance: 1000 }),
]

export const transcendentalRows: { readonly [N in keyof TranscendentalParams]: Rows } = {
  exp: unary(t.exp, normal),
  exp2: unary(t.exp2, normal),
  expm1: unary(t.expm1, normal),
  log: unary(t.log, positive),
  log1p: unary(t.log1p, positive),
  sqrt: unary(t.sqrt, positive),
  rsqrt: unary(t.rsqrt, positive),
  cbrt: unary(t.cbrt, nonzero),
  sin: unary(t.sin, normal),
  cos: unary(t.cos, normal),
  tan: unary(t.tan, unit),
  asin: unary(t.asin, unit),
  acos: unary(t.acos, unit),
  atan: unary(t.atan, normal),
  sinh: unary(t.sinh, normal),
  cosh: unary(t.cosh, normal),
  tanh: unary(t.tanh, normal),
  asinh: unary(t.asinh, normal),
  acosh: unary(t.acosh, beyond),
  atanh: unary(t.atanh, unit),
  logistic: unary(t.logistic, normal),
  erf: unary(t.erf, normal),
  erfc: unary(t.erfc, normal),
  erf_inv: unary(t.erfInv, unit, { tolerance: 10 }),
  lgamma: gamma(t.lgamma),
  digamma: gamma(t.digamma),
  pow: [
    smooth('matrices', t.pow, [num([2, 3], positive), num([2, 3])], { tolerance: 4 }),
    smooth('scalar exponent', t.pow, [num([2, 3], positive), num([])], { tolerance: 4 }),
    smooth('scalar base', t.pow, [num([], positive), num([2, 3])], { tolerance: 4 }),
  ],
  atan2: [
    smooth('matrices', t.atan2, [num([2, 3], positive), num([2, 3], nonzero)]),
    smooth('scalar on the right', t.atan2, [num([2, 3], nonzero), num([], positive)]),
    smooth('scalar on the left', t.atan2, [num([], positive), num([2, 3], nonzero)]),
  ],
}
