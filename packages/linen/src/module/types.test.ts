// What is inferred of modules, and what does not compile. Nothing here is about values.
import type { Tensor } from '@heddle/func'
import { expectTypeOf, it } from 'vitest'
import * as nn from '../index'

class Model extends nn.Module<{ width: number; depth: number; name_?: string }, 'depth'> {
  static readonly defaultProps = { depth: 2 }
  static readonly compact = ['encode']
  declare layer: nn.Dense
  call(x: Tensor, train: boolean): { readonly y: Tensor } {
    return train ? { y: x } : { y: x }
  }
  encode(x: Tensor): readonly [Tensor, number] {
    return [x, 1]
  }
}
class Bare extends nn.Module {}

declare const key: Tensor
declare const x: Tensor
declare const variables: nn.Variables
const never = <T>(run: () => T): void => void run

it('props', () => {
  expectTypeOf<Model['props']>().toEqualTypeOf<Readonly<{ width: number; depth: number; name_?: string }>>()
  never(() => new Model({ width: 3 }))
  never(() => new Model({ width: 3, depth: 1, name: 'm' }, { parent: null }))
  never(() => new Bare())
  never(() => new Bare({ name: 'b' }))
  // @ts-expect-error width is missing
  never(() => new Model({ depth: 1 }))
  // @ts-expect-error props are missing
  never(() => new Model())
  // @ts-expect-error widths is no prop
  never(() => new Model({ width: 3, widths: 3 }))
})

it('init and apply', () => {
  never(() => {
    const model = new Model({ width: 3 })
    expectTypeOf(model.init(key, [x, true])).toEqualTypeOf<nn.Variables>()
    expectTypeOf(model.initWithOutput(key, [x, true])).toEqualTypeOf<readonly [output: { readonly y: Tensor }, variables: nn.Variables]>()
    expectTypeOf(model.apply(variables, [x, true])).toEqualTypeOf<{ readonly y: Tensor }>()
    expectTypeOf(model.apply(variables, [x, true], { rngs: { dropout: key } })).toEqualTypeOf<{ readonly y: Tensor }>()
    expectTypeOf(model.apply(variables, [x, true], { mutable: false })).toEqualTypeOf<{ readonly y: Tensor }>()
    expectTypeOf(model.apply(variables, [x, true], { mutable: ['batch_stats'] })).toEqualTypeOf<
      readonly [output: { readonly y: Tensor }, variables: nn.Variables & { readonly batch_stats: nn.Params }]
    >()
    expectTypeOf(model.apply(variables, [x], { method: 'encode' })).toEqualTypeOf<readonly [Tensor, number]>()
    expectTypeOf(model.apply(variables, [x], { method: 'encode', captureIntermediates: true })).toEqualTypeOf<
      readonly [output: readonly [Tensor, number], variables: nn.Variables]
    >()
    expectTypeOf(model.apply(variables, [x], { method: (m: Model, y: Tensor) => m.layer.call(y).ndim })).toEqualTypeOf<number>()
    expectTypeOf(model.bind(variables)).toEqualTypeOf<Model>()
    expectTypeOf(model.unbind()).toEqualTypeOf<readonly [module: Model, variables: nn.Variables]>()
    // @ts-expect-error an argument is missing
    model.apply(variables, [x])
    // @ts-expect-error the method has one argument
    model.apply(variables, [x, true], { method: 'encode' })
    // @ts-expect-error there is no such method
    model.apply(variables, [x, true], { method: 'decode' })
    // @ts-expect-error widths are to be numbers
    model.clone({ width: '3' })
  })
})

it('transformations keep the class', () => {
  never(() => {
    const Mapped = nn.vmap(Model, { variableAxes: { params: 0 }, splitRngs: { params: true } })
    expectTypeOf(Mapped).toEqualTypeOf<typeof Model>()
    expectTypeOf(new (nn.jit(nn.remat(Mapped)))({ width: 3 }).call(x, true)).toEqualTypeOf<{ readonly y: Tensor }>()
    const Lstm = nn.scan(nn.LSTMCell, { variableBroadcast: 'params', inAxes: 1, outAxes: [nn.broadcast] })
    expectTypeOf(new Lstm({ features: 3 }).call([x, x], x)).toEqualTypeOf<readonly [carry: nn.LSTMCarry, output: Tensor]>()
    // @ts-expect-error the transformed class has the same props
    expectTypeOf(new Mapped({ widths: 3 }))
    // @ts-expect-error an instance is no target
    nn.vmap(new Model({ width: 3 }))
  })
})

it('functions of a module', () => {
  never(() => {
    const model = new Model({ width: 3 })
    const f = (m: Model, y: Tensor): Tensor => m.layer.call(y)
    expectTypeOf(nn.remat(f)).toEqualTypeOf<typeof f>()
    expectTypeOf(nn.jvp(f, model, [x], [x])).toEqualTypeOf<readonly [output: Tensor, tangent: Tensor]>()
    const [out, backward] = nn.vjp(f, model, [x])
    expectTypeOf(out).toEqualTypeOf<Tensor>()
    expectTypeOf(backward(x)[1]).toEqualTypeOf<Tensor>()
    expectTypeOf(nn.cond(true, f, f, model, [x])).toEqualTypeOf<Tensor>()
    expectTypeOf(nn.switch(0, [f, f], model, [x])).toEqualTypeOf<Tensor>()
    expectTypeOf(nn.whileLoop((_: Model, c: Tensor) => c.any(), f, model, x)).toEqualTypeOf<Tensor>()
    expectTypeOf(nn.grad((m: Model, y: Tensor) => [f(m, y), 1] as const, model, [x], { hasAux: true })).toEqualTypeOf<
      readonly [gradients: [y: Tensor], aux: 1]
    >()
    // @ts-expect-error the function takes one tensor
    nn.jvp(f, model, [x, x], [x, x])
  })
})
