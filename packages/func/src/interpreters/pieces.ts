/**
 * A program in which the host has a part, made ready for a backend that compiles whole programs: it is cut where the host does something, what
 * lies in between is compiled piece by piece, and loops and branches with such a place inside are run by the host, turn by turn.
 */
import { ConcreteTensor } from '../array'
import { type Aval, aval } from '../aval'
import type { Backend, CompilingBackend, Executable } from '../backend/backend'
import { dtypes } from '../dtype'
import { BugError, DTypeError } from '../error'
import { stageClosed } from './stage'
import { hasHost, needsHost } from '../ir/effects'
import { type Eqn, type Jaxpr, newVar, type Var } from '../ir/jaxpr'
import type { Interpreter, Step } from '../primitive'
import { broadcastInDim } from '../primitives/structural'
import { literal } from '../literal'
import { getElement, setElement } from '../scalar'
import { flattenProgram, type Graph, type Node, type ValueId } from '../plan/graph'
import { hostStep } from '../plan/host'

/** Compiles a program without the host, once, and runs it; inputs that are donated are its own. */
export type RunPiece<B> = (piece: Jaxpr, donated: readonly boolean[], inputs: readonly B[]) => readonly B[]

interface Part<B> {
  readonly run: (inputs: readonly B[]) => readonly B[]
  readonly ins: readonly ValueId[]
  readonly outs: readonly ValueId[]
}
const none: readonly boolean[] = []
const int32: Aval = aval([], 'int32')
const nothingToTake = (): never => {
  throw new BugError('a step takes an operand that was not given to it')
}
/** What the host's loops get, of a backend without kernels: slices and stacks are small programs. */
const interpreterOf = <B>(backend: CompilingBackend<B>, run: RunPiece<B>): Interpreter<B> => {
  const { storage } = backend
  const upload = (type: Aval, value: number | bigint | boolean): B => {
    const data = new dtypes[type.dtype].storage(1)
    setElement(data, 0, type.dtype, value)
    return storage.upload({ shape: [], dtype: type.dtype, data })
  }
  const at = <A>(i: number, use: (index: B) => A): A => {
    const index = upload(int32, i)
    try {
      return use(index)
    } finally {
      storage.release(index)
    }
  }
  const host: Interpreter<B> = {
    program: (jaxpr, donated) => {
      if (hasHost(jaxpr)) return piecesIn(backend, jaxpr, donated, run)
      return (inputs) => run(jaxpr, donated, inputs)
    },
    indexer: (type, read) => {
      const slice = read(type)
      return (x, i) => at(i, (index) => run(slice, none, [host.whole(x), index])[0]!)
    },
    stacker: (type, length, write) => {
      const all = aval([length, ...type.shape], type.dtype)
      const put = write(all)
      const zeros = stageClosed(() => [broadcastInDim(literal(0, type.dtype), { shape: all.shape, broadcastDimensions: [] })], [], 'stack')
      return (buffers) => {
        let [x] = run(zeros, none, []) as [B]
        buffers.forEach((b, i) => {
          x = at(i, (index) => run(put, [true, false, false], [x, b, index])[0]!)
          storage.release(b)
        })
        return x
      }
    },
    whole: (x) => x as B,
    hold: (x) => (x as ConcreteTensor).bufferOn(backend as Backend) as B,
    share: storage.share,
    release: storage.release,
    read: (b, type) => {
      if (!storage.downloadSync)
        throw new DTypeError(
          'debug.callback',
          `backend ${backend.name} can not read the condition of a loop or branch around it synchronously`,
        )
      const { data, dtype } = storage.downloadSync(b, type)
      return getElement(data, 0, dtype)
    },
    lend: (b, type) => ConcreteTensor.ofBuffer(backend as Backend, storage.share(b), type),
    accept: (x) => storage.share((x as ConcreteTensor).bufferOn(backend as Backend) as B),
  }
  return host
}

