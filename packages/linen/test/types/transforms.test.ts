// What is inferred of transformed modules, and what does not compile. Nothing here is about values.
import type { Tensor } from '@heddle/func'
import { expectTypeOf, it } from 'vitest'
import * as nn from '../../src/index'

class Model extends nn.Module<{ width: number; depth?: number }> {
  static readonly kind = 'model'
  call(x: Tensor, { train }: { readonly train: boolean }): { readonly y: Tensor } {
    return train ? { y: x } : { y: x }
  }
  encode(x: Tensor): readonly [Tensor, number] {
    return [x, 1]
  }
}
class Step extends nn.Module {
  call(carry: Tensor, x: Tensor): readonly [Tensor, Tensor] {
    return [carry, x]
  }
}

declare const x: Tensor
declare const key: Tensor
declare const variables: nn.Variables
const never = <T>(run: () => T): void => void run

it('a transformed class keeps props, methods and statics', () => {
  never(() => {
    const Lifted = nn.jit(nn.remat(nn.vmap(Model)))
    expectTypeOf(Lifted).toEqualTypeOf<typeof Model>()
    expectTypeOf<(typeof Lifted)['kind']>().toEqualTypeOf<'model'>()
    const model = new Lifted({ width: 3 })
    expectTypeOf(model.props).toEqualTypeOf<Readonly<{ width: number; depth?: number }>>()
    expectTypeOf(model.call(x, { train: true })).toEqualTypeOf<{ readonly y: Tensor }>()
    expectTypeOf(model.apply(variables, [x, { train: true }])).toEqualTypeOf<{ readonly y: Tensor }>()
    expectTypeOf(model.apply(variables, [x], { method: 'encode' })).toEqualTypeOf<readonly [Tensor, number]>()
    expectTypeOf(model.init(key, [x, { train: false }])).toEqualTypeOf<nn.Variables>()
    expectTypeOf(new (nn.scan(nn.LSTMCell))({ features: 3 }).call).toEqualTypeOf<nn.LSTMCell['call']>()
    expectTypeOf(nn.rematScan(nn.Dense, { lengths: [2] })).toEqualTypeOf<typeof nn.Dense>()
    expectTypeOf(nn.mapVariables(nn.Dense, 'params')).toEqualTypeOf<typeof nn.Dense>()
    expectTypeOf(nn.foldRngs(nn.Dense)).toEqualTypeOf<typeof nn.Dense>()
    expectTypeOf(nn.addMetadataAxis(nn.Dense)).toEqualTypeOf<typeof nn.Dense>()
    // @ts-expect-error width is missing
    never(() => new Lifted())
    // @ts-expect-error widths is no prop
    never(() => new Lifted({ width: 3, widths: 3 }))
    // @ts-expect-error an argument is missing
    model.call(x)
    // @ts-expect-error train is a boolean
    model.apply(variables, [x, { train: 1 }])
  })
})

it('a transformed function keeps its arguments and result', () => {
  never(() => {
    const run = nn.remat((m: Step, y: Tensor, n: number) => [m.call(y, y), n], { staticArgnums: 2 })
    expectTypeOf(run).toEqualTypeOf<(m: Step, y: Tensor, n: number) => [readonly [Tensor, Tensor], number]>()
    const scan = nn.scan((m: { readonly a: Step; readonly b: Step }, c: Tensor, y: Tensor) => m.b.call(...m.a.call(c, y)))
    expectTypeOf(scan({ a: new Step(), b: new Step() }, x, x)).toEqualTypeOf<readonly [Tensor, Tensor]>()
    // @ts-expect-error an argument is missing
    scan({ a: new Step(), b: new Step() }, x)
    // @ts-expect-error a Dense is no Step
    run(new nn.Dense({ features: 3 }), x, 1)
  })
})

it('targets', () => {
  never(() => {
    // @ts-expect-error an instance is no target
    nn.vmap(new Step())
    // @ts-expect-error a class that is no module
    nn.jit(class {})
    // @ts-expect-error a name
    nn.remat('Dense')
  })
})

