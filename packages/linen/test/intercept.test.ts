// Interceptors: functions that stand around all method calls of modules.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, expect, test, vi } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
class Identity extends nn.Module {
  static readonly compact = []
  id(x: number): number {
    return x
  }
}
const apply =
  (op: (y: number) => number): nn.Interceptor =>
  (next, args) =>
    op(next(...args) as number)
const seeing =
  (log: (readonly [string, string, readonly unknown[]])[]): nn.Interceptor =>
  (next, args, { module, method }) => {
    log.push([module.constructor.name, method, args])
    return next(...args)
  }

test('stand around a method while the function runs, and know what is called', () => {
  const m = new Identity()
  const interceptor = vi.fn<nn.Interceptor>((next, args, context) => {
    expect([context.module === m, context.method, context.original(3), args]).toEqual([true, 'id', 3, [1]])
    return (next(...args) as number) + 1
  })
  expect([m.id(1), nn.interceptMethods(interceptor, () => m.id(1)), m.id(1)]).toEqual([1, 2, 1])
  expect(interceptor).toHaveBeenCalledTimes(1)
})

test('of a model: its call and those of submodules, by the names of classes', () => {
  class Compact extends nn.Module {
    call(x: Tensor): Tensor {
      return new nn.Dense({ features: 2 }).call(x)
    }
  }
  class Setup extends nn.Module {
    declare layer: nn.Dense
    setup(): void {
      this.layer = new nn.Dense({ features: 2 })
    }
    call(x: Tensor): Tensor {
      return this.layer.call(x)
    }
  }
  const x = np.ones([1, 3])
  type Model = nn.Module & { call(y: Tensor): Tensor }
  for (const [model, calls] of [
    [new Compact() as Model, ['Compact.call', 'Dense.call']],
    [new Setup() as Model, ['Setup.setup', 'Setup.call', 'Dense.call']],
  ] as const) {
    const variables = model.init(key, [x])
    const log: (readonly [string, string, readonly unknown[]])[] = []
    nn.interceptMethods(seeing(log), () => nn.apply((m: Model, y: Tensor) => m.call(y), model)(variables, x))
    expect(log.map(([name, method]) => `${name}.${method}`)).toEqual(calls)
    for (const [, method, args] of log) expect(args.every((a) => a === x) && args.length === (method === 'setup' ? 0 : 1)).toBe(true)
  }
})

test('may leave the method out', () => {
  class Raises extends nn.Module {
    id(): void {
      throw new Error('called')
    }
  }
  const m = new Raises()
  for (let i = 0; i < 2; i++) {
    expect(
      nn.interceptMethods(
        () => undefined,
        () => m.id(),
      ),
    ).toBeUndefined()
    expect(() => m.id()).toThrow('called')
  }
})

test('the last is innermost', () => {
  const m = new Identity()
  const [plus, square] = [apply((a) => a + 1), apply((a) => a ** 2)]
  const nested = (outer: nn.Interceptor, inner: nn.Interceptor): number =>
    nn.interceptMethods(outer, () => nn.interceptMethods(inner, () => m.id(7)))
  expect([nested(plus, square), nested(square, plus)]).toEqual([50, 64])
})

test('see the methods of the classes above too', () => {
  class Foo extends Identity {
    override id(x: number): number {
      return super.id(x)
    }
  }
  class Bar extends Foo {
    override id(x: number): number {
      return super.id(x)
    }
  }
  const log: (readonly [string, string, readonly unknown[]])[] = []
  nn.interceptMethods(seeing(log), () => new Bar().id(1))
  expect(log).toEqual(Array.from({ length: 3 }, () => ['Bar', 'id', [1]]))
})

test('see modules in props', () => {
  class Outer extends nn.Module<{ sub: Identity }> {
    id(x: number): number {
      return this.props.sub.id(x)
    }
  }
  const log: (readonly [string, string, readonly unknown[]])[] = []
  expect(nn.interceptMethods(seeing(log), () => new Outer({ sub: new Identity() }).id(1))).toBe(1)
  expect(log).toEqual([
    ['Outer', 'id', [1]],
    ['Identity', 'id', [1]],
  ])
})

test('end when the function throws', () => {
  const m = new Identity()
  const boom = (): never => {
    throw new Error('boom')
  }
  expect(() =>
    nn.interceptMethods(
      apply((a) => a + 1),
      boom,
    ),
  ).toThrow('boom')
  expect(m.id(1)).toBe(1)
})
