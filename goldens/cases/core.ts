/** Functions of scopes. */
import { nn, np, random, type Tensor } from '@heddle/func'
import * as lift from '@heddle/lift'
import type { Scope } from '@heddle/lift'
import { map } from '@heddle/tree'
import type { Case } from '../case'

const { initializers: I } = nn
const keys = () => ({ params: random.key(0), dropout: random.key(1) })

const learnScale = (scope: Scope, x: Tensor): Tensor => scope.param('scale', I.constant(1.5), []).mul(x)

const dense = (scope: Scope, x: Tensor, features: number): Tensor => {
  const kernel = scope.param('kernel', I.lecunNormal(), [x.shape.at(-1)!, features])
  return np.dot(x, kernel).add(scope.param('bias', I.zerosInit(), [features]))
}

export const cases: readonly Case[] = [
  {
    name: 'core/lift_jvp',
    run: ({ args: [x] }) => {
      const f = (scope: Scope, y: Tensor) => {
        const params = map((p: Tensor) => np.onesLike(p), scope.variables().params ?? {})
        return lift.jvp(learnScale, scope, [y], [np.zerosLike(y)], { variableTangents: { params } })
      }
      const [, variables] = lift.init(f)(keys(), x!)
      return { variables, output: lift.apply(f)(variables, x!) }
    },
  },
  {
    name: 'core/mlp',
    run: ({ args: [x] }) => {
      const [output, variables] = lift.init((scope: Scope, y: Tensor) =>
        scope.child(dense, 'out')(nn.relu(scope.child(dense, 'hidden')(y, 4)), 2),
      )(keys(), x!)
      return { variables, output }
    },
  },
  {
    name: 'core/lift_vmap',
    run: ({ args: [x] }) => {
      const mapped = lift.vmap((scope: Scope, y: Tensor) => dense(scope, y, 4), {
        inAxes: 1,
        outAxes: 1,
        variableAxes: { params: 0 },
        splitRngs: { params: true },
      })
      const [output, variables] = lift.init(mapped)(keys(), x!)
      return { variables, output }
    },
  },
  {
    name: 'core/rng_paths',
    run: () => {
      const draw = (scope: Scope) => ({
        a: scope.makeRng('params'),
        b: scope.makeRng('params'),
        c: scope.push('child').makeRng('params'),
        d: scope.push('child2').push('x').makeRng('dropout'),
      })
      const [output] = lift.init(draw)(keys())
      return { output }
    },
  },
]