it('options', () => {
  never(() => {
    nn.vmap(Step, { variableAxes: { params: 0, state: null }, splitRngs: { params: true }, inAxes: [0, { a: null }], outAxes: -1 })
    nn.vmap(Step, { variableAxes: [[nn.denyList('params'), nn.In(0)]], splitRngs: [[true, false]] })
    // @ts-expect-error variable_axes
    nn.vmap(Step, { variable_axes: { params: 0 } })
    // @ts-expect-error an axis is a number or null
    nn.vmap(Step, { variableAxes: { params: '0' } })
    // @ts-expect-error splitRngs says true or false
    nn.vmap(Step, { splitRngs: { params: 1 } })
    // @ts-expect-error scan has this option
    nn.vmap(Step, { variableCarry: 'state' })
    nn.scan(Step, { variableAxes: { params: 0 }, variableBroadcast: ['a', 'b'], variableCarry: nn.denyList('c'), inAxes: nn.broadcast })
    // @ts-expect-error null is for vmap; a shared collection belongs in variableBroadcast
    nn.scan(Step, { variableAxes: { params: null } })
    // @ts-expect-error vmap has this option
    nn.scan(Step, { axisSize: 3 })
    // @ts-expect-error a length is a number
    nn.scan(Step, { length: '3' })
    nn.jit(Step, { staticArgnums: [2], donateArgnums: 1, variables: 'params', rngs: true })
    // @ts-expect-error there are no names of arguments
    nn.jit(Step, { staticArgnames: ['x'] })
    nn.remat(Step, { policy: () => true, preventCse: false, concrete: true, staticArgnums: 2 })
    // @ts-expect-error prevent_cse
    nn.remat(Step, { prevent_cse: false })
    // @ts-expect-error lengths are needed
    nn.rematScan(nn.Dense, {})
    nn.mapVariables(Step, 'params', { transInFn: (v) => v, transOutFn: (v) => v, init: true, mutable: false, rngs: true, variables: true })
    // @ts-expect-error a mapping answers variables
    nn.mapVariables(Step, 'params', { transInFn: () => 3 })
    // @ts-expect-error lift has this option
    nn.mapVariables(Step, 'params', { mapInFn: (v: nn.Variables) => v })
    // @ts-expect-error no such option
    nn.foldRngs(Step, { splitRngs: {} })
  })
})

it('methods are those of the class', () => {
  never(() => {
    nn.jit(Model, { methods: ['call', 'encode'] })
    nn.vmap(Model, { methods: { encode: { inAxes: 1 }, call: {} } })
    // @ts-expect-error no such method
    nn.jit(Model, { methods: ['decode'] })
    // @ts-expect-error no such method
    nn.vmap(Model, { methods: { decode: {} } })
    // @ts-expect-error no such option of vmap
    nn.vmap(Model, { methods: { encode: { length: 3 } } })
    // @ts-expect-error width is a prop, no method
    nn.remat(Model, { methods: ['width'] })
  })
})

it('transformations that are called at once', () => {
  never(() => {
    const step = new Step()
    const f = (m: Step, a: Tensor, b: { readonly c: Tensor }): Tensor => m.call(a, b.c)[0]
    expectTypeOf(nn.jvp(f, step, [x, { c: x }], [x, { c: x }])).toEqualTypeOf<readonly [output: Tensor, tangent: Tensor]>()
    const [y, backward] = nn.vjp(f, step, [x, { c: x }])
    expectTypeOf(y).toEqualTypeOf<Tensor>()
    const [, dx, { c }] = backward(x)
    expectTypeOf([dx, c]).toEqualTypeOf<Tensor[]>()
    const withAux = (m: Step, a: Tensor) => [m.call(a, a)[0], { n: 1 }] as const
    expectTypeOf(nn.vjp(withAux, step, [x], { hasAux: true })[2]).toEqualTypeOf<{ readonly n: 1 }>()
    const [da, { c: dc }] = nn.grad(f, step, [x, { c: x }])
    expectTypeOf([da, dc]).toEqualTypeOf<Tensor[]>()
    expectTypeOf(nn.cond(true, f, f, step, [x, { c: x }])).toEqualTypeOf<Tensor>()
    const [positive, iterate] = [(_m: Step, a: Tensor) => a.any(), (m: Step, a: Tensor) => m.call(a, a)[0]]
    expectTypeOf(nn.whileLoop(positive, iterate, step, x)).toEqualTypeOf<Tensor>()
    // @ts-expect-error a tangent is missing
    nn.jvp(f, step, [x, { c: x }], [x])
    // @ts-expect-error an argument is missing
    nn.vjp(f, step, [x])
    // @ts-expect-error branches answer the same
    nn.cond(true, f, (_m: Step, _a: Tensor, _b: { readonly c: Tensor }) => 'no', step, [x, { c: x }])
    const pair = (m: Step, a: Tensor) => m.call(a, a)
    // @ts-expect-error the body answers what it takes
    nn.whileLoop(positive, pair, step, x)
    // @ts-expect-error no such option
    nn.vjp(f, step, [x, { c: x }], { has_aux: true })
  })
})

