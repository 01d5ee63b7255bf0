// Misuses of init, apply, bind and of module classes, as programs in plain JavaScript make them.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe } from 'vitest'
import * as typed from '../../src/index'
import { refuses, type Untyped } from './table'

const backend = hostBackend()
setDefaultBackend(backend)
beforeAll(() => setDefaultBackend(backend))

const nn: Untyped = typed
const key = random.key(0)
const x = np.ones([2, 3])
class MLP extends typed.Module<{ features?: number }> {
  call(x: Tensor): Tensor {
    return new typed.Dense({ features: this.props.features ?? 4 }).call(x)
  }
  encode(x: Tensor): Tensor {
    return x
  }
}
const model: Untyped = new MLP()
const v = model.init(key, [x])
class Net extends typed.Module {
  declare dense: typed.Dense
  setup(): void {
    this.dense = new typed.Dense({ features: 4 })
  }
  call(x: Tensor): Tensor {
    return this.dense.call(x)
  }
}
const net: Untyped = new Net()
const A = 'InvalidArgumentsError'
const O = 'InvalidOptionsError'
const V = 'ApplyScopeInvalidVariablesTypeError'
const R = 'InvalidRngError'

describe('arguments without their list', () => {
  refuses([
    ['apply of a tensor', () => model.apply(v, x), A, 'MLP.apply', 'model.apply(variables, [x])', 'a tensor float32[2,3]'],
    ['apply of nothing', () => model.apply(v), A, 'MLP.apply', 'got undefined'],
    ['apply of null', () => model.apply(v, null), A, 'got null'],
    ['apply of a set', () => model.apply(v, new Set([x])), A, 'a Set'],
    ['apply of a number', () => model.apply(v, 3), A, 'number 3'],
    ['apply of a string', () => model.apply(v, 'abc'), A, 'string "abc"'],
    ['apply of an object', () => model.apply(v, { x }), A, 'an object with keys {x}'],
    ['apply of a typed array', () => model.apply(v, new Float32Array(3)), A, 'Float32Array'],
    ['apply of a promise', () => model.apply(v, Promise.resolve([x])), A, 'is an await missing?'],
    ['apply of a function', () => model.apply(v, () => [x]), A, 'the function'],
    ['init of a tensor', () => model.init(key, x), A, 'MLP.init', 'model.init(key, [x])'],
    ['init of nothing', () => model.init(key), A, 'MLP.init', 'got undefined'],
    ['initWithOutput of a tensor', () => model.initWithOutput(key, x), A, 'MLP.initWithOutput', 'model.initWithOutput(key, [x])'],
    ['lazyInit of a tensor', () => model.lazyInit(key, x), A, 'MLP.lazyInit', 'model.lazyInit(key, [x])'],
    ['lazyInit of a shape', () => model.lazyInit(key, { shape: [2, 3], dtype: 'float32' }), A, 'MLP.lazyInit'],
    ['tabulate of a tensor', () => model.tabulate(key, x), A, 'MLP.tabulate', 'model.tabulate(key, [x])'],
    ['modulePaths of a tensor', () => model.modulePaths(key, x), A, 'MLP.modulePaths'],
  ])
})

describe('variables that are none', () => {
  refuses([
    ['nothing', () => model.apply(undefined, [x]), V, 'variables', 'undefined'],
    ['null', () => model.apply(null, [x]), V, 'null'],
    ['a promise', () => model.apply(Promise.resolve(v), [x]), V, 'is an await missing?'],
    ['a tensor', () => model.apply(x, [x]), V, 'a tensor float32[2,3]'],
    ['what initWithOutput answers', () => model.apply(model.initWithOutput(key, [x]), [x]), V, 'an array of 2', 'pass the second'],
    ['text', () => model.apply(JSON.stringify({ params: {} }), [x]), V, 'variables'],
    [
      'params without their collection',
      () => model.apply(v.params, [x]),
      'ScopeCollectionNotFound',
      'kernel',
      '/Dense_0',
      '{ params: ... }',
    ],
    ['params that are a promise', () => model.apply({ params: Promise.resolve(v.params) }, [x]), V, 'at params', 'is an await missing?'],
    ['params that are a list', () => model.apply({ params: [1] }, [x]), V, 'at params'],
    ['a layer too many', () => model.apply({ params: v }, [x]), 'ApplyScopeInvalidVariablesStructureError', 'params'],
    ['bind of nothing', () => model.bind(), V, 'variables'],
    ['bind of a promise', () => model.bind(Promise.resolve(v)), V, 'is an await missing?'],
    ['empty ones', () => model.apply({}, [x]), 'ScopeCollectionNotFound', 'kernel', 'Dense_0', 'MLP/Dense_0 (Dense.call)'],
    [
      'a parameter that is a list',
      () => model.apply({ params: { Dense_0: { kernel: [[1, 2]], bias: [1] } } }, [x]),
      'ScopeParamShapeError',
      'kernel',
      'a tensor of shape [3,4]',
      'an array of length 1',
      'np.array',
    ],
    [
      'a parameter that is a promise',
      () => model.apply({ params: { Dense_0: { kernel: Promise.resolve(x), bias: x } } }, [x]),
      'ScopeParamShapeError',
      'kernel',
      'is an await missing?',
    ],
  ])
})

