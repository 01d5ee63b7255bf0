/** Methods of tensors, promotion, access to data, and messages. */
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  ConcretizationError,
  DisposedError,
  type DType,
  grad,
  jit,
  lax,
  LostDerivativeError,
  makeJaxpr,
  nn,
  np,
  printJaxpr,
  setDefaultBackend,
  type Tensor,
  vmap,
} from '../index'

beforeAll(() => setDefaultBackend(hostBackend()))
const x = () =>
  np.array([
    [1, 2.5, 3],
    [4, 5, 6],
  ])
const jaxprOf = (f: (...xs: Tensor[]) => unknown, ...xs: Tensor[]) => printJaxpr(makeJaxpr(f)(...xs).jaxpr)

describe('promotion', () => {
  const dtypes: readonly DType[] = ['bool', 'int8', 'int32', 'uint8', 'uint32', 'bfloat16', 'float16', 'float32']
  const sum = (a: DType, y: Tensor | number | boolean) => np.add(np.zeros([2], a), y).dtype
  it('of two tensors is the lattice of JAX', () => {
    const rows = dtypes.map((a) => dtypes.map((b) => sum(a, np.zeros([2], b))))
    expect(rows).toEqual([
      ['bool', 'int8', 'int32', 'uint8', 'uint32', 'bfloat16', 'float16', 'float32'],
      ['int8', 'int8', 'int32', 'int16', 'int32', 'bfloat16', 'float16', 'float32'],
      ['int32', 'int32', 'int32', 'int32', 'int32', 'bfloat16', 'float16', 'float32'],
      ['uint8', 'int16', 'int32', 'uint8', 'uint32', 'bfloat16', 'float16', 'float32'],
      ['uint32', 'int32', 'int32', 'uint32', 'uint32', 'bfloat16', 'float16', 'float32'],
      ['bfloat16', 'bfloat16', 'bfloat16', 'bfloat16', 'bfloat16', 'bfloat16', 'float32', 'float32'],
      ['float16', 'float16', 'float16', 'float16', 'float16', 'float32', 'float16', 'float32'],
      ['float32', 'float32', 'float32', 'float32', 'float32', 'float32', 'float32', 'float32'],
    ])
  })
  it('of JavaScript numbers follows the tensor', () => {
    expect(dtypes.map((d) => sum(d, 2))).toEqual(['int32', 'int8', 'int32', 'uint8', 'uint32', 'bfloat16', 'float16', 'float32'])
    expect(dtypes.map((d) => sum(d, 2.5))).toEqual([
      'float32',
      'float32',
      'float32',
      'float32',
      'float32',
      'bfloat16',
      'float16',
      'float32',
    ])
    expect(dtypes.map((d) => sum(d, true))).toEqual(dtypes)
    expect(np.zeros([2], 'uint32').add(4e9).toArray()).toEqual([4e9, 4e9])
    expect(np.zeros([2], 'int32').add(1e10).dtype).toBe('float32')
    expect(np.add(1, 2).dtype).toBe('int32')
    expect(np.add(1, 2).add(np.zeros([], 'int8')).dtype).toBe('int8')
    expect(np.exp(1).add(np.zeros([], 'float16')).dtype).toBe('float16')
    expect(np.array([1, 2]).dtype).toBe('float32')
    expect(np.array([1n, 2n]).dtype).toBe('int32')
    expect(np.array([true]).dtype).toBe('bool')
    expect(np.array(Uint8Array.of(1)).dtype).toBe('uint8')
  })
  it('puts scalars into the program as they are', () => {
    expect(jaxprOf((a) => a!.add(2), x())).toBe('{ lambda ; a:f32[2,3]. let\n    b:f32[2,3] = add a 2.0:f32[]\n  in (b,) }')
    expect(jaxprOf((a, b) => a!.mul(b!), x(), np.ones([3]))).toContain('broadcast_in_dim[broadcast_dimensions=(1,) shape=(2, 3)] b')
  })
})

