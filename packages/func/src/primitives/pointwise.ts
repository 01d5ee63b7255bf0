/**
 * Helper for primitives that work element by element: says once what they have in common.
 *
 * Operands have one shape, or are scalars beside operands of that shape. The result is weakly typed if all operands are.
 * A batch axis anywhere is welcome, so `batch` comes for free; what a primitive adds is its derivative.
 */
import { type Aval, aval, sameShape, type Shape } from '../aval'
import { type DType, dtypes, isFloating, isInteger, isSigned } from '../dtype'
import { BugError } from '../error'
import { literal } from '../literal'
import { defineLeaf, type Dim, isLinear, type Linear, type Primitive, type Tangent, unsupported, type Unsupported } from '../primitive'
import type { LeafName, NoParams, ParamsOf } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { addAny, batchAt, broadcastInDim, reduceSum } from './structural'

export const noParams: NoParams = Object.freeze({})

/** The dtypes that a primitive takes, and their name in a message. */
export interface Kind {
  readonly what: string
  readonly has: (dtype: DType) => boolean
}
export const numbers: Kind = { what: 'numbers', has: (d) => d !== 'bool' }
export const floats: Kind = { what: 'floating-point numbers', has: isFloating }
export const signedNumbers: Kind = { what: 'signed numbers', has: isSigned }
export const integers: Kind = { what: 'integers', has: isInteger }
export const bits: Kind = { what: 'booleans or integers', has: (d) => !isFloating(d) }
export const booleans: Kind = { what: 'booleans', has: (d) => d === 'bool' }
export const anything: Kind = { what: 'any dtype', has: () => true }

/** Why the operands are not all of that kind and of one dtype; undefined if they are. */
export const dtypeFault = (ins: readonly Aval[], kind: Kind): string | undefined => {
  for (const x of ins) {
    if (!kind.has(x.dtype)) return `takes ${kind.what}, not ${x.dtype}`
    if (x.dtype !== ins[0]!.dtype) return 'operands must have equal dtypes (convert one of them)'
  }
  return undefined
}
/** The shape that all operands but scalars have; undefined if they differ. */
const commonShape = (ins: readonly Aval[]): Shape | undefined => {
  let shape: Shape = []
  for (const x of ins) {
    if (x.shape.length === 0) continue
    if (shape.length === 0) shape = x.shape
    else if (!sameShape(shape, x.shape)) return undefined
  }
  return shape
}
/** What to say when there is no common shape. */
const shapeFault = 'operands must have equal shapes or be scalars (broadcast them first)'
const arityFault = (ins: readonly Aval[], arity: number): string | undefined =>
  ins.length === arity ? undefined : `takes ${arity} operand${arity === 1 ? '' : 's'}`

/** The type of a pointwise result, or why there is none; `result` is its dtype where it is not that of the operands. */
export const pointwiseAval = (ins: readonly Aval[], arity: number, kind: Kind, result?: DType): readonly Aval[] | string => {
  const fault = arityFault(ins, arity) ?? dtypeFault(ins, kind)
  if (fault !== undefined) return fault
  const shape = commonShape(ins)
  if (shape === undefined) return shapeFault
  const dtype = result ?? ins[0]!.dtype
  return [aval(shape, dtype, dtypes[dtype].kind !== 'bool' && ins.every((x) => x.weakType))]
}

/** A scalar of the dtype and weakness of `x`. */
export const constant = (x: { readonly aval: Aval }, value: number): Tensor => literal(value, x.aval.dtype, x.aval.weakType)
/** A scalar made as large as its neighbours; anything else as it is. */
export const spread = (x: Tensor, shape: Shape): Tensor =>
  x.aval.shape.length === 0 && shape.length > 0 ? broadcastInDim(x, { shape, broadcastDimensions: [] }) : x
/** The transpose of `spread`: the cotangent of a scalar operand is the sum over where it went. */
const collapse = (ct: Tensor, to: Aval): Tensor =>
  to.shape.length === 0 && ct.aval.shape.length > 0 ? reduceSum(ct, { axes: ct.aval.shape.map((_, i) => i) }) : ct
/** An operand of a transpose rule that must be known: no program is linear in it. */
export const known = (x: Tensor | Linear | undefined): Tensor => {
  if (x === undefined || isLinear(x)) throw new BugError('a primitive is transposed with respect to an operand that it is not linear in')
  return x
}
export const sumTangents = (s: Tangent, t: Tangent): Tangent => (s && t ? addAny(s, t) : (s ?? t))

/**
 * Batched operands with the batch axis at one place, and that place. Unbatched scalars stay scalars; a batched scalar beside
 * operands of a higher rank is repeated along their axes.
 */
