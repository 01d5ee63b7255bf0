/**
 * The stack of active transformations, and `bind`, the one door through which every application of a primitive goes.
 *
 * Each transformation interprets primitives by a Trace at a level above all that is active when it starts. An application
 * goes to the highest trace among its operands; a program under construction (`staging`) takes it also where no operand
 * is its own, so that under jit nothing runs. That each trace has a level of its own is what keeps a derivative inside a
 * derivative from mixing up the two tangents.
 */
import { ambient } from './ambient'
import type { Aval } from './aval'
import { AxisNameError, EscapedTracerError } from './error'
import { axisNamesIn, type Primitive } from './primitive'
import type { Tensor } from './tensor'

export interface Trace {
  /** Height in the stack; evaluation is 0. */
  level: number
  /** What users call the transformation; for messages. */
  readonly name: string
  /** False once the transformation has ended: its tracers have escaped. */
  active: boolean
  readonly process: <P>(primitive: Primitive<P>, xs: readonly Tensor[], params: P) => readonly Tensor[]
}

/** An axis that a surrounding vmap has named, and its trace. */
export interface NamedAxis {
  readonly name: string
  readonly size: number
  readonly trace: Trace
}

let depth = 0
let staging: Trace | undefined
let evaluation: Trace | undefined
/** The vmaps that run, innermost last. */
let mappings: readonly Trace[] = []
const axes = ambient<readonly NamedAxis[]>([], (all) => all.map((a) => `${a.name}:${a.size}`).join())

/** Told once by the evaluator, so that operations without operands have somewhere to go. */
export const setEvaluation = (trace: Trace): void => {
  evaluation = trace
}
/** Run `f` one level above all that is active, and come back down whatever happens. */
export const atNextLevel = <A>(f: (level: number) => A): A => {
  depth += 1
  try {
    return f(depth)
  } finally {
    depth -= 1
  }
}
/** Run `f` while `trace` takes all primitives whose operands belong to lower levels; ended when `f` is. */
export const whileStaging = <A>(trace: Trace, f: () => A): A => {
  const previous = staging
  staging = trace
  try {
    return f()
  } finally {
    staging = previous
  }
}
export const whileActive = <A>(trace: Trace, f: () => A): A => {
  try {
    return f()
  } finally {
    trace.active = false
  }
}
/** Run `f` while these vmaps are asked first about functions with rules, which may close over mapped values that are no operands. */
export const whileMapping = <A>(traces: readonly Trace[], f: () => A): A => {
  const previous = mappings
  mappings = traces
  try {
    return f()
  } finally {
    mappings = previous
  }
}
/** Run `f` as if no transformation were active: for a function of the user's that the host calls in the middle of one. */
export const atGround = <A>(f: () => A): A => {
  const previous = staging
  staging = undefined
  try {
    return whileMapping([], f)
  } finally {
    staging = previous
  }
}
export const activeMappings = (): readonly Trace[] => mappings
export const isStaging = (): boolean => staging !== undefined
export const withNamedAxis = <A>(axis: NamedAxis, f: () => A): A => axes.during('vmap', [...axes.get(), axis], f)
/** The innermost axis of that name. */
export const namedAxis = (name: string): NamedAxis => {
  const all = axes.get()
  const found = all.findLast((a) => a.name === name)
  if (found !== undefined) return found
  throw new AxisNameError(
    name,
    all.map((a) => a.name),
  )
}

export const checkActive = (x: Tensor): void => {
  if (!x.trace.active) throw new EscapedTracerError(x.aval as Aval, x.trace.name)
}

/** Apply a primitive: find who interprets it. */
export const bind = <P>(primitive: Primitive<P>, xs: readonly Tensor[], params: P): readonly Tensor[] => {
  let top = staging ?? evaluation!
  for (const x of xs) {
    if (!x.trace.active) checkActive(x)
    if (x.trace.level > top.level) top = x.trace
  }
  if (primitive.kind === 'staged') {
    const innermost = primitive.closes(params) ? mappings.at(-1) : undefined
    if (innermost && innermost.level > top.level) top = innermost
  } else if (primitive.kind !== 'leaf')
    for (const name of axisNamesIn(primitive, params)) {
      const { trace } = namedAxis(name)
      if (trace.level > top.level) top = trace
    }
  return top.process(primitive, xs, params)
}
export const bind1 = <P>(primitive: Primitive<P>, xs: readonly Tensor[], params: P): Tensor => bind(primitive, xs, params)[0]!

/**
 * A function of a list of tensors to one, and of something besides that is none: a structure, a count. What interpreters run answers in this
 * way all that its tracing learns; it sets nothing outside.
 */
export type FlatWithAux<X> = (xs: readonly Tensor[]) => readonly [outs: readonly Tensor[], aux: X]
