/**
 * RNN and Bidirectional: cells run over sequences.
 */
import { np, random, type Shape, type Tensor } from '@heddle/func'
import { anything, func, positive, required, tensor, type OptionsOf, of } from '@heddle/func/options'
import { optionsOf, type Filter, type FilterMap, type InOut, type Key, type MetadataParams } from '@heddle/lift'
import { map } from '@heddle/tree'
import { Module } from '../module/module'
import { flag, moduleKind } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { scan } from '../transforms/scan'
import type { ModuleArgs, ModuleOptions } from '../module/types'
import { checkInput } from './inputs'

/** Any cell. */
export interface Cell extends Module {
  call(carry: never, inputs: Tensor): readonly [carry: unknown, output: Tensor]
  initializeCarry(rng: Key, inputShape: Shape): unknown
  readonly numFeatureAxes: number
}

/** Props of `RNN`. */
export interface RNNProps {
  readonly cell: Cell
  /** Inputs are `[time, batch, ...]`, not `[batch, time, ...]`. */
  readonly timeMajor?: boolean
  /** Answer `[last carry, outputs]`, not outputs alone. */
  readonly returnCarry?: boolean
  /** Run from the end of each sequence to its beginning. */
  readonly reverse?: boolean
  /** With `reverse`: outputs in the order of the inputs. */
  readonly keepOrder?: boolean
  readonly unroll?: number
  readonly variableAxes?: FilterMap<InOut<number>>
  readonly variableBroadcast?: Filter
  readonly variableCarry?: Filter
  readonly splitRngs?: FilterMap<boolean>
  /** Passed to boxes with metadata that have an axis in `variableAxes`. */
  readonly metadataParams?: MetadataParams
}

const rnnCall = optionsOf({
  initialCarry: anything,
  /** The key of the carry to begin with. */
  initKey: of<Key>()(anything),
  /** The lengths of the sequences of a batch: with them, the last carry is that at the end of each. */
  seqLengths: tensor,
  returnCarry: flag,
  timeMajor: flag,
  reverse: flag,
  keepOrder: flag,
})
/** Arguments of RNN's call; what is not given is as in the props. */
export interface RNNCall extends OptionsOf<typeof rnnCall> {}

/** What RNN answers: outputs, or with `returnCarry`, of the call or else of the props, the last carry too. */
export type RNNOutput<O, P = object, C = unknown> = O extends { readonly returnCarry: infer R }
  ? R extends true
    ? readonly [carry: C, outputs: Tensor]
    : Tensor
  : P extends { readonly returnCarry: true }
    ? readonly [carry: C, outputs: Tensor]
    : Tensor

/** What the functions below are told of sequences. */
interface Sequences {
  readonly seqLengths: Tensor | undefined
  readonly numBatchDims: number
  readonly timeMajor: boolean
}

/**
 * Sequences from end to beginning: each within its length, what is beyond stays beyond.
 *
 * Source: `flax.linen.recurrent.flip_sequences`.
 */
export const flipSequences = (inputs: Tensor, { seqLengths, numBatchDims, timeMajor }: Sequences): Tensor => {
  const timeAxis = timeMajor ? 0 : numBatchDims
  const steps = inputs.shape[timeAxis]!
  if (seqLengths === undefined) return np.flip(inputs, timeAxis)
  const backwards = np.arange(steps - 1, -1, -1)
  const ones = Array.from({ length: numBatchDims }, () => 1)
  const places = backwards
    .reshape(timeMajor ? [steps, ...ones] : [...ones, steps])
    .add(np.expandDims(seqLengths, timeAxis))
    .mod(steps)
  const spread = places.reshape([...places.shape, ...Array.from({ length: inputs.ndim - places.ndim }, () => 1)])
  return np.takeAlongAxis(
    inputs,
    np.broadcastTo(spread, [...spread.shape.slice(0, places.ndim), ...inputs.shape.slice(places.ndim)]),
    timeAxis,
  )
}

/** The carry at the last step of each sequence; carries are stacked along the first axis. */
const lastCarry = (carries: unknown, seqLengths: Tensor): unknown =>
  map((x: Tensor) => x.at(seqLengths.sub(1), np.arange(x.shape[1]!)), carries)

/**
 * Runs a cell over sequences.
 *
 * Shapes: `inputs: [batch, time, n]` to outputs `[batch, time, features]`. The cell is a submodule `cell`, unless it was made in a compact
 * method: then it is one of that module. Source: `flax.linen.RNN`.
 *
 * @example
 * const ys = new nn.RNN({ cell: new nn.LSTMCell({ features: 32 }) }).call(xs)
 */
export class RNN<const P extends RNNProps = RNNProps> extends Module<P> {
  static readonly moduleName: string = 'RNN'
  static readonly propTypes: PropTypes<RNNProps> = {
    cell: required(moduleKind),
    timeMajor: flag,
    returnCarry: flag,
    reverse: flag,
    keepOrder: flag,
    unroll: positive,
    variableAxes: anything,
    variableBroadcast: anything,
    variableCarry: anything,
    splitRngs: anything,
    metadataParams: anything,
  }