it('numbers are traced, so what takes one is refused unless it is static', () => {
  class Repeat extends nn.Module {
    call(y: Tensor, n: number): Tensor {
      return y.mul(n)
    }
  }
  class Flagged extends nn.Module {
    call(y: Tensor, { train }: { readonly train: boolean; readonly mask?: Tensor; readonly mode?: string }): Tensor {
      return train ? y : y.neg()
    }
  }
  const repeat = (m: Repeat, y: Tensor, n: number): Tensor => m.call(y, n)
  never(() => {
    expectTypeOf(nn.jit(Repeat, { staticArgnums: 2 })).toEqualTypeOf<typeof Repeat>()
    expectTypeOf(nn.remat(Repeat, { staticArgnums: [2] })).toEqualTypeOf<typeof Repeat>()
    expectTypeOf(nn.checkpoint(repeat, { staticArgnums: 2 })).toEqualTypeOf<typeof repeat>()
    for (const Flags of [nn.jit(Flagged), nn.remat(Flagged)]) expectTypeOf(Flags).toEqualTypeOf<typeof Flagged>()
    // @ts-expect-error argument 2 is a number
    nn.jit(Repeat)
    // @ts-expect-error argument 2 is a number
    nn.remat(Repeat)
    // @ts-expect-error argument 2 is a number
    nn.jit(repeat)
    // @ts-expect-error argument 2 is a number
    nn.checkpoint(repeat, { staticArgnums: 1 })
  })
})

it('so do transformations that are called at once, and the carries of loops', () => {
  class Counter extends nn.Module {
    call(n: number, y: Tensor): readonly [number, Tensor] {
      return [n + 1, y]
    }
  }
  const step = new Step()
  const times = (_: Step, y: Tensor, n: number): Tensor => y.mul(n)
  const count = (_: Step, n: number): number => n + 1
  const passes = { forwardFn: (m: Step, y: Tensor, n: number) => [times(m, y, n), n] as const, backwardFn: () => [{}] }
  never(() => {
    expectTypeOf(nn.customVjp(times, { ...passes, nondiffArgnums: [2] })).toEqualTypeOf<typeof times>()
    expectTypeOf(nn.vmap(times, { inAxes: [0, null] })).toEqualTypeOf<typeof times>()
    // @ts-expect-error argument 2 is a number
    nn.cond(true, times, times, step, [x, 1])
    // @ts-expect-error argument 2 is a number
    nn.switch(0, [times], step, [x, 1])
    // @ts-expect-error the carry is a number
    nn.whileLoop(() => true, count, step, 1)
    // @ts-expect-error argument 2 is a number
    nn.jvp(times, step, [x, 1], [x, 1])
    // @ts-expect-error argument 2 is a number
    nn.vjp(times, step, [x, 1])
    // @ts-expect-error argument 2 is a number
    nn.grad(times, step, [x, 1])
    // @ts-expect-error argument 2 is a number
    nn.valueAndGrad(times, step, [x, 1])
    // @ts-expect-error argument 2 is a number
    nn.customVjp(times, passes)
    // @ts-expect-error the carry is a number
    nn.scan(Counter, { length: 2 })
    // @ts-expect-error the carry is a number
    nn.scan((_: Step, n: number) => [n, n])
    // @ts-expect-error the carry is a number
    nn.rematScan(count, { lengths: [2] })
  })
})

