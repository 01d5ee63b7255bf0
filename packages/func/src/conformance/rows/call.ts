/** Rows of calls, of functions with derivatives of their own, and of collectives over a mapped axis. */
import { fullLike, fullOf } from '../../literal'
import { add, mul, neg } from '../../primitives/arithmetic'
import { checkpointName } from '../../primitives/call/name'
import { allGather, allToAll, axisIndex, pmax, pmin, ppermute, psum, psumScatter } from '../../primitives/collective'
import { dotGeneral } from '../../primitives/contraction'
import { max } from '../../primitives/piecewise'
import { broadcastInDim, convertElementType, reduceSum } from '../../primitives/structural'
import { cos, exp, logistic, sin, tanh } from '../../primitives/transcendental'
import { checkpoint, checkpointPolicies } from '../../transforms/checkpoint'
import { customJvp, customVjp } from '../../transforms/custom'
import { grad } from '../../transforms/vjp'
import { jit } from '../../transforms/jit'
import { jvp } from '../../transforms/jvp'
import { scan } from '../../transforms/scan'
import { vmap } from '../../transforms/vmap'
import type { Tensor } from '../../tensor'
import { int, num, type Rows, rough, smooth } from '../row'
import { distinct, unit } from '../sample'

const total = (x: Tensor): Tensor => reduceSum(x, { axes: x.shape.map((_, i) => i) })
const asFloat = (n: Tensor, like: Tensor): Tensor => convertElementType(n, { newDtype: like.dtype, weakType: false })
/** sin(x) y, with a rule. */
const sineTimes = customJvp((x: Tensor, y: Tensor) => mul(sin(x), y)).defjvp(([x, y]: Tensor[], [s, t]: Tensor[]) => [
  mul(sin(x!), y!),
  add(mul(mul(cos(x!), y!), s!), mul(sin(x!), t!)),
])
/** x y + sin x, with a backward pass. */
const product = customVjp((x: Tensor, y: Tensor) => add(mul(x, y), sin(x))).defvjp(
  (x, y) => [add(mul(x, y), sin(x)), [x, y] as const],
  ([x, y]: readonly [Tensor, Tensor], ct: Tensor) => [mul(ct, add(y, cos(x))), mul(ct, x)],
)
/** Two results, of which the backward pass ignores one operand. */
const pair = customVjp((x: Tensor, y: Tensor): Tensor[] => [sin(x), mul(x, fullLike(y, 2))]).defvjp(
  (x, y) => [[sin(x), mul(x, fullLike(y, 2))], x],
  (x: Tensor, [a, b]: Tensor[]) => [add(mul(a!, cos(x)), mul(b!, fullLike(x, 2))), null],
)

/** n x^2, with an integer n. */
const power = customVjp((x: Tensor, n: Tensor) => mul(mul(x, x), asFloat(n, x))).defvjp(
  (x, n) => [mul(mul(x, x), asFloat(n, x)), [x, n] as const],
  ([x, n]: readonly [Tensor, Tensor], ct: Tensor) => [mul(mul(ct, asFloat(n, x)), add(x, x)), null],
)

const axisName = 'i'
const over = <R>(f: (x: Tensor) => R): ((x: Tensor) => R) => vmap(f, { axisName })
const shift = [
  [0, 1],
  [1, 2],
  [2, 0],
] as const

