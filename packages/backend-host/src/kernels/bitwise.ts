/** Bits: and or xor not, shifts, counts, and reinterpretation. A shift by the width or more leaves nothing (or the sign). */
import { type DType, dtypes, type HostArray, type Kernels, type TypedArray } from '@heddle/func/backend'
import { hostArray } from '../element'
import { binary, binaryWith, type Loops1, unaryWith } from '../pointwise'

type Family =
  | 'and'
  | 'or'
  | 'xor'
  | 'not'
  | 'shift_left'
  | 'shift_right_logical'
  | 'shift_right_arithmetic'
  | 'population_count'
  | 'clz'
  | 'bitcast_convert_type'

const widthOf = (dtype: DType): number => dtypes[dtype].bits
/** A mask of the low `bits` bits, as int32. */
const maskOf = (bits: number): number => (bits === 32 ? -1 : (1 << bits) - 1)
const mask64 = 2n ** 64n - 1n

const popCount = (v: number): number => {
  v -= (v >>> 1) & 0x55555555
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
/** The halves of a 64-bit integer. */
const low = (v: bigint): number => Number(v & 0xffffffffn)
const high = (v: bigint): number => Number((v >> 32n) & 0xffffffffn)

const counts = (dtype: DType, of32: (v: number, width: number) => number, of64: (v: bigint) => number): Loops1 => {
  const width = widthOf(dtype)
  const mask = maskOf(width)
  return {
    int: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = of32(x[i]! & mask, width)
    },
    big: (x, out, n) => {
      for (let i = 0; i < n; i++) out[i] = BigInt(of64(x[i]!))
    },
  }
}

/** The data read as another dtype of the same width; a copy, since who has memory is known by its array. */
const reinterpret = (data: TypedArray, dtype: DType): TypedArray => {
  const Storage = dtypes[dtype].storage as unknown as new (buffer: ArrayBufferLike, offset: number, n: number) => TypedArray
  return data instanceof Storage ? data : new Storage(data.slice().buffer, 0, data.length)
}

export const bitwise: Pick<Kernels<HostArray>, Family> = {
  and: binary('and', {
    int: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i * sx]! & y[i * sy]!
    },
    big: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i * sx]! & y[i * sy]!
    },
  }),
  or: binary('or', {
    int: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i * sx]! | y[i * sy]!
    },
    big: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i * sx]! | y[i * sy]!
    },
  }),
  xor: binary('xor', {
    int: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i * sx]! ^ y[i * sy]!
    },
    big: (x, sx, y, sy, out, n) => {
      for (let i = 0; i < n; i++) out[i] = x[i * sx]! ^ y[i * sy]!
    },
  }),
  not: unaryWith('not', (_, dtype) => {
    const logical = dtype === 'bool'
    return {
      int: (x, out, n) => {
        if (logical) for (let i = 0; i < n; i++) out[i] = 1 - x[i]!
        else for (let i = 0; i < n; i++) out[i] = ~x[i]!
      },
      big: (x, out, n) => {
        for (let i = 0; i < n; i++) out[i] = ~x[i]!
      },
    }
  }),
  shift_left: binaryWith('shift_left', (dtype) => {
    const width = widthOf(dtype)
    return {
      int: (x, sx, y, sy, out, n) => {
        for (let i = 0; i < n; i++) {
          const s = y[i * sy]!
          out[i] = s >= 0 && s < width ? x[i * sx]! << s : 0
        }
      },
      big: (x, sx, y, sy, out, n) => {
        for (let i = 0; i < n; i++) {
          const s = y[i * sy]!
          out[i] = s >= 0n && s < 64n ? x[i * sx]! << s : 0n
        }
      },
    }
  }),
  shift_right_logical: binaryWith('shift_right_logical', (dtype) => {
    const width = widthOf(dtype)
    const mask = maskOf(width)
    return {
      int: (x, sx, y, sy, out, n) => {
        for (let i = 0; i < n; i++) {
          const s = y[i * sy]!
          out[i] = s >= 0 && s < width ? (x[i * sx]! & mask) >>> s : 0
        }
      },
      big: (x, sx, y, sy, out, n) => {
        for (let i = 0; i < n; i++) {
          const s = y[i * sy]!
          out[i] = s >= 0n && s < 64n ? (x[i * sx]! & mask64) >> s : 0n
        }
      },
    }
  }),
  shift_right_arithmetic: binaryWith('shift_right_arithmetic', (dtype) => {
    const width = widthOf(dtype)
    const up = 32 - width
    return {
      int: (x, sx, y, sy, out, n) => {
        for (let i = 0; i < n; i++) {
          const s = y[i * sy]!
          out[i] = ((x[i * sx]! << up) >> up) >> (s >= 0 && s < width ? s : width - 1)
        }
      },
      big: (x, sx, y, sy, out, n) => {
        for (let i = 0; i < n; i++) {
          const s = y[i * sy]!
          out[i] = BigInt.asIntN(64, x[i * sx]!) >> (s >= 0n && s < 64n ? s : 63n)
        }
      },
    }
  }),
  population_count: unaryWith('population_count', (_, dtype) => counts(dtype, popCount, (v) => popCount(low(v)) + popCount(high(v)))),
  clz: unaryWith('clz', (_, dtype) =>
    counts(
      dtype,
      (v, width) => Math.clz32(v) - (32 - width),
      (v) => (high(v) === 0 ? 32 + Math.clz32(low(v)) : Math.clz32(high(v))),
    ),
  ),
  bitcast_convert_type: ({ outs }) => {
    const { shape, dtype } = outs[0]!
    return (inputs) => [hostArray(shape, dtype, reinterpret(inputs[0]!.data, dtype))]
  },
}
