/** Batches in parts, one after the other, so that memory holds one part at a time. */
import { ArgumentError, evalShape, lax, np, type Tensor, valueAndGrad, vmap } from '@heddle/func'
import {
  argnums as argnumsKind,
  boolean,
  func,
  integer,
  type Kind,
  of,
  optionsOf,
  type OptionsOf,
  positive,
  readArgument,
  tensor,
} from '@heddle/func/options'
import { leaves, map } from '@heddle/tree'
import { accumulatorKind, composed } from './accumulators'
import { overLeaves, tensorLeaves } from './trees/leafwise'

/**
 * The axis of examples as two, of parts and of examples in a part; parts take examples at a stride, so that what is sharded over examples
 * stays so. Shapes: [..., n, ...] -> [..., n / size, size, ...]. Errors: ArgumentError. Source: optax.microbatching.reshape_batch_axis.
 */
export const reshapeBatchAxis = <T>(tree: T, microbatchSize: number, axis = 0): T => {
  readArgument('reshapeBatchAxis', 'microbatchSize', positive, microbatchSize)
  readArgument('reshapeBatchAxis', 'axis', integer, axis)
  return overLeaves<T>(
    'reshapeBatchAxis',
    (leaf) => {
      const x = np.asarray(leaf)
      const at = axis < 0 ? axis + x.ndim : axis
      const n = x.shape[at]
      if (n === undefined || n % microbatchSize !== 0)
        throw new ArgumentError(
          'reshapeBatchAxis',
          `axis ${axis} of shape [${x.shape.join(',')}] can not be cut into parts of ${microbatchSize}`,
        )
      const cut = np.reshape(x, [...x.shape.slice(0, at), microbatchSize, n / microbatchSize, ...x.shape.slice(at + 1)])
      return np.swapaxes(cut, at, at + 1)
    },
    tree,
  )
}

const numberOfParts: Kind<number | Tensor> = {
  expected: 'a positive integer or a scalar tensor',
  is: (x) => positive.is(x) || tensor.is(x),
}
const inAxesKind: Kind<number | readonly number[]> = { ...argnumsKind, expected: 'an axis, or a list of axes for the arguments of argnums' }
const batchKinds = {
  /** How results of parts become one: 'sum' by default. */
  accumulator: accumulatorKind,
  /** How many parts are taken, all by default: less of a batch that is filled up. */
  numRealMicrobatches: numberOfParts,
}
const microbatchOptions = optionsOf({
  ...batchKinds,
  /** The axis of examples, of all arguments or of each, 0. */
  inAxes: inAxesKind,
})
/** Options of `microbatch`. */
export interface MicrobatchOptions extends OptionsOf<typeof microbatchOptions> {}
const numbersOf = (
  where: string,
  name: string,
  kind: Kind<number | readonly number[]>,
  x: number | readonly number[],
): readonly number[] => {
  readArgument(where, name, kind, x)
  return typeof x === 'number' ? [x] : x
}
type AnyFunction = (...args: readonly unknown[]) => unknown
/** `microbatch` of any function, `argnums` with their axes. */
const inParts = (
  where: string,
  f: AnyFunction,
  batched: readonly (readonly [argnum: number, axis: number])[],
  size: number,
  { accumulator = 'sum', numRealMicrobatches }: OptionsOf<typeof batchKinds>,
  args: readonly unknown[],
): unknown => {
  const sizes = batched.flatMap(([i, axis]) => {
    if (i >= args.length) throw new ArgumentError(where, `argument ${i} has the axis of examples, and is missing`)
    return tensorLeaves(where, args[i]).map((x) => x.shape.at(axis))
  })
  const [n = 0] = sizes
  if (new Set(sizes).size !== 1)
    throw new ArgumentError(where, `arguments must have as many examples each; got ${sizes.join(', ') || 'none'}`)
  if (n % size !== 0 || n === 0) throw new ArgumentError(where, `a batch of ${n} examples can not be cut into parts of ${size}`)
  const axisOf = new Map(batched)
  const cut = args.map((x, i) => (axisOf.has(i) ? reshapeBatchAxis(x, size, axisOf.get(i)!) : x))
  const part = (index: Tensor): unknown =>
    f(...cut.map((x, i) => (axisOf.has(i) ? map((leaf: Tensor) => np.take(leaf, index, { axis: placeOf(leaf, axisOf.get(i)!) }), x) : x)))
  const one = composed(where, accumulator, n / size)
  const result = evalShape(part as (index: Tensor) => never, np.zeros([], 'int32'))
  const total = lax.foriLoop(
    0,
    numRealMicrobatches ?? n / size,
    ((index: Tensor, carry: unknown) => one.update(carry, part(index), index)) as never,
    one.init(result) as never,
  )
  return one.finalize(total)
}
/** The place of an axis of a leaf that has one more, before it, for parts. */
const placeOf = (leaf: Tensor, axis: number): number => (axis < 0 ? axis + leaf.ndim - 1 : axis)
/**
 * The same function, which takes its batch in parts of `microbatchSize` examples, one after the other, and puts their results together.
 *
 * `argnums` are the arguments with an axis of examples. null as size is the function itself. Errors: ArgumentError where the batch can not
 * be cut so. Source: optax.microbatch.
 *
 * @example
 * const meanLoss = microbatch(loss, 1, 32, { accumulator: 'mean' })
 */