describe('data', () => {
  it('goes in and comes out', async () => {
    expect(x().toArray()).toEqual([
      [1, 2.5, 3],
      [4, 5, 6],
    ])
    expect(np.array([[true], [false]]).toArray()).toEqual([[true], [false]])
    expect(np.array(3).item()).toBe(3)
    expect(np.array([2n ** 40n]).toArray()).toEqual([2n ** 40n])
    expect(np.array([1.5], 'float16').dataSync()).toEqual(Float32Array.of(1.5))
    expect(await x().at(0).data()).toEqual(Float32Array.of(1, 2.5, 3))
    expect(np.array([np.array([1, 2]), np.array([3, 4])]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect([...x()].map((row) => row.toArray())).toEqual(x().toArray())
  })
  it('of a copy is the tensor’s own', () => {
    const data = Float32Array.of(1, 2)
    const t = np.array(data)
    data[0] = 9
    expect(t.toArray()).toEqual([1, 2])
  })
  it('is printed as numpy prints', () => {
    expect(String(x())).toBe('Tensor(f32[2,3]\n[[ 1., 2.5,  3.],\n [ 4.,  5.,  6.]])')
    expect(String(np.arange(3))).toBe('Tensor(i32[3] [0, 1, 2])')
    expect(String(np.array(3.5))).toBe('Tensor(f32[] 3.5)')
    expect(String(np.arange(2000))).toBe('Tensor(i32[2000] [   0,    1,    2, ..., 1997, 1998, 1999])')
    expect(String(np.array([np.nan, np.inf, 1e-9]))).toBe('Tensor(f32[3] [ nan,  inf, 1e-9])')
  })
  it('is not there under jit, and is under grad', () => {
    let seen = ''
    jit((a: Tensor) => {
      seen = String(a)
      expect(() => a.item()).toThrow(ConcretizationError)
      expect(() => Number(a)).toThrow(ConcretizationError)
      expect(() => (a as unknown as number) > 0).toThrow(/np.where, lax.cond/)
      return a
    })(x())
    expect(seen).toBe('Tensor(f32[2,3] traced by jit)')
    grad((a: Tensor) => {
      expect(a.at(0, 1).greater(2).item()).toBe(true)
      expect(lax.stopGradient(a).at(1, 2).item()).toBe(6)
      expect(String(a.at(1, 2))).toBe('Tensor(f32[] traced by jvp 6.)')
      expect(() => a.at(1, 2).item()).toThrow(LostDerivativeError)
      return a.sum()
    })(x())
  })
  it('is gone after dispose', () => {
    const t = x()
    t.dispose()
    expect(() => t.add(1)).toThrow(DisposedError)
    expect(String(t)).toBe('Tensor(f32[2,3] disposed)')
  })
})

describe('methods', () => {
  it('are the functions with the tensor first', () => {
    const t = x()
    expect(t.sub(1).neg().abs().toArray()).toEqual([
      [0, 1.5, 2],
      [3, 4, 5],
    ])
    expect(t.T.shape).toEqual([3, 2])
    expect(t.reshape(3, -1).shape).toEqual([3, 2])
    expect(t.reshape([6]).shape).toEqual([6])
    expect(t.transpose(1, 0).shape).toEqual([3, 2])
    expect(t.sum({ axis: 1, keepdims: true }).toArray()).toEqual([[6.5], [15]])
    expect(t.max(0).toArray()).toEqual([4, 5, 6])
    expect(t.gt(2).logicalAnd(t.lt(5)).toArray()).toEqual([
      [false, true, true],
      [true, false, false],
    ])
    expect(t.at(0, '::-1').toArray()).toEqual([3, 2.5, 1])
    expect(t.setAt([0, 0], 9).at(0, 0).item()).toBe(9)
    expect(t.astype('int32').dtype).toBe('int32')
  })
  it('work under vmap and grad', () => {
    const f = (row: Tensor) => row.mul(row).sum()
    expect(vmap(f)(x()).toArray()).toEqual([16.25, 77])
    expect(grad((a: Tensor) => vmap(f)(a).sum())(x()).toArray()).toEqual([
      [2, 5, 6],
      [8, 10, 12],
    ])
  })
})

describe('messages', () => {
  it.each<readonly [string, () => unknown, RegExp]>([
    ['shapes that do not broadcast', () => x().add(np.ones([4])), /add: .*equal or 1; got f32\[2,3\] and f32\[4\]/],
    ['a number that does not fit', () => np.zeros([2], 'uint8').add(300), /add: 300 does not fit uint8 \(0 to 255\)/],
    ['an index outside', () => x().at(5), /index 5 is out of range for axis 0 of size 2/],
    ['too many indices', () => x().at(0, 0, 0), /3 indices are too many for shape \[2,3\]/],
    ['a reshape', () => x().reshape(4, 2), /6 elements can't take shape \[4,2\]/],
    ['a ragged array', () => np.array([[1, 2], [3]]), /ragged: expected 2 elements at depth 1, got 1/],
    ['an axis', () => x().sum(3), /axis 3 is out of range/],
    ['a slice', () => x().at('1:x' as '1:'), /no slice/],
    ['a product', () => x().matmul(np.ones([4])), /matmul: .* f32\[2,3\] and f32\[4\]/],
    ['einsum sizes', () => np.einsum('ij,jk->ik', x(), x()), /label j has sizes 3 and 2/],
    ['einsum labels', () => np.einsum('ij->k', x()), /label k/],
    ['einsum operands', () => np.einsum('ij,jk', x()), /for 2 operands, got 1/],
    ['what is no tensor', () => np.add({} as unknown as number, 1), /an object with keys/],
    ['several elements', () => x().item(), /6 elements/],
    ['a traced mask', () => jit((m: Tensor) => x().at(m))(np.array([true, false])), /boolean mask/],
    ['no element', () => np.max(np.zeros([0])), /give `initial`/],
    ['an odd glu', () => nn.glu(x()), /even size/],
  ])('%s', (_name, f, message) => {
    expect(f).toThrow(message)
  })
})
