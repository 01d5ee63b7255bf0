/** Helper of the pointwise families: an operation of one name on operands of one shape, scalars among them repeated. */
import type { Lower } from './row'
import type { Block, Value } from '../text/block'
import { binary, convert, spread, unary } from '../text/ops'
import { functionType, type Type } from '../text/type'

export const unaryOp =
  <P>(name: string): Lower<P> =>
  (b, { ins: [x] }) => [unary(b, name, x!)]

export const binaryOp =
  <P>(name: string): Lower<P> =>
  (b, { ins, outs: [out] }) => {
    const [x, y] = spread(b, ins, out!.shape)
    return [binary(b, name, x!, y!)]
  }
type Compute = (b: Block, ...xs: Value[]) => Value

/** Several operations, which stand in a private function of that name. */
export const inFunction =
  <P>(name: string, compute: Compute): Lower<P> =>
  (b, { ins, outs: [out] }) =>
    b.call(name, name, spread(b, ins, out!.shape), (inner, xs) => [compute(inner, ...xs)])

/** The same in float32 where the operands have 16 bits: sums and polynomials need the digits. */
export const atLeastFloat32 =
  (compute: Compute): Compute =>
  (b, ...xs) => {
    const { dtype } = xs[0]!
    if (dtype === 'float32' || dtype === 'float64') return compute(b, ...xs)
    const wide = xs.map((x) => convert(b, x, 'float32'))
    return convert(b, compute(b, ...wide), dtype)
  }
/** An operation whose result has another type than its operand. */
export const changing = (b: Block, name: string, x: Value, out: Type): Value =>
  b.op(`stablehlo.${name} ${x.name} : ${functionType([x], [out])}`, out)
