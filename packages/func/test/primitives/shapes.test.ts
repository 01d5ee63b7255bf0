import { describe, expect, it } from 'vitest'
import { type Aval, aval, showAval } from '../../src/aval'
import { ShapeError } from '../../src/error'
import { stage } from '../../src/interpreters/stage'
import { printJaxpr } from '../../src/ir/print'
import type { Tensor } from '../../src/tensor'
import { type ConvParams, convGeneralDilated } from '../../src/primitives/convolution'
import { type DotDimensionNumbers, dotGeneral } from '../../src/primitives/contraction'
import { dynamicSlice, dynamicUpdateSlice, gather, type GatherParams, scatterAdd } from '../../src/primitives/indexing'
import { reduceWindowMax, reduceWindowSum, selectAndGatherAdd, selectAndScatterAdd } from '../../src/primitives/window'

type F = (...xs: Tensor[]) => Tensor
const f32 = (...shape: number[]): Aval => aval(shape, 'float32')
const i32 = (...shape: number[]): Aval => aval(shape, 'int32')
const types = (f: F, ...ins: Aval[]): string => showAval(stage((xs) => [f(...xs)], ins).jaxpr.outs[0]!.aval)
const wrong = (f: F, ...ins: Aval[]): string => {
  try {
    types(f, ...ins)
  } catch (e) {
    if (e instanceof ShapeError) return e.message
    throw e
  }
  return 'no error'
}

