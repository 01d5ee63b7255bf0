/**
 * A plan: a program made ready for a backend of kernels, once, and run as often as wanted.
 *
 * All parameters and types are known when it is made, so kernels are prepared, constants are computed, and for each step
 * it is settled which buffers nobody reads any more: an intermediate lives from its step to its last use.
 */
import { ConcreteTensor } from '../array'
import { type Aval, sizeOf } from '../aval'
import type { Backend, Executable, KernelBackend } from '../backend/backend'
import { bytesOf, dtypes } from '../dtype'
import { BugError, DTypeError } from '../error'
import type { Jaxpr, Literal } from '../ir/jaxpr'
import type { Held, Interpreter, Step } from '../primitive'
import { getElement, setElement } from '../scalar'
import { bytesOfAll, profiling, type Span, timed } from '../profiling'
import { fuse, isDone, type Planned } from './fuse'
import { flattenProgram, type Graph, type ValueId } from './graph'
import { prepareLeaf } from './leaf'
import { readsFirst } from './order'
import { hostStep } from './host'
import { indexer, releaseHeld, stacker, takeWhole, wholeOf } from './rows'
import { prepareAddSlice, sumsInPlace } from './sums'
import { prepareWrite, writesOf } from './write'

interface Instruction<B> {
  readonly run: Step<B>
  /** Whether it may take operands over. */
  readonly takes: boolean
  readonly ins: readonly ValueId[]
  readonly outs: readonly ValueId[]
  /** Values that no later step reads. */
  readonly dead: readonly ValueId[]
  /** For profiles. */
  readonly about: Pick<Span, 'kind' | 'name' | 'scope' | 'bytes'>
}
/** Folded constants above this size are computed on each run instead of being kept. */
const MAX_CONSTANT_BYTES = 1 << 18

