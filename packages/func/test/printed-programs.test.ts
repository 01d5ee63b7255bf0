/** Printed programs of typical functions: a surplus equation, a lost residual or a renamed primitive is seen in review. */
import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  customJvp,
  grad,
  jit,
  jvp,
  lax,
  makeJaxpr,
  nn,
  np,
  printJaxpr,
  random,
  type Tensor,
  typecheckJaxpr,
  vmap,
} from '../src/index'

const f32 = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const
const i32 = (...shape: number[]) => ({ shape, dtype: 'int32' }) as const
const bool = (...shape: number[]) => ({ shape, dtype: 'bool' }) as const
const [scalar, three, two_three] = [f32(), f32(3), f32(2, 3)]

/** The program of `f` for arguments of these types, checked and printed. */
const text = (f: (...xs: never[]) => unknown, ...types: readonly unknown[]): string => {
  const program = makeJaxpr(f as (...xs: unknown[]) => unknown)(...types)
  typecheckJaxpr(program.jaxpr)
  return `\n${printJaxpr(program)}\n`
}

describe('arithmetic', () => {
  it('one function', () => {
    expect(text((x: Tensor) => np.sin(x), three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:f32[3] = sin a
        in (b,) }
      "
    `)
  })
  it('numbers are literals', () => {
    expect(text((x: Tensor) => x.mul(2).add(1), three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:f32[3] = mul a 2.0:f32[]
          c:f32[3] = add b 1.0:f32[]
        in (c,) }
      "
    `)
  })
  it('a row beside a matrix', () => {
    expect(text((m: Tensor, b: Tensor) => m.add(b), two_three, three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[2,3] b:f32[3]. let
          c:f32[2,3] = broadcast_in_dim[broadcast_dimensions=(1,) shape=(2, 3)] b
          d:f32[2,3] = add a c
        in (d,) }
      "
    `)
  })
  it('a mean', () => {
    expect(text((m: Tensor) => m.mean(0), two_three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[2,3]. let
          b:f32[3] = reduce_sum[axes=(0,)] a
          c:f32[3] = div b 2.0:f32[]
        in (c,) }
      "
    `)
  })
  it('softmax', () => {
    expect(text((x: Tensor) => nn.softmax(x), three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:f32[3] = custom_jvp_call[
            call_jaxpr={ lambda ; a:f32[3]. let
                  b:f32[] = reduce_max[axes=(0,)] a
                  c:f32[] = stop_gradient b
                  d:f32[3] = sub a c
                  e:f32[3] = exp d
                  f:f32[] = reduce_sum[axes=(0,)] e
                  g:f32[3] = div e f
                in (g,) }
          ] a
        in (b,) }
      "
    `)
  })
  it('a dense layer', () => {
    expect(
      text((x: Tensor, w: Tensor, b: Tensor) => np.maximum(np.matmul(x, w).add(b), 0), f32(2, 3), f32(3, 4), f32(4)),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[2,3] b:f32[3,4] c:f32[4]. let
          d:f32[2,4] = dot_general[dimension_numbers=(((1,), (0,)), ((), ()))] a b
          e:f32[2,4] = broadcast_in_dim[broadcast_dimensions=(1,) shape=(2, 4)] c
          f:f32[2,4] = add d e
          g:f32[2,4] = max f 0.0:f32[]
        in (g,) }
      "
    `)
  })
  it('a choice', () => {
    expect(text((x: Tensor) => np.where(x.greater(0), x, 0), three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:bool[3] = gt a 0.0:f32[]
          c:f32[3] = broadcast_in_dim[broadcast_dimensions=() shape=(3,)] 0.0:f32[]
          d:f32[3] = select_n b c a
        in (d,) }
      "
    `)
  })
  it('a slice', () => {
    expect(text((m: Tensor) => m.at(':', '1:'), two_three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[2,3]. let
          b:f32[2,2] = slice[limit_indices=(2, 3) start_indices=(0, 1) strides=None] a
        in (b,) }
      "
    `)
  })
  it('an element at a place that is data', () => {
    expect(text((x: Tensor, i: Tensor) => x.at(i), three, i32())).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3] b:i32[]. let
          c:bool[] = lt b 0:i32[]
          d:i32[] = add b 3:i32[]
          e:i32[] = select_n c b d
          f:f32[1] = dynamic_slice[slice_sizes=(1,)] a e
          g:f32[] = squeeze[dimensions=(0,)] f
        in (g,) }
      "
    `)
  })
  it('a sort', () => {
    expect(text((x: Tensor) => np.sort(x), three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:f32[3] = sort[dimension=0 is_stable=True num_keys=1] a
        in (b,) }
      "
    `)
  })
  it('uniform random numbers', () => {
    expect(text((key: Tensor) => random.uniform(key, [2]), { shape: [2], dtype: 'uint32' })).toMatchInlineSnapshot(`
      "
      { lambda ; a:u32[2]. let
          b:f32[2] = jit[
            jaxpr={ lambda ; a:u32[2]. let
                  b:u32[2] = jit[
                    jaxpr={ lambda ; a:u32[2]. let
                          b:u32[1] = slice[limit_indices=(1,) start_indices=(0,) strides=None] a
                          c:u32[] = reshape[new_sizes=()] b
                          d:u32[1] = slice[limit_indices=(2,) start_indices=(1,) strides=None] a
                          e:u32[] = reshape[new_sizes=()] d
                          f:u32[2] = iota[dimension=0 dtype=uint32 shape=(2,)]
                          g:u32[2] h:u32[2] = threefry2x32 c e 0:u32[] f
                          i:u32[2] = xor g h
                        in (i,) }
                    name=bits
                  ] a
                  c:u32[2] = shift_right_logical b 9:u32[]
                  d:u32[2] = or c 1065353216:u32[]
                  e:f32[2] = bitcast_convert_type[new_dtype=float32] d
                  f:f32[2] = sub e 1.0:f32[]
                  g:f32[2] = max f 0.0:f32[]
                in (g,) }
            name=uniform
          ] a
        in (b,) }
      "
    `)
  })
})

