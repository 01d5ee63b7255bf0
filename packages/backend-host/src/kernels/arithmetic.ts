/** Arithmetic: neg add sub mul div rem integer_pow square. Integers wrap; division by zero is XLA's (-1, remainder the dividend). */
import type { HostArray, Kernels } from '@heddle/func/backend'
import { binary, type Loops2, unary, unaryWith } from '../pointwise'

const sum: Loops2 = {
  float: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! + y[i * sy]!
  },
  int: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! + y[i * sy]!
  },
  big: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! + y[i * sy]!
  },
}
const difference: Loops2 = {
  float: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! - y[i * sy]!
  },
  int: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! - y[i * sy]!
  },
  big: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! - y[i * sy]!
  },
}
const product: Loops2 = {
  float: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! * y[i * sy]!
  },
  int: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.imul(x[i * sx]!, y[i * sy]!)
  },
  big: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! * y[i * sy]!
  },
}
const quotient: Loops2 = {
  float: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! / y[i * sy]!
  },
  int: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) {
      const d = y[i * sy]!
      out[i] = d === 0 ? -1 : Math.trunc(x[i * sx]! / d)
    }
  },
  big: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) {
      const d = y[i * sy]!
      out[i] = d === 0n ? -1n : x[i * sx]! / d
    }
  },
}
const remainder: Loops2 = {
  float: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i * sx]! % y[i * sy]!
  },
  int: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) {
      const d = y[i * sy]!
      out[i] = d === 0 ? x[i * sx]! : x[i * sx]! % d
    }
  },
  big: (x, sx, y, sy, out, n) => {
    for (let i = 0; i < n; i++) {
      const d = y[i * sy]!
      out[i] = d === 0n ? x[i * sx]! : x[i * sx]! % d
    }
  },
}

/** `x` to a power >= 0 by repeated squaring, in doubles. */
const floatPower = (x: number, y: number): number => {
  let out = 1
  for (; y > 0; y = Math.floor(y / 2)) {
    if (y % 2 === 1) out *= x
    x *= x
  }
  return out
}
const intPower = (x: number, y: number): number => {
  let out = 1
  for (; y > 0; y = Math.floor(y / 2)) {
    if (y % 2 === 1) out = Math.imul(out, x)
    x = Math.imul(x, x)
  }
  return out
}
const bigPower = (x: bigint, y: number): bigint => {
  let out = 1n
  for (; y > 0; y = Math.floor(y / 2)) {
    if (y % 2 === 1) out = BigInt.asIntN(64, out * x)
    x = BigInt.asIntN(64, x * x)
  }
  return out
}
/** The integer that 1 divided by `d` is. */
const inverse = (d: number): number => (d === 0 ? -1 : Math.trunc(1 / d))

export const add: Kernels<HostArray>['add'] = binary('add', sum)

export const arithmetic: Pick<Kernels<HostArray>, 'neg' | 'add' | 'sub' | 'mul' | 'div' | 'rem' | 'integer_pow' | 'square'> = {
  neg: unary('neg', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = -x[i]!
    },
    int: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = -x[i]!
    },
    big: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = -x[i]!
    },
  }),
  add,
  sub: binary('sub', difference),
  mul: binary('mul', product),
  div: binary('div', quotient),
  rem: binary('rem', remainder),
  integer_pow: unaryWith('integer_pow', ({ y }) => ({
    float: (x, out, n) => {
      if (y === 3) for (let i = 0; i < n; i++) out[i] = x[i]! * x[i]! * x[i]!
      else if (y < 0) for (let i = 0; i < n; i++) out[i] = 1 / floatPower(x[i]!, -y)
      else for (let i = 0; i < n; i++) out[i] = floatPower(x[i]!, y)
    },
    int: (x, out, n) => {
      if (y < 0) for (let i = 0; i < n; i++) out[i] = inverse(intPower(x[i]!, -y))
      else for (let i = 0; i < n; i++) out[i] = intPower(x[i]!, y)
    },
    big: (x, out, n) => {
      for (let i = 0; i < n; i++) {
        out[i] = bigPower(x[i]!, Math.abs(y))
        if (y < 0) out[i] = out[i] === 0n ? -1n : 1n / out[i]!
      }
    },
  })),
  square: unary('square', {
    float: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i]! * x[i]!
    },
    int: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.imul(x[i]!, x[i]!)
    },
    big: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i]! * x[i]!
    },
  }),
}