const scalar = <B>(backend: KernelBackend<B>, l: Literal): B => {
  const data = new dtypes[l.aval.dtype].storage(1)
  setElement(data, 0, l.aval.dtype, l.value)
  return backend.storage.upload({ shape: [], dtype: l.aval.dtype, data })
}
/** What plans keep between runs, apart from them: who frees it must not hold on to the program. */
class Kept<B> {
  readonly #buffers = new Set<B>()
  constructor(readonly backend: KernelBackend<B>) {}
  add(buffer: B): B {
    this.#buffers.add(buffer)
    return buffer
  }
  drop(buffer: B): void {
    if (this.#buffers.delete(buffer)) this.backend.storage.release(buffer)
  }
  dispose(): void {
    for (const b of this.#buffers) this.backend.storage.release(b)
    this.#buffers.clear()
  }
}
/** What loops and branches get to run their bodies with. */
const interpreterOf = <B>(backend: KernelBackend<B>, kept: Kept<B>): Interpreter<B> => ({
  program: (jaxpr, donated) => planIn(kept, backend, jaxpr, donated),
  indexer: (type) => indexer(backend, type),
  stacker: (type, length) => stacker(backend, type, length),
  whole: (x) => wholeOf(backend, x),
  hold: (x) => kept.add(backend.storage.share((x as ConcreteTensor).bufferOn(backend as Backend) as B)),
  share: (b) => backend.storage.share(b),
  release: (b) => backend.storage.release(b),
  lend: (b, type) => ConcreteTensor.ofBuffer(backend as Backend, backend.storage.share(b), type),
  accept: (x) => backend.storage.share((x as ConcreteTensor).bufferOn(backend as Backend) as B),
  read: (b, type) => {
    if (!backend.storage.downloadSync)
      throw new DTypeError(
        'whileLoop',
        `backend ${backend.name} can not read a condition synchronously; use scan or lax.foriLoop with a fixed number of steps`,
      )
    const host = backend.storage.downloadSync(b, type)
    return getElement(host.data, 0, host.dtype)
  },
})

/** Kernels read whole buffers. */
const onWhole =
  <B>(backend: KernelBackend<B>, run: (inputs: readonly B[]) => readonly B[]): Step<B> =>
  (inputs) =>
    run(inputs.map((x) => wholeOf(backend, x)))
/** `given`: the operands that the step may take over. */
const prepare = <B>(backend: KernelBackend<B>, graph: Graph, item: Planned<B>, kept: Kept<B>, given: readonly boolean[]): Step<B> => {
  const types = (ids: readonly ValueId[]): readonly Aval[] => ids.map((i) => graph.types[i]!)
  if (item._tag === 'Fused') return onWhole(backend, item.run)
  if (item._tag === 'AddSlice') return prepareAddSlice(backend, types(item.ins), given[0]!)
  const { node } = item
  const { primitive } = node
  if (primitive.kind === 'loop' || primitive.kind === 'mark')
    return primitive.interpret(node.params as never, interpreterOf(backend, kept), given)
  if (primitive.kind === 'host') return hostStep(interpreterOf(backend, kept), primitive, node.params, types(node.ins))
  if (primitive.kind === 'virtual') throw primitive.refuse()
  const [ins, outs] = [types(node.ins), types(node.outs)]
  const kernel = prepareLeaf(backend, primitive, node.params, ins, outs)
  return (given[0] ? prepareWrite(backend, node, ins, outs, kernel) : undefined) ?? onWhole(backend, kernel)
}

/** The steps with each stretch between those that `stays` names in an order of its own. */
const between = <S>(steps: readonly S[], stays: (step: S) => boolean, order: (steps: readonly S[]) => readonly S[]): readonly S[] => {
  const all: S[] = []
  let from = 0
  steps.forEach((s, i) => {
    if (!stays(s)) return
    all.push(...order(steps.slice(from, i)), s)
    from = i + 1
  })
  return from === 0 ? order(steps) : [...all, ...order(steps.slice(from))]
}
/** For each node the values read there for the last time; outputs and constants are never dead. */
const deaths = (
  nodes: readonly { readonly ins: readonly ValueId[]; readonly outs: readonly ValueId[] }[],
  kept: ReadonlySet<ValueId>,
): ValueId[][] => {
  const seen = new Set(kept)
  const dead: ValueId[][] = nodes.map(() => [])
  for (let i = nodes.length - 1; i >= 0; i--) {
    const n = nodes[i]!
    for (const v of [...n.outs, ...n.ins])
      if (!seen.has(v)) {
        seen.add(v)
        dead[i]!.push(v)
      }
  }
  return dead
}

interface Folded<B> {
  readonly live: readonly Planned<B>[]
  /** Literals and what depends on nothing else; kept as long as the plan. */
  readonly constants: ReadonlyMap<ValueId, B>
}
const noneGiven: readonly boolean[] = []
const nothingToTake = (): never => {
  throw new BugError('a step takes an operand that was not given to it')
}
/** Does now what depends on literals alone, as long as the result is small. */
const foldConstants = <B>(backend: KernelBackend<B>, graph: Graph, kept: Kept<B>): Folded<B> => {
  const constants = new Map<ValueId, B>()
  const constant = (id: ValueId): B | undefined => {
    const l = graph.literals.get(id)
    if (l && !constants.has(id)) constants.set(id, kept.add(scalar(backend, l)))
    return constants.get(id)
  }
  const bytes = (ids: readonly ValueId[]): number =>
    ids.reduce((n, i) => n + sizeOf(graph.types[i]!.shape) * bytesOf(graph.types[i]!.dtype), 0)
  const live: Planned<B>[] = []
  const items = fuse(backend, graph)
  for (const item of backend.inPlace ? sumsInPlace(items, graph) : items) {
    const { ins, outs } = item
    const known = ins.map(constant)
    const foldable = item._tag === 'Node' && item.node.primitive.kind === 'leaf' && bytes(outs) <= MAX_CONSTANT_BYTES
    if (foldable && known.every((c) => c !== undefined)) {
      const run = prepare(backend, graph, item, kept, noneGiven)
      run(known as B[], nothingToTake).forEach((b, k) => constants.set(outs[k]!, kept.add(b as B)))
    } else live.push(item)
  }
  for (const o of graph.outputs) constant(o)
  const read = new Set([...live.flatMap((n) => n.ins), ...graph.outputs])
  for (const [id, b] of constants)
    if (!read.has(id)) {
      kept.drop(b)
      constants.delete(id)
    }
  return { live, constants }
}

/** Errors: DTypeError where the backend lacks an element type that the program has. */
export const makePlan = <B>(backend: KernelBackend<B>, program: Jaxpr, donated: readonly boolean[]): Executable<B> => {
  const kept = new Kept(backend)
  return { run: planIn(kept, backend, program, donated), dispose: disposing(kept) }
}
/** A function of its own: one made where the program is in scope would keep it alive. */
const disposing =
  <B>(kept: Kept<B>): (() => void) =>
  () =>
    kept.dispose()
/** What a step is called, and where it comes from: a fused one from where its product does. */
export const aboutOf = <B>({ types }: Graph, item: Planned<B>): Instruction<B>['about'] => {
  const bytes = bytesOfAll(item.outs.map((o) => types[o]!))
  if (item._tag !== 'Node') return { kind: 'operation', name: item._tag === 'Fused' ? 'dense' : 'add_slice', scope: item.scope, bytes }
  const { primitive, scope } = item.node
  return { kind: primitive.kind === 'loop' ? 'loop' : 'operation', name: primitive.name, scope, bytes }
}
const planIn = <B>(
  kept: Kept<B>,
  backend: KernelBackend<B>,
  program: Jaxpr,
  donated: readonly boolean[],
): ((inputs: readonly B[]) => readonly B[]) => {
  const graph = flattenProgram(program)
  const { live, constants } = foldConstants(backend, graph, kept)
  const borrowed = new Set(graph.inputs.filter((_, i) => !donated[i]))
  const owned = (id: ValueId): boolean => !constants.has(id) && !borrowed.has(id)
  const lasting = new Set([...graph.outputs, ...constants.keys(), ...borrowed])
  const writes = new Map(live.map((item) => [item, writesOf(backend, graph.types, item)]))
  const order = between(live, isDone, (steps) => readsFirst(steps, (item) => writes.get(item)!.filter((id) => !lasting.has(id))))
  const dead = deaths(order, lasting)
  const steps = order.map((item, i): Instruction<B> => {
    const { ins, outs } = item
    const dying = new Set(dead[i]!)
    // one that comes twice would be written to where it is read
    const given = ins.map((id) => dying.has(id) && ins.indexOf(id) === ins.lastIndexOf(id))
    const isLeaf = item._tag !== 'Node' || item.node.primitive.kind === 'leaf'
    const takes = given.includes(true) && (!isLeaf || writes.get(item)!.length > 0)
    return { run: prepare(backend, graph, item, kept, given), takes, ins, outs, dead: dead[i]!, about: aboutOf(graph, item) }
  })
  const read = new Set([...live.flatMap((n) => n.ins), ...graph.outputs])
  const unreadDonated = graph.inputs.filter((i) => owned(i) && !read.has(i))
  return runner(backend, graph, steps, constants, owned, unreadDonated)
}

const free = <B>(backend: KernelBackend<B>, env: (Held<B> | undefined)[], id: ValueId): void => {
  const b = env[id]
  if (b !== undefined) releaseHeld(backend, b)
  env[id] = undefined
}
/** The outputs, each a handle of its own: one that is a constant, a borrowed input, or an output already shares what that has. */
const handOut = <B>(
  backend: KernelBackend<B>,
  env: (Held<B> | undefined)[],
  outputs: readonly ValueId[],
  owned: (id: ValueId) => boolean,
): readonly B[] => {
  // what can fail comes first, while all is still in its place
  for (const id of outputs) env[id] = takeWhole(backend, env[id]!)
  const given = new Set<ValueId>()
  return outputs.map((id) => {
    const b = env[id] as B
    if (!owned(id) || given.has(id)) return backend.storage.share(b)
    given.add(id)
    return b
  })
}
/** Takes operands of a step over for it. A function of its own, so that only steps which take pay for a closure. */
const takerOf =
  <B>(backend: KernelBackend<B>, env: (Held<B> | undefined)[], ins: readonly ValueId[]): ((i: number) => B) =>
  (i) => {
    const id = ins[i]!
    const whole = takeWhole(backend, env[id]!)
    env[id] = undefined
    return whole
  }
const runner =
  <B>(
    backend: KernelBackend<B>,
    graph: Graph,
    steps: readonly Instruction<B>[],
    constants: ReadonlyMap<ValueId, B>,
    owned: (id: ValueId) => boolean,
    unreadDonated: readonly ValueId[],
  ): ((inputs: readonly B[]) => readonly B[]) =>
  (inputs) => {
    const env: (Held<B> | undefined)[] = new Array(graph.types.length)
    for (const [id, b] of constants) env[id] = b
    for (let i = 0; i < inputs.length; i++) env[graph.inputs[i]!] = inputs[i]!
    try {
      for (const step of steps) {
        const { ins, outs, dead } = step
        const args = new Array<Held<B>>(ins.length)
        for (let i = 0; i < ins.length; i++) args[i] = env[ins[i]!]!
        const take = step.takes ? takerOf(backend, env, ins) : nothingToTake
        const results =
          profiling.spans === undefined
            ? step.run(args, take)
            : timed({ ...step.about, backend: backend.name }, step.about.scope, () => step.run(args, take))
        for (let i = 0; i < outs.length; i++) env[outs[i]!] = results[i]!
        for (let i = 0; i < dead.length; i++) free(backend, env, dead[i]!)
      }
      for (const id of unreadDonated) free(backend, env, id)
      return handOut(backend, env, graph.outputs, owned)
    } catch (e) {
      env.forEach((b, id) => {
        if (b !== undefined && owned(id)) free(backend, env, id)
      })
      throw e
    }
  }
