/** Rows of calls, and of functions with derivatives of their own. */
import { fullLike } from '../../literal'
import { add, mul } from '../../primitives/arithmetic'
import { customVmapCall } from '../../primitives/call/custom-vmap'
import { linearCall } from '../../primitives/call/linear-call'
import { checkpointName } from '../../primitives/call/name'
import { shardingConstraint } from '../../primitives/sharding'
import { batchAt, convertElementType, reduceSum } from '../../primitives/structural'
import { cos, exp, sin } from '../../primitives/transcendental'
import { checkpoint, checkpointPolicies } from '../../transforms/checkpoint'
import { customJvp, customVjp } from '../../transforms/custom'
import { grad } from '../../transforms/vjp'
import { jit } from '../../transforms/jit'
import { jvp } from '../../transforms/jvp'
import { scan } from '../../transforms/scan'
import { vmap } from '../../transforms/vmap'
import type { Sharding } from '../../sharding'
import type { Tensor } from '../../tensor'
import { tensorOf } from '../data'
import { int, num, type Rows, rough, smooth } from '../row'
import { unit } from '../sample'

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
const power = customVjp((n: Tensor, x: Tensor) => mul(mul(x, x), asFloat(n, x))).defvjp(
  (n, x) => [mul(mul(x, x), asFloat(n, x)), [x, n] as const],
  ([x, n]: readonly [Tensor, Tensor], ct: Tensor) => [null, mul(mul(ct, asFloat(n, x)), add(x, x))],
)
/** x y, whose backward pass answers ones, whatever it is told. */
const deaf = customVjp((x: Tensor, y: Tensor) => mul(x, y)).defvjp(
  (x, y) => [mul(x, y), x],
  (x: Tensor, _ct: Tensor) => [fullLike(x, 1), fullLike(x, 1)],
)

/** A tensor that is no scalar, so a program that closes over it has one more input. */
const weights = (like: Tensor): Tensor => tensorOf({ shape: [2], dtype: like.dtype, values: [0.7, -1.3] })
const weightedByJvp = (like: Tensor) => {
  const k = weights(like)
  return customJvp((a: Tensor, b: Tensor) => mul(mul(k, sin(a)), b)).defjvp(([a, b]: Tensor[], [s, t]: Tensor[]) => [
    mul(mul(k, sin(a!)), b!),
    mul(k, add(mul(mul(cos(a!), b!), s!), mul(sin(a!), t!))),
  ])
}
const weightedByVjp = (like: Tensor) => {
  const k = weights(like)
  return customVjp((a: Tensor, b: Tensor) => mul(mul(k, a), b)).defvjp(
    (a, b) => [mul(mul(k, a), b), [a, b] as const],
    ([a, b]: readonly [Tensor, Tensor], ct: Tensor) => [mul(ct, mul(k, b)), mul(ct, mul(k, a))],
  )
}
/** r x + the sum of x, with a transpose of its own: its other direction in other words. */
const scaledAndSummed = (r: Tensor, x: Tensor): Tensor => {
  const spread = (y: Tensor, like: Tensor): Tensor => mul(fullLike(like, 1), total(y))
  return linearCall(
    { fn: ([r, x]) => [add(mul(r!, x!), spread(x!, x!))], transpose: ([r, ct]) => [add(spread(ct!, ct!), mul(ct!, r!))] },
    [r],
    [x],
    [x.aval],
  )[0]!
}

/** sin(x) y, with a rule that says the same of many at once. */
const crossed = (x: Tensor, y: Tensor): readonly Tensor[] =>
  customVmapCall([x, y], {
    fn: ([a, b]) => [mul(sin(a!), b!)],
    rule: (size, batched, [a, b]) => [
      [mul(sin(batched[0] ? a! : batchAt(size, a!, null)), batched[1] ? b! : batchAt(size, b!, null))],
      [true],
    ],
  })

/** A mesh of one device, which every backend has. */
const onOne: Sharding = { mesh: [['data', 1]], dims: [['data']] }
const closing = customJvp((x: Tensor) => x).defjvp(([x]: Tensor[], [t]: Tensor[]) => [x!, mul(t!, weights(x!))])

