// Errors that are raised under a module: which module it was, and the lines of the program that led there.
import { hostBackend } from '@heddle/backend-host'
import { grad, type HeddleError, jit, np, random, setDefaultBackend, ShapeError, type Tensor } from '@heddle/func'
import { describe, expect, test } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = np.ones([2, 3])
const thrown = (run: () => unknown): Error => {
  try {
    run()
  } catch (e) {
    return e as Error
  }
  throw new Error('nothing was thrown')
}

/** Goes wrong as it is told. */
class Wrong extends nn.Module<{ readonly how: (x: Tensor) => Tensor }> {
  call(x: Tensor): Tensor {
    return this.props.how(x)
  }
}
const mistake = (x: Tensor): Tensor => np.matmul(x, np.ones([7, 7]))
class Inner extends nn.Module<{ readonly how: (x: Tensor) => Tensor }> {
  call(x: Tensor): Tensor {
    return new Wrong({ how: this.props.how }).call(x)
  }
}
class Outer extends nn.Module<{ readonly how: (x: Tensor) => Tensor }> {
  call(x: Tensor): Tensor {
    return new Inner(this.props, { name: 'block' }).call(x)
  }
}

describe('an error tells its module', () => {
  test('of heddle: in the message, after what it says, and as a property', () => {
    const e = thrown(() => new Outer({ how: mistake }).init(key, [x]))
    expect(e).toBeInstanceOf(ShapeError)
    expect(e.message).toMatch(/^matmul: .*\n {2}in Outer\/block\/Wrong_0 \(Wrong\.call\)$/)
    expect((e as HeddleError).modulePath).toBe('Outer/block/Wrong_0')
    expect(e.stack).toContain(e.message)
  })
  test('of the outermost module', () => {
    expect(thrown(() => new Wrong({ how: mistake }).init(key, [x])).message).toMatch(/\n {2}in Wrong \(Wrong\.call\)$/)
  })
  test('of a method, of setup, of a submodule in an attribute', () => {
    class Net extends nn.Module {
      declare encoder: nn.Module
      setup(): void {
        this.encoder = new Wrong({ how: mistake })
      }
      encode(x: Tensor): Tensor {
        return (this.encoder as Wrong).call(x)
      }
    }
    expect(thrown(() => new Net().init(key, [x], { method: 'encode' })).message).toContain('in Net/encoder (Wrong.call)')
    class Bad extends nn.Module {
      declare value: unknown
      setup(): void {
        this.value = mistake(x)
      }
      call(x: Tensor): Tensor {
        return x
      }
    }
    class Holds extends nn.Module {
      call(x: Tensor): Tensor {
        return new Bad().call(x)
      }
    }
    expect(thrown(() => new Holds().init(key, [x])).message).toContain('in Holds/Bad_0 (Bad.setup)')
  })
  test.each<[string, (cls: typeof Wrong) => typeof Wrong, string]>([
    ['vmap', (c) => nn.vmap(c, { variableAxes: { params: 0 }, splitRngs: { params: true } }), 'vmap(VmapWrong_0)'],
    ['remat', (c) => nn.remat(c), 'checkpoint(CheckpointWrong_0)'],
    ['jit', (c) => nn.jit(c), 'JitWrong_0'],
  ])('inside of %s', (_, lifted) => {
    class Net extends nn.Module {
      call(x: Tensor): Tensor {
        return new (lifted(Wrong))({ how: mistake }).call(x)
      }
    }
    const e = thrown(() => new Net().init(key, [np.ones([2, 2, 3])]))
    expect(e.message).toMatch(/\n {2}in Net\/\w*\(?(Vmap|Checkpoint|Jit)Wrong_0\)? \(Wrong\.call\)$/)
    expect(e.message.match(/\n {2}in /g)).toHaveLength(1)
  })
  test('under jit, grad and a model that is bound', () => {
    const model = new Outer({ how: mistake })
    const where = 'in Outer/block/Wrong_0 (Wrong.call)'
    expect(thrown(() => jit((x: Tensor) => model.apply({}, [x]))(x)).message).toContain(where)
    expect(thrown(() => grad((x: Tensor) => np.sum(model.apply({}, [x]) as Tensor))(x)).message).toContain(where)
    expect(thrown(() => model.bind({}).call(x)).message).toContain(where)
  })
  test('of one model inside of another: the innermost', () => {
    class Student extends nn.Module {
      call(x: Tensor): Tensor {
        return new Outer({ how: mistake }, { parent: null }).apply({}, [x]) as Tensor
      }
    }
    expect(thrown(() => new Student().init(key, [x])).message).toMatch(/in Outer\/block\/Wrong_0 \(Wrong\.call\)$/)
  })
  test('a parameter of another shape, an input that does not fit: layers of heddle too', () => {
    class MLP extends nn.Module {
      call(x: Tensor): Tensor {
        return new nn.Dense({ features: 4 }).call(x)
      }
    }
    const variables = new MLP().init(key, [x])
    const e = thrown(() => new MLP().apply(variables, [np.ones([2, 5])]))
    expect(e).toBeInstanceOf(nn.ScopeParamShapeError)
    expect(e.message).toContain('in MLP/Dense_0 (Dense.call)')
  })
})