/** The equations between two places of the host as a program: of what was there before, for what is read after. */
const partOf = <B>(graph: Graph, nodes: readonly Node[], readLater: ReadonlySet<ValueId>, run: RunPiece<B>): Part<B> => {
  const vars = new Map<ValueId, Var>()
  const ins: ValueId[] = []
  const varOf = (id: ValueId): Var => {
    let v = vars.get(id)
    if (v === undefined) vars.set(id, (v = newVar(graph.types[id]!)))
    return v
  }
  const made = new Set(nodes.flatMap((n) => n.outs))
  const eqns = nodes.map((n): Eqn => {
    const operands = n.ins.map((id) => {
      const l = graph.literals.get(id)
      if (l !== undefined) return l
      if (!made.has(id) && !vars.has(id)) ins.push(id)
      return varOf(id)
    })
    return { primitive: n.primitive, params: n.params, ins: operands, outs: n.outs.map(varOf) }
  })
  const outs = [...made].filter((id) => readLater.has(id))
  const piece: Jaxpr = { ins: ins.map(varOf), eqns, outs: outs.map(varOf), axisNames: [] }
  return { run: (inputs) => run(piece, none, inputs), ins, outs }
}
const stepOf = <B>(host: Interpreter<B>, graph: Graph, { primitive, params, ins }: Node): Step<B> => {
  if (primitive.kind === 'host')
    return hostStep(
      host,
      primitive,
      params,
      ins.map((i) => graph.types[i]!),
    )
  if (primitive.kind !== 'loop') throw new BugError(`${primitive.name} calls the host and is no loop`)
  return primitive.interpret(
    params as never,
    host,
    ins.map(() => false),
  )
}
const cut = <B>(graph: Graph, host: Interpreter<B>, run: RunPiece<B>): readonly Part<B>[] => {
  const parts: Part<B>[] = []
  const { nodes } = graph
  let from = 0
  const flush = (to: number): void => {
    if (from === to) return
    const readLater = new Set([...nodes.slice(to).flatMap((n) => n.ins), ...graph.outputs])
    parts.push(partOf(graph, nodes.slice(from, to), readLater, run))
  }
  nodes.forEach((node, i) => {
    if (!needsHost(node)) return
    flush(i)
    from = i + 1
    const step = stepOf(host, graph, node)
    parts.push({ run: (inputs) => step(inputs, nothingToTake) as readonly B[], ins: node.ins, outs: node.outs })
  })
  flush(nodes.length)
  return parts
}

const piecesIn = <B>(
  backend: CompilingBackend<B>,
  program: Jaxpr,
  donated: readonly boolean[],
  run: RunPiece<B>,
): ((inputs: readonly B[]) => readonly B[]) => {
  const { share, release, upload } = backend.storage
  const graph = flattenProgram(program)
  const parts = cut(graph, interpreterOf(backend, run), run)
  const last = new Map<ValueId, number>()
  parts.forEach((p, i) => {
    for (const id of [...p.outs, ...p.ins]) last.set(id, i)
  })
  for (const id of graph.outputs) last.set(id, parts.length)
  /** Values that are freed after a part; those that nobody reads, at once. */
  const dead = parts.map((p, i) => [...new Set([...p.ins, ...p.outs])].filter((id) => last.get(id) === i))
  const literals = [...graph.literals].filter(([id]) => last.has(id))
  return (inputs) => {
    const env = new Map<ValueId, B>()
    const drop = (id: ValueId): void => {
      const b = env.get(id)
      if (b !== undefined) release(b)
      env.delete(id)
    }
    graph.inputs.forEach((id, i) => env.set(id, donated[i] ? inputs[i]! : share(inputs[i]!)))
    try {
      for (const [id, { aval: type, value }] of literals) {
        const data = new dtypes[type.dtype].storage(1)
        setElement(data, 0, type.dtype, value)
        env.set(id, upload({ shape: [], dtype: type.dtype, data }))
      }
      parts.forEach((p, i) => {
        const results = p.run(p.ins.map((id) => env.get(id)!))
        p.outs.forEach((id, k) => env.set(id, results[k]!))
        dead[i]!.forEach(drop)
      })
      return graph.outputs.map((id) => share(env.get(id)!))
    } finally {
      for (const b of env.values()) release(b)
    }
  }
}

/** Errors: those of the functions that it calls, as they are. */
export const makePieces = <B>(
  backend: CompilingBackend<B>,
  program: Jaxpr,
  donated: readonly boolean[],
  run: RunPiece<B>,
): Executable<B> => ({ run: piecesIn(backend, program, donated, run), dispose: () => undefined })
