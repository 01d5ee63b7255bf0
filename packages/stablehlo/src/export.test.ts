/** Programs as text. What XLA makes of such texts is tested where XLA is, in backend-pjrt. */
import { grad, jit, lax, makeJaxpr, np, random, type Tensor, checkpoint, vmap, withShardingConstraint } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { exportStablehlo, lowerProgram } from './index'

const f32 = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const
const i32 = (...shape: number[]) => ({ shape, dtype: 'int32' }) as const
/** The lines inside main, or all functions. */
const inside = (text: string): string => text.split('\n').slice(1, -2).join('\n').replaceAll(/^ {2}/gm, '')

describe('a program as StableHLO', () => {
  it('is a module whose main has its arguments and results', () => {
    expect(
      exportStablehlo(
        function affine(x: Tensor, w: Tensor) {
          return np.matmul(x, w).add(1)
        },
        [f32(2, 3), f32(3, 4)],
      ),
    ).toMatchInlineSnapshot(`
      "module @jit_affine attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
        func.func public @main(%arg0: tensor<2x3xf32>, %arg1: tensor<3x4xf32>) -> tensor<2x4xf32> {
          %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
          %cst = stablehlo.constant dense<1.0> : tensor<f32>
          %1 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<2x4xf32>
          %2 = stablehlo.add %0, %1 : tensor<2x4xf32>
          return %2 : tensor<2x4xf32>
        }
      }
      "
    `)
  })
  it('says the precision of products', () => {
    const f = (x: Tensor, w: Tensor, k: Tensor) => [
      np.dot(x, w, { precision: ['high', 'highest'] }),
      lax.convGeneralDilated(np.ones([1, 2, 5]), k, [1], 'VALID', { precision: 'highest' }),
    ]
    const text = exportStablehlo(f, [f32(2, 3), f32(3, 4), f32(3, 2, 2)])
    expect(text).toContain('contracting_dims = [1] x [0], precision = [HIGH, HIGHEST] :')
    expect(text).toContain('precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]} :')
  })
  it('always has the same text', () => {
    const f = (x: Tensor) => np.sort(np.sin(x))
    expect(exportStablehlo(f, [f32(5)])).toBe(exportStablehlo(f, [f32(5)]))
  })
  it('holds what the function closes over, exactly', () => {
    const w = np.array([
      [1, 0.1],
      [Infinity, -2.5],
    ])
    expect(inside(exportStablehlo((x: Tensor) => np.matmul(x, w), [f32(2, 2)]))).toMatchInlineSnapshot(`
      "func.func public @main(%arg0: tensor<2x2xf32>) -> tensor<2x2xf32> {
        %cst = stablehlo.constant dense<[[1.0, 0.1], [0x7F800000, -2.5]]> : tensor<2x2xf32>
        %0 = stablehlo.dot_general %arg0, %cst, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
        return %0 : tensor<2x2xf32>
      }"
    `)
  })
  it('has a loop for scan', () => {
    const f = (c: Tensor, xs: Tensor) => lax.scan((c: Tensor, x: Tensor): [Tensor, Tensor] => [c.add(x), c.mul(x)], c, xs)
    expect(inside(exportStablehlo(f, [f32(), f32(5)]))).toMatchInlineSnapshot(`
      "func.func public @main(%arg0: tensor<f32>, %arg1: tensor<5xf32>) -> (tensor<f32>, tensor<5xf32>) {
        %cst = stablehlo.constant dense<0.0> : tensor<5xf32>
        %c = stablehlo.constant dense<0> : tensor<i32>
        %0:4 = stablehlo.while(%iterArg = %c, %iterArg_0 = %arg0, %iterArg_1 = %arg1, %iterArg_2 = %cst) : tensor<i32>, tensor<f32>, tensor<5xf32>, tensor<5xf32>
        cond {
          %c_3 = stablehlo.constant dense<5> : tensor<i32>
          %1 = stablehlo.compare LT, %iterArg, %c_3, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
          stablehlo.return %1 : tensor<i1>
        } do {
          %2 = stablehlo.dynamic_slice %iterArg_1, %iterArg, sizes = [1] : (tensor<5xf32>, tensor<i32>) -> tensor<1xf32>
          %3 = stablehlo.reshape %2 : (tensor<1xf32>) -> tensor<f32>
          %4 = stablehlo.add %iterArg_0, %3 : tensor<f32>
          %5 = stablehlo.multiply %iterArg_0, %3 : tensor<f32>
          %6 = stablehlo.reshape %5 : (tensor<f32>) -> tensor<1xf32>
          %7 = stablehlo.dynamic_update_slice %iterArg_2, %6, %iterArg : (tensor<5xf32>, tensor<1xf32>, tensor<i32>) -> tensor<5xf32>
          %c_4 = stablehlo.constant dense<1> : tensor<i32>
          %8 = stablehlo.add %iterArg, %c_4 : tensor<i32>
          stablehlo.return %8, %4, %iterArg_1, %7 : tensor<i32>, tensor<f32>, tensor<5xf32>, tensor<5xf32>
        }
        return %0#1, %0#3 : tensor<f32>, tensor<5xf32>
      }"
    `)
  })
  it('has several steps in a turn of an unrolled scan, and none of a loop where all are', () => {
    const f = (unroll: number) => (c: Tensor, xs: Tensor) =>
      lax.scan((c: Tensor, x: Tensor): [Tensor, Tensor] => [c.add(x), c.mul(x)], c, xs, { unroll, reverse: true })
    const two = exportStablehlo(f(2), [f32(), f32(5)])
    expect(two.match(/stablehlo\.while/g)).toHaveLength(1)
    expect(two.match(/stablehlo\.multiply/g)).toHaveLength(3)
    expect(exportStablehlo(f(5), [f32(), f32(5)])).not.toContain('while')
  })
  it('has a loop for whileLoop', () => {
    const f = (x: Tensor) =>
      lax.whileLoop(
        (c: Tensor) => np.sum(c).lt(10),
        (c: Tensor) => c.mul(2),
        x,
      )
    expect(inside(exportStablehlo(f, [f32(3)]))).toMatchInlineSnapshot(`
      "func.func public @main(%arg0: tensor<3xf32>) -> tensor<3xf32> {
        %0 = stablehlo.while(%iterArg = %arg0) : tensor<3xf32>
        cond {
          %cst = stablehlo.constant dense<0.0> : tensor<f32>
          %1 = stablehlo.reduce(%iterArg init: %cst) applies stablehlo.add across dimensions = [0] : (tensor<3xf32>, tensor<f32>) -> tensor<f32>
          %cst_0 = stablehlo.constant dense<10.0> : tensor<f32>
          %2 = stablehlo.compare LT, %1, %cst_0, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
          stablehlo.return %2 : tensor<i1>
        } do {
          %cst_1 = stablehlo.constant dense<2.0> : tensor<f32>
          %3 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f32>) -> tensor<3xf32>
          %4 = stablehlo.multiply %iterArg, %3 : tensor<3xf32>
          stablehlo.return %4 : tensor<3xf32>
        }
        return %0 : tensor<3xf32>
      }"
    `)
  })
  it('has a case for cond', () => {
    const f = (p: Tensor, x: Tensor) => lax.switch(p, [(x: Tensor) => x, (x: Tensor) => x.mul(2), (x: Tensor) => np.sin(x)], x)
    expect(inside(exportStablehlo(f, [i32(), f32(3)]))).toMatchInlineSnapshot(`
      "func.func public @main(%arg0: tensor<i32>, %arg1: tensor<3xf32>) -> tensor<3xf32> {
        %c = stablehlo.constant dense<2> : tensor<i32>
        %c_0 = stablehlo.constant dense<0> : tensor<i32>
        %0 = stablehlo.clamp %c_0, %arg0, %c : tensor<i32>
        %1 = "stablehlo.case"(%0) ({
          stablehlo.return %arg1 : tensor<3xf32>
        }, {
          %cst = stablehlo.constant dense<2.0> : tensor<f32>
          %2 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<3xf32>
          %3 = stablehlo.multiply %arg1, %2 : tensor<3xf32>
          stablehlo.return %3 : tensor<3xf32>
        }, {
          %4 = stablehlo.sine %arg1 : tensor<3xf32>
          stablehlo.return %4 : tensor<3xf32>
        }) : (tensor<i32>) -> tensor<3xf32>
        return %1 : tensor<3xf32>
      }"
    `)
  })
  it('has one function for a jitted function that is called twice', () => {
    const g = jit(function twice(x: Tensor) {
      return x.mul(2)
    })
    expect(inside(exportStablehlo((x: Tensor) => g(g(x)), [f32(3)]))).toMatchInlineSnapshot(`
      "func.func public @main(%arg0: tensor<3xf32>) -> tensor<3xf32> {
        %0 = func.call @twice(%arg0) : (tensor<3xf32>) -> tensor<3xf32>
        %1 = func.call @twice(%0) : (tensor<3xf32>) -> tensor<3xf32>
        return %1 : tensor<3xf32>
      }
      func.func private @twice(%arg0: tensor<3xf32>) -> tensor<3xf32> {
        %cst = stablehlo.constant dense<2.0> : tensor<f32>
        %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<3xf32>
        %1 = stablehlo.multiply %arg0, %0 : tensor<3xf32>
        return %1 : tensor<3xf32>
      }"
    `)
  })
  it('keeps what a checkpoint computes again apart', () => {
    const f = grad((x: Tensor) => np.sum(checkpoint((y: Tensor) => np.sin(np.sin(y)))(x)))
    expect(inside(exportStablehlo(f as (x: Tensor) => unknown, [f32(3)]))).toMatchInlineSnapshot(`
      "func.func public @main(%arg0: tensor<3xf32>) -> tensor<3xf32> {
        %cst = stablehlo.constant dense<1.0> : tensor<f32>
        %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<3xf32>
        %1:2 = stablehlo.optimization_barrier %arg0, %0 : tensor<3xf32>, tensor<3xf32>
        %2 = stablehlo.sine %1#0 : tensor<3xf32>
        %3 = stablehlo.cosine %1#0 : tensor<3xf32>
        %4 = stablehlo.cosine %2 : tensor<3xf32>
        %5 = stablehlo.multiply %1#1, %4 : tensor<3xf32>
        %6 = stablehlo.multiply %5, %3 : tensor<3xf32>
        return %6 : tensor<3xf32>
      }"
    `)
  })
  it('has generic operations with their attributes and regions', () => {
    expect(inside(exportStablehlo((x: Tensor, i: Tensor) => np.take(np.sort(x), i), [f32(4), i32(2)]))).toMatchInlineSnapshot(`
      "func.func public @main(%arg0: tensor<4xf32>, %arg1: tensor<2xi32>) -> tensor<2xf32> {
        %0 = "stablehlo.sort"(%arg0) <{dimension = 0 : i64, is_stable = true}> ({
        ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
          %cst = stablehlo.constant dense<0.0> : tensor<f32>
          %1 = stablehlo.compare EQ, %arg2, %cst, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
          %2 = stablehlo.select %1, %cst, %arg2 : tensor<i1>, tensor<f32>
          %3 = stablehlo.compare NE, %arg2, %arg2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
          %cst_0 = stablehlo.constant dense<0x7FC00000> : tensor<f32>
          %4 = stablehlo.select %3, %cst_0, %2 : tensor<i1>, tensor<f32>
          %5 = stablehlo.compare EQ, %arg3, %cst, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
          %6 = stablehlo.select %5, %cst, %arg3 : tensor<i1>, tensor<f32>
          %7 = stablehlo.compare NE, %arg3, %arg3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
          %8 = stablehlo.select %7, %cst_0, %6 : tensor<i1>, tensor<f32>
          %9 = stablehlo.compare LT, %4, %8, TOTALORDER : (tensor<f32>, tensor<f32>) -> tensor<i1>
          stablehlo.return %9 : tensor<i1>
        }) : (tensor<4xf32>) -> tensor<4xf32>
        %c = stablehlo.constant dense<0> : tensor<i32>
        %10 = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<i32>) -> tensor<2xi32>
        %11 = stablehlo.compare LT, %arg1, %10, SIGNED : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi1>
        %c_1 = stablehlo.constant dense<4> : tensor<i32>
        %12 = stablehlo.broadcast_in_dim %c_1, dims = [] : (tensor<i32>) -> tensor<2xi32>
        %13 = stablehlo.add %arg1, %12 : tensor<2xi32>
        %14 = stablehlo.select %11, %13, %arg1 : tensor<2xi1>, tensor<2xi32>
        %15 = stablehlo.broadcast_in_dim %14, dims = [0] : (tensor<2xi32>) -> tensor<2x1xi32>
        %16 = "stablehlo.gather"(%0, %15) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1>}> : (tensor<4xf32>, tensor<2x1xi32>) -> tensor<2xf32>
        %cst_2 = stablehlo.constant dense<0x7FC00000> : tensor<2xf32>
        %c_3 = stablehlo.constant dense<0> : tensor<2x1xi32>
        %17 = stablehlo.compare GE, %15, %c_3, SIGNED : (tensor<2x1xi32>, tensor<2x1xi32>) -> tensor<2x1xi1>
        %c_4 = stablehlo.constant dense<[3]> : tensor<1xi32>
        %18 = stablehlo.broadcast_in_dim %c_4, dims = [1] : (tensor<1xi32>) -> tensor<2x1xi32>
        %19 = stablehlo.compare LE, %15, %18, SIGNED : (tensor<2x1xi32>, tensor<2x1xi32>) -> tensor<2x1xi1>
        %20 = stablehlo.and %17, %19 : tensor<2x1xi1>
        %c_5 = stablehlo.constant dense<true> : tensor<i1>
        %21 = stablehlo.reduce(%20 init: %c_5) applies stablehlo.and across dimensions = [1] : (tensor<2x1xi1>, tensor<i1>) -> tensor<2xi1>
        %22 = stablehlo.select %21, %16, %cst_2 : tensor<2xi1>, tensor<2xf32>
        return %22 : tensor<2xf32>
      }"
    `)
  })
  it('has no custom calls for random numbers and special functions', () => {
    const text = exportStablehlo((k: Tensor) => random.normal(k, [4]), [{ shape: [2], dtype: 'uint32' }])
    expect(text).not.toContain('custom_call')
    expect(text).toContain('func.func private @threefry2x32')
    expect(text).toContain('func.func private @erf_inv')
  })
  it('puts a barrier before the keys of each hash: XLA for CPUs takes minutes for a chain of keys that it can look through', () => {
    const text = exportStablehlo((k: Tensor) => random.foldIn(random.foldIn(k, 1), 2), [{ shape: [2], dtype: 'uint32' }])
    const linesWith = (part: string): readonly string[] => text.split('\n').filter((line) => line.includes(part))
    const hashes = linesWith('call @threefry2x32').map((line) => /\((%\d+)#0, %\d+#1/.exec(line)?.[1])
    expect(hashes.length).toBeGreaterThan(0)
    expect(linesWith('stablehlo.optimization_barrier').map((line) => /%\d+/.exec(line)?.[0])).toEqual(hashes)
  })
})

describe('donated inputs', () => {
  const program = makeJaxpr((x: Tensor, y: Tensor, z: Tensor) => [x.add(z), y.mul(2)])(f32(3), f32(2), f32(3)).jaxpr
  it('give their memory to the next result of their type, or to whom XLA likes', () => {
    const main = lowerProgram(program, { donated: [false, true, true] }).split('\n')[1]
    expect(main).toMatchInlineSnapshot(
      `"  func.func public @main(%arg0: tensor<3xf32>, %arg1: tensor<2xf32> {tf.aliasing_output = 1 : i32}, %arg2: tensor<3xf32> {tf.aliasing_output = 0 : i32}) -> (tensor<3xf32>, tensor<2xf32>) {"`,
    )
    const head = (donated: boolean[]) =>
      lowerProgram(makeJaxpr((x: Tensor, y: Tensor) => [np.sum(x), y])(f32(3), f32(2)).jaxpr, { donated }).split('\n')[1]
    expect(head([true, true])).toContain(
      '%arg0: tensor<3xf32> {jax.buffer_donor = true}, %arg1: tensor<2xf32> {tf.aliasing_output = 1 : i32}',
    )
  })
})

describe('errors', () => {
  it('say that a collective needs its vmap', () => {
    const f = (x: Tensor) => vmap((y: Tensor) => lax.psum(y, 'i'), { axisName: 'i' })(x)
    const inner = makeJaxpr(f)(f32(3))
    expect(lowerProgram(inner.jaxpr)).toContain('stablehlo.reduce')
    vmap(
      (y: Tensor) => {
        const { jaxpr } = makeJaxpr((z: Tensor) => lax.psum(z, 'i'))(f32())
        expect(() => lowerProgram(jaxpr)).toThrow(/^backend stablehlo: psum: collectives go under the vmap/)
        return y
      },
      { axisName: 'i' },
    )(np.ones([3]))
  })
})

describe('a program over several devices', () => {
  const mesh = { axes: { data: 2, model: 4 } }
  const f = (x: Tensor, w: Tensor) => withShardingConstraint(np.matmul(x, w), { mesh, spec: { axes: ['data', 'model'] } })
  const program = makeJaxpr(f)(f32(8, 4), f32(4, 8)).jaxpr
  it('says how arguments and constrained values lie there', () => {
    const shape = Object.entries(mesh.axes)
    const partition = { mesh: shape, ins: [{ mesh: shape, dims: [['data'], null] }, null] }
    expect(lowerProgram(program, { partition })).toMatchInlineSnapshot(`
      "module @jit_main attributes {mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 1 : i32} {
        sdy.mesh @mesh = <["data"=2, "model"=4]>
        func.func public @main(%arg0: tensor<8x4xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data"}, {?}]>}, %arg1: tensor<4x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{}, {}]>}) -> tensor<8x8xf32> {
          %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<8x4xf32>, tensor<4x8xf32>) -> tensor<8x8xf32>
          %1 = sdy.sharding_constraint %0 <@mesh, [{"data"}, {"model"}]> : tensor<8x8xf32>
          return %1 : tensor<8x8xf32>
        }
      }
      "
    `)
  })
  it('passes constraints by where there is one device', () => {
    expect(lowerProgram(program)).not.toContain('sdy')
  })
})
