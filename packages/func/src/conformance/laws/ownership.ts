/**
 * Whose a buffer is, by random programs: results returned twice, inputs and constants returned, operands given away or given twice,
 * programs within programs, loops and branches, writes to what these carry and close over, and results disposed of in any order. Values
 * are those of plain JavaScript control flow on the reference, what was not given away is as it was, and all memory is back afterwards.
 */
import { ConcreteTensor } from '../../array'
import { setDefaultBackend, withBackend } from '../../backend/registry'
import type { Backend } from '../../backend/backend'
import { primalOf } from '../../interpreters/jvp'
import { literal } from '../../literal'
import { add, mul } from '../../primitives/arithmetic'
import { concatenate, slice } from '../../primitives/layout'
import { gt, lt } from '../../primitives/piecewise'
import { broadcastInDim, convert, reduceSum, reshape } from '../../primitives/structural'
import { sin } from '../../primitives/transcendental'
import type { Tensor } from '../../tensor'
import { type DynamicSliceParams, dynamicSlice, dynamicUpdateSlice, scatter, scatterAdd } from '../../primitives/indexing'
import { checkpoint } from '../../transforms/checkpoint'
import { cond } from '../../transforms/cond'
import { jit } from '../../transforms/jit'
import { scan } from '../../transforms/scan'
import { grad } from '../../transforms/vjp'
import { tidy } from '../../transforms/tidy'
import { vmap } from '../../transforms/vmap'
import { whileLoop } from '../../transforms/while-loop'
import { seeded } from '../sample'

type Tensors = readonly Tensor[]
type Flat = (xs: Tensors) => Tensors
type LoopBody = (carry: Tensors, x: Tensor) => readonly [carry: Tensors, ys: Tensors]
/** What a program is made of beside arithmetic. */
interface Engine {
  readonly call: (f: Flat, xs: Tensors, how: 'jit' | 'checkpoint') => Tensors
  readonly scan: (step: LoopBody, init: Tensors, xs: Tensor, reverse: boolean) => readonly [carry: Tensors, ys: Tensors]
  readonly branch: (x: Tensor, yes: Flat, no: Flat, xs: Tensors) => Tensors
  readonly repeat: (body: Flat, init: Tensors) => Tensors
  readonly map: (f: (x: Tensor) => Tensors, xs: Tensor) => Tensors
}
const width = 3
const length = 4
const number = (value: number): Tensor => literal(value, 'float32')
const total = (x: Tensor): Tensor => reduceSum(x, { axes: [0] })
const spread = (x: Tensor): Tensor => broadcastInDim(x, { shape: [width], broadcastDimensions: [] })

/** 0, 1 or 2, which only data decide. */
const placeOf = (x: Tensor, y: Tensor): Tensor => add(sign(x), sign(y))
const sign = (x: Tensor): Tensor => convert(gt(total(x), number(0)), 'int32')
const first = (x: Tensor): Tensor => slice(x, { startIndices: [0], limitIndices: [1], strides: null })
/** The row of a stack at a place. */
const rowAt = (x: Tensor, at: Tensor): Tensor => {
  const whole: DynamicSliceParams = { sliceSizes: [1, width] }
  return reshape(dynamicSlice(x, [at, literal(0, 'int32')], whole), { newSizes: [width] })
}
/** Writes to one element of a vector: as a slice, and by a scatter. */
const intoVector: readonly ((x: Tensor, y: Tensor, at: Tensor) => Tensor)[] = [
  (x, y, at) => dynamicUpdateSlice(x, first(y), [at]),
  ...[scatter, scatterAdd].map(
    (write) => (x: Tensor, y: Tensor, at: Tensor) =>
      write(x, reshape(at, { newSizes: [1] }), reshape(first(y), { newSizes: [] }), {
        dimensionNumbers: {
          updateWindowDims: [],
          insertedWindowDims: [0],
          scatterDimsToOperandDims: [0],
          operandBatchingDims: [],
          scatterIndicesBatchingDims: [],
        },
        indicesAreSorted: true,
        uniqueIndices: true,
        mode: 'clip',
      }),
  ),
]

