/** Windows: reductions over them, and what the derivatives of maximum pooling need. */
import type { WindowParams, WindowShape } from '@heddle/func/backend'
import type { DType } from '@heddle/func/backend'
import { highest, type Lower, type Lowerings, lowest } from './row'
import type { Block, Body, Value } from '../text/block'
import type { Scalar } from '../text/constant'
import { add, binary, compare, generic, select, slice } from '../text/ops'
import { functionType, i64Pairs, i64s, list, type Type, type } from '../text/type'

/** Windows that are cut out of padded, dilated operands; each folded by `body`. */
export const reduceWindow = (
  b: Block,
  xs: readonly Value[],
  inits: readonly Value[],
  w: WindowShape,
  body: Body,
  outs: readonly Type[],
): readonly Value[] => {
  const attributes = {
    base_dilations: i64s(w.baseDilation),
    padding: i64Pairs(w.padding),
    window_dilations: i64s(w.windowDilation),
    window_dimensions: i64s(w.windowDimensions),
    window_strides: i64s(w.windowStrides),
  }
  const scalars = xs.map((x) => type([], x.dtype))
  return generic(b, 'reduce_window', [...xs, ...inits], attributes, [() => b.region([...scalars, ...scalars], body)], outs)
}
const reducing =
  (name: string, init: (dtype: DType) => Scalar): Lower<WindowShape> =>
  (b, { params, ins: [x], outs: [out] }) =>
    x!.shape.length === 0
      ? [x!]
      : reduceWindow(b, [x!], [b.constant(init(x!.dtype), x!.dtype)], params, (i, [p, q]) => [binary(i, name, p!, q!)], [out!])

const worst = (select: 'ge' | 'le', dtype: DType): Scalar => (select === 'ge' ? lowest(dtype) : highest(dtype))
const direction = { ge: 'GE', le: 'LE' } as const

/** XLA's operation takes no padding that is negative or chosen, so the operand is padded first and the result cut back. */
const selectAndScatterAdd: Lower<WindowParams['select_and_scatter_add']> = (b, { params, ins: [source, operand], outs: [out] }) => {
  const { padding } = params
  const value = b.constant(worst(params.select, operand!.dtype), operand!.dtype)
  const shape = operand!.shape.map((n, i) => n + padding[i]![0] + padding[i]![1])
  const padded = type(shape, operand!.dtype)
  const isPadded = padding.some(([low, high]) => low !== 0 || high !== 0)
  const low = list(padding.map((p) => p[0]))
  const high = list(padding.map((p) => p[1]))
  const x = isPadded
    ? b.op(
        `stablehlo.pad ${operand!.name}, ${value.name}, low = ${low}, high = ${high}, interior = ${list(shape.map(() => 0))} : ${functionType([operand!, value], [padded])}`,
        padded,
      )
    : operand!
  const scalar = type([], operand!.dtype)
  const choose = () => b.region([scalar, scalar], (i, [p, q]) => [compare(i, direction[params.select], p!, q!)])
  const gather = () => b.region([scalar, scalar], (i, [p, q]) => [add(i, p!, q!)])
  const attributes = {
    padding: i64Pairs(padding.map(() => [0, 0])),
    window_dimensions: i64s(params.windowDimensions),
    window_strides: i64s(params.windowStrides),
  }
  const zero = b.constant(0, operand!.dtype)
  const [sums] = generic(b, 'select_and_scatter', [x, source!, zero], attributes, [choose, gather], [x])
  const start = padding.map((p) => p[0])
  return [
    isPadded
      ? slice(
          b,
          sums!,
          start,
          start.map((s, i) => s + out!.shape[i]!),
        )
      : sums!,
  ]
}
const selectAndGatherAdd: Lower<WindowParams['select_and_gather_add']> = (b, { params, ins: [tangents, operand], outs: [out] }) => {
  const inits = [b.constant(worst(params.select, operand!.dtype), operand!.dtype), b.constant(0, tangents!.dtype)]
  const keep: Body = (i, [x, t, y, u]) => {
    const first = compare(i, direction[params.select], x!, y!)
    return [select(i, first, x!, y!), select(i, first, t!, u!)]
  }
  const results = reduceWindow(b, [operand!, tangents!], inits, params, keep, [type(out!.shape, operand!.dtype), out!])
  return [results[1]!]
}

export const window: Lowerings<keyof WindowParams> = {
  reduce_window_sum: reducing('add', () => 0),
  reduce_window_max: reducing('maximum', lowest),
  reduce_window_min: reducing('minimum', highest),
  select_and_scatter_add: selectAndScatterAdd,
  select_and_gather_add: selectAndGatherAdd,
}
