/** The bottom of the stack: check types, then hand data to a backend. */
import { ConcreteTensor, evalTrace, GIVEN_AWAY } from '../array'
import type { Aval } from '../aval'
import type { Backend, CompileOptions, CompilingBackend, Executable, KernelBackend } from '../backend/backend'
import { Holding, own, pressure, relieve } from '../backend/reclaim'
import { getDefaultBackend, hasDefaultBackend } from '../backend/registry'
import { ArgumentError, BugError, FuncError, BackendError } from '../error'
import type { Jaxpr } from '../ir/jaxpr'
import { hasEffects, hasHost } from '../ir/effects'
import { outAvals } from '../ir/jaxpr'
import { oneEquation } from '../ir/one-equation'
import { infer, type LeafPrimitive, type Primitive, type Recorded } from '../primitive'
import { currentScope, hunting } from '../origin'
import { bytesOfAll, profiling, timed } from '../profiling'
import { perform } from '../plan/host'
import { prepareLeaf } from '../plan/leaf'
import { makePlan } from '../plan/plan'
import { type Sharding, shardingKey } from '../sharding'
import type { Tensor } from '../tensor'
import { checkActive, setEvaluation } from '../trace'
import { inspect, inspectProgram } from './hunt'
import { makePieces } from './pieces'
import { recover, type Running } from './short-memory'

/** The tensors, all of which have data. */
const concrete = (xs: readonly Tensor[]): readonly ConcreteTensor[] => {
  for (const x of xs)
    if (!(x instanceof ConcreteTensor)) {
      checkActive(x)
      throw new BugError(`a tracer of ${x.trace.name} reached the evaluator`)
    }
  return xs as readonly ConcreteTensor[]
}
/** The backend that the operands live on, those whose data are nowhere else; or the default one, to which the others move. */
export const backendOf = (xs: readonly Tensor[]): Backend => {
  let first: Backend | undefined
  for (const x of xs) {
    const b = (x as ConcreteTensor).backend
    if (!b) continue
    if (!(x as ConcreteTensor).isOnHost) return b
    first ??= b
  }
  return first === undefined || hasDefaultBackend() ? getDefaultBackend() : first
}

/** Whether there is no backend yet that could compute with them: what is asked of them then waits for one. */
const homeless = (xs: readonly ConcreteTensor[]): boolean => !hasDefaultBackend() && xs.every((x) => x.backend === undefined)

/** A program made ready for a backend, a donation, and the placement of its inputs, as text. */
interface Made {
  readonly backend: Backend
  readonly donated: readonly boolean[]
  readonly placement: string
  readonly executable: Executable<unknown>
}
const executables = new WeakMap<Jaxpr, Made[]>()
/** About what a program takes: some 20 kB of plans, or 150 kB of compiled code. */
const PROGRAM_BYTES = 2 ** 16
/** A program that nobody holds any more takes its executables along. */
class Compiled extends Holding {
  constructor(readonly dispose: () => void) {
    super(PROGRAM_BYTES)
  }
  protected release(): void {
    this.dispose()
  }
}
const sameMask = (a: readonly boolean[], b: readonly boolean[]): boolean =>
  a === b || (a.length === b.length && a.every((x, i) => x === b[i]))

const planned = (backend: KernelBackend, program: Jaxpr, options: CompileOptions): Executable<unknown> => {
  const plan = (): Executable<unknown> => makePlan(backend, program, options.donated)
  return backend.compile && !hasHost(program) ? backend.compile(program, options, plan) : plan()
}
/** A program in which the host has a part, for a compiler: in pieces, each compiled as a program is. */
const inPieces = (backend: CompilingBackend, program: Jaxpr, options: CompileOptions): Executable<unknown> =>
  makePieces(backend, program, options.donated, (piece, donated, inputs) => {
    const { shardingOf } = backend.storage
    return compiled(piece, backend, donated, shardingOf ? inputs.map(shardingOf) : none, options.name).run(inputs)
  })
