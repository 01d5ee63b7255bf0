/**
 * Whose a buffer is, by random programs: results returned twice, inputs and constants returned, operands given away or given twice,
 * programs within programs, loops and branches, and results disposed of in any order. Values are those of plain JavaScript control
 * flow on the reference, and all memory is back afterwards.
 */
import { ConcreteTensor } from '../../array'
import { setDefaultBackend, withBackend } from '../../backend/registry'
import type { Backend } from '../../backend/backend'
import { primalOf } from '../../interpreters/jvp'
import { literal } from '../../literal'
import { add, mul } from '../../primitives/arithmetic'
import { concatenate, slice } from '../../primitives/layout'
import { gt, lt } from '../../primitives/piecewise'
import { broadcastInDim, reduceSum, reshape } from '../../primitives/structural'
import { sin } from '../../primitives/transcendental'
import type { Tensor } from '../../tensor'
import { checkpoint } from '../../transforms/checkpoint'
import { cond } from '../../transforms/cond'
import { jit } from '../../transforms/jit'
import { scan } from '../../transforms/scan'
import { grad } from '../../transforms/vjp'
import { tidy } from '../../transforms/tidy'
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
}
const width = 3
const length = 4
const number = (value: number): Tensor => literal(value, 'float32')
const total = (x: Tensor): Tensor => reduceSum(x, { axes: [0] })
const spread = (x: Tensor): Tensor => broadcastInDim(x, { shape: [width], broadcastDimensions: [] })

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
}

/** Vectors [3] and stacks of them [4, 3] that a program may use. */
interface Env {
  readonly vectors: Tensors
  readonly stacks: Tensors
}
type Make = (e: Engine, env: Env) => Env
type Pick = (xs: Tensors) => Tensor

/** Decides all when it is made, so that it does the same at each run. */
const programs = (next: () => number, constants: readonly (() => Tensor)[]) => {
  const below = (n: number): number => Math.floor(next() * n)
  const picker = (): Pick => {
    const at = next()
    return (xs) => xs[Math.floor(at * xs.length)]!
  }
  const pickers = (most: number): Pick[] => Array.from({ length: 1 + below(most) }, picker)
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
  /** From vectors to some of what it makes of them, of what it gets, and of what it closes over. */
  const body = (depth: number, outs: number, loops: boolean): ((e: Engine, outer: Env) => Flat) => {
    const f = statements(depth, loops)
    const results = Array.from({ length: outs }, picker)
    return (e, outer) => (xs) => {
      const { vectors } = f(e, { vectors: [...xs, ...outer.vectors], stacks: outer.stacks })
      // half of them from what is new or an argument
      return results.map((r, i) => r(i % 2 === 0 ? vectors : [...xs, ...vectors.slice(xs.length + outer.vectors.length)]))
    }
  }
  const called = (depth: number, loops: boolean): Make => {
    const [args, f, how] = [pickers(3), body(depth, 1 + below(3), loops), next() < 0.6 ? 'jit' : 'checkpoint'] as const
    return (e, env) =>
      with_(
        env,
        e.call(
          f(e, env),
          args.map((a) => a(env.vectors)),
          how,
        ),
      )
  }
  const scanned = (depth: number, loops: boolean): Make => {
    const init = pickers(2)
    const [carry, numYs, xs, reverse] = [init.length, 1 + below(3), picker(), next() < 0.5]
    const f = body(depth, carry + numYs, loops)
    return (e, env) => {
      const source = env.stacks.length === 0 ? stack(Array.from({ length }, () => env.vectors[0]!)) : xs(env.stacks)
      const step: LoopBody = (c, x) => {
        const outs = f(e, env)([...c, x])
        return [outs.slice(0, carry), outs.slice(carry)]
      }
      const [last, ys] = e.scan(
        step,
        init.map((i) => i(env.vectors)),
        source,
        reverse,
      )
      return with_(env, last, ys)
    }
  }
  const branched = (depth: number, loops: boolean): Make => {
    const [on, args, outs] = [picker(), pickers(2), 1 + below(3)]
    const [yes, no] = [body(depth, outs, loops), body(depth, outs, loops)]
    return (e, env) =>
      with_(
        env,
        e.branch(
          on(env.vectors),
          yes(e, env),
          no(e, env),
          args.map((a) => a(env.vectors)),
        ),
      )
  }
  const repeated = (depth: number): Make => {
    const init = pickers(2)
    const f = body(depth, init.length, true)
    return (e, env) =>
      with_(
        env,
        e.repeat(
          f(e, env),
          init.map((i) => i(env.vectors)),
        ),
      )
  }
  const derived = (depth: number): Make => {
    const [at, f] = [picker(), body(depth, 2, false)]
    return (e, env) => with_(env, [grad((x: Tensor) => f(e, env)([x]).map(total).reduce(add))(at(env.vectors))])
  }
  const statement = (depth: number, loops: boolean): Make => {
    const kind = below(depth > 0 ? 10 : 4)
    if (kind < 2) return arithmetic()
    if (kind === 2) return constant()
    if (kind === 3) return unstack()
    if (kind < 6) return scanned(depth - 1, loops)
    if (kind === 6) return branched(depth - 1, loops)
    if (kind === 7) return loops ? repeated(depth - 1) : called(depth - 1, loops)
    return kind === 8 ? called(depth - 1, loops) : derived(depth - 1)
  }
  const statements = (depth: number, loops: boolean): Make => {
    const list = Array.from({ length: 1 + below(3) }, () => statement(depth, loops))
    return (e, env) => list.reduce((at, s) => s(e, at), env)
  }
  const main = statements(2, true)
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
    const xs = given(inputs())
    for (const x of xs) x.bufferOn(backend)
    const outs = f(...xs)
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
