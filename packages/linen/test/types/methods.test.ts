// Types of what modules may be asked to run, and of lazy initialization: what is inferred, and what does not compile.
import type { Tensor } from '@heddle/func'
import { expectTypeOf, it } from 'vitest'
import * as nn from '../../src/index'

class Encoder extends nn.Module<{ width: number }> {
  call(x: Tensor, options: { readonly mask: Tensor; readonly steps?: number }): number {
    return x.ndim + (options.steps ?? 0)
  }
}
class Model extends nn.Module<{ encoder: Encoder; depth?: number }> {
  declare head: nn.Dense
  declare heads: readonly nn.Dense[]
  call(x: Tensor): Tensor {
    return x
  }
}

declare const key: Tensor
declare const x: Tensor
declare const variables: nn.Variables
const never = <T>(run: () => T): void => void run

it('the method may be a submodule, in a prop or an attribute', () => {
  never(() => {
    const model = new Model({ encoder: new Encoder({ width: 1 }) })
    expectTypeOf(model.apply(variables, [x, { mask: x }], { method: 'encoder' })).toEqualTypeOf<number>()
    expectTypeOf(model.apply(variables, [x], { method: 'head' })).toEqualTypeOf<Tensor>()
    expectTypeOf(model.initWithOutput(key, [x], { method: 'head' })[0]).toEqualTypeOf<Tensor>()
    // @ts-expect-error that of the encoder takes a mask
    model.apply(variables, [x], { method: 'encoder' })
    // @ts-expect-error an array of modules can't be called
    model.apply(variables, [x], { method: 'heads' })
    // @ts-expect-error a number can't be called
    model.apply(variables, [x], { method: 'depth' })
  })
})

it('the method may be a method of the class, or a function of the module', () => {
  never(() => {
    const model = new Model({ encoder: new Encoder({ width: 1 }) })
    expectTypeOf(model.apply(variables, [1], { method: (m: Model, n: number) => m.props.depth ?? n })).toEqualTypeOf<number>()
    expectTypeOf(model.apply(variables, [], { method: (m: Model) => m.props.depth, mutable: true })).toEqualTypeOf<
      readonly [output: number | undefined, variables: nn.Variables]
    >()
    // @ts-expect-error a function of another module
    model.apply(variables, [x], { method: (m: nn.Dense, y: Tensor) => m.call(y) })
  })
})

it('lazyInit takes types in the place of tensors, in trees, and nowhere else', () => {
  never(() => {
    const encoder = new Encoder({ width: 1 })
    const type = { shape: [2, 3], dtype: 'float32' } as const
    expectTypeOf(encoder.lazyInit(key, [type, { mask: type, steps: 3 }])).toEqualTypeOf<nn.Variables>()
    encoder.lazyInit(key, [x, { mask: type }])
    expectTypeOf(encoder.tabulate(key, [type, { mask: type }], { depth: 1, computeFlops: true })).toEqualTypeOf<string>()
    // @ts-expect-error a dtype is missing
    encoder.lazyInit(key, [{ shape: [2] }, { mask: type }])
    // @ts-expect-error steps is a number
    encoder.lazyInit(key, [type, { mask: type, steps: type }])
    // @ts-expect-error init computes, and takes tensors
    encoder.init(key, [type, { mask: x }])
  })
})

it('props have names', () => {
  never(() => {
    // @ts-expect-error no positional arguments
    void new Encoder(2)
    // @ts-expect-error a parent is a module, a scope or null
    void new Encoder({ width: 1 }, { parent: 1 })
    // @ts-expect-error props can't be set
    new Encoder({ width: 1 }).props = { width: 2 }
    // @ts-expect-error nor one of them
    new Encoder({ width: 1 }).props.width = 2
    // @ts-expect-error init is called on an instance
    Encoder.init(key, [x])
  })
})

it('classes may extend others and have props with defaults', () => {
  class Base<P extends { multiplier: number } = { multiplier: number }, D extends keyof P = never> extends nn.Module<P, D | 'multiplier'> {
    static readonly defaultProps: object = { multiplier: -1 }
  }
  class Child extends Base<{ multiplier: number; own: number }> {
    call(y: number): number {
      return y * this.props.own * this.props.multiplier
    }
  }
  expectTypeOf<Child['props']>().toEqualTypeOf<Readonly<{ multiplier: number; own: number }>>()
  never(() => new Child({ own: 8 }))
  // @ts-expect-error own is missing
  never(() => new Child({ multiplier: 1 }))
})