describe('random streams that are none', () => {
  refuses([
    ['init of a number', () => model.init(0, [x]), R, 'a key', 'random.key'],
    ['init of nothing', () => model.init(undefined, [x]), R, 'params'],
    ['init of a tensor', () => model.init(x, [x]), R, 'a key'],
    ['init of a promise', () => model.init(Promise.resolve(key), [x]), R, 'is an await missing?'],
    ['init of variables', () => model.init(v, [x]), R, 'at params'],
    ['init of a string', () => model.init('params', [x]), R, '"params"'],
    ['init with the arguments first', () => model.init([x], [key]), R, 'a key'],
    ['a stream that is a number', () => model.init({ params: key, dropout: 1 }, [x]), R, 'at dropout', '1'],
    ['another stream alone', () => model.init({ dropout: key }, [x]), R, 'params', 'dropout'],
    ['apply with a number', () => model.apply(v, [x], { rngs: 1 }), R, '1'],
    ['apply with a stream that is a number', () => model.apply(v, [x], { rngs: { dropout: 1 } }), R, 'at dropout'],
  ])
})

describe('options', () => {
  refuses([
    ['train as an option', () => model.apply(v, [x], { train: true }), O, 'MLP.apply', '"train"', 'mutable'],
    ['mutables', () => model.apply(v, [x], { mutables: ['batch_stats'] }), O, '"mutables"', 'is mutable meant?'],
    ['rng', () => model.apply(v, [x], { rng: key }), O, '"rng"', 'is rngs meant?'],
    ['capture_intermediates', () => model.apply(v, [x], { capture_intermediates: true }), O, 'is captureIntermediates meant?'],
    ['a method that is a number', () => model.apply(v, [x], { method: 3 }), 'ApplyModuleInvalidMethodError', 'MLP', '3'],
    ['a method that there is not', () => model.apply(v, [x], { method: 'decode' }), 'ApplyModuleInvalidMethodError', 'MLP', '"decode"'],
    ['mutable that is a number', () => model.apply(v, [x], { mutable: 3 }), 'InvalidFilterError', '3'],
    ['captureIntermediates that is text', () => model.apply(v, [x], { captureIntermediates: 'yes' }), O, 'at captureIntermediates'],
    ['a tensor', () => model.apply(v, [x], x), O, 'MLP.apply', 'a tensor'],
    ['a key', () => model.apply(v, [x], key), O, 'a tensor uint32[2]'],
    ['a list', () => model.apply(v, [x], ['batch_stats']), O, 'an array'],
    ['a flag', () => model.apply(v, [x], true), O, 'boolean true'],
    ['rngs of init', () => model.init(key, [x], { rngs: key }), O, '"rngs"'],
    ['methods of init', () => model.init(key, [x], { methods: 'encode' }), O, 'is method meant?'],
    ['of initWithOutput', () => model.initWithOutput(key, [x], { mutabel: true }), O, 'MLP.initWithOutput', 'is mutable meant?'],
    ['of lazyInit', () => model.lazyInit(key, [x], { mutabel: true }), O, 'MLP.lazyInit'],
    ['of bind', () => model.bind(v, { rng: key }), O, 'MLP.bind', 'is rngs meant?'],
    ['of tabulate', () => model.tabulate(key, [x], { dept: 1 }), O, 'is depth meant?'],
    ['of modulePaths', () => model.modulePaths(key, [x], { dept: 1 }), O, 'is depth meant?'],
    ['of nn.apply', () => nn.apply((m: MLP, x: Tensor) => m.call(x), model, { mutabel: true })(v, x), O, 'is mutable meant?'],
    ['of nn.init', () => nn.init((m: MLP, x: Tensor) => m.call(x), model, { mutabel: true })(key, x), O, 'is mutable meant?'],
    ['nn.apply of a module first', () => nn.apply(model, (m: MLP) => m)(v, x), 'TransformTargetError', 'nn.apply'],
    ['nn.apply without a module', () => nn.apply((m: MLP) => m)(v, x), 'InvalidTargetError', 'nn.apply', 'module'],
    ['nn.init of a class', () => nn.init((m: MLP) => m, MLP)(key, x), 'InvalidTargetError', 'nn.init', 'module'],
    ['nn.initWithOutput of nothing', () => nn.initWithOutput(undefined, model)(key, x), 'TransformTargetError', 'nn.init'],
  ])
})

