/**
 * What a primitive is: a name, its kind, and the rules that say everything about it, all in one object.
 *
 * The kind says how it is computed, and which rules it has beyond those that all have. No rule is optional but the printer's: what is
 * absent is said, with its reason (`unsupported`), or by null.
 */
import type { Aval } from './aval'
import type { Backend } from './backend/backend'
import { type FuncError, RuleUnsupportedError, ShapeError } from './error'
import type { Body } from './ir/bodies'
import type { Jaxpr } from './ir/jaxpr'
import type { BodyName, BodyParams, LeafName, ParamsOf } from './table'
import type { Tensor } from './tensor'

export interface Unsupported {
  readonly _tag: 'Unsupported'
  readonly reason: string
}
export const unsupported = (reason: string): Unsupported => ({ _tag: 'Unsupported', reason })

/** In a transpose rule: the operand that the program is linear in, of which only the type is known. */
export interface Linear {
  readonly _tag: 'Linear'
  readonly aval: Aval
}
export const isLinear = (x: Tensor | Linear): x is Linear => (x as Linear)._tag === 'Linear'

/** The axis that vmap adds: its size and the name that collectives use. */
export interface BatchAxis {
  readonly size: number
  readonly name: string | undefined
  /** The mesh axis that sharding constraints inside get for it. */
  readonly spmdName?: string | undefined
}
/** The position of the batch axis in an operand; null where the operand has none. */
export type Dim = number | null
/** A tangent or cotangent; null is a zero that was never computed. */
export type Tangent = Tensor | null

type Tensors = readonly Tensor[]
/** Rules of transformations that all primitives have. */
interface Transformed<P> {
  /** Results and their tangents. Called only if some tangent is not zero; integer operands always have null. */
  readonly jvp: ((xs: Tensors, ts: readonly Tangent[], params: P) => readonly [outs: Tensors, tangents: readonly Tangent[]]) | Unsupported
  /** Results for operands that have one more axis at `dims`, and where the results have it. */
  readonly batch:
    | ((axis: BatchAxis, xs: Tensors, dims: readonly Dim[], params: P) => readonly [outs: Tensors, dims: readonly Dim[]])
    | Unsupported
}
/** What every primitive says that stands in programs. */
export interface Rules<P> extends Transformed<P> {
  /** Types of the results from types of the operands; a string is the reason why the operands do not fit. */
  readonly abstractEval: (ins: readonly Aval[], params: P) => readonly Aval[] | string
  /** Cotangents of the `Linear` operands from those of the results (some may be null); the answer for others is ignored. */
  readonly transpose:
    | ((cts: readonly Tangent[], ins: readonly (Tensor | Linear)[], params: P) => readonly (Tangent | undefined)[])
    | Unsupported
  /** Parameters as they stand in a printed jaxpr; default: all of them. */
  readonly show?: (params: P) => Readonly<Record<string, unknown>>
}
/** Known outputs now, unknown ones recorded by `emit`. */
type PartialEval<P> = (xs: Tensors, unknown: readonly boolean[], params: P, emit: Emit) => Tensors
/** Outputs that nobody uses are dropped from the body, as are inputs it then doesn't need; `keptOuts` has all in `usedOuts`. */
type Dce<P> = (
  params: P,
  usedOuts: readonly boolean[],
) => { readonly params: P; readonly usedIns: readonly boolean[]; readonly keptOuts: readonly boolean[] }
/**
 * How a backend of kernels runs it: prepared once, then called. `given` are the operands that nobody reads after it and whose handles are
 * the program's own: those it may take over.
 */
type Interpret<P> = <B>(params: P, host: Interpreter<B>, given: readonly boolean[]) => Step<B>

