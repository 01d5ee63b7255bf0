/** Derivatives of modules that hold modules of elsewhere: by all that are given, and none is dropped in silence. */
import { hostBackend } from '@heddle/backend-host'
import { grad, np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { close } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = np.array([1, -2])

class User extends nn.Module<{ dense: nn.Dense }> {
  call(y: Tensor): Tensor {
    return this.props.dense.call(nn.tanh(new nn.Dense({ features: 2, name: 'own' }).call(y)))
  }
}
interface Both {
  readonly user: User
  readonly dense: nn.Dense
}
type Run = (both: Both) => unknown

/** A module that is used by another, and by itself. */
class Outer extends nn.Module<{ run: Run; before?: boolean }> {
  call(): unknown {
    const dense = new nn.Dense({ features: 2, name: 'shared' })
    const user = new User({ dense }, { name: 'user' })
    if (this.props.before !== false) user.call(x)
    return this.props.run({ user, dense })
  }
}
const call = (m: User, y: Tensor): Tensor => m.call(y)
const callBoth = ({ user }: Both, y: Tensor): Tensor => user.call(y)
const nothing: Run = () => x
const variables = new Outer({ run: nothing }).init(key, [])
const ones = (m: nn.Module) => ({ params: tree.map((t: Tensor) => np.onesLike(t), m.variables.params!) })

describe('derivatives of a module alone that holds another', () => {
  const runs: Record<string, Run> = {
    vjp: ({ user }) => nn.vjp(call, user, [x])[0],
    jvp: ({ user }) => nn.jvp(call, user, [x], [x], { variableTangents: ones(user) }),
    customVjp: ({ user }) =>
      nn.customVjp(call, { forwardFn: (m, y) => [m.call(y), null], backwardFn: (_: null, ct: Tensor) => [{}, ct] })(user, x),
    'vjp with the other as an argument': ({ dense }) =>
      nn.vjp((m: nn.Dense, d: nn.Dense, y: Tensor) => d.call(m.call(y)), new nn.Dense({ features: 2 }), [dense, x])[0],
  }
  it.each(Object.entries(runs))('are refused: %s', (_, run) => {
    const model = new Outer({ run })
    expect(() => model.apply(variables, [], { mutable: ['params'], rngs: { params: key } })).toThrow(nn.HeldModuleError)
    expect(() => model.init(key, [])).toThrow(/holds the module "\/shared" of elsewhere.*give the function both/)
    if (_ !== 'jvp') expect(() => new Outer({ run, before: false }).init(key, [])).toThrow(nn.HeldModuleError)
  })

  it('are right where they are by something else', () => {
    const byArgument: Run = ({ user }) => nn.grad((m: User, y: Tensor) => m.call(y).sum(), user, [x])[0]
    const expected = grad((y: Tensor) => (new Outer({ run: ({ user }) => user.call(y) }).apply(variables, []) as Tensor).sum())(x)
    close(new Outer({ run: byArgument }).apply(variables, []) as Tensor, expected)
    const withoutTangents: Run = ({ user }) => nn.jvp(call, user, [x], [x])[1]
    expect(() => new Outer({ run: withoutTangents }).apply(variables, [])).not.toThrow()
    const otherCollection: Run = ({ user }) => nn.vjp(call, user, [x], { vjpVariables: 'batch_stats' })[0]
    expect(() => new Outer({ run: otherCollection }).apply(variables, [])).not.toThrow()
  })
})

describe('derivatives of both modules', () => {
  const whole = grad((v: nn.Variables) => (new Outer({ run: ({ user }) => user.call(x) }).apply(v, []) as Tensor).sum())(variables)
  const parts = whole.params as unknown as { user: object; shared: object }

  it('come by module: vjp', () => {
    const run: Run = (both) => nn.vjp(callBoth, both, [x])[1](np.ones([2]))[0]
    const answered = new Outer({ run }).apply(variables, []) as never
    close(answered, { user: { params: parts.user }, dense: { params: parts.shared } } as never)
  })

  it('come by module: customVjp, whose backward pass is used', () => {
    const twice = nn.customVjp(callBoth, {
      forwardFn: (both, y) => nn.vjp(callBoth, both, [y]),
      backwardFn: (backward, ct: Tensor) => backward(ct.mul(2)),
    })
    const loss = (v: nn.Variables): Tensor => (new Outer({ run: (both) => twice(both, x) }).apply(v, []) as Tensor).sum()
    close(grad(loss)(variables), tree.map((t: Tensor) => t.mul(2), whole) as never)
  })

  it('go in by module: jvp', () => {
    const run: Run = (both) =>
      nn.jvp(callBoth, both, [x], [np.zeros([2])], { variableTangents: { user: ones(both.user), dense: ones(both.dense) } })[1]
    const sum = (tree.leaves(whole) as readonly Tensor[]).reduce((s, g) => s.add(g.sum()), np.array(0))
    close((new Outer({ run }).apply(variables, []) as Tensor).sum(), sum)
  })
})
