/** Indices, branches and bounds that are floats: refused by name wherever one is taken, but for scalars that are known to be whole. */
import { describe, expect, it } from 'vitest'
import { hostBackend } from '@heddle/backend-host'
import { DTypeError, grad, jit, lax, np, setDefaultBackend, type Tensor, vmap } from '../src'

setDefaultBackend(hostBackend())
const x = np.arange(6)
const one = (i: Tensor): Tensor => i.reshape([1])
const update = np.ones([1], 'int32')

/** Each function that takes a scalar index, at 1. */
const scalars: Readonly<Record<string, readonly [f: (i: Tensor) => Tensor, at1: unknown]>> = {
  switch: [(i) => lax.switch(i, [(y: Tensor) => y, (y: Tensor) => y.mul(2)], x), [0, 2, 4, 6, 8, 10]],
  'switch of one branch': [(i) => lax.switch(i, [(y: Tensor) => y], x), [0, 1, 2, 3, 4, 5]],
  'foriLoop to': [(i) => lax.foriLoop(0, i, (_, c) => c.add(1), np.array(0)), 1],
  'foriLoop from': [(i) => lax.foriLoop(i, 4, (_, c) => c.add(1), np.array(0)), 3],
  dynamicSlice: [(i) => lax.dynamicSlice(x, [i], [2]), [1, 2]],
  dynamicSliceInDim: [(i) => lax.dynamicSliceInDim(x, i, 2), [1, 2]],
  dynamicIndexInDim: [(i) => lax.dynamicIndexInDim(x, i), [1]],
  dynamicUpdateSlice: [(i) => lax.dynamicUpdateSlice(x, update, [i]), [0, 1, 2, 3, 4, 5]],
  dynamicUpdateSliceInDim: [(i) => lax.dynamicUpdateSliceInDim(x, update, i, 0), [0, 1, 2, 3, 4, 5]],
  dynamicUpdateIndexInDim: [(i) => lax.dynamicUpdateIndexInDim(x, 7, i, 0), [0, 7, 2, 3, 4, 5]],
  at: [(i) => x.at(i), 1],
  'at of a list': [(i) => np.ones([2, 3]).at(i, ':'), [1, 1, 1]],
  setAt: [(i) => x.setAt(i, 9), [0, 9, 2, 3, 4, 5]],
  addAt: [(i) => x.addAt(i, 9), [0, 10, 2, 3, 4, 5]],
  take: [(i) => np.take(x, i), 1],
  choose: [(i) => np.choose(i, [x, x.mul(2)]), [0, 2, 4, 6, 8, 10]],
  unravelIndex: [(i) => np.stack(np.unravelIndex(i, [2, 3])).astype('int32'), [0, 1]],
}
/** Those of arrays of indices. */
const arrays: Readonly<Record<string, (i: Tensor) => unknown>> = {
  take: (i) => np.take(x, one(i)),
  at: (i) => x.at(one(i)),
  setAt: (i) => x.setAt(one(i), 1),
  takeAlongAxis: (i) => np.takeAlongAxis(x, one(i), 0),
  putAlongAxis: (i) => np.putAlongAxis(x, one(i), 0, 0),
  delete: (i) => np.delete(x, one(i)),
  bincount: (i) => np.bincount(one(i), { length: 3 }),
  ravelMultiIndex: (i) => np.ravelMultiIndex([one(i), one(i)], [2, 3]),
  gather: (i) => lax.gather(x, i.reshape([1, 1]), { offsetDims: [], collapsedSliceDims: [0], startIndexMap: [0] }, [1]),
  scatter: (i) =>
    lax.scatter(x, i.reshape([1, 1]), update, { updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0] }),
}
const refused = (f: () => unknown): void => {
  expect(f).toThrow(DTypeError)
  expect(f).toThrow(/astype\('int32'\)/)
}

describe.each(Object.entries(scalars))('%s', (_, [f, at1]) => {
  it.each(['float32', 'float16', 'bfloat16', 'int32', 'uint8', 'int64'] as const)('takes a known 1 of %s', (dtype) => {
    expect(f(np.array(1, dtype)).toArray()).toEqual(at1)
  })
  it('refuses 1.5, NaN and infinities', () => {
    for (const v of [1.5, Number.NaN, Number.POSITIVE_INFINITY]) refused(() => f(np.array(v)))
  })
  it('refuses floats that are computed, traced, mapped or differentiated', () => {
    refused(() => f(np.array(3).mul(0.5)))
    refused(() => jit((i: Tensor) => f(i))(np.array(1)))
    refused(() => jit((i: Tensor) => f(i.mul(1)))(np.array(1)))
    refused(() => vmap((i: Tensor) => f(i))(np.ones([2])))
    refused(() => grad((i: Tensor) => np.sum(f(i).astype('float32')))(np.array(1)))
  })
  it('takes what is cast', () => {
    expect(jit((i: Tensor) => f(i.astype('int32')))(np.array(1.5)).toArray()).toEqual(at1)
  })
})
it.each(Object.entries(arrays))('%s refuses arrays of floats', (_, f) => refused(() => f(np.array(1))))
