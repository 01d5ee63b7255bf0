// What the types say of lifted functions: numbers are traced, lists that are answered are tuples. Nothing here is about values.
import type { Tensor } from '@heddle/func'
import { expectTypeOf, it } from 'vitest'
import * as lift from '../src/index'

declare const x: Tensor
declare const scope: lift.Scope
const never = <T>(run: () => T): void => void run
const times = (_: lift.Scope, y: Tensor, n: number): Tensor => y.mul(n)
const count = (_: lift.Scope, n: number): number => n + 1
const both = (_: lift.Scope, y: Tensor): [Tensor, Tensor] => [y, y]

it('what takes a number is refused, unless it is static or stays what it is', () => {
  const passes = { forwardFn: (s: lift.Scope, y: Tensor, n: number) => [times(s, y, n), n] as const, backwardFn: () => [{}] }
  never(() => {
    expectTypeOf(lift.jit(times, { staticArgnums: 2 })).toEqualTypeOf<typeof times>()
    expectTypeOf(lift.checkpoint(times, { staticArgnums: [2] })).toEqualTypeOf<typeof times>()
    expectTypeOf(lift.customVjp(times, { ...passes, nondiffArgnums: [2] })).toEqualTypeOf<typeof times>()
    expectTypeOf(lift.vmap(times, { inAxes: [0, null] })).toEqualTypeOf<typeof times>()
    expectTypeOf(lift.mapVariables(times, 'params')).toEqualTypeOf<typeof times>()
    // @ts-expect-error argument 2 is a number
    lift.jit(times)
    // @ts-expect-error argument 2 is a number
    lift.checkpoint(times)
    // @ts-expect-error argument 2 is a number
    lift.cond(true, times, times, scope, [x, 1])
    // @ts-expect-error argument 2 is a number
    lift.switch(0, [times], scope, [x, 1])
    // @ts-expect-error the carry is a number
    lift.whileLoop(() => true, count, scope, 1)
    // @ts-expect-error the carry is a number
    lift.scan((_: lift.Scope, n: number) => [n, n])
    // @ts-expect-error the carry is a number
    lift.rematScan(count, { lengths: [2] })
    // @ts-expect-error argument 2 is a number
    lift.jvp(times, scope, [x, 1], [x, 1])
    // @ts-expect-error argument 2 is a number
    lift.vjp(times, scope, [x, 1])
    // @ts-expect-error argument 2 is a number
    lift.vjpWithAux((s: lift.Scope, y: Tensor, n: number) => [times(s, y, n), null], scope, [x, 1])
    // @ts-expect-error argument 2 is a number
    lift.valueAndGrad(times, scope, [x, 1])
    // @ts-expect-error argument 2 is a number
    lift.customVjp(times, passes)
  })
})

it('a list is a tuple, without as const', () => {
  never(() => {
    expectTypeOf(lift.jit((_: lift.Scope, y: Tensor) => [y, y])).toEqualTypeOf<typeof both>()
    expectTypeOf(lift.remat((_: lift.Scope, y: Tensor) => [y, y])).toEqualTypeOf<typeof both>()
    expectTypeOf(lift.vmap((_: lift.Scope, y: Tensor) => [y, y])).toEqualTypeOf<typeof both>()
    expectTypeOf(lift.foldRngs((_: lift.Scope, y: Tensor) => [y, y])).toEqualTypeOf<typeof both>()
    expectTypeOf(lift.mapVariables((_: lift.Scope, y: Tensor) => [y, y], 'params')).toEqualTypeOf<typeof both>()
    expectTypeOf(lift.scan((_: lift.Scope, c: Tensor, y: Tensor) => [c, [y, y]])(scope, x, x)[0]).toEqualTypeOf<Tensor>()
    expectTypeOf(
      lift.whileLoop(
        (_, [a]) => a.any(),
        (_, [a, b]) => [b, a],
        scope,
        [x, x],
      ),
    ).toEqualTypeOf<[Tensor, Tensor]>()
    expectTypeOf(
      lift.cond(
        true,
        (_, a) => [a, a],
        (_, a) => [a, a],
        scope,
        [x],
      ),
    ).toEqualTypeOf<[Tensor, Tensor]>()
    expectTypeOf(lift.apply((_, y: Tensor) => [y, y])({}, x)).toEqualTypeOf<[Tensor, Tensor]>()
  })
})