export const alignPointwise = (
  size: number,
  xs: readonly Tensor[],
  dims: readonly Dim[],
): readonly [xs: readonly Tensor[], dim: number] => {
  const rankOf = (i: number): number => xs[i]!.ndim - (dims[i] === null ? 0 : 1)
  const full = xs.findIndex((_, i) => rankOf(i) > 0)
  if (full < 0) return [xs, 0]
  const leader = xs.findIndex((_, i) => rankOf(i) > 0 && dims[i] !== null)
  const at = leader < 0 ? 0 : dims[leader]!
  const shape = leader < 0 ? [size, ...xs[full]!.shape] : xs[leader]!.shape
  const align = (x: Tensor, i: number): Tensor => {
    const dim = dims[i]!
    if (rankOf(i) > 0) return batchAt(size, x, dim, at)
    return dim === null ? x : broadcastInDim(x, { shape, broadcastDimensions: [at] })
  }
  return [xs.map(align), at]
}
/** The `batch` rule of a pointwise primitive with one result. */
const batchPointwise =
  <P>(self: () => Primitive<P>) =>
  (
    axis: { readonly size: number },
    xs: readonly Tensor[],
    dims: readonly Dim[],
    params: P,
  ): readonly [readonly Tensor[], readonly Dim[]] => {
    const [ys, dim] = alignPointwise(axis.size, xs, dims)
    return [[bind1(self(), ys, params)], [dim]]
  }

export const notLinear: Unsupported = unsupported('it is not linear; differentiate it first')
export const zeroDerivative: Unsupported = unsupported('its derivative is zero, so that no cotangent goes through it')

/** The tangent that a tangent `t` of x causes; null for zero. */
export type UnaryDerivative<P> = (t: Tensor, out: Tensor, x: Tensor, params: P) => Tangent
/** The tangent that a tangent `t` of one operand causes; may be a scalar beside larger ones. */
export type BinaryDerivative = (t: Tensor, out: Tensor, x: Tensor, y: Tensor) => Tensor
type BinaryTranspose = (ct: Tensor, x: Tensor | Linear, y: Tensor | Linear) => readonly [Tangent, Tangent]

/** A primitive of one operand; `transpose` where it is linear, `check` for what else may be wrong, `result` its dtype. */
export const unary = <N extends LeafName>(
  name: N,
  kind: Kind,
  derivative: UnaryDerivative<ParamsOf[N]> | 'zero',
  more: {
    readonly result?: DType
    readonly check?: (x: Aval, params: ParamsOf[N]) => string | undefined
    readonly transpose?: (ct: Tensor, params: ParamsOf[N]) => Tensor
  } = {},
): Primitive<ParamsOf[N]> => {
  const self: Primitive<ParamsOf[N]> = defineLeaf(name, {
    abstractEval: (ins, params) => {
      const out = pointwiseAval(ins, 1, kind, more.result)
      return (typeof out === 'string' ? undefined : more.check?.(ins[0]!, params)) ?? out
    },
    jvp: ([x], [t], params) => {
      const out = bind1(self, [x!], params)
      return [[out], [t && derivative !== 'zero' ? derivative(t, out, x!, params) : null]]
    },
    transpose: more.transpose
      ? ([ct], _xs, params) => [ct ? more.transpose!(ct, params) : null]
      : derivative === 'zero'
        ? zeroDerivative
        : notLinear,
    batch: (_axis, [x], [d], params) => [[bind1(self, [x!], params)], [d!]],
  })
  return self
}

/** The names of primitives without parameters. */
type Plain = { [N in LeafName]: ParamsOf[N] extends NoParams ? N : never }[LeafName]

/** A primitive of two operands; `transpose` where it is linear in one or both, `result` its dtype. */
export const binary = (
  name: Plain,
  kind: Kind,
  derivatives: readonly [BinaryDerivative, BinaryDerivative] | 'zero',
  more: { readonly result?: DType; readonly transpose?: BinaryTranspose } = {},
): Primitive<NoParams> => {
  const { transpose } = more
  const self: Primitive<NoParams> = defineLeaf(name, {
    abstractEval: (ins) => pointwiseAval(ins, 2, kind, more.result),
    jvp: ([x, y], [s, t]) => {
      const out = bind1(self, [x!, y!], noParams)
      if (derivatives === 'zero') return [[out], [null]]
      const [dx, dy] = derivatives
      const a = s ? spread(dx(s, out, x!, y!), out.shape) : null
      const b = t ? spread(dy(t, out, x!, y!), out.shape) : null
      return [[out], [sumTangents(a, b)]]
    },
    transpose: transpose
      ? ([ct], [x, y]) => (ct ? transpose(ct, x!, y!).map((c, i) => c && collapse(c, (i === 0 ? x! : y!).aval)) : [null, null])
      : derivatives === 'zero'
        ? zeroDerivative
        : notLinear,
    batch: batchPointwise(() => self),
  })
  return self
}