it('a list that a function answers is a tuple, and not a read-only one', () => {
  const step = new Step()
  never(() => {
    type Both = (m: Step, y: Tensor) => [Tensor, Tensor]
    expectTypeOf(nn.jit((m: Step, y: Tensor) => [m.call(y, y)[0], y])).toEqualTypeOf<Both>()
    expectTypeOf(nn.remat((m: Step, y: Tensor) => [m.call(y, y)[0], y])).toEqualTypeOf<Both>()
    expectTypeOf(nn.vmap((m: Step, y: Tensor) => [m.call(y, y)[0], y])).toEqualTypeOf<Both>()
    expectTypeOf(nn.scan((m: Step, y: Tensor) => [m.call(y, y)[0], y])).toEqualTypeOf<Both>()
    expectTypeOf(nn.foldRngs((m: Step, y: Tensor) => [m.call(y, y)[0], y])).toEqualTypeOf<Both>()
    expectTypeOf(nn.mapVariables((m: Step, y: Tensor) => [m.call(y, y)[0], y])).toEqualTypeOf<Both>()
    expectTypeOf(nn.apply((m: Step, y: Tensor) => [m.call(y, y)[0], y], step)(variables, x)).toEqualTypeOf<[Tensor, Tensor]>()
    const [y, back] = nn.vjp((m, a) => [m.call(a, a)[0], a], step, [x])
    expectTypeOf(y).toEqualTypeOf<[Tensor, Tensor]>()
    expectTypeOf(back([x, x])[1]).toEqualTypeOf<Tensor>()
  })
})

it('functions that are written in place know the module and their arguments', () => {
  const step = new Step()
  never(() => {
    expectTypeOf(
      nn.cond(
        true,
        (m, a) => m.call(a, a),
        (_, a) => [a, a],
        step,
        [x],
      ),
    ).toEqualTypeOf<readonly [Tensor, Tensor]>()
    expectTypeOf(nn.switch(0, [(_, a, { b }) => [a, b], (_, a) => [a, a]], step, [x, { b: x }])).toEqualTypeOf<[Tensor, Tensor]>()
    expectTypeOf(
      nn.whileLoop(
        (_, [a]) => a.any(),
        (m, [a, b]) => m.call(b, a),
        step,
        [x, x],
      ),
    ).toEqualTypeOf<[Tensor, Tensor]>()
    expectTypeOf(nn.grad((m, a, b) => m.call(a, b)[0], step, [x, x])).toEqualTypeOf<[Tensor, Tensor]>()
    const [, , [aux]] = nn.vjp((m, a) => [m.call(a, a)[0], [a, a]], step, [x], { hasAux: true })
    expectTypeOf(aux).toEqualTypeOf<Tensor>()
  })
})

it('options that have a name of their own fit every class', () => {
  never(() => {
    const [mapped, scanned, folded, seen]: [nn.VmapOptions, nn.ScanOptions, nn.FoldRngsOptions, nn.MapVariablesOptions] = [{}, {}, {}, {}]
    const [compiled, again]: [nn.JitOptions, nn.CheckpointOptions] = [{}, {}]
    expectTypeOf(nn.vmap(Step, mapped)).toEqualTypeOf<typeof Step>()
    expectTypeOf(nn.scan(Step, scanned)).toEqualTypeOf<typeof Step>()
    expectTypeOf(nn.foldRngs(Step, folded)).toEqualTypeOf<typeof Step>()
    expectTypeOf(nn.mapVariables(Step, 'params', seen)).toEqualTypeOf<typeof Step>()
    expectTypeOf(nn.jit(Step, compiled)).toEqualTypeOf<typeof Step>()
    expectTypeOf(nn.remat(Step, again)).toEqualTypeOf<typeof Step>()
    const own: nn.ScanOptions<typeof Step> = scanned
    nn.scan(Step, { ...own, methods: ['call'] })
    // of a class that is not said, methods are not known
    const one: nn.ScanOptions = { methods: ['call'] }
    nn.scan(Step, one)
  })
})
