/** The forward derivative by variables again, of a function of a scope. */
import '@heddle/backend-tfjs/auto'
import { np, random, tree, type Tensor } from '@heddle/func'
import * as lift from '@heddle/lift'
import { zerosInit } from '@heddle/linen'

const learnScale = (scope: lift.Scope, x: Tensor): Tensor => scope.param('scale', zerosInit(), [] as const).mul(x)

/** The tangent of `learnScale` where its parameters have tangent one. */
export const f = (scope: lift.Scope, x: Tensor): Tensor => {
  const params = tree.map((p: Tensor) => np.onesLike(p), scope.variables().params ?? {})
  const [, tangent] = lift.jvp(learnScale, scope, [x], [np.zerosLike(x)], { variableTangents: { params } })
  return tangent
}

export const example = () => {
  const x = np.array([1, 2, 3])
  const [, variables] = lift.init(f)(random.key(0), x)
  return { variables, tangent: lift.apply(f)(variables, x) }
}

console.log(example())
// → {
// →   variables: { params: { scale: Tensor(f32[] 0.) } },
// →   tangent: Tensor(f32[3] [1., 2., 3.])
// → }
