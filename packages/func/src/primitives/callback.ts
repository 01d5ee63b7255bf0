/** Functions of the user's that the host calls where they stand in a program: for what they do (`debug_callback`), or answer (`pure_callback`). */
import { ConcreteTensor } from '../array'
import { type Aval, aval, sameType, showAval, sizeOf } from '../aval'
import { dtypes } from '../dtype'
import { ArgumentError } from '../error'
import { type BatchAxis, defineHost, type Dim, type HostPrimitive, unsupported } from '../primitive'
import type { Tensor } from '../tensor'
import { bind } from '../trace'
import { and } from './bitwise'
import { slice } from './layout'
import { batchAt, expandDims, moveAxis, reshape } from './structural'

type Tensors = readonly Tensor[]
/** A vmap around a call: the function is called for each example. The outermost is first, and its axis leads in the operands. */
export interface Level {
  readonly size: number
  /** Which operands have its axis. */
  readonly mapped: readonly boolean[]
}
const isMapped = (d: Dim): boolean => d !== null
const toFront = (xs: Tensors, dims: readonly Dim[]): Tensors => xs.map((x, i) => (dims[i] === null ? x : moveAxis(x, dims[i]!, 0)))
const within = (axis: BatchAxis, dims: readonly Dim[], levels: readonly Level[]): readonly Level[] => [
  { size: axis.size, mapped: dims.map(isMapped) },
  ...levels,
]
const mappedBy = (levels: readonly Level[]) => (levels.length === 0 ? {} : { mapped: levels.map((l) => l.size) })
/** Row `i`: of the host's data where these can be had at once. */
const row = (x: Tensor, i: number): Tensor => {
  const shape = x.shape.slice(1)
  const n = sizeOf(shape)
  if (x instanceof ConcreteTensor && x.readsAtOnce) {
    const { data, dtype } = x.hostSync()
    return ConcreteTensor.ofHost({ shape, dtype, data: data.subarray(i * n, (i + 1) * n) })
  }
  const startIndices = [i, ...shape.map(() => 0)]
  return reshape(slice(x, { startIndices, limitIndices: [i + 1, ...shape], strides: null }), { newSizes: shape })
}
/** Calls `f` for each example, in order. */
const forEach = (xs: Tensors, levels: readonly Level[], f: (xs: Tensors) => void): void => {
  const [level, ...rest] = levels
  if (level === undefined) return f(xs)
  for (let i = 0; i < level.size; i++)
    forEach(
      xs.map((x, k) => (level.mapped[k] ? row(x, i) : x)),
      rest,
      f,
    )
}

/** What a call is for: see `debugCallback`. */
export interface DebugCallbackParams {
  readonly callback: (xs: Tensors) => void
  /** For printed programs. */
  readonly name: string
  readonly levels: readonly Level[]
  /** The first operand, a scalar bool, says whether it is called at all. */
  readonly guarded: boolean
}
/** Calls `callback` with the values of the operands, when the program comes to it. */
export const debugCallback = (xs: Tensors, callback: (xs: Tensors) => void, name: string): void =>
  void bind(debugCallbackP, xs, { callback, name, levels: [], guarded: false })

/** An effect that is told the values of its operands. */
const telling = (name: string): HostPrimitive<DebugCallbackParams> => {
  const bound = (xs: Tensors, p: DebugCallbackParams): Tensors => bind(self, xs, p)
  const self: HostPrimitive<DebugCallbackParams> = defineHost(name, {
    abstractEval: () => [],
    jvp: (xs, _ts, p) => [bound(xs, p), []],
    // a cotangent is none of the values that it was given
    transpose: () => [],
    batch: (axis, xs, dims, p) => [bound(toFront(xs, dims), { ...p, levels: within(axis, dims, p.levels) }), []],
    effect: (xs, p, when) => (p.guarded ? bound([and(xs[0]!, when), ...xs.slice(1)], p) : bound([when, ...xs], guardedBy(p))),
    perform: (xs, { callback, levels, guarded }) => {
      forEach(xs, levels, (all) => {
        if (!guarded) callback(all)
        else if (Number((all[0] as ConcreteTensor).hostSync().data[0]) !== 0) callback(all.slice(1))
      })
      return []
    },
    show: ({ name: callback, levels, guarded }) => ({ callback, ...mappedBy(levels), ...(guarded ? { guarded } : {}) }),
  })
  return self
}
const guardedBy = (p: DebugCallbackParams): DebugCallbackParams => ({
  ...p,
  guarded: true,
  levels: p.levels.map(({ size, mapped }) => ({ size, mapped: [false, ...mapped] })),
})

