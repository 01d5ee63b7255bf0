/**
 * Convolutions of one or two spatial axes by TensorFlow's forward convolution, on [batch, height, width, feature].
 *
 * Gradients are convolutions too: dilation of the input is zeros put in by reshape and pad. On a CPU TensorFlow has no groups but
 * depthwise ones; others are cut into their groups.
 */
import type { Aval, ParamsOf, Shape } from '@heddle/func/backend'
import type { KernelPlans } from '../device'
import { allOf, type Context, type NativePlan } from './context'
import type { Id, Op } from './tensorflow'

type Params = ParamsOf['conv_general_dilated']
/** Convolutions of more groups than this are the host's. */
const MAX_GROUPS = 16

interface Link {
  readonly op: Op
  readonly shape: Shape
}
/** Operations on one array in a row, each deleting what the one before made. */
class Chain {
  readonly #steps: Op[] = []
  constructor(
    readonly context: Context,
    public shape: Shape,
  ) {}
  #then(step: Link): this {
    this.#steps.push(step.op)
    this.shape = step.shape
    return this
  }
  reshape(shape: Shape): this {
    const { tf } = this.context
    if (shape.join() === this.shape.join()) return this
    const to = tf.ints(shape)
    const op = tf.op('Reshape', tf.typed('T', 'float32'), tf.typed('Tshape', 'int32'))
    return this.#then({ op: (x) => op(x!, to()), shape })
  }
  transpose(order: readonly number[]): this {
    const { tf } = this.context
    if (order.every((axis, i) => axis === i)) return this
    const axes = tf.ints(order)
    const op = tf.op('Transpose', tf.typed('T', 'float32'), tf.typed('Tperm', 'int32'))
    return this.#then({ op: (x) => op(x!, axes()), shape: order.map((i) => this.shape[i]!) })
  }
  pad(amounts: readonly (readonly [number, number])[]): this {
    const { tf } = this.context
    if (amounts.every(([low, high]) => low === 0 && high === 0)) return this
    const flat = Int32Array.from(amounts.flat())
    const n = amounts.length
    const op = tf.op('Pad', tf.typed('T', 'float32'), tf.typed('Tpaddings', 'int32'))
    return this.#then({
      op: (x) => tf.using([tf.create(flat, [n, 2], 'int32')], (p) => op(x!, p!)),
      shape: this.shape.map((d, i) => d + amounts[i]![0] + amounts[i]![1]),
    })
  }
  crop(begin: readonly number[], size: Shape): this {
    const { tf } = this.context
    if (size.join() === this.shape.join()) return this
    const [from, to] = [tf.ints(begin), tf.ints(size)]
    const op = tf.op('Slice', tf.typed('T', 'float32'), tf.typed('Index', 'int32'))
    return this.#then({ op: (x) => op(x!, from(), to()), shape: size })
  }
  /** Runs it; the answer may be `x` itself, which is never deleted. */
  run(x: Id): Id {
    let id = x
    this.#steps.forEach((step, i) => {
      const before = id
      id = step(before)
      if (i > 0) this.context.tf.delete(before)
    })
    return id
  }
}
const spatial = (spec: readonly number[]): readonly number[] => spec.slice(2)
const two = (values: Shape): readonly [number, number] => (values.length === 2 ? [values[0]!, values[1]!] : [1, values[0]!])

/** The input with its zeros in and its padding cropped where negative; `pads` is what is left for the convolution. */
const prepared = (context: Context, { shape }: Aval, p: Params): { chain: Chain; pads: readonly number[] } => {
  const { lhsSpec } = p.dimensionNumbers
  const chain = new Chain(context, shape).transpose([lhsSpec[0]!, ...spatial(lhsSpec), lhsSpec[1]!])
  const pads = p.padding.length === 2 ? [...p.padding[0]!, ...p.padding[1]!] : [0, 0, ...p.padding[0]!]
  const [dh, dw] = two(p.lhsDilation)
  const [n, c] = [chain.shape[0]!, chain.shape.at(-1)!]
  const [h, w] = two(chain.shape.slice(1, -1))
  chain.reshape([n, h, w, c])
  if (dh > 1 || dw > 1) {
    chain.reshape([n, h, 1, w, 1, c])
    chain.pad([
      [0, 0],
      [0, 0],
      [0, dh - 1],
      [0, 0],
      [0, dw - 1],
      [0, 0],
    ])
    chain.reshape([n, h * dh, w * dw, c])
    pads[1]! -= dh - 1
    pads[3]! -= dw - 1
  }
  const [top, bottom, left, right] = pads.map((x) => Math.min(x, 0)) as [number, number, number, number]
  chain.crop([0, -top, -left, 0], [n, chain.shape[1]! + top + bottom, chain.shape[2]! + left + right, c])
  return { chain, pads: pads.map((x) => Math.max(x, 0)) }
}
const filterOf = (context: Context, { shape }: Aval, { dimensionNumbers: { rhsSpec } }: Params): Chain => {
  const chain = new Chain(context, shape).transpose([...spatial(rhsSpec), rhsSpec[1]!, rhsSpec[0]!])
  const [h, w] = two(chain.shape.slice(0, -2))
  return chain.reshape([h, w, chain.shape.at(-2)!, chain.shape.at(-1)!])
}
const ordered = (spec: readonly number[]): number[] => {
  const canonical = [spec[0]!, ...spatial(spec), spec[1]!]
  return canonical.map((_, axis) => canonical.indexOf(axis))
}

