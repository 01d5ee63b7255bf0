/** A term as a function of tensors: the engine's reading of it. */
import { literal } from '../../literal'
import { abs, lt, max, min, gt, selectN, stopGradient } from '../../primitives/piecewise'
import { add, mul, neg, square, sub } from '../../primitives/arithmetic'
import { psum } from '../../primitives/collective'
import { dotGeneral } from '../../primitives/contraction'
import { cumsum } from '../../primitives/cumulative'
import { dynamicUpdateSlice } from '../../primitives/dynamic-slice'
import { gather } from '../../primitives/gather'
import { rev, slice } from '../../primitives/layout'
import { reduceMax } from '../../primitives/reduction'
import { sort } from '../../primitives/sort'
import { broadcastInDim, convertElementType, reduceSum } from '../../primitives/structural'
import { cos, logistic, sin, tanh } from '../../primitives/transcendental'
import { checkpoint } from '../../transforms/checkpoint'
import { cond, switchCase } from '../../transforms/cond'
import { customJvp, customVjp } from '../../transforms/custom'
import { grad } from '../../transforms/vjp'
import { jit } from '../../transforms/jit'
import { jvp } from '../../transforms/jvp'
import { linearize } from '../../transforms/linearize'
import { scan } from '../../transforms/scan'
import { whileLoop } from '../../transforms/while-loop'
import { vmap } from '../../transforms/vmap'
import type { Tensor } from '../../tensor'
import { tensorOf } from '../data'
import { type Binary, matrix, picked, shrink, type Term, type Unary, width } from './term'

const dtype = 'float64'
const spread = (x: Tensor): Tensor => broadcastInDim(x, { shape: [width], broadcastDimensions: [] })
const number = (value: number): Tensor => literal(value, dtype)
const total = (x: Tensor): Tensor => reduceSum(x, { axes: [0] })
const ofNumbers = (values: readonly number[], shape: readonly number[]): Tensor => tensorOf({ shape, dtype, values })
const int = (value: number): Tensor => literal(value, 'int32')
const places = (): Tensor => tensorOf({ shape: [picked.length, 1], dtype: 'int32', values: picked })

const unary: { readonly [F in Unary]: (x: Tensor) => Tensor } = {
  neg,
  sin,
  tanh,
  logistic,
  square,
  sum: (x) => spread(total(x)),
  dot: (x) =>
    dotGeneral(ofNumbers(matrix.flat(), [width, width]), x, {
      dimensionNumbers: [
        [[1], [0]],
        [[], []],
      ],
      preferredElementType: null,
    }),
  cumsum: (x) => cumsum(x, { axis: 0, reverse: false }),
  rev: (x) => rev(x, { dimensions: [0] }),
  pick: (x) =>
    gather(x, places(), {
      dimensionNumbers: {
        offsetDims: [],
        collapsedSliceDims: [0],
        startIndexMap: [0],
        operandBatchingDims: [],
        startIndicesBatchingDims: [],
      },
      sliceSizes: [1],
      mode: 'clip',
      fillValue: null,
    }),
  sort: (x) => sort([x], { dimension: 0, isStable: true, numKeys: 1 })[0]!,
  max: (x) => spread(reduceMax(x, { axes: [0] })),
  abs,
  hold: stopGradient,
}
const binary: { readonly [F in Binary]: (x: Tensor, y: Tensor) => Tensor } = {
  add,
  sub,
  mul,
  max,
  min,
  write: (x, y) => dynamicUpdateSlice(x, slice(y, { startIndices: [0], limitIndices: [2], strides: null }), [int(1)]),
}
const bounded = (x: Tensor): Tensor => mul(number(shrink), tanh(x))
const sineByJvp = customJvp(sin).defjvp(([x]: Tensor[], [t]: Tensor[]) => [sin(x!), mul(cos(x!), t!)])
const sineByVjp = customVjp((x: Tensor) => sin(x)).defvjp(
  (x) => [sin(x), x],
  (x: Tensor, ct: Tensor) => [mul(cos(x), ct)],
)

/** What derivatives are taken around a term: reverse mode excludes `while`, forward mode excludes a custom backward pass. */
interface Around {
  readonly reverse: boolean
  readonly innermost: 'none' | 'forward' | 'reverse'
}
type Env = readonly Tensor[]