/** The program made ready, once for each backend, donation and placement. */
const compiled = (
  program: Jaxpr,
  backend: Backend,
  donated: readonly boolean[],
  inShardings: readonly (Sharding | null)[],
  name: string,
): Executable<unknown> => {
  let all = executables.get(program)
  if (!all) executables.set(program, (all = []))
  const placement = inShardings.some((s) => s !== null) ? inShardings.map(shardingKey).join() : ''
  for (const m of all) if (m.backend === backend && m.placement === placement && sameMask(m.donated, donated)) return m.executable
  const options = { donated, name, ...(placement === '' ? {} : { inShardings }) }
  const executable = backend.kernels
    ? planned(backend, program, options)
    : hasHost(program)
      ? inPieces(backend, program, options)
      : backend.compile(program, options)
  all.push({ backend, donated, placement, executable })
  own(program, new Compiled(executable.dispose))
  return executable
}
const none: readonly never[] = []
const checkDonated = (tensors: readonly ConcreteTensor[], donated: readonly boolean[], name: string): void => {
  const seen = new Map<ConcreteTensor, number>()
  tensors.forEach((x, i) => {
    const before = seen.get(x)
    if (before !== undefined && (donated[i] || donated[before]))
      throw new ArgumentError(
        name,
        `argument ${donated[i] ? i : before} is donated and given a second time; pass a copy (np.copy) or do not donate it`,
      )
    seen.set(x, i)
  })
}
/** What a run of a program may be told. */
interface RunOptions {
  /** Inputs that are given away; none if empty. */
  readonly donated?: readonly boolean[] | undefined
  /** Default: where the inputs are. */
  readonly device?: Backend | null | undefined
  readonly name?: string | undefined
}
/** Runs a program for a profile: until the device is done with it, where that can be waited for. */
const profiled = (
  backend: Backend,
  executable: Executable<unknown>,
  inputs: readonly unknown[],
  name: string,
  program: Jaxpr,
): readonly unknown[] => {
  const types = outAvals(program)
  // what plans note is inside; of a compiler's program nothing more is known
  const kind = backend.compile && !hasHost(program) ? 'operation' : 'program'
  return timed({ kind, name, backend: backend.name, bytes: bytesOfAll(types) }, profiling.scope === '' ? currentScope() : '', () => {
    const outs = executable.run(inputs)
    if (kind === 'operation' && types.length > 0) backend.storage.downloadSync?.(outs[0], types[0]!)
    return outs
  })
}
/** Runs a program where its inputs are. */
const runOn = (
  backend: Backend,
  program: Jaxpr,
  tensors: readonly ConcreteTensor[],
  donated: readonly boolean[],
  name: string,
): readonly ConcreteTensor[] => {
  // all are looked at before the first is given away
  const inputs = tensors.map((x) => x.bufferOn(backend))
  const { shardingOf } = backend.storage
  const inShardings = shardingOf ? inputs.map(shardingOf) : none
  const executable = compiled(program, backend, donated, inShardings, name)
  for (let i = 0; i < donated.length; i++) if (donated[i]) tensors[i]!.donate(backend)
  let outs: readonly unknown[]
  try {
    outs = profiling.spans === undefined ? executable.run(inputs) : profiled(backend, executable, inputs, name, program)
  } catch (e) {
    const running = { backend, operation: name, results: outAvals(program) }
    outs = recover(
      e,
      running,
      donated.includes(true) || hasEffects(program) ? undefined : () => executable.run(tensors.map((x) => x.bufferOn(backend))),
    )
  }
  const results = new Array<ConcreteTensor>(outs.length)
  for (let i = 0; i < outs.length; i++) results[i] = ConcreteTensor.ofBuffer(backend, outs[i], program.outs[i]!.aval)
  return results
}
/** Runs of the hunt, which look no further. */
const hunted = new WeakSet<RunOptions>()
/** Runs a program, whose inputs must be there to run it again, and looks at what came out. */
const huntIn = (program: Jaxpr, xs: readonly Tensor[], options: RunOptions): readonly Tensor[] => {
  const { donated = none, name = 'jit' } = options
  if (donated.length > 1) checkDonated(concrete(xs), donated, name)
  const plain = { ...options, donated: none }
  hunted.add(plain)
  const results = execute(program, xs, plain)
  inspectProgram(name, program, xs, results)
  xs.forEach((x, i) => donated[i] && (x as ConcreteTensor).dispose(GIVEN_AWAY))
  return results
}
/** Runs a program on concrete tensors. */
const execute = (program: Jaxpr, xs: readonly Tensor[], options: RunOptions = {}): readonly Tensor[] => {
  if (pressure.high) relieve()
  const { donated = none, device, name = 'jit' } = options
  if (hunting.on && !hunted.has(options)) return huntIn(program, xs, options)
  const given = concrete(xs)
  if (donated.length > 1) checkDonated(given, donated, name)
  if (!device) {
    const run = (): readonly ConcreteTensor[] => runOn(backendOf(given), program, given, donated, name)
    return homeless(given)
      ? ConcreteTensor.ofPending(
          program.outs.map((v) => v.aval),
          given,
          run,
        )
      : run()
  }
  const there = given.map((x) => x.on(device))
  const results = runOn(device, program, there, donated, name)
  // copies that were made for this run; and what was given away, where a copy was used
  given.forEach((x, i) => {
    if (there[i] !== x) (donated[i] ? x : there[i]!).dispose(donated[i] ? GIVEN_AWAY : undefined)
  })
  return results
}