export const microbatch = <A extends readonly unknown[], R>(
  f: (...args: A) => R,
  argnums: number | readonly number[],
  microbatchSize: number | null,
  options?: MicrobatchOptions,
): ((...args: A) => R) => {
  readArgument('microbatch', 'f', func, f)
  const numbers = numbersOf('microbatch', 'argnums', argnumsKind, argnums)
  const { inAxes = 0, ...rest } = microbatchOptions('microbatch', options)
  const given = numbersOf('microbatch', 'inAxes', inAxesKind, inAxes)
  if (typeof inAxes !== 'number' && given.length !== numbers.length)
    throw new ArgumentError('microbatch', `inAxes has ${given.length} axes for ${numbers.length} arguments`)
  if (microbatchSize === null) return f
  readArgument('microbatch', 'microbatchSize', positive, microbatchSize)
  const batched = numbers.map((n, i) => [n, typeof inAxes === 'number' ? inAxes : given[i]!] as const)
  return (...args) => inParts('microbatch', f as unknown as AnyFunction, batched, microbatchSize, rest, args) as R
}

const vmapAxes: Kind<number | readonly (number | null)[]> = {
  expected: 'an axis, or a list with an axis or null for each argument',
  is: (x) => integer.is(x) || (Array.isArray(x) && x.every((a) => a === null || integer.is(a))),
}
/** What maps a function over an axis: `vmap`, or one of your own. */
export type VmapFn = (
  f: (...args: never[]) => never,
  options: { readonly inAxes: number | readonly (number | null)[] },
) => (...args: never[]) => unknown
const microVmapOptions = optionsOf({
  ...batchKinds,
  /** How many examples are mapped at once; all by default. */
  microbatchSize: positive,
  /** The axis of examples, of all arguments or of each, null for none. */
  inAxes: vmapAxes,
  /** What maps, `vmap`. */
  vmapFn: of<VmapFn>()(func),
})
/** Options of `microVmap`. */
export interface MicroVmapOptions extends OptionsOf<typeof microVmapOptions> {}
const defaultVmap: VmapFn = (f, { inAxes }) => vmap(f, { inAxes })
/**
 * `vmap` that takes its batch in parts, so that as many examples go through as there are, not as memory holds; results in a batch
 * ('concat'), or summed, where they are not kept. Errors: ArgumentError. Source: optax.microbatching.micro_vmap.
 */