const engine: Engine = {
  call: (f, xs, how) => (how === 'jit' ? jit((...ys: Tensors) => f(ys)) : checkpoint((...ys: Tensors) => f(ys)))(...xs),
  scan: (step, init, xs, reverse) => scan((carry: Tensors, x: Tensor) => step(carry, x), init, xs, { reverse }),
  branch: (x, yes, no, xs) =>
    cond(
      gt(total(x), number(0)),
      (...ys) => yes(ys),
      (...ys) => no(ys),
      ...xs,
    ),
  repeat: (body, init) =>
    whileLoop(
      ([i]: Tensors) => lt(i!, literal(3, 'int32')),
      ([i, ...xs]) => [add(i!, literal(1, 'int32')), ...body(xs)],
      [literal(0, 'int32'), ...init],
    ).slice(1),
  map: (f, xs) => vmap((x: Tensor) => f(x))(xs),
}
const valueOf = (x: Tensor): number => (x instanceof ConcreteTensor ? Number(x.hostSync().data[0]) : valueOf(primalOf(x)!))
const row = (x: Tensor, i: number): Tensor =>
  reshape(slice(x, { startIndices: [i, 0], limitIndices: [i + 1, width], strides: null }), { newSizes: [width] })
const stack = (rows: Tensors): Tensor =>
  concatenate(
    rows.map((x) => reshape(x, { newSizes: [1, width] })),
    { dimension: 0 },
  )
/** The same in JavaScript's own control flow. */
const plain: Engine = {
  call: (f, xs) => f(xs),
  scan: (step, init, xs, reverse) => {
    let carry = init
    const rows: Tensors[] = []
    for (let k = 0; k < length; k++) {
      const i = reverse ? length - 1 - k : k
      const [next, ys] = step(carry, row(xs, i))
      carry = next
      rows[i] = ys
    }
    return [carry, rows[0]!.map((_, o) => stack(rows.map((r) => r[o]!)))]
  },
  branch: (x, yes, no, xs) => (valueOf(total(x)) > 0 ? yes : no)(xs),
  repeat: (body, init) => body(body(body(init))),
  map: (f, xs) => {
    const rows = Array.from({ length }, (_, i) => f(row(xs, i)))
    return rows[0]!.map((_, o) => stack(rows.map((r) => r[o]!)))
  },
}

/** Vectors [3] and stacks of them [4, 3] that a program may use. */
interface Env {
  readonly vectors: Tensors
  readonly stacks: Tensors
}
type Make = (e: Engine, env: Env) => Env
type Pick = (xs: Tensors) => Tensor

type Kind = 'vector' | 'stack'
const vectorsIn = (xs: Tensors): Tensors => xs.filter((x) => x.ndim === 1)
const stacksIn = (xs: Tensors): Tensors => xs.filter((x) => x.ndim === 2)
const anyStack = (pick: Pick, { vectors, stacks }: Env): Tensor =>
  stacks.length > 0 ? pick(stacks) : stack(Array.from({ length }, () => pick(vectors)))