describe('errors that are not heddle’s', () => {
  test('of the engine: the message tells it', () => {
    const e = thrown(() => new Outer({ how: (x) => (x as unknown as { a: { b: Tensor } }).a.b }).init(key, [x]))
    expect(e).toBeInstanceOf(TypeError)
    expect(e.message).toMatch(/^Cannot read properties of undefined \(reading 'b'\)\n {2}in Outer\/block\/Wrong_0 \(Wrong\.call\)$/)
    expect(e.stack!.startsWith(`TypeError: ${e.message}\n    at `)).toBe(true)
    expect(e.stack!.split('\n')[2]).toContain('error-place.test.ts')
  })
  test('of the program: the message stays, the stack and a property tell it', () => {
    class Stop extends Error {}
    const stop = new Stop('enough')
    const e = thrown(() =>
      new Outer({
        how: () => {
          throw stop
        },
      }).init(key, [x]),
    )
    expect(e).toBe(stop)
    expect(e.message).toBe('enough')
    expect(e.stack).toContain('enough\n  in Outer/block/Wrong_0 (Wrong.call)')
    expect(e).toHaveProperty('modulePath', 'Outer/block/Wrong_0')
  })
  test.each([['text'], [undefined], [Object.freeze(new TypeError('frozen'))]])('%s goes through as it is', (value) => {
    const model = new Outer({
      how: () => {
        throw value
      },
    })
    let caught: unknown = 'nothing'
    try {
      model.init(key, [x])
    } catch (e) {
      caught = e
    }
    expect(caught).toBe(value)
  })
})

describe('the stack of an error', () => {
  const lines = (e: Error): readonly string[] => e.stack!.split('\n').filter((line) => line.startsWith('    at '))

  test.each([
    ['of heddle', mistake],
    ['of the engine, in the program', (x: Tensor) => (x as unknown as { a: { b: Tensor } }).a.b],
    ['of the engine, in a callback', (x: Tensor) => [x].map((y) => (y as unknown as { a: { b: Tensor } }).a.b)[0]!],
  ])('%s has the lines of the program, outermost too', (_, how) => {
    const e = thrown(function whoCalls() {
      return jit((x: Tensor) => new Outer({ how }).init(key, [x]))(x)
    })
    const shown = lines(e)
    for (const line of shown) expect(line).toMatch(/error-place\.test\.ts|Array\.map|node_modules/)
    expect(shown.join('\n')).toContain('Outer.call')
    expect(shown.join('\n')).toContain('Inner.call')
    expect(shown.join('\n')).toContain('whoCalls')
    expect(Error.stackTraceLimit).toBe(limit)
  })
  const limit = Error.stackTraceLimit
})