describe('dot_general', () => {
  const dot =
    (
      contract: DotDimensionNumbers[0],
      batch: DotDimensionNumbers[1] = [[], []],
      preferredElementType: 'float32' | 'int8' | null = null,
    ): F =>
    (x, y) =>
      dotGeneral(x!, y!, { dimensionNumbers: [contract, batch], preferredElementType })
  it('has batch axes, then free ones', () => {
    expect(types(dot([[1], [0]]), f32(2, 3), f32(3, 4))).toBe('f32[2,4]')
    expect(types(dot([[1], [2]], [[2], [0]]), f32(5, 3, 7), f32(7, 6, 3))).toBe('f32[7,5,6]')
    expect(types(dot([[], []]), f32(2), f32(3))).toBe('f32[2,3]')
    expect(types(dot([[0], [0]], [[], []], 'float32'), aval([2], 'bfloat16'), aval([2], 'bfloat16'))).toBe('f32[]')
  })
  it('says what does not fit', () => {
    expect(wrong(dot([[1], [0]]), f32(2, 3), f32(4, 5))).toBe(
      'dot_general: contracting axes must have equal sizes, but lhs axes [1] have [3] and rhs axes [0] have [4]; got f32[2,3] and f32[4,5]',
    )
    expect(wrong(dot([[1], [1]], [[0], [0]]), f32(2, 3), f32(4, 3))).toContain(
      'batch axes must have equal sizes, but those of lhs are [2] and of rhs [4]',
    )
    expect(wrong(dot([[2], [0]]), f32(2, 3), f32(4, 5))).toContain(
      'lhs axes (contracting [2], batch []) must be non-negative and below its rank 2',
    )
    expect(wrong(dot([[0], [0]], [[0], [1]]), f32(2, 3), f32(2, 2))).toContain('must be distinct')
    expect(wrong(dot([[0], []]), f32(2), f32())).toContain('must be equally many')
    expect(wrong(dot([[0], [0]]), f32(2), i32(2))).toContain('equal dtypes')
    expect(wrong(dot([[0], [0]], [[], []], 'int8'), i32(2), i32(2))).toContain('must not be narrower than int32')
  })
  it('prints as in JAX', () => {
    expect(printJaxpr(stage(([x, y]) => [dot([[1], [0]])(x!, y!)], [f32(2, 3), f32(3, 4)]))).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[2,3] b:f32[3,4]. let
          c:f32[2,4] = dot_general[dimension_numbers=(((1,), (0,)), ((), ()))] a b
        in (c,) }"
    `)
  })
})

describe('conv_general_dilated', () => {
  const plain: ConvParams = {
    windowStrides: [1],
    padding: [[0, 0]],
    lhsDilation: [1],
    rhsDilation: [1],
    dimensionNumbers: { lhsSpec: [0, 2, 1], rhsSpec: [2, 1, 0], outSpec: [0, 2, 1] },
    featureGroupCount: 1,
    batchGroupCount: 1,
    preferredElementType: null,
  }
  const conv =
    (p: Partial<ConvParams> = {}): F =>
    (x, y) =>
      convGeneralDilated(x!, y!, { ...plain, ...p })
  const [x, w] = [f32(2, 9, 4), f32(3, 4, 6)]
  it('counts places', () => {
    expect(types(conv(), x, w)).toBe('f32[2,7,6]')
    expect(types(conv({ windowStrides: [2], padding: [[1, 2]], rhsDilation: [2] }), x, w)).toBe('f32[2,4,6]')
    expect(types(conv({ lhsDilation: [2], padding: [[-1, -1]] }), x, w)).toBe('f32[2,13,6]')
    expect(types(conv({ featureGroupCount: 2 }), x, f32(3, 2, 6))).toBe('f32[2,7,6]')
    expect(types(conv({ batchGroupCount: 2 }), x, w)).toBe('f32[1,7,6]')
    expect(types(conv(), f32(2, 2, 4), w)).toBe('f32[2,0,6]')
  })
  it('says what does not fit', () => {
    expect(wrong(conv(), x, f32(3, 5, 6))).toContain('lhs has 4 features, so rhs must take 4, but it takes 5')
    expect(wrong(conv({ featureGroupCount: 2 }), x, w)).toContain('lhs has 4 features in 2 groups, so rhs must take 2, but it takes 4')
    expect(wrong(conv({ featureGroupCount: 3 }), x, w)).toContain('featureGroupCount 3 must divide the 4 features of lhs')
    expect(wrong(conv({ batchGroupCount: 3 }), x, w)).toContain('batchGroupCount 3 must divide the batch size 2')
    expect(wrong(conv({ featureGroupCount: 2, batchGroupCount: 2 }), x, w)).toContain(
      'only one of featureGroupCount 2 and batchGroupCount 2',
    )
    expect(wrong(conv({ windowStrides: [0] }), x, w)).toContain('windowStrides [0] must be positive integers')
    expect(wrong(conv({ padding: [] }), x, w)).toContain('padding [] must have two integers for each of 1 spatial axes')
    expect(wrong(conv({ padding: [[-5, -5]] }), x, w)).toContain('takes more away than there is')
    expect(wrong(conv({ dimensionNumbers: { lhsSpec: [0, 1, 1], rhsSpec: [2, 1, 0], outSpec: [0, 2, 1] } }), x, w)).toContain(
      'must each name the 3 axes once',
    )
    expect(wrong(conv(), x, f32(3, 4))).toContain('equal ranks')
  })
})

describe('gather and scatter', () => {
  const take: GatherParams = {
    dimensionNumbers: {
      offsetDims: [1],
      collapsedSliceDims: [0],
      startIndexMap: [0],
      operandBatchingDims: [],
      startIndicesBatchingDims: [],
    },
    sliceSizes: [1, 4],
    mode: 'clip',
    fillValue: null,
  }
  const at =
    (p: Partial<GatherParams> = {}, d: Partial<GatherParams['dimensionNumbers']> = {}): F =>
    (x, i) =>
      gather(x!, i!, { ...take, ...p, dimensionNumbers: { ...take.dimensionNumbers, ...d } })
  it('places window and index axes', () => {
    expect(types(at(), f32(5, 4), i32(7, 1))).toBe('f32[7,4]')
    expect(types(at({}, { offsetDims: [0] }), f32(5, 4), i32(7, 1))).toBe('f32[4,7]')
    expect(types(at({ sliceSizes: [1, 2] }), f32(5, 4), i32(7, 3, 1))).toBe('f32[7,2,3]')
  })
  it('says what does not fit', () => {
    expect(wrong(at(), f32(5, 4), f32(7, 1))).toContain('indices must be int32 or uint32, not float32')
    expect(wrong(at(), f32(5, 4), i32(7, 2))).toContain('startIndexMap [0] must have as many axes as the index vector has elements, 2')
    expect(wrong(at({ sliceSizes: [1, 5] }), f32(5, 4), i32(7, 1))).toContain('sliceSizes [1,5] must not be larger than the operand [5,4]')
    expect(wrong(at({ sliceSizes: [2, 4] }), f32(5, 4), i32(7, 1))).toContain('collapsedSliceDims [0] must have slice size 1')
    expect(wrong(at({}, { offsetDims: [2] }), f32(5, 4), i32(7, 1))).toContain('offsetDims [2] must be axes of the result of rank 2')
    expect(wrong(at({}, { collapsedSliceDims: [] }), f32(5, 4), i32(7, 1))).toContain('each operand axis must be one of')
    expect(wrong(at(), f32(5, 4), i32())).toContain('indices must have an axis for the index vector')
  })
  it('checks updates', () => {
    const put: F = (x, i, u) =>
      scatterAdd(x!, i!, u!, {
        dimensionNumbers: {
          updateWindowDims: [1],
          insertedWindowDims: [0],
          scatterDimsToOperandDims: [0],
          operandBatchingDims: [],
          scatterIndicesBatchingDims: [],
        },
        indicesAreSorted: false,
        uniqueIndices: false,
        mode: 'fill',
      })
    expect(types(put, f32(5, 4), i32(7, 1), f32(7, 4))).toBe('f32[5,4]')
    expect(wrong(put, f32(5, 4), i32(7, 1), f32(7, 5))).toContain('windows of updates [5] must fit into operand axes [1] of sizes [4]')
    expect(wrong(put, f32(5, 4), i32(7, 1), f32(6, 4))).toContain('must be sized as the indices but the last axis: [6] and [7]')
    expect(wrong(put, f32(5, 4), i32(7, 1), f32(7))).toContain('updates must have rank 2')
    expect(wrong(put, f32(5, 4), i32(7, 1), i32(7, 4))).toContain('operand and updates must have equal dtypes')
  })
})

describe('dynamic slices', () => {
  it('check starts and sizes', () => {
    const at =
      (...sliceSizes: number[]): F =>
      (x, ...starts) =>
        dynamicSlice(x!, starts, { sliceSizes })
    expect(types(at(2, 3), f32(5, 4), i32(), i32())).toBe('f32[2,3]')
    expect(wrong(at(2, 3), f32(5, 4), i32())).toContain('needs one start index for each of 2 operand axes, got 1')
    expect(wrong(at(2, 3), f32(5, 4), i32(), f32())).toContain('start indices must be int32 scalars')
    expect(wrong(at(6, 3), f32(5, 4), i32(), i32())).toContain('sliceSizes [6,3] must fit into the operand [5,4]')
    const put: F = (x, u, ...starts) => dynamicUpdateSlice(x!, u!, starts)
    expect(types(put, f32(5), f32(2), i32())).toBe('f32[5]')
    expect(wrong(put, f32(5), f32(6), i32())).toContain('update must have the rank of the operand and fit into it')
    expect(wrong(put, f32(5), i32(2), i32())).toContain('equal dtypes')
  })
})

describe('windows', () => {
  const one = { windowDimensions: [3], windowStrides: [2], padding: [[1, 0]] as const, baseDilation: [1], windowDilation: [1] }
  it('are counted', () => {
    expect(types((x) => reduceWindowMax(x!, one), f32(6))).toBe('f32[3]')
    expect(types((x) => reduceWindowSum(x!, { ...one, baseDilation: [2], windowDilation: [2] }), f32(6))).toBe('f32[4]')
    expect(types((t, x) => selectAndGatherAdd(t!, x!, { ...one, select: 'ge' }), f32(6), f32(6))).toBe('f32[3]')
    expect(types((s, x) => selectAndScatterAdd(s!, x!, { ...one, select: 'ge' }), f32(3), f32(6))).toBe('f32[6]')
  })
  it('must fit', () => {
    expect(wrong((x) => reduceWindowMax(x!, one), f32(6, 2))).toContain(
      'windowDimensions [3] must have one entry for each of 2 operand axes',
    )
    expect(wrong((x) => reduceWindowMax(x!, { ...one, windowStrides: [0] }), f32(6))).toContain(
      'windowStrides [0] must be positive integers',
    )
    expect(wrong((x) => reduceWindowSum(x!, one), aval([6], 'bool'))).toContain('booleans have no windows')
    expect(wrong((s, x) => selectAndScatterAdd(s!, x!, { ...one, select: 'ge' }), f32(4), f32(6))).toContain(
      'one element for each window of operand, [3]',
    )
    expect(wrong((t, x) => selectAndGatherAdd(t!, x!, { ...one, select: 'ge' }), f32(5), f32(6))).toContain('equal types')
  })
})