export const microVmap = <A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  options?: MicroVmapOptions,
): ((...args: A) => unknown) => {
  const where = 'microVmap'
  readArgument(where, 'f', func, f)
  const { microbatchSize, inAxes = 0, vmapFn = defaultVmap, accumulator = 'concat', ...rest } = microVmapOptions(where, options)
  return (...args) => {
    const axes = typeof inAxes === 'number' ? args.map(() => inAxes) : inAxes
    if (axes.length !== args.length) throw new ArgumentError(where, `inAxes has ${axes.length} entries for ${args.length} arguments`)
    const mapped = vmapFn(f as unknown as (...args: never[]) => never, { inAxes: axes }) as AnyFunction
    const whole: AnyFunction = (...xs) => {
      const out = mapped(...xs)
      const size = (leaves(out)[0] as Tensor | undefined)?.shape[0] ?? 1
      return composed(where, accumulator, size).aggregate(out)
    }
    if (microbatchSize === undefined) return whole(...args)
    const batched = axes.flatMap((axis, i) => (axis === null ? [] : [[i, axis] as const]))
    return inParts(where, whole, batched, microbatchSize, { accumulator, ...rest }, args)
  }
}

/** What `microGrad` answers of each example besides gradients. */
export interface IndividualOutputs {
  readonly values: unknown
  readonly metrics: unknown
  readonly aux: unknown
}
const transform = of<(gradients: never) => unknown>()(func)
const microGradOptions = optionsOf({
  ...batchKinds,
  /** The arguments to differentiate by, 0. */
  argnums: argnumsKind,
  /** The arguments with an axis of examples, first of all, 1. */
  batchArgnums: argnumsKind,
  /** Whether `f` takes a batch, here of one example (true); or an example. */
  keepBatchDim: boolean,
  /** Whether `f` answers [value, aux]. */
  hasAux: boolean,
  /** How many examples are differentiated at once; all by default. */
  microbatchSize: positive,
  /** What is made of the gradients of each example before they are put together. */
  transformFn: transform,
  /** What is answered of the gradients of each example. */
  metricsFn: transform,
})
/** Options of `microGrad`. */
export interface MicroGradOptions extends OptionsOf<typeof microGradOptions> {}
/**
 * The gradient of each example, changed by `transformFn` (clipped, squared), then put together over the batch; and value, metrics and aux of
 * each example. Memory holds as many gradients as `microbatchSize`. Errors: ArgumentError. Source: optax.microbatching.micro_grad.
 *
 * @example
 * const [sum, { values }] = microGrad(loss, { transformFn: (g) => projectionL2Ball(g), microbatchSize: 16 })(params, xs)
 */
export const microGrad = <A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  options?: MicroGradOptions,
): ((...args: A) => [gradients: unknown, outputs: IndividualOutputs]) => {
  const where = 'microGrad'
  readArgument(where, 'f', func, f)
  const {
    argnums = 0,
    batchArgnums = 1,
    keepBatchDim = true,
    hasAux = false,
    transformFn = (g: unknown) => g,
    metricsFn = () => null,
    accumulator = 'sum',
    ...rest
  } = microGradOptions(where, options)
  const batched = typeof batchArgnums === 'number' ? [batchArgnums] : batchArgnums
  const withAux = (...args: readonly unknown[]): unknown =>
    hasAux ? (f as unknown as AnyFunction)(...args) : [(f as unknown as AnyFunction)(...args), null]
  const differentiated = valueAndGrad(withAux as (...args: never[]) => [Tensor, null], { argnums, hasAux: true }) as unknown as AnyFunction
  const one = (...args: readonly unknown[]): unknown => {
    const batch = args.map((x, i) => (keepBatchDim && batched.includes(i) ? map((leaf: Tensor) => np.expandDims(leaf, 0), x) : x))
    const [[values, aux], gradients] = differentiated(...batch) as [[unknown, unknown], unknown]
    return [transformFn(gradients as never), { values, metrics: metricsFn(gradients as never), aux }]
  }
  return (...args) => {
    const inAxes = args.map((_, i) => (batched.includes(i) ? 0 : null))
    return microVmap(one, { ...rest, accumulator: [accumulator, 'concat'], inAxes })(...args) as [unknown, IndividualOutputs]
  }
}