/** A loop, a branch or a mark by itself as a program, made once for its parameters. */
const programs = new WeakMap<object, Map<string, Jaxpr>>()
const programOf = <P>(primitive: Recorded<P>, params: P, xs: readonly Tensor[]): Jaxpr => {
  const ins = xs.map((x) => x.aval)
  const outs = infer(primitive, ins, params)
  let table = programs.get(params as object)
  if (!table) programs.set(params as object, (table = new Map()))
  const key = ins.map((a) => `${a.dtype}${a.shape}`).join(';')
  let made = table.get(key)
  if (!made) table.set(key, (made = oneEquation(primitive as unknown as Recorded<never>, params, ins, outs)))
  return made
}

evalTrace.process = <P>(primitive: Primitive<P>, xs: readonly Tensor[], params: P): readonly Tensor[] => {
  switch (primitive.kind) {
    case 'leaf':
      return evaluate(primitive, xs, params)
    case 'call':
      return execute(primitive.program(params), xs, primitive.settings(params))
    case 'staged':
      return primitive.evaluate(xs, params)
    case 'host':
      return perform(primitive, concrete(xs), params)
    case 'virtual':
      throw primitive.refuse()
    case 'mark':
      return primitive.evaluate?.(xs, params) ?? execute(programOf(primitive, params, xs), xs)
    case 'loop':
      return execute(programOf(primitive, params, xs), xs)
  }
}
const evaluate = <P>(primitive: LeafPrimitive<P>, xs: readonly Tensor[], params: P): readonly Tensor[] => {
  const ins = xs.map((x) => x.aval)
  const outs = infer(primitive, ins, params)
  const tensors = concrete(xs)
  if (homeless(tensors)) return ConcreteTensor.ofPending(outs, tensors, () => evaluate(primitive, xs, params))
  const backend = backendOf(tensors)
  if (pressure.high) relieve()
  const run = prepareLeaf(backend, primitive as unknown as Recorded<never>, params, ins, outs)
  const attempt = (): readonly ConcreteTensor[] =>
    run(tensors.map((x) => x.bufferOn(backend))).map((b, i) => ConcreteTensor.ofBuffer(backend, b, outs[i]!))
  try {
    const results =
      profiling.spans === undefined
        ? attempt()
        : timed({ kind: 'operation', name: primitive.name, backend: backend.name, bytes: bytesOfAll(outs) }, currentScope(), attempt)
    if (hunting.on) inspect(primitive.name, tensors, results)
    return results
  } catch (e) {
    // `attempt` is needed here, so the tensors live, with their buffers, while the kernel runs
    return failed(e, { backend, operation: primitive.name, results: outs }, ins, attempt)
  }
}
/** After an error of a kernel: what it gives once there is memory again, or the error that names it. */
const failed = (
  e: unknown,
  running: Running,
  ins: readonly Aval[],
  attempt: () => readonly ConcreteTensor[],
): readonly ConcreteTensor[] => {
  try {
    return recover(e, running, attempt)
  } catch (cause) {
    if (cause instanceof FuncError) throw cause
    const { backend, operation } = running
    throw new BackendError(backend.name, `the kernel of ${operation} failed on ${ins.map((a) => `${a.dtype}[${a.shape}]`).join(', ')}`, {
      cause,
    })
  }
}
setEvaluation(evalTrace)