/** Computes: each backend of kernels has one for it. */
type LeafRules<P> = Rules<P>
/** Says something of a value, or stands for one, and computes nothing. */
interface MarkRules<P> extends Rules<P> {
  readonly interpret: Interpret<P>
  /** Its results at once; null where a backend is to be told, by a program. */
  readonly evaluate: ((xs: Tensors, params: P) => Tensors) | null
}
/** Where and how the program of a call runs. */
export interface CallSettings {
  /** Operands whose memory is given away; empty for none. */
  readonly donated: readonly boolean[]
  /** null: where the operands are. */
  readonly device: Backend | null
  /** For messages. */
  readonly name: string
}
/** Stands for a program, and calling that is all there is to it. */
interface CallRules<P> extends Rules<P> {
  readonly program: (params: P) => Jaxpr
  readonly settings: (params: P) => CallSettings
  /**
   * null: its equations may stand among the others. Otherwise whether its work must not be merged with equal work outside; it stays closed
   * to transformations of programs.
   */
  readonly barrier: ((params: P) => boolean) | null
  /** null: all is recorded as soon as one operand is unknown. */
  readonly partialEval: PartialEval<P> | null
  /** null: its outputs stay together. */
  readonly dce: Dce<P> | null
}
/** Runs programs as often as it is told: loops and branches. */
interface LoopRules<P> extends Rules<P> {
  readonly bodies: (params: P) => readonly Body[]
  readonly interpret: Interpret<P>
  readonly partialEval: PartialEval<P>
  readonly dce: Dce<P>
}
/** Stands in programs until a transformation takes it away: no backend sees it. */
interface VirtualRules<P> extends Rules<P> {
  /** The named axes that it uses. */
  readonly axisNames: (params: P) => readonly string[]
  /** The error where it was not taken away. */
  readonly refuse: () => FuncError
}
/** Holds closures, which become programs when it is recorded in one: it is another primitive then. */
export interface StagedRules<P> extends Transformed<P> {
  readonly evaluate: (xs: Tensors, params: P) => Tensors
  /** Whether the closures may hold tensors that are no operands, as a user's may. */
  readonly closes: (params: P) => boolean
  /** What stands in the program; what the closures close over becomes leading operands. */
  readonly record: (xs: Tensors, params: P) => Recording
}

/**
 * Done by the host where it stands in the program: a function of the user's is called. A backend that compiles whole programs gets the pieces
 * between these.
 */
interface HostRules<P> extends Rules<P> {
  /** What it does, on values, outside of all transformations. */
  readonly perform: (xs: Tensors, params: P) => Tensors
  /**
   * null: it is there for its results alone. Otherwise it is there for what it does, and has no results: it is never left out, merged with
   * another, or moved past one; and this binds it so that it is done only if `when`, a scalar bool, holds.
   */
  readonly effect: ((xs: Tensors, params: P, when: Tensor) => Tensors) | null
}

interface Named<K extends string> {
  readonly kind: K
  readonly name: string
}
export type LeafPrimitive<P> = Named<'leaf'> & LeafRules<P>
type MarkPrimitive<P> = Named<'mark'> & MarkRules<P>
type CallPrimitive<P> = Named<'call'> & CallRules<P>
type LoopPrimitive<P> = Named<'loop'> & LoopRules<P>
export type HostPrimitive<P> = Named<'host'> & HostRules<P>
export type VirtualPrimitive<P> = Named<'virtual'> & VirtualRules<P>
type StagedPrimitive<P> = Named<'staged'> & StagedRules<P>
/** What stands in programs. */
export type Recorded<P> = LeafPrimitive<P> | MarkPrimitive<P> | CallPrimitive<P> | LoopPrimitive<P> | HostPrimitive<P> | VirtualPrimitive<P>
export type Primitive<P> = Recorded<P> | StagedPrimitive<P>

/** An application as it stands in a program. */
interface Recording {
  readonly primitive: Recorded<never>
  readonly xs: Tensors
  readonly params: unknown
}

/** Records an equation in the program under construction and answers its results. */
export type Emit = <P>(primitive: Primitive<P>, xs: Tensors, params: P) => Tensors

/**
 * A stacked array whose rows are still apart, as a loop has left them: the next loop reads them without a copy, and only
 * another reader joins them.
 */
export interface Rows<B> {
  readonly _tag: 'Rows'
  readonly items: readonly B[]
}
/** What a program's step reads and writes. */
export type Held<B> = B | Rows<B>

/**
 * A step of a program made ready. `take(i)` takes over operand `i`, which must be given, as one buffer: from then on it is the step's to
 * hand on or release, also where the step fails. What it does not take is released for it.
 */
export type Step<B> = (inputs: readonly Held<B>[], take: (i: number) => B) => readonly Held<B>[]

/** A program for arrays of a type: (array, i) -> row i, or (array, row, i) -> the array with that row. */
export type RowProgram = (stacked: Aval) => Jaxpr

