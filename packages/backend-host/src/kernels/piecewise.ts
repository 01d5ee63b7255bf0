/** Rounding, extrema, comparison, selection and identities. */
import { type HostArray, type Kernels, sizeOf } from '@heddle/func/backend'
import { alloc, asIndices, hostArray, type NumberData, viaFloat32 } from '../element'
import { binary, comparison, floatFunction, stepOf, unary } from '../pointwise'
import { bitsOf } from '../strided'

type Family =
  | 'abs'
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'max'
  | 'min'
  | 'clamp'
  | 'is_finite'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'select_n'
  | 'stop_gradient'
  | 'copy'
type Table = Pick<Kernels<HostArray>, Family>

/** To the nearest integer, ties away from zero. */
const roundAway = (x: number): number => {
  const whole = Math.trunc(x)
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole
}
/** Doubles from here on are integers; adding it rounds smaller ones to nearest even. */
const wholes = 2 ** 52
const roundEven = (x: number): number => {
  if (!(Math.abs(x) < wholes)) return x
  const rounded = x < 0 ? x - wholes + wholes : x + wholes - wholes
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded
}

/** The same data under a handle of its own. */
const identity: Table['copy'] = () => (inputs) => [hostArray(inputs[0]!.shape, inputs[0]!.dtype, inputs[0]!.data)]

const clamp: Table['clamp'] = viaFloat32(({ ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const n = sizeOf(shape)
  const [sl, , sh] = ins.map((a) => stepOf(a.shape, shape))
  return (inputs) => {
    // one loop for numbers and BigInts, which compare alike; a NaN of any of the three is the answer
    const [low, x, high] = inputs.map((a) => a.data as NumberData)
    const out = alloc(dtype, n) as NumberData
    for (let i = 0; i < n; i++) {
      const l = low![i * sl!]!
      const h = high![i * sh!]!
      let v = x![i]!
      if (v < l || l !== l) v = l
      if (v > h || h !== h) v = h
      out[i] = v
    }
    return [hostArray(shape, dtype, out)]
  }
})

const selectN: Table['select_n'] = ({ ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const n = sizeOf(shape)
  const step = stepOf(ins[0]!.shape, shape)
  const top = ins.length - 2
  return (inputs) => {
    const which = asIndices(inputs[0]!)
    if (step === 0 && n > 0) {
      const chosen = inputs[1 + Math.min(Math.max(which[0]!, 0), top)]!
      return [hostArray(shape, dtype, chosen.data)]
    }
    const out = alloc(dtype, n)
    const bits = bitsOf(out)
    const cases = inputs.slice(1).map((c) => bitsOf(c.data))
    if (cases.length === 2) {
      const [no, yes] = cases
      if (inputs[0]!.dtype === 'bool' && bits instanceof Int32Array)
        for (let i = 0; i < n; i++) bits[i] = no![i]! ^ ((no![i]! ^ yes![i]!) & -which[i]!)
      else for (let i = 0; i < n; i++) bits[i] = which[i]! > 0 ? yes![i]! : no![i]!
    } else for (let i = 0; i < n; i++) bits[i] = cases[Math.min(Math.max(which[i]!, 0), top)]![i]!
    return [hostArray(shape, dtype, out)]
  }
}

export const piecewise: Table = {
  abs: unary('abs', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.abs(x[i]!)
    },
    int: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.abs(x[i]!)
    },
    big: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i]! < 0n ? -x[i]! : x[i]!
    },
  }),
  sign: unary('sign', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.sign(x[i]!)
    },
    int: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.sign(x[i]!)
    },
    big: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i]! > 0n ? 1n : x[i]! < 0n ? -1n : 0n
    },
  }),
  floor: floatFunction('floor', Math.floor),
  ceil: floatFunction('ceil', Math.ceil),
  round: (call) => floatFunction('round', call.params.roundingMethod === 0 ? roundAway : roundEven)(call),
  max: binary('max', {
    float: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.max(x[i * sx]!, y[i * sy]!)
    },
    int: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.max(x[i * sx]!, y[i * sy]!)
    },
    big: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i * sx]! > y[i * sy]! ? x[i * sx]! : y[i * sy]!
    },
  }),
  min: binary('min', {
    float: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.min(x[i * sx]!, y[i * sy]!)
    },
    int: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.min(x[i * sx]!, y[i * sy]!)
    },
    big: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i * sx]! < y[i * sy]! ? x[i * sx]! : y[i * sy]!
    },
  }),
  clamp,
  is_finite: viaFloat32(({ outs }) => {
    const { shape } = outs[0]!
    return (inputs) => {
      const x = inputs[0]!.data as NumberData
      const out = new Uint8Array(x.length)
      for (let i = 0; i < out.length; i++) out[i] = Number(Number.isFinite(x[i]!))
      return [hostArray(shape, 'bool', out)]
    }
  }),
  // a conditional would be mispredicted for every other element, at seven times the cost
  eq: comparison((x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(x[i * sx] === y[i * sy])
  }),
  ne: comparison((x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(x[i * sx] !== y[i * sy])
  }),
  lt: comparison((x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(x[i * sx]! < y[i * sy]!)
  }),
  le: comparison((x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(x[i * sx]! <= y[i * sy]!)
  }),
  gt: comparison((x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(x[i * sx]! > y[i * sy]!)
  }),
  ge: comparison((x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(x[i * sx]! >= y[i * sy]!)
  }),
  select_n: selectN,
  stop_gradient: identity,
  copy: identity,
}