/** Decides all when it is made, so that it does the same at each run. */
const programs = (next: () => number, constants: readonly (() => Tensor)[]) => {
  const below = (n: number): number => Math.floor(next() * n)
  // what is new rather than what is old, so that statements build on each other
  const picker = (): Pick => {
    const at = Math.sqrt(next())
    return (xs) => xs[Math.floor(at * xs.length)]!
  }
  const with_ = (env: Env, vectors: Tensors, stacks: Tensors = []): Env => ({
    vectors: [...env.vectors, ...vectors],
    stacks: [...env.stacks, ...stacks],
  })
  const arithmetic = (): Make => {
    const [a, b, kind] = [picker(), picker(), below(4)]
    return (_e, env) => {
      const [x, y] = [a(env.vectors), b(env.vectors)]
      return with_(env, [kind === 0 ? add(x, y) : kind === 1 ? mul(sin(x), y) : kind === 2 ? spread(total(x)) : mul(x, number(0.5))])
    }
  }
  const constant = (): Make => {
    const made = constants[below(constants.length)]!
    return (_e, env) => with_(env, [made()])
  }
  const unstack = (): Make => {
    const a = picker()
    return (_e, env) => (env.stacks.length === 0 ? env : with_(env, [reduceSum(a(env.stacks), { axes: [0] })]))
  }
  const written = (): Make => {
    const [a, b, c, how, isStack] = [picker(), picker(), picker(), below(intoVector.length), next() < 0.5]
    return (_e, env) => {
      const [x, y, z] = [a(env.vectors), b(env.vectors), c(env.vectors)]
      if (!isStack) return with_(env, [intoVector[how]!(x, y, placeOf(y, z))])
      const at = [placeOf(y, z), literal(0, 'int32')]
      return with_(env, [], [dynamicUpdateSlice(anyStack(a, env), reshape(x, { newSizes: [1, width] }), at)])
    }
  }
  const readAt = (): Make => {
    const [a, b] = [picker(), picker()]
    return (_e, env) => with_(env, [rowAt(anyStack(a, env), placeOf(b(env.vectors), env.vectors[0]!))])
  }
  const kindsOf = (least: number, most: number): Kind[] =>
    Array.from({ length: least + below(most) }, () => (next() < 0.4 ? 'stack' : 'vector'))
  /** Operands of some kinds. */
  const operandsOf = (kinds: readonly Kind[]): ((env: Env) => Tensors) => {
    const picks = kinds.map((kind) => ({ kind, pick: picker() }))
    return (env) => picks.map(({ kind, pick }) => (kind === 'stack' ? anyStack(pick, env) : pick(env.vectors)))
  }
  /** From operands to results of some kinds: of what it makes of them, of what it gets, and of what it closes over. */
  const body = (depth: number, kinds: readonly Kind[], loops: boolean): ((e: Engine, outer: Env) => Flat) => {
    const f = statements(depth, loops)
    const results = kinds.map((kind) => ({ kind, pick: picker(), isOwn: next() < 0.5 }))
    return (e, outer) => (xs) => {
      const given = { vectors: vectorsIn(xs), stacks: stacksIn(xs) }
      const all = f(e, { vectors: [...given.vectors, ...outer.vectors], stacks: [...given.stacks, ...outer.stacks] })
      /** Without what it closes over. */
      const own = (which: keyof Env): Tensors => [
        ...given[which],
        ...all[which].slice(given[which].length + outer[which].length),
        ...all[which].slice(0, 1),
      ]
      return results.map(({ kind, pick, isOwn }) => {
        const env = isOwn ? { vectors: own('vectors'), stacks: own('stacks') } : all
        return kind === 'stack' ? anyStack(pick, env.stacks.length > 0 ? env : { ...env, vectors: all.vectors }) : pick(env.vectors)
      })
    }
  }
  const withAll = (env: Env, xs: Tensors): Env => with_(env, vectorsIn(xs), stacksIn(xs))
  const called = (depth: number, loops: boolean): Make => {
    const [args, f, how] = [operandsOf(kindsOf(1, 3)), body(depth, kindsOf(1, 3), loops), next() < 0.6 ? 'jit' : 'checkpoint'] as const
    return (e, env) => withAll(env, e.call(f(e, env), args(env), how))
  }
  const scanned = (depth: number, loops: boolean): Make => {
    const [carried, numYs, xs, reverse] = [kindsOf(1, 3), 1 + below(3), picker(), next() < 0.5]
    const init = operandsOf(carried)
    const f = body(depth, [...carried, ...Array.from({ length: numYs }, (): Kind => 'vector')], loops)
    return (e, env) => {
      const step: LoopBody = (c, x) => {
        const outs = f(e, env)([...c, x])
        return [outs.slice(0, carried.length), outs.slice(carried.length)]
      }
      const [last, ys] = e.scan(step, init(env), anyStack(xs, env), reverse)
      return with_(withAll(env, last), [], ys)
    }
  }
  const branched = (depth: number, loops: boolean): Make => {
    const [on, args, outs] = [picker(), operandsOf(kindsOf(1, 2)), kindsOf(1, 3)]
    const [yes, no] = [body(depth, outs, loops), body(depth, outs, loops)]
    return (e, env) => withAll(env, e.branch(on(env.vectors), yes(e, env), no(e, env), args(env)))
  }
  const repeated = (depth: number): Make => {
    const carried = kindsOf(1, 2)
    const [init, f] = [operandsOf(carried), body(depth, carried, true)]
    return (e, env) => withAll(env, e.repeat(f(e, env), init(env)))
  }
  const derived = (depth: number): Make => {
    const [at, f] = [picker(), body(depth, ['vector', 'vector'], false)]
    return (e, env) => with_(env, [grad((x: Tensor) => f(e, env)([x]).map(total).reduce(add))(at(env.vectors))])
  }
  const mapped = (depth: number, loops: boolean): Make => {
    const [over, f] = [
      picker(),
      body(
        depth,
        Array.from({ length: 1 + below(2) }, (): Kind => 'vector'),
        loops,
      ),
    ]
    return (e, env) =>
      with_(
        env,
        [],
        e.map((x) => f(e, env)([x]), anyStack(over, env)),
      )
  }
  const statement = (depth: number, loops: boolean): Make => {
    const kind = below(depth > 0 ? 18 : 8)
    if (kind < 2) return arithmetic()
    if (kind === 2) return constant()
    if (kind === 3) return unstack()
    if (kind < 7) return written()
    if (kind === 7) return readAt()
    if (kind < 11) return scanned(depth - 1, loops)
    if (kind < 13) return branched(depth - 1, loops)
    if (kind < 15) return loops ? repeated(depth - 1) : called(depth - 1, loops)
    if (kind === 15) return called(depth - 1, loops)
    return kind === 16 ? derived(depth - 1) : mapped(depth - 1, loops)
  }
  const statements = (depth: number, loops: boolean, least = 1, most = 4): Make => {
    const list = Array.from({ length: least + below(most) }, () => statement(depth, loops))
    return (e, env) => list.reduce((at, s) => s(e, at), env)
  }
  const main = statements(2, true, 2, 4)
  const results = Array.from({ length: 1 + below(5) }, () => ({ vector: picker(), stack: picker(), isStack: next() < 0.5 }))
  return {
    run: (e: Engine, xs: Tensors): Tensors => {
      const { vectors, stacks } = main(e, { vectors: xs.slice(1), stacks: xs.slice(0, 1) })
      return results.map((r) => (r.isStack ? r.stack(stacks) : r.vector(vectors)))
    },
  }
}

