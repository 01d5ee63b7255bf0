/** Random calls of each primitive that some device computes itself, in sizes that goldens are too small for. */
import { type Aval, type DType, type HostArray, type LeafName, sizeOf } from '@heddle/func/backend'
import { array } from './arrays'

export interface Sample {
  readonly primitive: LeafName
  readonly params: unknown
  readonly ins: readonly HostArray[]
  readonly outs: readonly Aval[]
}
const type = (dtype: DType, shape: readonly number[]): Aval => ({ dtype, shape, weakType: false })

/** A generator of its own, so that a failure can be repeated. */
const random = (seed: number): (() => number) => {
  let s = seed >>> 0
  return () => {
    s = (Math.imul(s ^ (s >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return ((s ^ (s >>> 13)) >>> 0) / 2 ** 32
  }
}
/** NaN as constants have it, and as arithmetic makes it: with a sign, with other bits, signalling. */
const nans = [0x7fc00000, 0xffc00000, 0xffc12345, 0x7fc54321, 0xff800001, 0x7fa00000]
const special = [Number.NaN, Infinity, -Infinity, -0, 0, 1, -1, 0.5, -0.5, 1.5, -2.5, 1e-20, -1e-7, 1e30, 3]

export const samples = (seed = 1): Sample[] => {
  const next = random(seed)
  const floats = (shape: readonly number[], low = -3, high = 3, specials = false): HostArray => {
    const data = Float32Array.from({ length: sizeOf(shape) }, () =>
      specials && next() < 0.2 ? special[Math.floor(next() * special.length)]! : low + next() * (high - low),
    )
    const bits = new Uint32Array(data.buffer)
    if (specials) for (let i = 0; i < data.length; i++) if (data[i] !== data[i]) bits[i] = nans[Math.floor(next() * nans.length)]!
    return array('float32', shape, data)
  }
  const ints = (shape: readonly number[], low: number, high: number): HostArray =>
    array(
      'int32',
      shape,
      Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(low + next() * (high - low))),
    )
  const bools = (shape: readonly number[]): HostArray =>
    array(
      'bool',
      shape,
      Uint8Array.from({ length: sizeOf(shape) }, () => (next() < 0.5 ? 0 : 1)),
    )
  const found: Sample[] = []
  const add = (primitive: LeafName, params: unknown, ins: readonly HostArray[], ...outs: readonly Aval[]): void =>
    void found.push({ primitive, params, ins, outs })

  const unary: readonly (readonly [LeafName, number, number])[] = [
    ['neg', -9, 9],
    ['square', -9, 9],
    ['exp', -20, 20],
    ['expm1', -5, 5],
    ['log', 0, 50],
    ['log1p', -0.9, 50],
    ['sqrt', 0, 50],
    ['rsqrt', 0.01, 50],
    ['sin', -9, 9],
    ['cos', -9, 9],
    ['tan', -1.4, 1.4],
    ['asin', -1, 1],
    ['acos', -1, 1],
    ['atan', -9, 9],
    ['sinh', -9, 9],
    ['cosh', -9, 9],
    ['tanh', -5, 5],
    ['asinh', -9, 9],
    ['acosh', 1, 9],
    ['atanh', -0.9, 0.9],
    ['logistic', -20, 20],
    ['erf', -3, 3],
    ['erfc', -3, 3],
    ['lgamma', 0.1, 9],
    ['abs', -9, 9],
    ['sign', -9, 9],
    ['floor', -9, 9],
    ['ceil', -9, 9],
    ['copy', -9, 9],
  ]
  for (const [name, low, high] of unary)
    for (const shape of [[77], [5, 3, 7]]) {
      add(name, {}, [floats(shape, low, high)], type('float32', shape))
      add(name, {}, [floats(shape, low, high, true)], type('float32', shape))
      add(name, {}, [floats(shape, -1e-3, 1e-3)], type('float32', shape))
    }
  for (const y of [2, 3, 4, 5, 7, 16, -1, -2, -5]) add('integer_pow', { y }, [floats([67], -2, 2)], type('float32', [67]))
  for (const roundingMethod of [0, 1]) add('round', { roundingMethod }, [floats([99], -4, 4, true)], type('float32', [99]))
  add('is_finite', {}, [floats([99], -4, 4, true)], type('bool', [99]))

  const binary: readonly LeafName[] = ['add', 'sub', 'mul', 'div', 'rem', 'max', 'min', 'pow', 'atan2', 'add_any']
  const comparisons: readonly LeafName[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge']
  for (const name of [...binary, ...comparisons]) {
    const out = comparisons.includes(name) ? 'bool' : 'float32'
    for (const shape of [[101], [6, 9], [2, 3, 4, 5]])
      for (const [a, b] of [
        [shape, shape],
        [shape, []],
        [[], shape],
      ] as const) {
        add(name, {}, [floats(a, -3, 3, true), floats(b, -3, 3, true)], type(out, shape))
        if (!['div', 'rem', 'pow', 'atan2'].includes(name))
          add(name, {}, [ints(a, -99, 99), ints(b, -99, 99)], type(out === 'bool' ? out : 'int32', shape))
      }
  }
  for (const zero of [0, -0, Number.NaN, 1]) {
    const scalar = array('float32', [], Float32Array.of(zero))
    for (const name of ['max', 'min'] as const) {
      add(name, {}, [floats([90], -3, 3, true), scalar], type('float32', [90]))
      add(name, {}, [scalar, floats([90], -3, 3, true)], type('float32', [90]))
    }
  }
  add('clamp', {}, [floats([], -1, 0), floats([80], -3, 3, true), floats([], 0.5, 1)], type('float32', [80]))
  add('clamp', {}, [floats([80], -1, 0), floats([80], -3, 3, true), floats([80], 0.5, 1)], type('float32', [80]))
  for (const which of [[70], []])
    add('select_n', {}, [bools(which), floats([70], -3, 3, true), floats([70], -3, 3, true)], type('float32', [70]))
  add('select_n', {}, [bools([7, 9]), ints([7, 9], -9, 9), ints([7, 9], -9, 9)], type('int32', [7, 9]))
  add('select_n', {}, [bools([7, 9]), bools([7, 9]), bools([7, 9])], type('bool', [7, 9]))
  add('select_n', {}, [ints([44], 0, 3), floats([44]), floats([44]), floats([44])], type('float32', [44]))
  for (const name of ['and', 'or', 'xor'] as const) {
    add(name, {}, [bools([55]), bools([55])], type('bool', [55]))
    add(name, {}, [ints([55], -2e9, 2e9), ints([55], -2e9, 2e9)], type('int32', [55]))
  }
  add('not', {}, [bools([55])], type('bool', [55]))
  add('not', {}, [ints([55], -2e9, 2e9)], type('int32', [55]))

  for (const name of ['reduce_sum', 'reduce_max', 'reduce_min', 'reduce_prod'] as const)
    for (const axes of [[0], [1], [2], [3], [0, 1], [0, 2], [1, 3], [0, 1, 2, 3], []]) {
      const shape = [3, 4, 5, 6]
      const out = shape.filter((_, i) => !axes.includes(i))
      add(name, { axes }, [floats(shape, -1, 1)], type('float32', out))
      add(name, { axes }, [ints(shape, -2, 3)], type('int32', out))
      if (name !== 'reduce_prod' && name !== 'reduce_sum') add(name, { axes }, [floats(shape, -1, 1, true)], type('float32', out))
    }
  for (const name of ['reduce_and', 'reduce_or'] as const) add(name, { axes: [1] }, [bools([9, 8])], type('bool', [9]))
  for (const name of ['argmax', 'argmin'] as const)
    add(name, { axes: [1], indexDtype: 'int32' }, [floats([9, 8], -1, 1, true)], type('int32', [9]))
  for (const name of ['cumsum', 'cumprod'] as const)
    for (const axis of [0, 1])
      for (const reverse of [false, true]) add(name, { axis, reverse }, [floats([9, 8], -1, 1)], type('float32', [9, 8]))

  const permute = (shape: readonly number[], permutation: readonly number[]): void => {
    const out = permutation.map((i) => shape[i]!)
    add('transpose', { permutation }, [floats(shape)], type('float32', out))
    add('transpose', { permutation }, [ints(shape, -9, 9)], type('int32', out))
    add('transpose', { permutation }, [bools(shape)], type('bool', out))
  }
  permute([33, 41], [1, 0])
  permute([1, 50], [1, 0])
  for (const p of [
    [0, 2, 1],
    [1, 0, 2],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
  ])
    permute([5, 6, 7], p)
  for (const p of [
    [0, 2, 1, 3],
    [3, 0, 2, 1],
    [1, 0, 3, 2],
    [2, 3, 0, 1],
    [0, 3, 1, 2],
  ])
    permute([3, 18, 2, 19], p)
  permute([2, 3, 4, 2, 5], [4, 1, 3, 0, 2])

  const broadcast = (from: readonly number[], shape: readonly number[], broadcastDimensions: readonly number[]): void => {
    add('broadcast_in_dim', { shape, broadcastDimensions }, [floats(from)], type('float32', shape))
    add('broadcast_in_dim', { shape, broadcastDimensions }, [ints(from, -9, 9)], type('int32', shape))
    add('broadcast_in_dim', { shape, broadcastDimensions }, [bools(from)], type('bool', shape))
  }
  broadcast([], [7, 9], [])
  broadcast([30], [20, 30], [1])
  broadcast([20], [20, 30], [0])
  broadcast([4, 1, 6], [4, 5, 6], [0, 1, 2])
  broadcast([5, 1], [3, 5, 4, 2], [1, 3])
  broadcast([3, 4], [3, 7, 4, 9], [0, 2])
  broadcast([2, 26], [3, 2, 3, 26], [1, 3])
  add('slice', { startIndices: [2, 3], limitIndices: [20, 29], strides: null }, [floats([22, 30])], type('float32', [18, 26]))
  add('slice', { startIndices: [2, 3], limitIndices: [20, 29], strides: [3, 5] }, [floats([22, 30])], type('float32', [6, 6]))
  add('slice', { startIndices: [2, 3], limitIndices: [20, 29], strides: [3, 1] }, [ints([22, 30], -9, 9)], type('int32', [6, 26]))
  add(
    'slice',
    { startIndices: [1, 0, 2, 1], limitIndices: [3, 4, 5, 6], strides: null },
    [floats([3, 4, 5, 6])],
    type('float32', [2, 4, 3, 5]),
  )
  for (const dimensions of [[0], [1], [0, 2], [0, 1, 2]]) {
    add('rev', { dimensions }, [floats([4, 5, 6])], type('float32', [4, 5, 6]))
    add('rev', { dimensions }, [bools([4, 5, 6])], type('bool', [4, 5, 6]))
  }
  for (const dimension of [0, 1, 2]) {
    const shapes = [2, 3, 5].map((n) => [4, 5, 6].map((d, i) => (i === dimension ? n : d)))
    const out = [4, 5, 6].map((d, i) => (i === dimension ? 10 : d))
    add(
      'concatenate',
      { dimension },
      shapes.map((s) => floats(s)),
      type('float32', out),
    )
    add(
      'concatenate',
      { dimension },
      shapes.map((s) => bools(s)),
      type('bool', out),
    )
  }
  const pad = (shape: readonly number[], paddingConfig: readonly (readonly [number, number, number])[]): void => {
    const out = shape.map((n, i) => (n - 1) * (paddingConfig[i]![2] + 1) + 1 + paddingConfig[i]![0] + paddingConfig[i]![1])
    add('pad', { paddingConfig }, [floats(shape), floats([], 7, 8)], type('float32', out))
  }
  pad(
    [6, 7],
    [
      [1, 2, 0],
      [0, 3, 0],
    ],
  )
  pad(
    [6, 7],
    [
      [-1, 2, 0],
      [3, -2, 0],
    ],
  )
  pad(
    [6, 7],
    [
      [1, 2, 2],
      [0, 0, 1],
    ],
  )
  pad(
    [6, 7],
    [
      [-3, -2, 2],
      [-1, 4, 1],
    ],
  )
  pad(
    [6, 7, 3],
    [
      [0, 0, 0],
      [-4, -4, 3],
      [1, 0, 0],
    ],
  )
  for (const [from, to] of [
    ['int32', 'float32'],
    ['bool', 'float32'],
    ['bool', 'int32'],
    ['float32', 'int32'],
    ['float32', 'bool'],
    ['int32', 'bool'],
    ['float32', 'float32'],
  ] as const) {
    const x = from === 'bool' ? bools([50]) : from === 'int32' ? ints([50], -3e8, 3e8) : floats([50], -3, 3, true)
    add('convert_element_type', { newDtype: to, weakType: false }, [x], type(to, [50]))
  }

  const dot = (l: readonly number[], r: readonly number[], dimensionNumbers: readonly (readonly (readonly number[])[])[]): void => {
    const [[lc, rc], [lb, rb]] = dimensionNumbers as unknown as [[number[], number[]], [number[], number[]]]
    const out = [
      ...lb.map((i) => l[i]!),
      ...l.filter((_, i) => !lc.includes(i) && !lb.includes(i)),
      ...r.filter((_, i) => !rc.includes(i) && !rb.includes(i)),
    ]
    add('dot_general', { dimensionNumbers, preferredElementType: null }, [floats(l), floats(r)], type('float32', out))
  }
  dot(
    [17, 33],
    [33, 21],
    [
      [[1], [0]],
      [[], []],
    ],
  )
  dot(
    [33, 17],
    [33, 21],
    [
      [[0], [0]],
      [[], []],
    ],
  )
  dot(
    [17, 33],
    [21, 33],
    [
      [[1], [1]],
      [[], []],
    ],
  )
  dot(
    [33, 17],
    [21, 33],
    [
      [[0], [1]],
      [[], []],
    ],
  )
  dot(
    [50],
    [50, 8],
    [
      [[0], [0]],
      [[], []],
    ],
  )
  dot(
    [8, 50],
    [50],
    [
      [[1], [0]],
      [[], []],
    ],
  )
  dot(
    [50],
    [50],
    [
      [[0], [0]],
      [[], []],
    ],
  )
  dot(
    [40],
    [50],
    [
      [[], []],
      [[], []],
    ],
  )
  dot(
    [4, 5, 6],
    [6, 7, 8],
    [
      [[2], [0]],
      [[], []],
    ],
  )
  dot(
    [4, 5, 6],
    [5, 6, 7],
    [
      [
        [1, 2],
        [0, 1],
      ],
      [[], []],
    ],
  )
  dot(
    [4, 5, 6],
    [6, 5, 7],
    [
      [
        [2, 1],
        [0, 1],
      ],
      [[], []],
    ],
  )
  dot(
    [3, 9, 8],
    [3, 8, 7],
    [
      [[2], [1]],
      [[0], [0]],
    ],
  )
  dot(
    [3, 40, 32],
    [3, 32, 33],
    [
      [[2], [1]],
      [[0], [0]],
    ],
  )
  dot(
    [3, 8, 9],
    [3, 7, 8],
    [
      [[1], [2]],
      [[0], [0]],
    ],
  )
  dot(
    [2, 9, 3, 8],
    [2, 11, 3, 8],
    [
      [[3], [3]],
      [
        [0, 2],
        [0, 2],
      ],
    ],
  )
  dot(
    [2, 3, 9, 11],
    [2, 11, 3, 8],
    [
      [[3], [1]],
      [
        [0, 1],
        [0, 2],
      ],
    ],
  )
  dot(
    [4, 5],
    [4, 6],
    [
      [[], []],
      [[0], [0]],
    ],
  )

  const image = { lhsSpec: [0, 3, 1, 2], rhsSpec: [3, 2, 0, 1], outSpec: [0, 3, 1, 2] }
  const conv = (l: readonly number[], r: readonly number[], out: readonly number[], more: Record<string, unknown>): void => {
    const n = l.length - 2
    const params = {
      windowStrides: Array(n).fill(1),
      padding: Array.from({ length: n }, () => [0, 0]),
      lhsDilation: Array(n).fill(1),
      rhsDilation: Array(n).fill(1),
      dimensionNumbers: image,
      featureGroupCount: 1,
      batchGroupCount: 1,
      preferredElementType: null,
      ...more,
    }
    add('conv_general_dilated', params, [floats(l, -1, 1), floats(r, -1, 1)], type('float32', out))
  }
  conv([2, 8, 9, 3], [3, 3, 3, 5], [2, 6, 7, 5], {})
  conv([2, 8, 9, 3], [3, 3, 3, 5], [2, 8, 9, 5], {
    padding: [
      [1, 1],
      [1, 1],
    ],
  })
  conv([2, 8, 9, 3], [1, 1, 3, 5], [2, 8, 9, 5], {})
  conv([2, 9, 9, 3], [3, 2, 3, 5], [2, 5, 5, 5], {
    windowStrides: [2, 2],
    padding: [
      [1, 1],
      [1, 0],
    ],
  })
  conv([2, 9, 9, 3], [3, 3, 3, 5], [2, 5, 7, 5], { rhsDilation: [2, 1] })
  conv([2, 5, 5, 3], [3, 3, 3, 4], [2, 9, 9, 4], {
    lhsDilation: [2, 2],
    padding: [
      [1, 1],
      [1, 1],
    ],
  })
  conv([2, 5, 5, 3], [3, 3, 3, 4], [2, 10, 12, 4], {
    lhsDilation: [2, 3],
    padding: [
      [1, 2],
      [1, 0],
    ],
  })
  conv([2, 8, 8, 3], [3, 3, 3, 4], [2, 5, 4, 4], {
    padding: [
      [-1, 0],
      [-1, -1],
    ],
  })
  conv([2, 8, 8, 6], [3, 3, 2, 9], [2, 6, 6, 9], { featureGroupCount: 3 })
  conv([2, 8, 8, 6], [3, 3, 1, 12], [2, 6, 6, 12], { featureGroupCount: 6 })
  conv([2, 8, 8, 6], [3, 3, 1, 6], [2, 4, 4, 6], {
    featureGroupCount: 6,
    windowStrides: [2, 2],
    padding: [
      [1, 1],
      [1, 1],
    ],
  })
  conv([6, 8, 8, 3], [3, 3, 3, 9], [2, 6, 6, 9], { batchGroupCount: 3 })
  // the gradient of a filter: batch and features of the input swapped, the window as large as the image
  const swapped = { lhsSpec: [3, 0, 1, 2], rhsSpec: [3, 0, 1, 2], outSpec: [2, 3, 0, 1] }
  conv([4, 8, 9, 3], [4, 8, 9, 5], [3, 3, 3, 5], {
    dimensionNumbers: swapped,
    padding: [
      [1, 1],
      [1, 1],
    ],
  })
  conv([4, 9, 9, 3], [4, 5, 5, 5], [3, 3, 3, 5], {
    dimensionNumbers: swapped,
    padding: [
      [1, 1],
      [1, 1],
    ],
    rhsDilation: [2, 2],
  })
  // so many columns that they are made in parts
  conv([40, 30, 30, 16], [40, 28, 28, 4], [3, 3, 16, 4], { dimensionNumbers: swapped })
  conv([2, 3, 8, 9], [5, 3, 3, 3], [2, 5, 6, 7], {
    dimensionNumbers: { lhsSpec: [0, 1, 2, 3], rhsSpec: [0, 1, 2, 3], outSpec: [0, 1, 2, 3] },
  })
  const line = { lhsSpec: [0, 2, 1], rhsSpec: [2, 1, 0], outSpec: [0, 2, 1] }
  conv([2, 20, 3], [3, 3, 5], [2, 20, 5], { dimensionNumbers: line, padding: [[2, 0]] })
  conv([2, 20, 3], [3, 3, 5], [2, 9, 5], { dimensionNumbers: line, windowStrides: [2] })
  conv([2, 5, 6, 7, 3], [2, 2, 2, 3, 4], [2, 4, 5, 6, 4], {
    dimensionNumbers: { lhsSpec: [0, 4, 1, 2, 3], rhsSpec: [4, 3, 0, 1, 2], outSpec: [0, 4, 1, 2, 3] },
  })

  const window = (shape: readonly number[], out: readonly number[], more: Record<string, unknown>): void => {
    const ones = shape.map(() => 1)
    const params = {
      windowDimensions: ones,
      windowStrides: ones,
      padding: shape.map(() => [0, 0]),
      baseDilation: ones,
      windowDilation: ones,
      ...more,
    }
    for (const name of ['reduce_window_sum', 'reduce_window_max', 'reduce_window_min'] as const) {
      add(name, params, [floats(shape)], type('float32', out))
      if (name !== 'reduce_window_sum') add(name, params, [floats(shape, -1, 1, true)], type('float32', out))
    }
  }
  window([2, 8, 8, 3], [2, 4, 4, 3], { windowDimensions: [1, 2, 2, 1], windowStrides: [1, 2, 2, 1] })
  window([2, 8, 8, 3], [2, 4, 4, 3], {
    windowDimensions: [1, 3, 3, 1],
    windowStrides: [1, 2, 2, 1],
    padding: [
      [0, 0],
      [0, 1],
      [1, 0],
      [0, 0],
    ],
  })
  window([2, 8, 8, 3], [2, 6, 8, 3], { windowDimensions: [1, 3, 1, 1] })
  window([2, 3, 9, 9], [2, 3, 5, 5], { windowDimensions: [1, 1, 3, 3], windowDilation: [1, 1, 2, 2] })
  window([40], [38], { windowDimensions: [5], padding: [[1, 1]] })
  window([12, 5], [23, 4], {
    windowDimensions: [3, 2],
    baseDilation: [2, 1],
    padding: [
      [1, 1],
      [0, 0],
    ],
  })
  window([12, 5], [12, 5], {})

  const rows = { offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0], operandBatchingDims: [], startIndicesBatchingDims: [] }
  for (const mode of ['clip', 'fill', 'promise_in_bounds'] as const)
    for (const [low, high] of mode === 'promise_in_bounds'
      ? [[0, 20]]
      : [
          [0, 20],
          [-4, 25],
        ]) {
      for (const width of [6, 40])
        add(
          'gather',
          { dimensionNumbers: rows, sliceSizes: [1, width], mode, fillValue: null },
          [floats([20, width]), ints([9, 1], low!, high!)],
          type('float32', [9, width]),
        )
      const two = { ...rows, offsetDims: [0, 3], collapsedSliceDims: [1], startIndexMap: [1] }
      add(
        'gather',
        { dimensionNumbers: two, sliceSizes: [3, 1, 4], mode, fillValue: 5 },
        [floats([3, 20, 4]), ints([2, 5, 1], low!, high!)],
        type('float32', [3, 2, 5, 4]),
      )
      const into = {
        updateWindowDims: [1],
        insertedWindowDims: [0],
        scatterDimsToOperandDims: [0],
        operandBatchingDims: [],
        scatterIndicesBatchingDims: [],
      }
      const more = { dimensionNumbers: into, indicesAreSorted: false, uniqueIndices: false, mode }
      add('scatter-add', more, [floats([20, 6]), ints([9, 1], low!, high!), floats([9, 6])], type('float32', [20, 6]))
      const alone = array('int32', [5, 1], Int32Array.of(3, 1, 19, 0, 7))
      add('scatter', more, [floats([20, 6]), alone, floats([5, 6])], type('float32', [20, 6]))
      const mid = { ...into, updateWindowDims: [0, 2], insertedWindowDims: [1], scatterDimsToOperandDims: [1] }
      add(
        'scatter-add',
        { ...more, dimensionNumbers: mid },
        [floats([3, 20, 4]), ints([9, 1], low!, high!), floats([3, 9, 4])],
        type('float32', [3, 20, 4]),
      )
    }
  const points = {
    offsetDims: [],
    collapsedSliceDims: [0, 1],
    startIndexMap: [0, 1],
    operandBatchingDims: [],
    startIndicesBatchingDims: [],
  }
  add(
    'gather',
    { dimensionNumbers: points, sliceSizes: [1, 1], mode: 'clip', fillValue: null },
    [floats([9, 9]), ints([40, 2], 0, 9)],
    type('float32', [40]),
  )
  for (const starts of [
    [2, 3],
    [-5, 99],
  ]) {
    const at = starts.map((s) => array('int32', [], Int32Array.of(s)))
    add('dynamic_slice', { sliceSizes: [4, 5] }, [floats([9, 11]), ...at], type('float32', [4, 5]))
    add('dynamic_slice', { sliceSizes: [4, 5] }, [ints([9, 11], -9, 9), ...at], type('int32', [4, 5]))
    add('dynamic_update_slice', {}, [floats([9, 11]), floats([4, 5]), ...at], type('float32', [9, 11]))
    add('dynamic_update_slice', {}, [ints([9, 11], 0, 9), ints([4, 5], 0, 9), ...at], type('int32', [9, 11]))
  }
  return found
}
