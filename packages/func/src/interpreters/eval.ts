/** The bottom of the stack: check types, then hand data to a backend. */
import { ConcreteTensor, evalTrace } from '../array'
import type { Aval } from '../aval'
import type { Backend, Executable } from '../backend/backend'
import { getDefaultBackend } from '../backend/registry'
import { ArgumentError, BugError, FuncError, BackendError } from '../error'
import type { Jaxpr } from '../ir/jaxpr'
import { newVar } from '../ir/jaxpr'
import { infer, type Primitive } from '../primitive'
import { makePlan, prepareKernel } from '../plan/plan'
import { type Sharding, shardingKey } from '../sharding'
import type { Tensor } from '../tensor'
import { checkActive, setEvaluation } from '../trace'
import { axisNamesOf } from './stage'

const concrete = (x: Tensor): ConcreteTensor => {
  if (x instanceof ConcreteTensor) return x
  checkActive(x)
  throw new BugError(`a tracer of ${x.trace.name} reached the evaluator`)
}
/** The backend that the operands live on, or the default one. */
export const backendOf = (xs: readonly Tensor[]): Backend => {
  for (const x of xs) {
    const b = (x as ConcreteTensor).backend
    if (b) return b
  }
  return getDefaultBackend()
}

const executables = new WeakMap<Jaxpr, Map<Backend, Map<string, Executable<unknown>>>>()
/** A program that nobody holds any more takes its executables along. */
const abandoned = new FinalizationRegistry<Executable<unknown>>((executable) => executable.dispose())
interface Wanted {
  readonly donated: readonly boolean[]
  readonly inShardings: readonly (Sharding | null)[]
  readonly name: string
}
/** The program made ready for a backend, once for each donation and placement. */
const compiled = (program: Jaxpr, backend: Backend, { donated, inShardings, name }: Wanted): Executable<unknown> => {
  let byBackend = executables.get(program)
  if (!byBackend) executables.set(program, (byBackend = new Map()))
  let byKind = byBackend.get(backend)
  if (!byKind) byBackend.set(backend, (byKind = new Map()))
  const spread = inShardings.some((s) => s !== null)
  const key = spread ? `${donated.join()}|${inShardings.map(shardingKey).join()}` : donated.join()
  let made = byKind.get(key)
  if (!made) {
    const plan = (): Executable<unknown> => makePlan(backend, program, donated)
    made = backend.compile ? backend.compile(program, { donated, name, ...(spread ? { inShardings } : {}) }, plan) : plan()
    byKind.set(key, made)
    abandoned.register(program, made)
  }
  return made
}
const none: readonly never[] = []
/** Runs a program on concrete tensors; donated ones are given away. */
export const execute = (program: Jaxpr, xs: readonly Tensor[], donated: readonly boolean[] = [], name = 'jit'): readonly Tensor[] => {
  const tensors = xs.map(concrete)
  const backend = backendOf(tensors)
  tensors.forEach((x, i) => {
    if (donated[i] && tensors.some((y, k) => k !== i && y === x))
      throw new ArgumentError(name, `argument ${i} is donated and given a second time; pass a copy (np.copy) or do not donate it`)
  })
  const buffers = tensors.map((x, i) => (donated[i] ? undefined : x.bufferOn(backend)))
  const { shardingOf } = backend.storage
  const inShardings = shardingOf ? tensors.map((x) => shardingOf(x.bufferOn(backend))) : none
  const executable = compiled(program, backend, { donated, inShardings, name })
  const inputs = tensors.map((x, i) => (donated[i] ? x.donate(backend) : buffers[i]))
  return executable.run(inputs).map((b, i) => ConcreteTensor.ofBuffer(backend, b, program.outs[i]!.aval))
}

/** A primitive with a body that a backend interprets, as a program of one equation; made once for its parameters. */
const programs = new WeakMap<object, Map<string, Jaxpr>>()
const oneEquation = <P>(primitive: Primitive<P>, params: P, ins: readonly Aval[], outs: readonly Aval[]): Jaxpr => {
  let table = programs.get(params as object)
  if (!table) programs.set(params as object, (table = new Map()))
  const key = ins.map((a) => `${a.dtype}${a.shape}`).join(';')
  let made = table.get(key)
  if (!made) {
    const vars = ins.map((a) => newVar(a))
    const results = outs.map((a) => newVar(a))
    const eqn = { primitive: primitive as unknown as Primitive<never>, params, ins: vars, outs: results }
    made = { ins: vars, eqns: [eqn], outs: results, axisNames: axisNamesOf([eqn]) }
    table.set(key, made)
  }
  return made
}

evalTrace.process = <P>(primitive: Primitive<P>, xs: readonly Tensor[], params: P): readonly Tensor[] => {
  if (primitive.impl) return primitive.impl(xs, params)
  const ins = xs.map((x) => x.aval)
  if (primitive.inline) return execute(primitive.inline(params), xs, primitive.donated?.(params), primitive.label?.(params))
  const outs = infer(primitive, ins, params)
  if (primitive.interpret) return execute(oneEquation(primitive, params, ins, outs), xs)
  const tensors = xs.map(concrete)
  const backend = backendOf(tensors)
  if (backend.compile && !backend.kernels) return execute(oneEquation(primitive, params, ins, outs), xs)
  const run = prepareKernel(backend, primitive as unknown as Primitive<never>, params, ins, outs)
  const buffers = tensors.map((x) => x.bufferOn(backend))
  try {
    return run(buffers).map((b, i) => ConcreteTensor.ofBuffer(backend, b, outs[i]!))
  } catch (e) {
    if (e instanceof FuncError) throw e
    throw new BackendError(
      backend.name,
      `the kernel of ${primitive.name} failed on ${ins.map((a) => `${a.dtype}[${a.shape}]`).join(', ')}`,
      { cause: e },
    )
  }
}
setEvaluation(evalTrace)