const debugCallbackP = telling('debug_callback')
/** A condition, and values for the message: see `checkify`. */
export const checkP = telling('check')
/** Fails, by `callback`, where the first operand, a scalar bool, is false. */
export const checkCall = (xs: Tensors, callback: (xs: Tensors) => void, name: string): void =>
  void bind(checkP, xs, { callback, name, levels: [], guarded: false })

/** How a function of arrays is called under vmap: once for each example, or once for all, where operands without the axis get one of size 1, or all of it. */
export type VmapMethod = 'sequential' | 'expandDims' | 'broadcastAll'
interface PureCallback {
  readonly callback: (xs: Tensors) => Tensors
  /** For printed programs. */
  readonly name: string
  readonly results: readonly Aval[]
  readonly vmapMethod: VmapMethod
}
interface PureCallbackParams extends PureCallback {
  readonly levels: readonly Level[]
}
/** What `callback` answers for the values of the operands: tensors of these types. It may be called more often than once, or not at all. */
export const pureCallbackCall = (xs: Tensors, call: PureCallback): Tensors => bind(pureCallbackP, xs, { ...call, levels: [] })

const noRule = unsupported('a function of the host says nothing of its derivative; wrap it by customJvp or customVjp, and give the rule')
const stackedBy = (levels: readonly Level[], { shape, dtype }: Aval): Aval => aval([...levels.map((l) => l.size), ...shape], dtype)
const pureCallbackP: HostPrimitive<PureCallbackParams> = defineHost('pure_callback', {
  abstractEval: (_ins, { results, levels }) => results.map((r) => stackedBy(levels, r)),
  jvp: noRule,
  transpose: noRule,
  batch: (axis, xs, dims, p) => {
    const { vmapMethod, results, levels } = p
    const outs =
      vmapMethod === 'sequential'
        ? bind(pureCallbackP, toFront(xs, dims), { ...p, levels: within(axis, dims, levels) })
        : bind(
            pureCallbackP,
            toFront(xs, dims).map((x, i) =>
              dims[i] !== null ? x : vmapMethod === 'expandDims' ? expandDims(x, [0]) : batchAt(axis.size, x, null),
            ),
            { ...p, results: results.map((r) => aval([axis.size, ...r.shape], r.dtype)) },
          )
    return [outs, outs.map(() => 0)]
  },
  effect: null,
  perform: (xs, { callback, results, levels }) => {
    if (levels.length === 0) return checked(callback(xs), results)
    const all = results.map((r) => {
      const { shape, dtype } = stackedBy(levels, r)
      return { shape, dtype, data: new dtypes[dtype].storage(sizeOf(shape)) }
    })
    let example = 0
    forEach(xs, levels, (one) => {
      checked(callback(one), results).forEach((x, k) => {
        const part = x.hostSync().data
        ;(all[k]!.data as Float32Array).set(part as Float32Array, example * part.length)
      })
      example += 1
    })
    return all.map((host) => ConcreteTensor.ofHost(host))
  },
  show: ({ name, results, levels, vmapMethod }) => ({
    callback: name,
    ...mappedBy(levels),
    result_avals: results.map(showAval),
    vmap_method: vmapMethod,
  }),
})
const checked = (given: Tensors, results: readonly Aval[]): readonly ConcreteTensor[] => {
  const wrong = results.findIndex((r, i) => !given[i] || !sameType(given[i]!.aval, r))
  if (wrong >= 0 || given.length !== results.length)
    throw new ArgumentError(
      'pureCallback',
      `the function was to answer ${results.map(showAval).join(' ') || 'nothing'}, and answered ${given.map((x) => showAval(x.aval)).join(' ') || 'nothing'}`,
    )
  return given as readonly ConcreteTensor[]
}