describe('derivatives', () => {
  it('a gradient', () => {
    expect(
      text(
        grad((x: Tensor) => np.sum(np.sin(x).mul(x))),
        three,
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:f32[3] = sin a
          c:f32[3] = cos a
          d:f32[3] = mul b a
          e:f32[] = reduce_sum[axes=(0,)] d
          f:f32[3] = broadcast_in_dim[broadcast_dimensions=() shape=(3,)] 1.0:f32[]
          g:f32[3] = mul b f
          h:f32[3] = mul f a
          i:f32[3] = mul h c
          j:f32[3] = add_any g i
        in (j,) }
      "
    `)
  })
  it('a tangent', () => {
    expect(text((x: Tensor, t: Tensor) => jvp((y: Tensor) => np.exp(np.sin(y)), [x], [t]), three, three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3] b:f32[3]. let
          c:f32[3] = sin a
          d:f32[3] = cos a
          e:f32[3] = mul b d
          f:f32[3] = exp c
          g:f32[3] = mul e f
        in (f, g) }
      "
    `)
  })
  it('a gradient of a gradient', () => {
    expect(
      text(
        grad((x: Tensor) => grad((y: Tensor) => np.sin(y))(x)),
        scalar,
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[]. let
          b:f32[] = sin a
          c:f32[] = cos a
          d:f32[] = cos a
          e:f32[] = sin a
          f:f32[] = mul 1.0:f32[] d
          g:f32[] = mul 1.0:f32[] 1.0:f32[]
          h:f32[] = neg g
          i:f32[] = mul h e
        in (i,) }
      "
    `)
  })
  it('the gradient of a dense layer by its kernel', () => {
    expect(
      text(
        grad((w: Tensor, x: Tensor) => np.sum(np.tanh(np.matmul(x, w)))),
        f32(3, 4),
        f32(2, 3),
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3,4] b:f32[2,3]. let
          c:f32[2,4] = dot_general[dimension_numbers=(((1,), (0,)), ((), ()))] b a
          d:f32[2,4] = tanh c
          e:f32[2,4] = add c c
          f:f32[2,4] = logistic e
          g:f32[2,4] = neg e
          h:f32[2,4] = logistic g
          i:f32[2,4] = mul f h
          j:f32[2,4] = mul 4.0:f32[] i
          k:f32[] = reduce_sum[axes=(0, 1)] d
          l:f32[2,4] = broadcast_in_dim[broadcast_dimensions=() shape=(2, 4)] 1.0:f32[]
          m:f32[2,4] = mul l j
          n:f32[4,3] = dot_general[dimension_numbers=(((0,), (0,)), ((), ()))] m b
          o:f32[3,4] = transpose[permutation=(1, 0)] n
        in (o,) }
      "
    `)
  })
  it('a rule of its own, recorded', () => {
    const sine = customJvp((x: Tensor) => np.sin(x)).defjvp(([x]: Tensor[], [t]: Tensor[]) => [np.sin(x!), np.cos(x!).mul(t!)])
    expect(text((x: Tensor) => sine(x), three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:f32[3] = custom_jvp_call[
            call_jaxpr={ lambda ; a:f32[3]. let
                  b:f32[3] = sin a
                in (b,) }
          ] a
        in (b,) }
      "
    `)
  })
  it('a checkpoint', () => {
    expect(text((x: Tensor) => checkpoint((y: Tensor) => np.sin(np.sin(y)))(x), three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:f32[3] = checkpoint[
            jaxpr={ lambda ; a:f32[3]. let
                  b:f32[3] = sin a
                  c:f32[3] = sin b
                in (c,) }
            policy=None
            prevent_cse=True
          ] a
        in (b,) }
      "
    `)
  })
  it('the gradient of a checkpoint computes again', () => {
    expect(
      text(
        grad((x: Tensor) => checkpoint((y: Tensor) => np.sin(np.sin(y)))(x)),
        scalar,
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[]. let
          b:f32[] = jit[
            jaxpr={ lambda ; a:f32[]. let
                  b:f32[] = sin a
                  c:f32[] = sin b
                in (c,) }
            name=checkpoint
          ] a
          c:f32[] = checkpoint[
            jaxpr={ lambda ; a:f32[] b:f32[]. let
                  c:f32[] = sin a
                  d:f32[] = cos a
                  e:f32[] = cos c
                  f:f32[] = mul b e
                  g:f32[] = mul f d
                in (g,) }
            policy=None
            prevent_cse=True
          ] a 1.0:f32[]
        in (c,) }
      "
    `)
  })
})

describe('vmap', () => {
  it('of a dot product', () => {
    expect(
      text(
        vmap((x: Tensor, y: Tensor) => np.dot(x, y)),
        two_three,
        two_three,
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[2,3] b:f32[2,3]. let
          c:f32[2] = dot_general[dimension_numbers=(((1,), (1,)), ((0,), (0,)))] a b
        in (c,) }
      "
    `)
  })
  it('of a product with a shared matrix', () => {
    expect(
      text(
        vmap((x: Tensor, w: Tensor) => np.matmul(x, w), { inAxes: [0, null] }),
        two_three,
        f32(3, 4),
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[2,3] b:f32[3,4]. let
          c:f32[2,4] = dot_general[dimension_numbers=(((1,), (0,)), ((), ()))] a b
        in (c,) }
      "
    `)
  })
  it('with a sum over its axis', () => {
    expect(
      text(
        vmap((x: Tensor) => lax.psum(x, 'i').mul(x), { axisName: 'i' }),
        two_three,
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[2,3]. let
          b:f32[3] = reduce_sum[axes=(0,)] a
          c:f32[2,3] = broadcast_in_dim[broadcast_dimensions=(1,) shape=(2, 3)] b
          d:f32[2,3] = mul c a
        in (d,) }
      "
    `)
  })
  it('of a gradient', () => {
    expect(text(vmap(grad((x: Tensor) => np.sum(np.square(x)))), two_three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[2,3]. let
          b:f32[2,3] = square a
          c:f32[2,3] = mul 2.0:f32[] a
          d:f32[2] = reduce_sum[axes=(1,)] b
          e:f32[3] = broadcast_in_dim[broadcast_dimensions=() shape=(3,)] 1.0:f32[]
          f:f32[2,3] = broadcast_in_dim[broadcast_dimensions=(1,) shape=(2, 3)] e
          g:f32[2,3] = mul f c
        in (g,) }
      "
    `)
  })
})

describe('calls and control flow', () => {
  it('jit', () => {
    const f = (y: Tensor): Tensor => np.sin(y).mul(2)
    expect(text((x: Tensor) => jit(f)(x), three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:f32[3] = jit[
            jaxpr={ lambda ; a:f32[3]. let
                  b:f32[3] = sin a
                  c:f32[3] = mul b 2.0:f32[]
                in (c,) }
            name=f
          ] a
        in (b,) }
      "
    `)
  })
  it('the gradient of jit', () => {
    const f = (y: Tensor): Tensor => np.sin(y).mul(y)
    expect(
      text(
        grad((x: Tensor) => jit(f)(x)),
        scalar,
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[]. let
          b:f32[] c:f32[] d:f32[] = jit[
            jaxpr={ lambda ; a:f32[]. let
                  b:f32[] = sin a
                  c:f32[] = cos a
                  d:f32[] = mul b a
                in (d, c, b) }
            name=f
          ] a
          e:f32[] = jit[
            jaxpr={ lambda ; a:f32[] b:f32[] c:f32[] d:f32[]. let
                  e:f32[] = mul c d
                  f:f32[] = mul d b
                  g:f32[] = mul f a
                  h:f32[] = add_any e g
                in (h,) }
            name=f
          ] c a d 1.0:f32[]
        in (e,) }
      "
    `)
  })
  it('scan', () => {
    expect(
      text((c: Tensor, xs: Tensor) => lax.scan((h: Tensor, x: Tensor) => [h.mul(x), h.add(x)], c, xs), scalar, three),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[] b:f32[3]. let
          c:f32[] d:f32[3] = scan[
            jaxpr={ lambda ; a:f32[] b:f32[]. let
                  c:f32[] = mul a b
                  d:f32[] = add a b
                in (c, d) }
            length=3
            num_carry=1
            num_consts=0
            reverse=False
            unroll=1
          ] a b
        in (c, d) }
      "
    `)
  })
  it('the gradient of scan stacks what the way back reads', () => {
    const last = (c: Tensor, xs: Tensor): Tensor => lax.scan((h: Tensor, x: Tensor) => [np.sin(h.mul(x)), null], c, xs)[0]
    expect(text(grad(last), scalar, three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[] b:f32[3]. let
          c:f32[] d:f32[3] = scan[
            jaxpr={ lambda ; a:f32[] b:f32[]. let
                  c:f32[] = mul a b
                  d:f32[] = sin c
                  e:f32[] = cos c
                in (d, e) }
            length=3
            num_carry=1
            num_consts=0
            reverse=False
            unroll=1
          ] a b
          e:f32[] = scan[
            jaxpr={ lambda ; a:f32[] b:f32[] c:f32[]. let
                  d:f32[] = mul a c
                  e:f32[] = mul d b
                in (e,) }
            length=3
            num_carry=1
            num_consts=0
            reverse=True
            unroll=1
          ] 1.0:f32[] b d
        in (e,) }
      "
    `)
  })
  it('vmap of scan', () => {
    expect(
      text(
        vmap((c: Tensor, xs: Tensor) => lax.scan((h: Tensor, x: Tensor) => [h.mul(x), h], c, xs)),
        f32(2),
        two_three,
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[2] b:f32[2,3]. let
          c:f32[3,2] = transpose[permutation=(1, 0)] b
          d:f32[2] e:f32[3,2] = scan[
            jaxpr={ lambda ; a:f32[2] b:f32[2]. let
                  c:f32[2] = mul a b
                in (c, a) }
            length=3
            num_carry=1
            num_consts=0
            reverse=False
            unroll=1
          ] a c
          f:f32[2,3] = transpose[permutation=(1, 0)] e
        in (d, f) }
      "
    `)
  })
  it('cond', () => {
    expect(
      text(
        (p: Tensor, x: Tensor) =>
          lax.cond(
            p,
            (y: Tensor) => np.sin(y),
            (y: Tensor) => y.mul(2),
            x,
          ),
        bool(),
        three,
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:bool[] b:f32[3]. let
          c:i32[] = convert_element_type[new_dtype=int32 weak_type=False] a
          d:f32[3] = cond[
            branches=(
              { lambda ; a:f32[3]. let
                    b:f32[3] = mul a 2.0:f32[]
                  in (b,) }
              { lambda ; a:f32[3]. let
                    b:f32[3] = sin a
                  in (b,) }
            )
          ] c b
        in (d,) }
      "
    `)
  })
  it('the gradient of cond', () => {
    expect(
      text(
        grad((x: Tensor) =>
          lax.cond(
            x.greater(0),
            (y: Tensor) => np.sin(y),
            (y: Tensor) => y.mul(y),
            x,
          ),
        ),
        scalar,
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[]. let
          b:bool[] = gt a 0.0:f32[]
          c:i32[] = convert_element_type[new_dtype=int32 weak_type=False] b
          d:f32[] e:f32[] = cond[
            branches=(
              { lambda ; a:f32[]. let
                    b:f32[] = mul a a
                  in (b, a) }
              { lambda ; a:f32[]. let
                    b:f32[] = sin a
                    c:f32[] = cos a
                  in (b, c) }
            )
          ] c a
          f:f32[] = cond[
            branches=(
              { lambda ; a:f32[] b:f32[]. let
                    c:f32[] = mul a b
                    d:f32[] = mul b a
                    e:f32[] = add_any c d
                  in (e,) }
              { lambda ; a:f32[] b:f32[]. let
                    c:f32[] = mul b a
                  in (c,) }
            )
          ] c e 1.0:f32[]
        in (f,) }
      "
    `)
  })
  it('vmap of cond over its predicate', () => {
    expect(
      text(
        vmap((p: Tensor, x: Tensor) =>
          lax.cond(
            p,
            (y: Tensor) => np.sin(y),
            (y: Tensor) => y.mul(2),
            x,
          ),
        ),
        bool(2),
        f32(2),
      ),
    ).toMatchInlineSnapshot(`
      "
      { lambda ; a:bool[2] b:f32[2]. let
          c:i32[2] = convert_element_type[new_dtype=int32 weak_type=False] a
          d:f32[2] = mul b 2.0:f32[]
          e:f32[2] = sin b
          f:i32[2] = clamp 0:i32[] c 1:i32[]
          g:f32[2] = select_n f d e
        in (g,) }
      "
    `)
  })
  it('while', () => {
    const program = (x: Tensor): unknown =>
      lax.whileLoop(
        ([i]: [Tensor, Tensor]) => i.less(3),
        ([i, y]: [Tensor, Tensor]) => [i.add(1), y.mul(2)] as [Tensor, Tensor],
        [np.array(0, { dtype: 'int32' }), x],
      )
    expect(text(program, three)).toMatchInlineSnapshot(`
      "
      { lambda ; a:f32[3]. let
          b:i32[] c:f32[3] = while[
            body_jaxpr={ lambda ; a:i32[] b:f32[3]. let
                  c:i32[] = add a 1:i32[]
                  d:f32[3] = mul b 2.0:f32[]
                in (c, d) }
            body_num_consts=0
            cond_jaxpr={ lambda ; a:i32[] b:f32[3]. let
                  c:bool[] = lt a 3:i32[]
                in (c,) }
            cond_num_consts=0
          ] 0:i32[] a
        in (b, c) }
      "
    `)
  })
})