  /** Props as they are written, so that `returnCarry: true` decides what `call` answers. */
  constructor(props: P & ModuleOptions, options?: ModuleOptions) {
    super(...([props, options] as ModuleArgs<P, never>))
  }

  call<const O extends RNNCall = object>(inputs: Tensor, options?: O): RNNOutput<O, P> {
    checkInput(this, inputs, { rank: this.props.cell.numFeatureAxes + 1, form: '[batch..., time, n]' })
    rnnCall('RNN', options)
    const given = { timeMajor: false, returnCarry: false, reverse: false, keepOrder: false, ...this.props, ...defined(options ?? {}) }
    const { cell, timeMajor, returnCarry, reverse, keepOrder } = given
    const { seqLengths, initialCarry, initKey } = (options ?? {}) as RNNCall
    const {
      variableAxes = {},
      variableBroadcast = 'params',
      variableCarry = false,
      splitRngs = { params: false },
      metadataParams = {},
    } = this.props
    const timeAxis = timeMajor ? 0 : inputs.ndim - (cell.numFeatureAxes + 1)
    const numBatchDims = timeMajor ? inputs.ndim - 1 - cell.numFeatureAxes : timeAxis
    const sequences: Sequences = { seqLengths, numBatchDims, timeMajor }
    const xs = reverse ? flipSequences(inputs, sequences) : inputs
    const inputShape: Shape = inputs.shape.filter((_, i) => i !== timeAxis)
    const start = initialCarry ?? cell.initializeCarry(initKey ?? random.key(0), inputShape)
    const sliced = seqLengths !== undefined && returnCarry

    const step = (c: Cell, carry: unknown, x: Tensor): readonly [unknown, unknown] => {
      const [next, y] = c.call(carry as never, x)
      return [next, sliced ? [next, y] : y]
    }
    const loop = scan(step, {
      inAxes: timeAxis,
      outAxes: sliced ? [0, timeAxis] : timeAxis,
      unroll: this.props.unroll ?? 1,
      variableAxes,
      variableBroadcast,
      variableCarry,
      splitRngs,
      metadataParams,
    })
    const [last, stacked] = loop(cell, start, xs)
    const [carries, outputs] = sliced ? (stacked as readonly [unknown, Tensor]) : [undefined, stacked as Tensor]
    const ordered = reverse && keepOrder ? flipSequences(outputs, sequences) : outputs
    return (returnCarry ? [sliced ? lastCarry(carries, seqLengths) : last, ordered] : ordered) as RNNOutput<O, P>
  }
}

/** Options without those that are undefined. */
const defined = <O extends object>(options: O): Partial<O> =>
  Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined)) as Partial<O>

/** Props of `Bidirectional`. */
export interface BidirectionalProps {
  readonly forwardRnn: RNN
  readonly backwardRnn: RNN
  /** How the outputs of both directions are joined: by default one behind the other, along the last axis. */
  readonly mergeFn?: (forward: Tensor, backward: Tensor) => Tensor
  readonly timeMajor?: boolean
  readonly returnCarry?: boolean
}

const concatenate = (a: Tensor, b: Tensor): Tensor => np.concatenate([a, b], -1)

/**
 * Runs two RNNs over sequences, one in each direction.
 *
 * Shapes: `inputs: [batch, time, n]` to outputs `[batch, time, 2 features]`. Source: `flax.linen.Bidirectional`.
 */
export class Bidirectional extends Module<BidirectionalProps> {
  static readonly moduleName: string = 'Bidirectional'
  static readonly childNames: Readonly<Record<string, string>> = { forwardRnn: 'forward_rnn', backwardRnn: 'backward_rnn' }
  static readonly propTypes: PropTypes<BidirectionalProps> = {
    forwardRnn: required(moduleKind),
    backwardRnn: required(moduleKind),
    mergeFn: func,
    timeMajor: flag,
    returnCarry: flag,
  }

  call<const O extends Omit<RNNCall, 'reverse' | 'keepOrder'> = object>(
    inputs: Tensor,
    options?: O,
  ): RNNOutput<O, readonly [unknown, unknown]> {
    const { forwardRnn, backwardRnn, mergeFn = concatenate } = this.props
    const given: RNNCall = options ?? {}
    const timeMajor = given.timeMajor ?? this.props.timeMajor ?? false
    const keys = given.initKey === undefined ? undefined : random.split(given.initKey)
    const carries = given.initialCarry as readonly [unknown, unknown] | undefined
    const common = { seqLengths: given.seqLengths, returnCarry: true, timeMajor } as const
    const [forward, ahead] = forwardRnn.call(inputs, { ...common, reverse: false, initialCarry: carries?.[0], initKey: keys?.at(0) })
    const [backward, back] = backwardRnn.call(inputs, {
      ...common,
      reverse: true,
      keepOrder: true,
      initialCarry: carries?.[1],
      initKey: keys?.at(1),
    })
    const outputs = mergeFn(ahead, back)
    return ((given.returnCarry ?? this.props.returnCarry) === true ? [[forward, backward], outputs] : outputs) as RNNOutput<
      O,
      readonly [unknown, unknown]
    >
  }
}
