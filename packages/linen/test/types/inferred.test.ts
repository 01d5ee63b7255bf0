// Types that cost no casts: of elements, of leaves, of masks, of layers whose props decide what they answer.
import { setDefaultBackend, withBackend, type Device, type Tensor } from '@heddle/func'
import type { Backend } from '@heddle/func/backend'
import * as optim from '@heddle/optim'
import * as tree from '@heddle/tree'
import { expectTypeOf, it } from 'vitest'
import * as nn from '../../src/index'

declare const x: Tensor
declare const variables: nn.Variables
declare const backends: readonly (Device | Backend<string> | Backend<number>)[]
const never = <T>(run: () => T): void => void run

it('elements are numbers, unless a dtype is named', () => {
  never(() => {
    expectTypeOf(x.item()).toEqualTypeOf<number>()
    expectTypeOf(x.item<'bool'>()).toEqualTypeOf<boolean>()
    expectTypeOf(x.item<'int64'>()).toEqualTypeOf<bigint>()
    expectTypeOf(x.dataSync()[0]).toEqualTypeOf<number | undefined>()
    expectTypeOf(x.data<'int64'>()).toEqualTypeOf<Promise<BigInt64Array>>()
    expectTypeOf(x.data<'float32'>()).toEqualTypeOf<Promise<Float32Array>>()
  })
})

it('functions of trees know their leaves, and the tree that comes out', () => {
  never(() => {
    const params = { w: x, layers: [{ b: x }, { b: x }] }
    expectTypeOf(tree.map((leaf) => leaf.mul(2), params).w).toEqualTypeOf<Tensor>()
    expectTypeOf(tree.map((leaf) => leaf.shape.length, params)).toEqualTypeOf<{ w: number; layers: { b: number }[] }>()
    expectTypeOf(tree.map((leaf) => leaf.mul(2), variables)).toEqualTypeOf<nn.Variables>()
    expectTypeOf(tree.leavesWithPath(params)[0]![1]).toEqualTypeOf<Tensor>()
    expectTypeOf(tree.leavesWithPath(variables)[0]![1]).toEqualTypeOf<Tensor>()
    expectTypeOf(tree.map((leaf) => leaf, null as unknown)).toEqualTypeOf<unknown>()
  })
})

it('masks are trees of booleans, or functions that make one', () => {
  never(() => {
    optim.masked(optim.sgd(1), { w: true, b: false })
    optim.masked(optim.sgd(1), (params: { w: Tensor }) => tree.map((leaf) => leaf.ndim > 1, params))
    // @ts-expect-error numbers are no mask
    optim.masked(optim.sgd(1), { w: 1 })
  })
})

it('RNN answers the carry too where its props say so', () => {
  never(() => {
    const cell = new nn.LSTMCell({ features: 2 })
    expectTypeOf(new nn.RNN({ cell }).call(x)).toEqualTypeOf<Tensor>()
    expectTypeOf(new nn.RNN({ cell, returnCarry: true }).call(x)[1]).toEqualTypeOf<Tensor>()
    expectTypeOf(new nn.RNN({ cell, returnCarry: true }).call(x, { returnCarry: false })).toEqualTypeOf<Tensor>()
    expectTypeOf(new nn.RNN({ cell }).call(x, { returnCarry: true })[1]).toEqualTypeOf<Tensor>()
  })
})

it('attention answers a tensor, applied too; a norm takes several axes; a box is what unbox: false answers', () => {
  never(() => {
    expectTypeOf(new nn.MultiHeadDotProductAttention({ numHeads: 2 }).apply(variables, [x])).toEqualTypeOf<Tensor>()
    expectTypeOf(new nn.BatchNorm({ axisName: ['batch', 'device'] }).props.axisName).toEqualTypeOf<string | readonly string[] | undefined>()
    class Boxed extends nn.Module {
      call(): Tensor {
        const init = nn.withPartitioning(nn.initializers.ones, ['a'])
        expectTypeOf(this.paramOf('w', init, [[2]])).toEqualTypeOf<Tensor>()
        expectTypeOf(this.paramOf('w', init, [[2]], { unbox: false })).toEqualTypeOf<Tensor | nn.AxisMetadata<Tensor>>()
        return x
      }
    }
    return new Boxed()
  })
})

it('either of two backends is a backend', () => {
  never(() => {
    const either = backends[0]!
    setDefaultBackend(either)
    expectTypeOf(withBackend(either, () => 1)).toEqualTypeOf<number>()
  })
})

class Coder extends nn.Module {
  static readonly compact = ['encode']
  encode(y: Tensor, scale: number): readonly [Tensor, number] {
    return [new nn.Dense({ features: 2 }).call(y), scale]
  }
  call(y: Tensor): Tensor {
    return this.encode(y, 1)[0]
  }
}
it('a function in the place of a method knows the module and its arguments; a method may be named by itself', () => {
  never(() => {
    const coder = new Coder()
    expectTypeOf(coder.apply(variables, [x], { method: (m, y) => m.encode(y, 2)[0] })).toEqualTypeOf<Tensor>()
    expectTypeOf(coder.apply(variables, [x, 2], { method: coder.encode })).toEqualTypeOf<readonly [Tensor, number]>()
    expectTypeOf(coder.apply(variables, [x, 2], { method: 'encode', mutable: ['cache'] })[0]).toEqualTypeOf<readonly [Tensor, number]>()
    expectTypeOf(coder.apply(variables, [x], { method: (m, y) => m.call(y), mutable: true })[0]).toEqualTypeOf<Tensor>()
    coder.init(x, [x], { method: (m, y) => m.encode(y, 2) })
    // @ts-expect-error a number is missing
    coder.apply(variables, [x], { method: coder.encode })
  })
})