describe('classes in place of instances, and modules without variables', () => {
  refuses([
    ['init', () => (MLP as Untyped).init(key, [x]), 'InvalidInstanceModuleError', 'MLP.init', 'new MLP('],
    ['apply', () => (MLP as Untyped).apply(v, [x]), 'InvalidInstanceModuleError', 'MLP.apply', 'new MLP('],
    ['initWithOutput', () => (MLP as Untyped).initWithOutput(key, [x]), 'InvalidInstanceModuleError', 'MLP.initWithOutput'],
    ['lazyInit', () => (MLP as Untyped).lazyInit(key, [x]), 'InvalidInstanceModuleError', 'MLP.lazyInit'],
    ['call', () => model.call(x), 'CallCompactUnboundModuleError', 'MLP.call', 'model.init'],
    ['a layer by itself', () => new nn.Dense({ features: 1 }).call(x), 'CallCompactUnboundModuleError', 'Dense.call'],
    ['an attribute of setup', () => net.dense.call(x), 'UnboundModuleError', 'Net', '"dense"', 'setup()', 'model.bind(variables)'],
    [
      'an attribute of setup, of a subclass',
      () => (new (class Sub extends Net {})() as Untyped).dense,
      'UnboundModuleError',
      'Sub',
      '"dense"',
    ],
    ['setup', () => net.setup(), 'CallSetupUnboundModuleError', 'Net.setup'],
    ['variables', () => model.variables, 'UnboundModuleError', 'MLP', 'variables'],
    ['path', () => model.path, 'UnboundModuleError', 'path'],
    ['param', () => model.param('w', nn.initializers.zeros, [1]), 'UnboundModuleError', 'MLP'],
    ['makeRng', () => model.makeRng('dropout'), 'UnboundModuleError', 'random streams'],
    ['unbind', () => model.unbind(), 'CallUnbindOnUnboundModuleError', 'MLP'],
    ['isInitializing', () => model.isInitializing(), 'UnboundModuleError', 'MLP'],
    ['shareScope', () => nn.shareScope(model, net), 'CallShareScopeOnUnboundModuleError', 'setup()'],
    ['props that are a number', () => new nn.Dense(64), 'LayerError', 'Dense', 'new Dense({ ', 'number 64'],
    ['props that are a list', () => new nn.Dense([64]), 'LayerError', 'an array'],
    ['props that are a tensor', () => new nn.Dense(x), 'LayerError', 'a tensor'],
    ['props that are a promise', () => new nn.Dense(Promise.resolve({})), 'LayerError', 'is an await missing?'],
    ['props that are null', () => new nn.Dense(null), 'LayerError', 'null'],
    ['props that are a module', () => new nn.Dense(model), 'LayerError', 'MLP'],
    ['props of a class of the program that are a number', () => new (MLP as Untyped)(64), 'LayerError', 'MLP', 'number 64'],
    ['a method as a function in a field', () => new Arrow().init(key, [x]), 'MethodInFieldError', 'call of Arrow', 'call(x) { ... }'],
    ['setup as a function in a field', () => new ArrowSetup().init(key, [x]), 'MethodInFieldError', 'setup of ArrowSetup'],
    [
      'a layer in a private field',
      () => new Private().init(key, [x]),
      'CallCompactUnboundModuleError',
      'Private',
      '#private',
      'Dense.call',
    ],
    [
      'a layer in a private field of setup',
      () => new PrivateSetup().init(key, [x]),
      'CallCompactUnboundModuleError',
      'PrivateSetup',
      '#private',
    ],
    ['layers in a map', () => new InMap().init(key, [x]), 'CallCompactUnboundModuleError', 'InMap', 'a Map', 'Dense.call'],
    [
      'layers in a set of props',
      () => new InProps({ layers: new Set([new typed.Dense({ features: 1 })]) }).init(key, [x]),
      'CallCompactUnboundModuleError',
      'InProps',
      'a Set',
    ],
    ['a layer outside of the class', () => new Outside().init(key, [x]), 'CallCompactUnboundModuleError', 'Outside', 'Dense.call'],
    [
      'a class without call',
      () => new (class Empty extends typed.Module {} as Untyped)().init(key, [x]),
      'ApplyModuleInvalidMethodError',
      'Empty',
      '"call"',
    ],
  ])
})

class Arrow extends typed.Module {
  call = (x: Tensor): Tensor => new typed.Dense({ features: 1 }).call(x)
}
class ArrowSetup extends typed.Module {
  setup = (): void => undefined
  call(x: Tensor): Tensor {
    return x
  }
}
class Private extends typed.Module {
  readonly #layer = new typed.Dense({ features: 1 })
  call(x: Tensor): Tensor {
    return this.#layer.call(x)
  }
}
class PrivateSetup extends typed.Module {
  #layer: typed.Dense | undefined
  setup(): void {
    this.#layer = new typed.Dense({ features: 1 })
  }
  call(x: Tensor): Tensor {
    return this.#layer!.call(x)
  }
}
class InMap extends typed.Module {
  readonly layers = new Map([['a', new typed.Dense({ features: 1 })]])
  call(x: Tensor): Tensor {
    return this.layers.get('a')!.call(x)
  }
}
class InProps extends typed.Module<{ layers: Set<typed.Dense> }> {
  call(x: Tensor): Tensor {
    return [...this.props.layers][0]!.call(x)
  }
}
const outside = new typed.Dense({ features: 1 })
class Outside extends typed.Module {
  call(x: Tensor): Tensor {
    return outside.call(x)
  }
}