const convolution =
  (context: Context): NativePlan<Params> =>
  ({ ins, outs, params }) => {
    const { tf, store } = context
    const [lhs, rhs] = ins as readonly [Aval, Aval]
    const { featureGroupCount, batchGroupCount, dimensionNumbers: d } = params
    const rank = params.windowStrides.length
    if (!allOf([...ins, ...outs], 'float32') || rank < 1 || rank > 2) return undefined
    const groups = featureGroupCount * batchGroupCount
    const { chain: input, pads } = prepared(context, lhs, params)
    const filter = filterOf(context, rhs, params)
    if (input.shape.includes(0)) return undefined
    const [sh, sw] = two(params.windowStrides)
    const [dh, dw] = two(params.rhsDilation)
    const depthwise = groups > 1 && batchGroupCount === 1 && groups === input.shape[3] && sh === sw && dh === 1 && dw === 1
    if (groups > MAX_GROUPS && !depthwise) return undefined
    if (depthwise) {
      const [h, w, , m] = filter.shape as [number, number, number, number]
      filter.reshape([h, w, groups, m / groups])
    }
    const attributes = [
      tf.typed('T', 'float32'),
      tf.int('strides', [1, sh, sw, 1]),
      tf.text('padding', 'EXPLICIT'),
      tf.int('explicit_paddings', [0, 0, ...pads, 0, 0]),
      tf.text('data_format', 'NHWC'),
      tf.int('dilations', [1, dh, dw, 1]),
    ]
    const convolve = depthwise
      ? tf.op('DepthwiseConv2dNative', ...attributes)
      : tf.op('Conv2D', ...attributes, tf.flag('use_cudnn_on_gpu', true))

    const features = outs[0]!.shape[d.outSpec[1]!]!
    const results = spatial(d.outSpec).map((i) => outs[0]!.shape[i]!)
    const output = new Chain(context, [outs[0]!.shape[d.outSpec[0]!]!, ...two(results), features])
      .reshape([outs[0]!.shape[d.outSpec[0]!]!, ...results, features])
      .transpose(ordered(d.outSpec))

    const whole: Op = (x, w) => convolve(x!, w!)
    const split = depthwise || groups === 1 ? undefined : inGroups(context, groups, batchGroupCount > 1 ? 0 : 3, convolve)
    return (inputs) => {
      const [a, b] = inputs.map((buffer) => store.onDevice(buffer))
      const x = input.run(a!)
      const w = filter.run(b!)
      const made = (split ?? whole)(x, w)
      if (x !== a) tf.delete(x)
      if (w !== b) tf.delete(w)
      const out = output.run(made)
      if (out !== made) tf.delete(made)
      return [store.ofDevice(out, outs[0]!)]
    }
  }
/** Each group on its own: parts of the input (by `axis`) and of the filter's output features, side by side in the result. */
const inGroups = ({ tf }: Context, groups: number, axis: 0 | 3, convolve: Op): Op => {
  const type = tf.typed('T', 'float32')
  const cut = (dimension: number): ((x: Id) => Id[]) => {
    const attributes = [tf.int('num_split', groups), type]
    const along = tf.ints(dimension)
    return (x) => tf.binding.executeOp('Split', attributes, [along(), x], groups).map((o) => o.id)
  }
  const [cutInput, cutFilter] = [cut(axis), cut(3)]
  const join = tf.op('ConcatV2', tf.int('N', groups), type, tf.typed('Tidx', 'int32'))
  const last = tf.ints(3)
  return (x, w) => {
    const xs = cutInput(x!)
    const ws = cutFilter(w!)
    const parts = xs.map((part, i) => tf.using([part, ws[i]!], (p, q) => convolve(p!, q!)))
    return tf.using(parts, (...ids) => join(...ids, last()))
  }
}
export const convolutions = (context: Context): KernelPlans<Id> => ({ conv_general_dilated: convolution(context) })