export const callRows = {
  jit: [
    smooth(
      'two results',
      jit((x: Tensor, y: Tensor) => [mul(sin(x), y), add(x, y)]),
      [num([2]), num([2])],
    ),
    smooth(
      'an operand as it is, and one that is not used',
      jit((x: Tensor, _y: Tensor) => [x, mul(x, x)]),
      [num([2]), num([3])],
    ),
    smooth(
      'the first operand is not used',
      jit((_x: Tensor, y: Tensor) => sin(y)),
      [num([2]), num([3])],
    ),
    smooth(
      'equal operations with other parameters',
      jit((x: Tensor) => [reduceSum(x, { axes: [0] }), reduceSum(x, { axes: [1] })]),
      [num([2, 2])],
    ),
    smooth(
      'equal operations',
      jit((x: Tensor, y: Tensor) => [mul(sin(x), sin(x)), sin(y), mul(x, y), mul(y, x)]),
      [num([2]), num([2])],
    ),
    smooth('a closure', (x, y) => jit((z: Tensor) => mul(sin(x), z))(y), [num([2]), num([2])]),
    smooth('a constant', (x) => jit((y: Tensor) => [fullLike(y, 3), sin(y)])(x), [num([2])]),
    smooth('one operand twice', (x) => jit((a: Tensor, b: Tensor) => mul(a, b))(x, x), [num([2])]),
    smooth(
      'nested',
      jit((x: Tensor) => jit((y: Tensor) => sin(mul(y, y)))(exp(x))),
      [num([2], unit)],
    ),
    smooth('of a gradient', (x, y) => jit((z: Tensor) => grad((a: Tensor) => total(mul(sin(a), y)))(z))(x), [num([2]), num([2])]),
    smooth('inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [jit((a: Tensor, b: Tensor) => mul(sin(a), b))(h, x), h], c, xs), [
      num([2]),
      num([3, 2]),
    ]),
    rough(
      'integers',
      jit((x: Tensor) => add(x, x)),
      [int([3])],
    ),
  ],
  checkpoint: [
    smooth(
      'plain',
      checkpoint((x: Tensor, y: Tensor) => sin(mul(sin(x), y))),
      [num([2]), num([2])],
    ),
    smooth(
      'keeps nothing, explicitly',
      checkpoint((x: Tensor) => exp(sin(x)), { policy: checkpointPolicies.nothingSaveable }),
      [num([2])],
    ),
    smooth(
      'keeps all',
      checkpoint((x: Tensor) => exp(sin(x)), { policy: checkpointPolicies.everythingSaveable }),
      [num([2])],
    ),
    smooth(
      'keeps a name',
      checkpoint((x: Tensor) => exp(checkpointName(sin(x), 'kept')), { policy: checkpointPolicies.saveOnlyTheseNames('kept') }),
      [num([2])],
    ),
    smooth('a closure', (x, y) => checkpoint((z: Tensor) => sin(mul(x, z)))(y), [num([2]), num([2])]),
    smooth(
      'nested',
      checkpoint((x: Tensor) => checkpoint((y: Tensor) => sin(mul(y, y)))(exp(x))),
      [num([2], unit)],
    ),
    smooth(
      'inside scan',
      (c, xs) => scan((h: Tensor, x: Tensor) => [checkpoint((a: Tensor, b: Tensor) => sin(mul(sin(a), b)))(h, x), h], c, xs),
      [num([2]), num([3, 2])],
    ),
    smooth(
      'of scan',
      checkpoint((c: Tensor, xs: Tensor) => scan((h: Tensor, x: Tensor) => [sin(mul(h, x)), h], c, xs)),
      [num([2]), num([3, 2])],
    ),
  ],
  name: [smooth('identity', (x) => mul(checkpointName(x, 'x'), x), [num([2])])],
  sharding_constraint: [smooth('identity', (x) => mul(shardingConstraint(x, { sharding: onOne }), x), [num([2])])],
  constant: [
    smooth('what a rule closes over', (x) => mul(grad(jit((y: Tensor) => reduceSum(closing(y), { axes: [0] })))(x), x), [num([2])]),
  ],
  custom_jvp_call: [
    smooth(
      'a tensor closed over, inside jit',
      (x, y) => jit((a: Tensor, b: Tensor) => weightedByJvp(x)(a, mul(a, b)))(x, y),
      [num([2]), num([2])],
      {
        same: (x, y) => mul(mul(weights(x), sin(x)), mul(x, y)),
      },
    ),
    smooth('a tensor closed over, inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [weightedByJvp(x)(h, x), h], c, xs), [
      num([2], unit),
      num([3, 2], unit),
    ]),
    smooth('two operands', (x, y) => sineTimes(x, y), [num([2]), num([2])]),
    smooth('one operand twice', (x) => sineTimes(x, mul(x, x)), [num([2], unit)]),
    smooth('inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [sineTimes(h, x), h], c, xs), [num([2]), num([3, 2])]),
    smooth('inside jit', (x, y) => jit((a: Tensor, b: Tensor) => sineTimes(sin(a), b))(x, y), [num([2]), num([2])]),
  ],
  custom_vmap_call: [
    smooth('alone', (x, y) => crossed(x, y)[0]!, [num([2]), num([2])]),
    smooth('inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [crossed(h, x)[0]!, h], c, xs), [num([2], unit), num([3, 2], unit)]),
    smooth('inside jit', (x, y) => jit((a: Tensor, b: Tensor) => crossed(sin(a), b)[0]!)(x, y), [num([2]), num([2])]),
  ],
  linear_call: [
    smooth('with a residual', scaledAndSummed, [num([2]), num([2])]),
    smooth('twice', (r, x) => scaledAndSummed(sin(r), scaledAndSummed(r, sin(x))), [num([2], unit), num([2], unit)]),
    smooth('inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [scaledAndSummed(x, h), h], c, xs), [
      num([2], unit),
      num([3, 2], unit),
    ]),
    smooth('inside jit', (r, x) => jit((a: Tensor, b: Tensor) => scaledAndSummed(sin(a), b))(r, x), [num([2]), num([2])]),
  ],
  custom_vjp_call: [
    smooth(
      'a tensor closed over, inside jit',
      (x, y) => jit((a: Tensor, b: Tensor) => weightedByVjp(x)(a, mul(a, b)))(x, y),
      [num([2]), num([2])],
      {
        modes: 'reverse',
        same: (x, y) => mul(mul(weights(x), x), mul(x, y)),
      },
    ),
    smooth(
      'a tensor closed over, inside scan',
      (c, xs) => scan((h: Tensor, x: Tensor) => [weightedByVjp(x)(h, x), h], c, xs),
      [num([2], unit), num([3, 2], unit)],
      { modes: 'reverse' },
    ),
    smooth('two operands', (x, y) => product(x, y), [num([2]), num([2])], { modes: 'reverse' }),
    smooth('two results, a zero', (x, y) => pair(x, y), [num([2]), num([2])], { modes: 'reverse', order: 1 }),
    smooth('an integer operand', (n, x) => power(n, x), [int([2], 1, 3), num([2], unit)], { modes: 'reverse', order: 1 }),
    smooth('an unused result', (x, y) => pair(x, y)[1]!, [num([2]), num([2])], { modes: 'reverse', order: 1 }),
    smooth('inside scan', (c, xs) => scan((h: Tensor, x: Tensor) => [product(sin(h), x), h], c, xs), [num([2], unit), num([3, 2], unit)], {
      modes: 'reverse',
    }),
    smooth('inside jit', (x, y) => jit((a: Tensor, b: Tensor) => product(sin(a), b))(x, y), [num([2]), num([2])], { modes: 'reverse' }),
    rough(
      'a backward pass that ignores the cotangent, summed over examples',
      (xs, y) => grad((z: Tensor) => total(vmap((x: Tensor) => deaf(x, z))(xs)))(y),
      [num([3, 2]), num([2])],
      {
        same: (_, y) => fullLike(y, 3),
      },
    ),
    smooth('gradient of it', (x, y) => grad((a: Tensor) => total(product(a, y)))(x), [num([2]), num([2])]),
    smooth(
      'tangent of the gradient',
      (x, y) =>
        jvp(
          grad((a: Tensor) => total(product(a, y))),
          [x],
          [y],
        )[1],
      [num([2]), num([2])],
    ),
  ],
} as const satisfies Readonly<Record<string, Rows>>
