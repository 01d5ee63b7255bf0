/**
 * What a primitive is: a name and the rules that say everything about it, all in one object.
 *
 * No rule is optional but those of primitives with bodies: what is absent is said, with its reason (`unsupported`).
 */
import type { Aval } from './aval'
import type { Backend } from './backend/backend'
import { RuleUnsupportedError, ShapeError } from './error'
import type { Body } from './ir/bodies'
import type { Jaxpr } from './ir/jaxpr'
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

export interface Rules<P> {
  /** Types of the results from types of the operands; a string is the reason why the operands do not fit. */
  readonly abstractEval: (ins: readonly Aval[], params: P) => readonly Aval[] | string
  /** Results and their tangents. Called only if some tangent is not zero; integer operands always have null. */
  readonly jvp: ((xs: Tensors, ts: readonly Tangent[], params: P) => readonly [outs: Tensors, tangents: readonly Tangent[]]) | Unsupported
  /** Cotangents of the `Linear` operands from those of the results (some may be null); the answer for others is ignored. */
  readonly transpose:
    | ((cts: readonly Tangent[], ins: readonly (Tensor | Linear)[], params: P) => readonly (Tangent | undefined)[])
    | Unsupported
  /** Results for operands that have one more axis at `dims`, and where the results have it. */
  readonly batch:
    | ((axis: BatchAxis, xs: Tensors, dims: readonly Dim[], params: P) => readonly [outs: Tensors, dims: readonly Dim[]])
    | Unsupported
  /** Parameters as they stand in a printed jaxpr; default: all of them. */
  readonly show?: (params: P) => Readonly<Record<string, unknown>>

  // Primitives with bodies. A primitive with none of these is a leaf: each backend has a kernel for it.
  /** The programs that an equation holds. */
  readonly bodies?: (params: P) => readonly Body[]
  /** The program this stands for, when calling it is all there is to it (jit, checkpoint, custom derivatives). */
  readonly inline?: (params: P) => Jaxpr
  /** True where its work must not be merged with equal work outside (checkpoint). */
  readonly barrier?: (params: P) => boolean
  /** How a backend of kernels runs it (loops and branches): `prepare` once, then call. */
  readonly interpret?: <B>(params: P, host: Interpreter<B>) => (inputs: readonly Held<B>[]) => readonly Held<B>[]
  /** Evaluation on concrete values, where it is neither of the two above. */
  readonly impl?: (xs: Tensors, params: P) => Tensors
  /** Closures become programs when the primitive is recorded in one; what they close over becomes leading operands. */
  readonly stage?: (xs: Tensors, params: P) => readonly [xs: Tensors, params: P]
  /** Known outputs now, unknown ones recorded by `emit`. Default: all is recorded as soon as one operand is unknown. */
  readonly partialEval?: (xs: Tensors, unknown: readonly boolean[], params: P, emit: Emit) => Tensors
  /** Outputs that nobody uses are dropped from the body, as are inputs it then doesn't need; `keptOuts` has all in `usedOuts`. */
  readonly dce?: (
    params: P,
    usedOuts: readonly boolean[],
  ) => { readonly params: P; readonly usedIns: readonly boolean[]; readonly keptOuts: readonly boolean[] }
  /** The named axes that it uses. */
  readonly axisNames?: (params: P) => readonly string[]
  /** Operands whose memory is given away, where it runs if not where they are, and a name for messages; for calls of whole programs. */
  readonly donated?: (params: P) => readonly boolean[]
  readonly device?: (params: P) => Backend | null
  readonly label?: (params: P) => string
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

/** What `interpret` gets of a kernel backend: programs to run, and ways to hold and drop buffers. */
export interface Interpreter<B> {
  readonly program: (jaxpr: Jaxpr) => (inputs: readonly B[]) => readonly B[]
  /** Element `i` along the leading axis of a value of that type, as a new handle. */
  readonly indexer: (type: Aval) => (x: Held<B>, i: number) => B
  /** `length` buffers of that type as rows of an array; it takes them over. */
  readonly stacker: (type: Aval, length: number) => (buffers: readonly B[]) => Held<B>
  /** The value as one buffer, which stays its own. */
  readonly whole: (x: Held<B>) => B
  /** A concrete tensor's buffer, kept as long as the program. */
  readonly hold: (x: Tensor) => B
  readonly share: (buffer: B) => B
  readonly release: (buffer: B) => void
  /** The value of a scalar, read back. */
  readonly read: (buffer: B, aval: Aval) => number
}

export interface Primitive<P> extends Rules<P> {
  readonly name: string
}
export const definePrimitive = <P>(name: string, rules: Rules<P>): Primitive<P> => ({ name, ...rules })
export const isLeafPrimitive = (p: Pick<Primitive<never>, 'inline' | 'interpret' | 'impl'>): boolean => !p.inline && !p.interpret && !p.impl

const copied = (x: unknown): unknown =>
  typeof x !== 'object' || x === null || Object.isFrozen(x)
    ? x
    : Object.freeze(Array.isArray(x) ? x.map(copied) : Object.fromEntries(Object.entries(x).map(([k, v]) => [k, copied(v)])))
/**
 * A leaf's parameters as an equation keeps them: lists in them (shapes, axes, dimension numbers) may be the caller's, who may write to
 * them later, so they are copied and frozen.
 */
export const settled = <P>(primitive: Primitive<P>, params: P): P => {
  if (!isLeafPrimitive(primitive)) return params
  let own: P | undefined
  for (const key in params) {
    const value: unknown = params[key]
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) continue
    own ??= { ...params }
    own[key] = copied(value) as P[typeof key]
  }
  return own ?? params
}

/** The types of the results, or the error that names operands and reason. */
export const infer = <P>(primitive: Primitive<P>, ins: readonly Aval[], params: P): readonly Aval[] => {
  const out = primitive.abstractEval(ins, params)
  if (typeof out === 'string') throw new ShapeError(primitive.name, ins, out)
  return out
}
/** The rule, or the error that says why there is none. */
export const ruleOf = <P, N extends 'jvp' | 'transpose' | 'batch'>(primitive: Primitive<P>, rule: N): Exclude<Rules<P>[N], Unsupported> => {
  const r = primitive[rule]
  if (typeof r !== 'function') throw new RuleUnsupportedError(primitive.name, rule, r.reason)
  return r as Exclude<Rules<P>[N], Unsupported>
}