const repeat = (body: (x: Tensor) => Tensor, init: Tensor, reverse: boolean): Tensor => {
  const going = (x: Tensor): Tensor => lt(total(x), number(1))
  if (!reverse)
    return whileLoop(
      ([i, x]: Tensor[]) => selectN(lt(i!, int(3)), lt(int(1), int(0)), going(x!)),
      ([i, x]) => [add(i!, int(1)), body(x!)],
      [int(0), init],
    )[1]!
  return scan((x: Tensor) => [cond(going(x), body, (y) => y, x), null], init, null, { length: 3 })[0]
}
const scanned = (term: Extract<Term, { op: 'scan' }>, env: Env, around: Around): Tensor => {
  const step = (carry: Tensor, x: Tensor): [Tensor, Tensor] => {
    const next = bounded(build(term.body, [carry, spread(x), ...env], around))
    return [next, mul(number(0.1), total(next))]
  }
  const [last, sums] = scan(step, build(term.init, env, around), build(term.xs, env, around), { reverse: term.reverse })
  return add(last, sums)
}
const called = (term: Extract<Term, { op: 'call' }>, env: Env, around: Around): Tensor => {
  const by = term.by === 'jit' ? jit : checkpoint
  return term.closed ? by(() => build(term.body, env, around))() : by((...xs: Tensor[]) => build(term.body, xs, around))(...env)
}
const tangent = (term: Extract<Term, { op: 'tangent' }>, env: Env, around: Around): Tensor => {
  const inside: Around = { ...around, innermost: 'forward' }
  const f = (v: Tensor): Tensor => build(term.body, [v, ...env], inside)
  const [x, t] = [build(term.x, env, around), build(term.t, env, around)]
  return term.by === 'jvp' ? jvp(f, [x], [t])[1] : linearize(f, x)[1](t)
}
const mapped = (term: Extract<Term, { op: 'vmap' }>, env: Env, around: Around): Tensor => {
  const { axis } = term
  const x = build(term.x, env, around)
  const shape = axis === 0 ? [2, width] : [width, 2]
  const factors = broadcastInDim(ofNumbers([1, 0.5], [2]), { shape, broadcastDimensions: [axis] })
  const both = mul(broadcastInDim(x, { shape, broadcastDimensions: [1 - axis] }), factors)
  const body = (row: Tensor): Tensor => {
    const y = build(term.body, [row, ...env], around)
    return term.named ? mul(y, mul(number(0.5), psum(row, { axes: ['rows'] }))) : y
  }
  const outs = vmap(body, { inAxes: axis, outAxes: 1 - axis, axisName: 'rows' })(both)
  return reduceSum(outs, { axes: [1 - axis] })
}

export const build = (term: Term, env: Env, around: Around = { reverse: false, innermost: 'none' }): Tensor => {
  const here = (t: Term): Tensor => build(t, env, around)
  switch (term.op) {
    case 'arg':
      return env[term.index % env.length]!
    case 'const':
      return spread(number(term.value))
    case 'unary':
      return unary[term.f](here(term.x))
    case 'binary':
      return binary[term.f](here(term.x), here(term.y))
    case 'where':
      return selectN(lt(here(term.x), here(term.y)), here(term.b), here(term.a))
    case 'let':
      return build(term.body, [here(term.value), ...env], around)
    case 'scan':
      return scanned(term, env, around)
    case 'cond':
      return cond(
        gt(total(here(term.x)), number(0)),
        () => here(term.yes),
        () => here(term.no),
      )
    case 'switch': {
      const sum = total(here(term.x))
      const above = (limit: number): Tensor => convertElementType(gt(sum, number(limit)), { newDtype: 'int32', weakType: false })
      return switchCase(
        add(above(0), above(0.5)),
        term.cases.map((c) => () => here(c)),
      )
    }
    case 'repeat':
      return repeat((x) => bounded(build(term.body, [x, ...env], around)), here(term.init), around.reverse)
    case 'custom':
      return (around.innermost === 'forward' ? sineByJvp : sineByVjp)(here(term.x))
    case 'call':
      return called(term, env, around)
    case 'grad':
      return grad((v: Tensor) => total(build(term.body, [v, ...env], { reverse: true, innermost: 'reverse' })))(here(term.x))
    case 'tangent':
      return tangent(term, env, around)
    case 'vmap':
      return mapped(term, env, around)
  }
}