export const callRows = {
  jit: [
    smooth('two results', jit((x: Tensor, y: Tensor) => [mul(sin(x), y), add(x, y)]), [num([2]), num([2])]),
    smooth('an operand as it is, and one that is not used', jit((x: Tensor, _y: Tensor) => [x, mul(x, x)]), [num([2]), num([3])]),
    smooth('a closure', (x, y) => jit((z: Tensor) => mul(sin(x), z))(y), [num([2]), num([2])]),
    smooth('a constant', (x) => jit((y: Tensor) => [fullLike(y, 3), sin(y)])(x), [num([2])]),
    smooth('one operand twice', (x) => jit((a: Tensor, b: Tensor) => mul(a, b))(x, x), [num([2])]),
    smooth('nested', jit((x: Tensor) => jit((y: Tensor) => sin(mul(y, y)))(exp(x))), [num([2], unit)]),
    smooth('of a gradient', (x, y) => jit((z: Tensor) => grad((a: Tensor) => total(mul(sin(a), y)))(z))(x), [num([2]), num([2])]),
    smooth('inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [jit((a: Tensor, b: Tensor) => mul(sin(a), b))(h, x), h], c, xs), [num([2]), num([3, 2])]),
    rough('integers', jit((x: Tensor) => add(x, x)), [int([3])]),
  ],
  checkpoint: [
    smooth('plain', checkpoint((x: Tensor, y: Tensor) => sin(mul(sin(x), y))), [num([2]), num([2])]),
    smooth('keeps nothing, explicitly', checkpoint((x: Tensor) => exp(sin(x)), { policy: checkpointPolicies.nothingSaveable }), [num([2])]),
    smooth('keeps all', checkpoint((x: Tensor) => exp(sin(x)), { policy: checkpointPolicies.everythingSaveable }), [num([2])]),
    smooth('keeps a name', checkpoint((x: Tensor) => exp(checkpointName(sin(x), 'kept')), { policy: checkpointPolicies.saveOnlyTheseNames('kept') }), [num([2])]),
    smooth('a closure', (x, y) => checkpoint((z: Tensor) => sin(mul(x, z)))(y), [num([2]), num([2])]),
    smooth('nested', checkpoint((x: Tensor) => checkpoint((y: Tensor) => sin(mul(y, y)))(exp(x))), [num([2], unit)]),
    smooth('inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [checkpoint((a: Tensor, b: Tensor) => sin(mul(sin(a), b)))(h, x), h], c, xs), [num([2]), num([3, 2])]),
    smooth('of scan', checkpoint((c: Tensor, xs: Tensor) => scan((h: Tensor, x: Tensor) => [sin(mul(h, x)), h], c, xs)), [num([2]), num([3, 2])]),
  ],
  name: [smooth('identity', (x) => mul(checkpointName(x, 'x'), x), [num([2])])],
  custom_jvp_call: [
    smooth('two operands', (x, y) => sineTimes(x, y), [num([2]), num([2])]),
    smooth('one operand twice', (x) => sineTimes(x, mul(x, x)), [num([2], unit)]),
    smooth('inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [sineTimes(h, x), h], c, xs), [num([2]), num([3, 2])]),
    smooth('inside jit', (x, y) => jit((a: Tensor, b: Tensor) => sineTimes(sin(a), b))(x, y), [num([2]), num([2])]),
  ],
  custom_vjp_call: [
    smooth('two operands', (x, y) => product(x, y), [num([2]), num([2])], { modes: 'reverse' }),
    smooth('two results, a zero', (x, y) => pair(x, y), [num([2]), num([2])], { modes: 'reverse', order: 1 }),
    smooth('an integer operand', (x, n) => power(x, n), [num([2], unit), int([2], 1, 3)], { modes: 'reverse', order: 1 }),
    smooth('an unused result', (x, y) => pair(x, y)[1]!, [num([2]), num([2])], { modes: 'reverse', order: 1 }),
    smooth('inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [product(sin(h), x), h], c, xs), [num([2], unit), num([3, 2], unit)], { modes: 'reverse' }),
    smooth('inside jit', (x, y) => jit((a: Tensor, b: Tensor) => product(sin(a), b))(x, y), [num([2]), num([2])], { modes: 'reverse' }),
    smooth('gradient of it', (x, y) => grad((a: Tensor) => total(product(a, y)))(x), [num([2]), num([2])]),
    smooth('tangent of the gradient', (x, y) => jvp(grad((a: Tensor) => total(product(a, y))), [x], [y])[1], [num([2]), num([2])]),
  ],
} as const satisfies Readonly<Record<string, Rows>>

export const collectiveRows = {
  psum: [
    smooth('sum', over((x) => mul(psum(x, { axes: [axisName] }), sin(x))), [num([3, 2])]),
    smooth('of what is not mapped', (x, y) => vmap((a: Tensor) => mul(psum(y, { axes: [axisName] }), a), { axisName })(x), [num([3, 2]), num([2])]),
    smooth('under a second axis', vmap(over((x) => mul(psum(x, { axes: [axisName] }), x)), { inAxes: 1 }), [num([3, 2])]),
    smooth('over two axes', vmap(vmap((x: Tensor) => mul(psum(x, { axes: ['i', 'j'] }), x), { axisName: 'i' }), { axisName: 'j' }), [num([3, 2])]),
    smooth('in jit', over(jit((x: Tensor) => mul(psum(sin(x), { axes: [axisName] }), x))), [num([3, 2])]),
    smooth('in scan', over((x) => scan((h: Tensor) => [sin(psum(mul(h, x), { axes: [axisName] })), h], x, null, { length: 2 })), [num([3, 2], unit)]),
    smooth('gradient inside', over((x) => grad((a: Tensor) => total(mul(psum(a, { axes: [axisName] }), sin(a))))(x)), [num([3, 2])]),
    rough('integers', over((x) => psum(x, { axes: [axisName] })), [int([3, 2])]),
  ],
  pmax: [rough('largest', over((x) => pmax(x, { axes: [axisName] })), [num([3, 2], distinct)])],
  pmin: [rough('smallest', over((x) => pmin(x, { axes: [axisName] })), [num([3, 2], distinct)])],
  ppermute: [
    smooth('a cycle', over((x) => mul(ppermute(x, { axisName, perm: shift }), x)), [num([3, 2])]),
    smooth('some get nothing', over((x) => mul(ppermute(x, { axisName, perm: [[0, 2]] }), x)), [num([3, 2])]),
  ],
  all_gather: [
    smooth('a new axis', over((x) => mul(allGather(x, { axisName, allGatherDimension: 0, tiled: false }), reduceSum(sin(x), { axes: [0] }))), [num([3, 2])]),
    smooth('a new last axis', over((x) => sin(allGather(x, { axisName, allGatherDimension: 1, tiled: false }))), [num([3, 2])]),
    smooth('tiled', over((x) => sin(allGather(x, { axisName, allGatherDimension: 0, tiled: true }))), [num([3, 2])]),
  ],
  all_to_all: [
    smooth('plain', over((x) => sin(allToAll(x, { axisName, splitAxis: 0, concatAxis: 1, tiled: false }))), [num([3, 3, 2])]),
    smooth('tiled', over((x) => sin(allToAll(x, { axisName, splitAxis: 0, concatAxis: 1, tiled: true }))), [num([3, 6, 2])]),
  ],
  psum_scatter: [
    smooth('one element', over((x) => sin(psumScatter(x, { axisName, scatterDimension: 0, tiled: false }))), [num([3, 3, 2])]),
    smooth('tiled', over((x) => sin(psumScatter(x, { axisName, scatterDimension: 0, tiled: true }))), [num([3, 6])]),
  ],
  axis_index: [smooth('times', over((x) => mul(x, asFloat(axisIndex({ axisName }), x))), [num([3, 2])]), rough('alone', over((x) => add(neg(x), axisIndex({ axisName }))), [int([3])])],
} as const satisfies Readonly<Record<string, Rows>>

const dense = (activation: (x: Tensor) => Tensor) => (x: Tensor, w: Tensor, b: Tensor) => {
  const product = dotGeneral(x, w, { dimensionNumbers: [[[1], [0]], [[], []]], preferredElementType: null })
  return activation(add(product, broadcastInDim(b, { shape: product.shape, broadcastDimensions: [1] })))
}
const operands = [num([2, 3]), num([3, 4]), num([4])]
/** What a backend may do in one kernel. */
export const fusedRows = {
  'dense layer': [
    smooth('no activation', dense((x) => x), operands),
    smooth('relu', dense((x) => max(x, fullOf(0, [], x.dtype))), operands),
    smooth('relu, the zero first', dense((x) => max(fullOf(0, [], x.dtype), x)), operands),
    smooth('tanh', dense(tanh), operands),
    smooth('logistic', dense(logistic), operands),
    smooth('not with the largest of one', dense((x) => max(x, fullOf(1, [], x.dtype))), operands),
    smooth('the product is a result too', (x, w, b) => {
      const product = dotGeneral(x, w, { dimensionNumbers: [[[1], [0]], [[], []]], preferredElementType: null })
      return [product, tanh(add(broadcastInDim(b, { shape: [2, 4], broadcastDimensions: [1] }), product))]
    }, operands),
    smooth('a bias of rows', (x, w, b) => {
      const product = dotGeneral(x, w, { dimensionNumbers: [[[1], [0]], [[], []]], preferredElementType: null })
      return tanh(add(product, broadcastInDim(b, { shape: [3, 3], broadcastDimensions: [0] })))
    }, [num([3, 2]), num([2, 3]), num([3])]),
  ],
} as const satisfies Readonly<Record<string, Rows>>
