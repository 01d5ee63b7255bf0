/** Primitives with bodies: calls in place, loops and branches as functions of the graph. */
import type { BodyParams, Jaxpr } from '@heddle/func/backend'
import { toCarrier } from '../crossing'
import { attr } from '../graph-def'
import { type Block, type Type, tfTypeOf, typeOf, typesOf, type Value, type Values } from './block'
import type { Lower, Lowerings } from './lowering'
import { add, binary, compare, gatherRows, sub, type, typed } from './ops'

const called: Lower<{ readonly jaxpr: Jaxpr }> = (b, { params: { jaxpr }, ins }, inline) => inline(b, jaxpr, ins)
const same: Lower<unknown> = (_b, { ins }) => ins

const whileLoop: Lower<BodyParams['while']> = (b, { params: p, ins }, inline) => {
  const [nc, nb] = [p.condNumConsts, p.bodyNumConsts]
  const results = b.while(
    ins,
    (c, all) => inline(c, p.condJaxpr, [...all.slice(0, nc), ...all.slice(nc + nb)])[0]!,
    (c, all) => [...all.slice(0, nc + nb), ...inline(c, p.bodyJaxpr, all.slice(nc))],
  )
  return results.slice(nc + nb)
}
const cond: Lower<BodyParams['cond']> = (b, { params: { branches }, ins: [index, ...ins], outs }, inline) => {
  const [first] = branches as readonly [Jaxpr]
  if (branches.length === 1) return inline(b, first, ins)
  const low = binary(b, 'Maximum', index!, b.scalar(0, 'int32'))
  const clamped = binary(b, 'Minimum', low, b.scalar(branches.length - 1, 'int32'))
  return b.case(
    clamped,
    ins,
    outs,
    branches.map((branch) => (c: Block, args: Values) => inline(c, branch, args)),
  )
}

/** A list of `length` arrays to be written one by one: the loop carries it, and no step copies it. */
const reserve = (b: Block, { shape, dtype }: Type, length: number): Value =>
  b.op(
    'TensorListReserve',
    [b.ints(shape), b.scalar(length, 'int32')],
    { element_dtype: attr.type(tfTypeOf({ dtype })), shape_type: attr.type('int32') },
    type([], 'variant'),
  )
const setItem = (b: Block, list: Value, at: Value, item: Value): Value =>
  b.op('TensorListSetItem', [list, at, item], typed('element_dtype', item), type([], 'variant'))
const stacked = (b: Block, list: Value, { shape, dtype }: Type, length: number): Value =>
  b.op(
    'TensorListStack',
    [list, b.ints(shape)],
    { element_dtype: attr.type(tfTypeOf({ dtype })), num_elements: attr.int(length) },
    type([length, ...shape], dtype),
  )
const scan: Lower<BodyParams['scan']> = (b, { params: p, ins }, inline) => {
  const { length, reverse, numConsts, numCarry } = p
  const consts = ins.slice(0, numConsts)
  const init = ins.slice(numConsts, numConsts + numCarry)
  const xs = ins.slice(numConsts + numCarry)
  const ys = typesOf(p.jaxpr.outs.slice(numCarry).map((o) => o.aval))
  if (length === 0) return [...init, ...ys.map(({ shape, dtype }) => b.data(dtype, [0, ...shape], new Uint8Array(0)))]
  const lists = ys.map((y) => reserve(b, y, length))
  const ends = [1, consts.length, init.length, xs.length, lists.length].reduce<number[]>((sums, n) => [...sums, (sums.at(-1) ?? 0) + n], [])
  const group = (all: Values, k: number): Values => all.slice(ends[k - 1], ends[k])
  const results = b.while(
    [b.scalar(0, 'int32'), ...consts, ...init, ...xs, ...lists],
    (c, [i]) => compare(c, 'Less', i!, c.scalar(length, 'int32')),
    (c, all) => {
      const counter = all[0]!
      const i = reverse ? sub(c, c.scalar(length - 1, 'int32'), counter) : counter
      const rows = group(all, 3).map((x) => gatherRows(c, x, i, 0))
      const outs = inline(c, p.jaxpr, [...group(all, 1), ...group(all, 2), ...rows])
      const written = group(all, 4).map((list, k) => setItem(c, list, i, outs[numCarry + k]!))
      return [add(c, counter, c.scalar(1, 'int32')), ...group(all, 1), ...outs.slice(0, numCarry), ...group(all, 3), ...written]
    },
  )
  return [...group(results, 2), ...group(results, 4).map((list, k) => stacked(b, list, ys[k]!, length))]
}

const constant: Lower<BodyParams['constant']> = (b, { params: { value } }) => {
  const { shape, dtype, data } = value.hostSync()
  return [b.data(typeOf({ shape, dtype }).dtype, shape, toCarrier(data, dtype) as Float32Array | Int32Array | Uint8Array)]
}

export const bodies: Lowerings<keyof BodyParams> = {
  jit: called,
  checkpoint: called,
  custom_jvp_call: called,
  custom_vjp_call: called,
  linear_call: called,
  custom_vmap_call: called,
  scan,
  while: whileLoop,
  cond,
  constant,
  name: same,
  // a graph is for one device
  sharding_constraint: same,
}