/** What `interpret` gets of a kernel backend: programs to run, and ways to hold and drop buffers. */
export interface Interpreter<B> {
  /** A program to run; inputs that are `donated` are its own, also where it fails. */
  readonly program: (jaxpr: Jaxpr, donated: readonly boolean[]) => (inputs: readonly B[]) => readonly B[]
  /** Element `i` along the leading axis of a value of that type, as a new handle. `read` makes the program for who has no kernels. */
  readonly indexer: (type: Aval, read: RowProgram) => (x: Held<B>, i: number) => B
  /** `length` buffers of that type as rows of an array; it takes them over. `write` makes the program for who has no kernels. */
  readonly stacker: (type: Aval, length: number, write: RowProgram) => (buffers: readonly B[]) => Held<B>
  /** The value as one buffer, which stays its own. */
  readonly whole: (x: Held<B>) => B
  /** A concrete tensor's buffer, kept as long as the program. */
  readonly hold: (x: Tensor) => B
  readonly share: (buffer: B) => B
  readonly release: (buffer: B) => void
  /** The value of a scalar, read back. */
  readonly read: (buffer: B, aval: Aval) => number
  /** A value as a tensor with a handle of its own, for the host. */
  readonly lend: (buffer: B, aval: Aval) => Tensor
  /** A tensor of the host's as a buffer, a handle of its own. */
  readonly accept: (x: Tensor) => B
}

/** Names and parameters of leaves, and of what else a backend sees, are those of the table. */
export const defineLeaf = <N extends LeafName>(name: N, rules: LeafRules<ParamsOf[N]>): LeafPrimitive<ParamsOf[N]> => ({
  kind: 'leaf',
  name,
  ...rules,
})
export const defineMark = <N extends BodyName>(name: N, rules: MarkRules<BodyParams[N]>): MarkPrimitive<BodyParams[N]> => ({
  kind: 'mark',
  name,
  ...rules,
})
export const defineCall = <N extends BodyName, P extends BodyParams[N]>(name: N, rules: CallRules<P>): CallPrimitive<P> => ({
  kind: 'call',
  name,
  ...rules,
})
export const defineLoop = <N extends BodyName>(name: N, rules: LoopRules<BodyParams[N]>): LoopPrimitive<BodyParams[N]> => ({
  kind: 'loop',
  name,
  ...rules,
})
export const defineHost = <P>(name: string, rules: HostRules<P>): HostPrimitive<P> => ({ kind: 'host', name, ...rules })
export const defineVirtual = <P>(name: string, rules: VirtualRules<P>): VirtualPrimitive<P> => ({ kind: 'virtual', name, ...rules })
export const defineStaged = <P>(name: BodyName, rules: StagedRules<P>): StagedPrimitive<P> => ({ kind: 'staged', name, ...rules })

const noNames: readonly string[] = []
/** The named axes that an application uses. */
export const axisNamesIn = <P>(primitive: Primitive<P>, params: P): readonly string[] => {
  switch (primitive.kind) {
    case 'virtual':
      return primitive.axisNames(params)
    case 'call':
      return primitive.program(params).axisNames
    case 'loop':
      return [...new Set(primitive.bodies(params).flatMap((b) => b.jaxpr.axisNames))]
    default:
      return noNames
  }
}

const copied = (x: unknown): unknown =>
  typeof x !== 'object' || x === null || Object.isFrozen(x)
    ? x
    : Object.freeze(Array.isArray(x) ? x.map(copied) : Object.fromEntries(Object.entries(x).map(([k, v]) => [k, copied(v)])))
/**
 * A leaf's parameters as an equation keeps them: lists in them (shapes, axes, dimension numbers) may be the caller's, who may write to
 * them later, so they are copied and frozen.
 */
const settled = <P>(params: P): P => {
  let own: P | undefined
  for (const key in params) {
    const value: unknown = params[key]
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) continue
    own ??= { ...params }
    own[key] = copied(value) as P[typeof key]
  }
  return own ?? params
}
/** An application as a program records it. */
export const recorded = <P>(primitive: Primitive<P>, xs: Tensors, params: P): Recording =>
  primitive.kind === 'staged'
    ? primitive.record(xs, params)
    : // an equation forgets the type of its parameters
      { primitive: primitive as unknown as Recorded<never>, xs, params: primitive.kind === 'leaf' ? settled(params) : params }

/** The types of the results, or the error that names operands and reason. */
export const infer = <P>(primitive: Recorded<P>, ins: readonly Aval[], params: P): readonly Aval[] => {
  const out = primitive.abstractEval(ins, params)
  if (typeof out === 'string') throw new ShapeError(primitive.name, ins, out)
  return out
}
/** The rule, or the error that says why there is none. */
export const ruleOf = <R extends (...args: never) => unknown>(name: string, rule: 'jvp' | 'transpose' | 'batch', r: R | Unsupported): R => {
  if (typeof r !== 'function') throw new RuleUnsupportedError(name, rule, r.reason)
  return r
}
/** What is handed on as it is. */
export const handedOn = <B>(_params: unknown, host: Interpreter<B>, [given]: readonly boolean[]): Step<B> =>
  given ? (_inputs, take) => [take(0)] : (inputs) => [host.share(host.whole(inputs[0]!))]
