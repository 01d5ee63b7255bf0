/**
 * NaN as arithmetic makes them, with a sign, other bits, or signalling: devices that compare bits take them for numbers. Each
 * function that picks among its operands is tried on arrays of them, eagerly and compiled, beside the reference.
 */
import { setDefaultBackend, withBackend } from '../../backend/registry'
import { ConcreteTensor } from '../../array'
import { type Shape, sizeOf } from '../../aval'
import type { Backend } from '../../backend/backend'
import * as np from '../../numpy'
import * as nn from '../../nn'
import { clamp, max, min, selectN } from '../../primitives/piecewise'
import { reduceWindowMax, reduceWindowMin } from '../../primitives/window'
import type { WindowShape } from '../../table'
import type { Tensor } from '../../tensor'
import { mustAgree, plainsOf } from '../data'
import { jit } from '../engine'
import { seeded } from '../sample'

const nans = [0x7fc00000, 0xffc00000, 0xffc12345, 0x7fc54321, 0xff800001, 0x7fa00000, 0xffffffff]
/** Numbers from -2 to 2, one in six of them NaN. */
const array = (shape: Shape, seed: string): Tensor => {
  const next = seeded(seed)
  const data = Float32Array.from({ length: sizeOf(shape) }, () => 4 * next() - 2)
  const bits = new Uint32Array(data.buffer)
  for (let i = 0; i < bits.length; i++) if (next() < 1 / 6) bits[i] = nans[Math.floor(next() * nans.length)]!
  return ConcreteTensor.ofHost({ shape, dtype: 'float32', data })
}
const window: WindowShape = {
  windowDimensions: [1, 3, 2, 1],
  windowStrides: [1, 2, 1, 1],
  padding: [
    [0, 0],
    [1, 1],
    [0, 1],
    [0, 0],
  ],
  baseDilation: [1, 1, 1, 1],
  windowDilation: [1, 1, 1, 1],
}
const image = (x: Tensor): Tensor => np.reshape(x, [1, 5, 6, 3])
const rows = (x: Tensor): Tensor => np.reshape(x, [30, 3])

/** Of x [90], y [90] and a product's right operand w [3, 40]. */
const functions: Readonly<Record<string, (x: Tensor, y: Tensor, w: Tensor) => Tensor | readonly Tensor[]>> = {
  'max and min': (x, y) => [max(x, y), min(x, y), np.fmax(x, y), np.fmin(x, y)],
  'max and min with numbers': (x) => [-1, 0, 1].flatMap((k) => [np.maximum(x, k), np.maximum(k, x), np.minimum(x, k), np.minimum(k, x)]),
  'relu and its kin': (x) => [nn.relu, nn.relu6, nn.leakyRelu, nn.hardTanh, nn.hardSigmoid, nn.elu, nn.gelu, nn.silu].map((f) => f(x)),
  'clip and clamp': (x, y) => [np.clip(x, -1, 1), clamp(np.full([90], -1), x, np.full([90], 1)), np.clip(0.5, x, y)],
  signs: (x) => [np.sign(x), np.abs(x), np.negative(x), np.isnan(x)],
  comparisons: (x, y) => [np.less(x, y), np.greaterEqual(x, 0), np.equal(x, x), np.notEqual(x, x)],
  'rounding and conversions': (x) => [
    np.floor(x),
    np.round(x),
    ...(['bool', 'float64', 'bfloat16', 'float16'] as const).map((dtype) => np.astype(np.astype(x, dtype), 'float32')),
  ],
  selection: (x, y) => [selectN(np.less(x, y), x, y), np.where(np.isnan(x), 0, x), np.nanToNum(x)],
  'largest and smallest of an axis': (x) =>
    [0, 1].flatMap((axis) => [np.max, np.min, np.argmax, np.argmin, np.nanmax, np.nanmin].map((f) => f(rows(x), axis))),
  'sums and products': (x) => [np.cumsum(x), np.cumprod(x), np.sum(rows(x), 1), np.mean(rows(x), 0), np.prod(rows(x), 1)],
  windows: (x) => [reduceWindowMax(image(x), window), reduceWindowMin(image(x), window)],
  'sort and its kin': (x) => [np.sort(x), np.argsort(x), np.median(x)],
  softmax: (x) => [nn.softmax(rows(x)), nn.logSoftmax(rows(x)), nn.logsumexp(rows(x), 1)],
  'dense layers': (x, y, w) => {
    const bias = np.take(y, np.arange(40))
    return [nn.relu, nn.sigmoid, nn.tanh].flatMap((f) => [f(np.matmul(rows(x), w)), f(np.add(np.matmul(rows(x), w), bias))])
  },
}

export const nanTests = (
  backend: Backend,
  reference: Backend | undefined,
): readonly { readonly name: string; readonly run: () => Promise<void> }[] =>
  Object.entries(functions).map(([about, f]) => ({
    name: `a NaN of any bits is a NaN: ${about}`,
    run: async () => {
      if (reference === undefined) return
      const operands = (): Tensor[] => [array([90], `${about} x`), array([90], `${about} y`), array([3, 40], `${about} w`)]
      const g = (...[x, y, w]: Tensor[]): readonly Tensor[] => [f(x!, y!, w!)].flat() as Tensor[]
      const want = await plainsOf(withBackend(reference, () => g(...operands())))
      setDefaultBackend(backend)
      mustAgree(await plainsOf(g(...operands())), want, 1e-4, `beside ${reference.name}`)
      mustAgree(await plainsOf(jit(g)(...operands())), want, 1e-4, `compiled, beside ${reference.name}`)
    },
  }))
