import { describe, expect, it } from 'vitest'
import { type Aval, aval, showAval } from '../aval'
import { ShapeError } from '../error'
import { batchFlat } from '../interpreters/batch'
import { jvpFlat } from '../interpreters/jvp'
import { stage } from '../interpreters/stage'
import { backward } from '../interpreters/transpose'
import { literal } from '../literal'
import type { Dim } from '../primitive'
import type { Tensor } from '../tensor'
import { add, div, integerPow, mul, neg, sub } from './arithmetic'
import { and, bitcastConvertType, not, shiftLeft } from './bitwise'
import { abs, clamp, eq, isFinite, max, rem, selectN, sign } from './piecewise'
import { threefry2x32 } from './random'
import { digamma, exp, pow } from './transcendental'

type F = (...xs: Tensor[]) => Tensor
const f32 = (...shape: number[]): Aval => aval(shape, 'float32')
const i32 = (...shape: number[]): Aval => aval(shape, 'int32')
const bool = (...shape: number[]): Aval => aval(shape, 'bool')
const types = (f: F, ...ins: Aval[]): string => {
  const { jaxpr } = stage((xs) => [f(...xs)], ins)
  return showAval(jaxpr.outs[0]!.aval)
}
/** The names of the equations that `f` records, and the types of its results. */
const recorded = (f: (xs: readonly Tensor[]) => readonly Tensor[], ins: readonly Aval[]): string => {
  const { jaxpr } = stage(f, ins)
  return `${jaxpr.eqns.map((e) => e.primitive.name).join(' ')} -> ${jaxpr.outs.map((o) => showAval(o.aval)).join(' ')}`
}
const batched = (f: F, dims: readonly Dim[], ...ins: Aval[]): string => {
  let outDims: readonly Dim[] = []
  const text = recorded((xs) => {
    const r = batchFlat((ys) => [f(...ys)], { size: 5, name: undefined }, xs, dims)
    outDims = r.dims
    return r.outs
  }, ins)
  return `${text} @${outDims}`
}
const tangents = (f: F, ...ins: Aval[]): string =>
  recorded(
    (xs) => {
      const n = ins.length
      const { tangents } = jvpFlat((ys) => [f(...ys)], xs.slice(0, n), xs.slice(n))
      return [tangents[0]!]
    },
    [...ins, ...ins],
  )
const transposed = (f: F, ct: Aval, ...ins: Aval[]): string => {
  const { jaxpr } = stage((xs) => [f(...xs)], ins)
  return recorded((cts) => backward(jaxpr, [], cts).map((c) => c!), [ct])
}

describe('types of pointwise results', () => {
  it('takes equal shapes, or scalars beside them', () => {
    expect(types(add, f32(2, 3), f32(2, 3))).toBe('f32[2,3]')
    expect(types(add, f32(), f32(2, 3))).toBe('f32[2,3]')
    expect(types(mul, f32(2, 3), f32())).toBe('f32[2,3]')
    expect(() => types(add, f32(3), f32(2, 3))).toThrow(
      'add: operands must have equal shapes or be scalars (broadcast them first); got f32[3] and f32[2,3]',
    )
    expect(() => types(add, f32(1), f32(3))).toThrow(ShapeError)
  })
  it('refuses mixed and unfit dtypes', () => {
    expect(() => types(add, f32(2), i32(2))).toThrow('add: operands must have equal dtypes')
    expect(() => types(add, bool(), bool())).toThrow('add: takes numbers, not bool')
    expect(() => types(exp, i32())).toThrow('exp: takes floating-point numbers, not int32')
    expect(() => types(abs, aval([], 'uint32'))).toThrow('abs: takes signed numbers, not uint32')
    expect(() => types(shiftLeft, f32(), f32())).toThrow('takes integers')
    expect(() => types(and, f32(), f32())).toThrow('takes booleans or integers')
    expect(types(not, bool(2))).toBe('bool[2]')
  })
  it('is weak if all operands are, and never for booleans', () => {
    const weak = aval([], 'float32', true)
    expect(types(add, weak, weak)).toBe('f32*[]')
    expect(types(add, weak, f32(2))).toBe('f32[2]')
    expect(types(eq, weak, weak)).toBe('bool[]')
    expect(types(isFinite, weak)).toBe('bool[]')
    expect(types((x) => mul(x, literal(2, 'float32', true)), f32())).toBe('f32[]')
  })
  it('checks parameters', () => {
    expect(() => types((x) => integerPow(x, { y: -1 }), i32())).toThrow("integers can't be raised to the negative power -1")
    expect(() => types((x) => integerPow(x, { y: 0.5 }), f32())).toThrow('the exponent must be an integer')
    expect(() => types((x) => bitcastConvertType(x, { newDtype: 'int16' }), f32())).toThrow('must have equal widths')
    expect(types((x) => bitcastConvertType(x, { newDtype: 'uint32' }), f32(2))).toBe('u32[2]')
  })
  it('checks selectors and bounds', () => {
    expect(types(selectN, bool(2), f32(), f32(2))).toBe('f32[2]')
    expect(types(selectN, i32(), f32(2), f32(2), f32(2))).toBe('f32[2]')
    expect(() => types(selectN, bool(), f32(), f32(), f32())).toThrow('a bool selector takes two cases')
    expect(() => types(selectN, f32(), f32(), f32())).toThrow('the selector must be bool or int32, not float32')
    expect(types(clamp, f32(), f32(2), f32(2))).toBe('f32[2]')
    expect(() => types(clamp, f32(2), f32(), f32())).toThrow('the bounds must be scalars or have the shape of the operand')
  })
  it('gives two words of random bits', () => {
    const word = (...s: number[]): Aval => aval(s, 'uint32')
    const { jaxpr } = stage((xs) => threefry2x32(xs[0]!, xs[1]!, xs[2]!, xs[3]!), [word(), word(), word(4), word(4)])
    expect(jaxpr.outs.map((o) => showAval(o.aval))).toEqual(['u32[4]', 'u32[4]'])
    expect(() => stage((xs) => threefry2x32(xs[0]!, xs[0]!, xs[0]!, xs[0]!), [i32()])).toThrow('takes uint32, not int32')
  })
})

