/** The precision of products, from the functions of users to the program, its derivatives and batches. */
import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import { ArgumentError, grad, jvp, lax, makeJaxpr, np, printJaxpr, setDefaultBackend, type Tensor, vmap } from '../src/index'

beforeEach(() => setDefaultBackend(hostBackend()))
const x = () => np.arange(6).reshape([2, 3]).astype('float32')
const w = () => np.arange(12).reshape([3, 4]).astype('float32')
/** The precisions that stand in a program, in order. */
const precisions = (f: (...xs: never[]) => unknown, ...args: readonly unknown[]): string[] =>
  printJaxpr(makeJaxpr(f as never)(...(args as never[]))).match(/precision=\(.*?\)/g) ?? []
const highest = 'precision=(Precision.HIGHEST, Precision.HIGHEST)'

describe('precision of dot_general', () => {
  it('stands in a program as in JAX, and not at all by default', () => {
    expect(
      printJaxpr(makeJaxpr((a: Tensor, b: Tensor) => np.dot(a, b, { precision: ['high', 'default'] }))(x(), w())),
    ).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[2,3] b:f32[3,4]. let
          c:f32[2,4] = dot_general[dimension_numbers=(((1,), (0,)), ((), ())) precision=(Precision.HIGH, Precision.DEFAULT)] a b
        in (c,) }"
    `)
    expect(precisions((a: Tensor, b: Tensor) => np.dot(a, b, { precision: null }), x(), w())).toEqual([])
  })
  it('has the names of JAX', () => {
    const of = (precision: np.PrecisionLike) => precisions((a: Tensor, b: Tensor) => np.dot(a, b, { precision }), x(), w())[0]
    for (const name of ['default', 'fastest', 'bfloat16'] as const)
      expect(of(name)).toBe('precision=(Precision.DEFAULT, Precision.DEFAULT)')
    for (const name of ['high', 'bfloat16_3x', 'tensorfloat32'] as const)
      expect(of(name)).toBe('precision=(Precision.HIGH, Precision.HIGH)')
    for (const name of ['highest', 'float32'] as const) expect(of(name)).toBe(highest)
    expect(() => of('exact' as never)).toThrow(ArgumentError)
    expect(() => of(['high'] as never)).toThrow('precision must be null, one of default, fastest,')
  })
  it('is taken by every product', () => {
    const p = { precision: 'highest' } as const
    const v = np.arange(3).astype('float32')
    const cube = np.ones([2, 2, 3])
    const products: readonly (() => Tensor)[] = [
      () => np.dot(x(), w(), p),
      () => np.matmul(cube, w(), p),
      () => np.einsum('ij,jk->ik', x(), w(), p),
      () => np.tensordot(x(), w(), 1, p),
      () => np.inner(x(), x(), p),
      () => np.vdot(x(), x(), p),
      () => np.linalg.multiDot([x(), w()], p),
      () => x().dot(w(), p),
      () => x().matmul(w(), p),
      () => np.convolve(v, v, 'full', p),
      () => np.correlate(v, v, 'valid', p),
      () => lax.dot(x(), w(), p),
      () => lax.batchMatmul(cube, np.ones([2, 3, 2]), p),
      () => lax.conv(np.ones([1, 2, 5]), np.ones([3, 2, 2]), [1], 'SAME', p),
      () => lax.convWithGeneralPadding(np.ones([1, 2, 5]), np.ones([3, 2, 2]), [1], 'VALID', [1], [1], p),
      () => lax.convTranspose(np.ones([1, 5, 2]), np.ones([3, 2, 2]), [2], 'SAME', p),
      () => lax.convGeneralDilatedPatches(np.ones([1, 2, 5]), [2], [1], 'VALID', p),
    ]
    for (const f of products) expect(precisions(f)).toEqual([highest])
    const local = () => lax.convGeneralDilatedLocal(np.ones([1, 2, 5]), np.ones([3, 4, 4]), [1], 'VALID', [2], p)
    expect(precisions(local)).toEqual([highest, highest])
  })
  it('is that of derivatives and batches', () => {
    const f = (a: Tensor, b: Tensor): Tensor => np.dot(a, b, { precision: ['high', 'default'] })
    const pair = 'precision=(Precision.HIGH, Precision.DEFAULT)'
    expect(
      precisions(
        grad((a: Tensor, b: Tensor) => f(a, b).sum(), { argnums: [0, 1] }),
        x(),
        w(),
      ),
    ).toEqual([pair, pair, pair])
    expect(precisions((a: Tensor, b: Tensor) => jvp(f, [a, b], [a, b]), x(), w())).toEqual([pair, pair, pair])
    for (const inAxes of [0, [0, null], [null, 0]] as const) {
      const [a, b] =
        inAxes === 0 ? [np.ones([2, 2, 3]), np.ones([2, 3, 4])] : inAxes[0] === 0 ? [np.ones([2, 2, 3]), w()] : [x(), np.ones([2, 3, 4])]
      expect(precisions(vmap(f, { inAxes }), a, b)).toEqual([pair])
    }
  })
  it('changes no value of kernels that are exact', () => {
    expect(np.dot(x(), w(), { precision: 'default' }).toArray()).toEqual(np.dot(x(), w()).toArray())
  })
})

describe('precision of conv_general_dilated', () => {
  const [image, kernel] = [() => np.ones([1, 5, 2]), () => np.ones([3, 2, 4])]
  const f = (a: Tensor, b: Tensor): Tensor =>
    lax.convGeneralDilated(a, b, [1], 'SAME', { dimensionNumbers: ['NHC', 'HIO', 'NHC'], precision: ['high', 'default'] })
  const pair = 'precision=(Precision.HIGH, Precision.DEFAULT)'
  it('is that of derivatives and batches', () => {
    expect(precisions(f, image(), kernel())).toEqual([pair])
    expect(
      precisions(
        grad((a: Tensor, b: Tensor) => f(a, b).sum(), { argnums: [0, 1] }),
        image(),
        kernel(),
      ),
    ).toEqual([pair, pair, pair])
    const [images, kernels] = [np.ones([2, 1, 5, 2]), np.ones([2, 3, 2, 4])]
    expect(precisions(vmap(f), images, kernels)).toEqual([pair])
    expect(precisions(vmap(f, { inAxes: [0, null] }), images, kernel())).toEqual([pair])
    expect(precisions(vmap(f, { inAxes: [null, 0] }), image(), kernels)).toEqual([pair])
  })
})

describe('einsum', () => {
  it('multiplies with another function in the place of lax.dotGeneral, with its options', () => {
    const seen: unknown[] = []
    const dotGeneral: np.DotGeneral = (a, b, dims, options) => {
      seen.push(dims, options.precision, options.preferredElementType)
      return lax.dotGeneral(a, b, dims).mul(10)
    }
    const out = np.einsum('ij,jk->ik', x(), w(), { dotGeneral, precision: 'high', preferredElementType: 'float32' })
    expect(out.toArray()).toEqual(x().dot(w()).mul(10).toArray())
    expect(seen).toEqual([
      [
        [[1], [0]],
        [[], []],
      ],
      'high',
      'float32',
    ])
  })
})
