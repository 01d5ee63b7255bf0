/** Exponentials, logarithms, trigonometry and special functions: computed in doubles, rounded to the dtype. */
import type { HostArray, Kernels } from '@heddle/func/backend'
import { binary, floatFunction, unary, unaryWith } from '../pointwise'
import { digamma, erf, erf32, erfc, erfc32, erfInv, erfInv32, lgamma } from '../special'

type Family =
  | 'exp'
  | 'exp2'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'rsqrt'
  | 'cbrt'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'logistic'
  | 'erf'
  | 'erfc'
  | 'erf_inv'
  | 'lgamma'
  | 'digamma'
  | 'pow'
  | 'atan2'

/** IEEE's power: 1 to anything is 1, as is -1 to an infinity; JavaScript says NaN. */
const power = (x: number, y: number): number => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y)

/** A function with a quicker form that is exact enough for float32. */
const byPrecision = (name: string, f: (x: number) => number, f32: (x: number) => number): Kernels<HostArray>['erf'] =>
  unaryWith(name, (_, dtype) => {
    const g = dtype === 'float64' ? f : f32
    return {
      float: (x, out, n) => {
        for (let i = 0; i < n; i++) out[i] = g(x[i]!)
      },
    }
  })

export const transcendental: Pick<Kernels<HostArray>, Family> = {
  exp: unary('exp', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.exp(x[i]!)
    },
  }),
  exp2: floatFunction('exp2', (x) => 2 ** x),
  expm1: floatFunction('expm1', Math.expm1),
  log: unary('log', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.log(x[i]!)
    },
  }),
  log1p: floatFunction('log1p', Math.log1p),
  sqrt: unary('sqrt', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.sqrt(x[i]!)
    },
  }),
  rsqrt: unary('rsqrt', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = 1 / Math.sqrt(x[i]!)
    },
  }),
  cbrt: floatFunction('cbrt', Math.cbrt),
  sin: floatFunction('sin', Math.sin),
  cos: floatFunction('cos', Math.cos),
  tan: floatFunction('tan', Math.tan),
  asin: floatFunction('asin', Math.asin),
  acos: floatFunction('acos', Math.acos),
  atan: floatFunction('atan', Math.atan),
  sinh: floatFunction('sinh', Math.sinh),
  cosh: floatFunction('cosh', Math.cosh),
  tanh: unary('tanh', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.tanh(x[i]!)
    },
  }),
  asinh: floatFunction('asinh', Math.asinh),
  acosh: floatFunction('acosh', Math.acosh),
  atanh: floatFunction('atanh', Math.atanh),
  logistic: unary('logistic', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = 1 / (1 + Math.exp(-x[i]!))
    },
  }),
  erf: byPrecision('erf', erf, erf32),
  erfc: byPrecision('erfc', erfc, erfc32),
  erf_inv: byPrecision('erf_inv', erfInv, erfInv32),
  lgamma: floatFunction('lgamma', lgamma),
  digamma: floatFunction('digamma', digamma),
  pow: binary('pow', {
    float: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = power(x[i * sx]!, y[i * sy]!)
    },
  }),
  atan2: binary('atan2', {
    float: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.atan2(x[i * sx]!, y[i * sy]!)
    },
  }),
}