describe('batching', () => {
  it('keeps the axis where it is', () => {
    expect(batched(exp, [1], f32(2, 5))).toBe('exp -> f32[2,5] @1')
    expect(batched(add, [1, 1], f32(2, 5), f32(2, 5))).toBe('add -> f32[2,5] @1')
    expect(batched(add, [0, 0], f32(5), f32(5))).toBe('add -> f32[5] @0')
  })
  it('leaves unbatched scalars alone', () => {
    expect(batched(add, [1, null], f32(2, 5), f32())).toBe('add -> f32[2,5] @1')
    expect(batched(add, [0, null], f32(5), f32())).toBe('add -> f32[5] @0')
  })
  it('moves, repeats and expands what does not fit', () => {
    expect(batched(add, [1, 0], f32(2, 5), f32(5, 2))).toBe('transpose add -> f32[2,5] @1')
    expect(batched(add, [null, 1], f32(2), f32(2, 5))).toBe('broadcast_in_dim add -> f32[2,5] @1')
    expect(batched(add, [0, 1], f32(5), f32(2, 5))).toBe('broadcast_in_dim add -> f32[2,5] @1')
    expect(batched(add, [0, null], f32(5), f32(2))).toBe('broadcast_in_dim broadcast_in_dim add -> f32[5,2] @0')
  })
  it('gives the operand of clamp the shape of its bounds', () => {
    expect(batched(clamp, [0, null, null], f32(5), f32(), f32())).toBe('broadcast_in_dim clamp -> f32[5] @0')
    expect(batched(clamp, [null, 0, null], f32(), f32(5, 2), f32())).toBe('clamp -> f32[5,2] @0')
  })
  it('batches selectors', () => {
    expect(batched(selectN, [0, null, null], bool(5), f32(2), f32(2))).toBe(
      'broadcast_in_dim broadcast_in_dim broadcast_in_dim select_n -> f32[5,2] @0',
    )
    expect(batched(selectN, [null, 0, 0], bool(), f32(5, 2), f32(5, 2))).toBe('select_n -> f32[5,2] @0')
  })
})

describe('derivatives', () => {
  it('are short', () => {
    expect(tangents(exp, f32(2))).toBe('exp mul -> f32[2]')
    expect(tangents(mul, f32(2), f32(2))).toBe('mul mul mul add_any -> f32[2]')
    expect(tangents(sub, f32(2), f32(2))).toBe('sub neg add_any -> f32[2]')
  })
  it('have the shape of the result where scalars stand beside larger operands', () => {
    for (const f of [add, sub, mul, div, rem, max, pow] as F[]) {
      expect(tangents(f, f32(), f32(3))).toMatch(/-> f32\[3\]$/)
      expect(tangents(f, f32(3), f32())).toMatch(/-> f32\[3\]$/)
    }
    expect(tangents((x, lo) => clamp(lo, x, lo), f32(3), f32())).toMatch(/-> f32\[3\]$/)
    expect(tangents((x) => selectN(literal(true, 'bool'), x, x), f32())).toMatch(/-> f32\[\]$/)
  })
  it('are absent where they are zero', () => {
    const zero = (f: F): unknown => {
      let found: unknown
      stage(
        (xs) => {
          found = jvpFlat((ys) => [f(...ys)], [xs[0]!], [xs[1]!]).tangents[0]
          return []
        },
        [f32(), f32()],
      )
      return found
    }
    expect(zero(sign)).toBe(null)
    expect(zero(isFinite)).toBe(null)
    expect(zero((x) => integerPow(x, { y: 0 }))).toBe(null)
    expect(zero((x) => eq(x, x))).toBe(null)
    expect(zero(digamma)).not.toBe(null)
  })
})

describe('transposition', () => {
  it('sums the cotangent of a scalar', () => {
    expect(transposed(add, f32(2, 3), f32(), f32(2, 3))).toBe('reduce_sum -> f32[] f32[2,3]')
    expect(transposed(sub, f32(3), f32(3), f32())).toBe('neg reduce_sum -> f32[3] f32[]')
    expect(transposed((x) => selectN(literal(true, 'bool'), x, literal(0, 'float32')), f32(), f32())).toBe('select_n -> f32[]')
  })
  it('goes back through linear primitives', () => {
    expect(transposed(neg, f32(2), f32(2))).toBe('neg -> f32[2]')
    expect(transposed((x) => mul(x, literal(3, 'float32')), f32(2), f32(2))).toBe('mul -> f32[2]')
    expect(transposed((x) => div(x, literal(3, 'float32')), f32(2), f32(2))).toBe('div -> f32[2]')
  })
  it('says why it can not be', () => {
    expect(() => transposed(exp, f32(), f32())).toThrow('exp has no transpose rule: it is not linear; differentiate it first')
    expect(() => transposed(sign, f32(), f32())).toThrow('sign has no transpose rule: its derivative is zero')
  })
})