const host = (shape: readonly number[], next: () => number): ConcreteTensor => {
  const data = Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => 2 * next() - 1)
  return ConcreteTensor.ofHost({ shape, dtype: 'float32', data })
}
/** Whether data are still what a tensor was made of. */
const untouched = (x: ConcreteTensor): (() => boolean) => {
  const { data } = x.hostSync()
  const copy = data.slice()
  return () => data.every((v, i) => v === copy[i])
}
const numbers = (x: Tensor): number[] => Array.from((x as ConcreteTensor).hostSync().data as Float32Array)
const near = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((v, i) => Math.abs(v - b[i]!) <= 1e-3 * (1 + Math.abs(b[i]!)))

/** Without jit: a scope frees all that was made on the way, and what comes out of it is whole. */
const eagerly = (
  seed: number,
  want: readonly (readonly number[])[],
  xs: Tensors,
  constants: Tensors,
  run: (xs: Tensors) => Tensors,
): void => {
  const outs = tidy(() => run(xs))
  outs.forEach((o, i) => {
    if (!near(numbers(o), want[i]!)) throw new Error(`program ${seed} run eagerly: result ${i} is ${numbers(o)} in place of ${want[i]}`)
  })
  for (const o of [...outs, ...xs]) if (!constants.includes(o)) (o as ConcreteTensor).dispose()
}
/** One program, four times: from the third on, a backend keeps no more and no less than before (it may plan at first and compile then). */
const tryOne = (backend: Backend, reference: Backend, seed: number): void => {
  const next = seeded(`ownership ${seed}`)
  const seeds = [0, 1, 2].map(() => next())
  const made = (at: number) => host([width], seeded(`constant ${seed} ${seeds[at]}`))
  let constants: ConcreteTensor[] = []
  const { run } = programs(
    next,
    seeds.map((_, i) => () => constants[i]!),
  )
  const inputs = (): ConcreteTensor[] => {
    const values = seeded(`inputs ${seed}`)
    return [host([length, width], values), host([width], values), host([width], values), host([width], values)]
  }
  const donated = [0, 1, 2, 3].filter(() => next() < 0.4)
  // an operand may be given twice if it is not given away, and another tensor on the same data also if it is
  const [twice, alias] = [!donated.includes(1) && !donated.includes(2) && next() < 0.3, next() < 0.3]
  const given = ([s, x, y, z]: ConcreteTensor[]): ConcreteTensor[] => {
    if (!twice && !alias) return [s!, x!, y!, z!]
    const view = twice ? x! : (reshape(x!, { newSizes: [1, width] }) as ConcreteTensor)
    y!.dispose()
    if (twice) return [s!, x!, view, z!]
    const flat = reshape(view, { newSizes: [width] }) as ConcreteTensor
    view.dispose()
    return [s!, x!, flat, z!]
  }
  const order = [next(), next(), next(), next()]

  const want = withBackend(reference, () => {
    constants = seeds.map((_, i) => made(i))
    return run(plain, given(inputs())).map(numbers)
  })
  setDefaultBackend(backend)
  constants = seeds.map((_, i) => made(i))
  for (const c of constants) c.bufferOn(backend)
  const f = jit((...xs: Tensors) => run(engine, xs), { donateArgnums: donated })
  eagerly(seed, want, given(inputs()), constants, (xs) => run(engine, xs))
  const check = (outs: Tensors, what: string): void => {
    const left = new Map(outs.map((o, i) => [i, o as ConcreteTensor]))
    for (let k = 0; left.size > 0; k++) {
      // those that are left are whole whichever went before
      for (const [i, o] of left)
        if (!near(numbers(o), want[i]!)) throw new Error(`${what} of program ${seed}: result ${i} is ${numbers(o)} in place of ${want[i]}`)
      const keys = [...left.keys()]
      const gone = keys[Math.floor(order[k % 4]! * keys.length)]!
      left.get(gone)!.dispose()
      left.delete(gone)
    }
  }
  for (let turn = 0; turn < 4; turn++) {
    const before = backend.storage.memory().buffers
    const made = inputs()
    const whole = [...made, ...constants].map(untouched)
    const xs = given(made)
    const kept = xs.filter((_, i) => !donated.includes(i)).map((x) => [x, numbers(x)] as const)
    for (const x of xs) x.bufferOn(backend)
    const outs = f(...xs)
    if (whole.some((isWhole) => !isWhole())) throw new Error(`run ${turn} of program ${seed} wrote to an array of the caller`)
    for (const [x, was] of kept)
      if (numbers(x).some((v, i) => v !== was[i])) throw new Error(`run ${turn} of program ${seed} wrote to an argument`)
    // inputs that were not given away may go before the results or after
    if (turn % 2 === 0) for (const x of xs) x.dispose()
    check(outs, `run ${turn}`)
    for (const x of xs) x.dispose()
    const after = backend.storage.memory().buffers
    if (turn > 1 && after !== before) throw new Error(`run ${turn} of program ${seed} leaves ${after - before} buffers behind`)
  }
  for (const c of constants) if (c.isDisposed) throw new Error(`program ${seed} gave a constant away`)
}

/** Random programs, in groups of ten. */
export const ownershipTests = (
  backend: Backend,
  reference: Backend | undefined,
  count: number,
): readonly { readonly name: string; readonly run: () => Promise<void> }[] =>
  Array.from({ length: Math.ceil(count / 10) }, (_, group) => ({
    name: `memory of random programs: ${group * 10} to ${group * 10 + 9}`,
    run: async () => {
      if (reference === undefined) return
      for (let k = 0; k < 10; k++) tryOne(backend, reference, group * 10 + k)
    },
  }))
