/** Functions of the host in programs: each is called at its turn, as often as the program comes to it, by all ways in which programs run. */
import type { Backend } from '../../backend/backend'
import { setDefaultBackend } from '../../backend/registry'
import { add, mul } from '../../primitives/arithmetic'
import { debugCallback, pureCallbackCall } from '../../primitives/callback'
import { gt, lt } from '../../primitives/piecewise'
import { sin } from '../../primitives/transcendental'
import { literal } from '../../literal'
import type { Tensor } from '../../tensor'
import { checkpoint } from '../../transforms/checkpoint'
import { cond } from '../../transforms/cond'
import { jit } from '../../transforms/jit'
import { scan } from '../../transforms/scan'
import { grad } from '../../transforms/vjp'
import { vmap } from '../../transforms/vmap'
import { whileLoop } from '../../transforms/while-loop'
import { plainOf, tensorOf } from '../data'

type Log = string[]
const one = literal(1, 'float32')
const vector = (...values: number[]): Tensor => tensorOf({ shape: [values.length], dtype: 'float32', values })
const f32 = { shape: [], dtype: 'float32', weakType: false } as const

/** Notes a scalar; reads are awaited in the order of the calls. */
const noting = () => {
  const reads: Promise<string>[] = []
  const note = (name: string, x: Tensor): Tensor => {
    debugCallback(
      [x],
      ([v]) => {
        reads.push(plainOf(v!).then(({ values }) => `${name}${values.map((n) => Math.round(Number(n) * 100) / 100).join()}`))
      },
      name,
    )
    return x
  }
  return { note, log: async (): Promise<Log> => Promise.all(reads) }
}
type Note = (name: string, x: Tensor) => Tensor
interface Case {
  readonly run: (note: Note) => unknown
  readonly log: string
  /** Whether the host must read what decides. */
  readonly decides?: boolean
}
const loop =
  (note: Note) =>
  (x: Tensor): Tensor =>
    scan((c: Tensor, y: Tensor) => [add(note('c', c), y), note('y', y)] as const, x, vector(1, 2))[0]
const cases: Readonly<Record<string, Case>> = {
  'in order, at each run of a program': {
    run: (note) => {
      const f = jit((x: Tensor) => note('b', add(note('a', x), one)))
      return [f(one), f(f(one))]
    },
    log: 'a1 b2 a1 b2 a2 b3',
  },
  'under derivatives as without': { run: (note) => grad(jit((x: Tensor) => mul(note('a', x), note('b', sin(x)))))(one), log: 'a1 b0.84' },
  'once more where a checkpoint is computed again': {
    run: (note) => grad(checkpoint((x: Tensor) => sin(sin(note('a', x)))))(one),
    log: 'a1 a1',
  },
  'for each example': {
    run: (note) => jit(vmap((x: Tensor) => note('b', add(note('a', x), one))))(vector(1, 2)),
    log: 'a1 a2 b2 b3',
  },
  'at each turn of a loop': { run: (note) => jit(loop(note))(one), log: 'c1 y1 c2 y2' },
  'at each turn of a loop that is mapped and differentiated': {
    run: (note) => jit(vmap(grad((x: Tensor) => sin(loop(note)(x)))))(vector(1, 5)),
    log: 'c1 c5 y1 c2 c6 y2',
  },
  'as long as a condition holds, of each example': {
    run: (note) => {
      const f = vmap((x: Tensor) =>
        whileLoop(
          (c: Tensor) => lt(c, literal(3, 'float32')),
          (c: Tensor) => add(note('c', c), one),
          x,
        ),
      )
      return f(vector(1, 2, 7))
    },
    log: 'c1 c2 c2',
    decides: true,
  },
  'in the branch that is taken, by each example': {
    run: (note) => {
      const f = (x: Tensor): Tensor =>
        cond(
          gt(x, one),
          (y: Tensor) => note('t', y),
          (y: Tensor) => add(note('f', y), one),
          x,
        )
      return [jit(f)(one), jit(vmap(f))(vector(1, 2, 3, 0))]
    },
    log: 'f1 f1 f0 t2 t3',
    decides: true,
  },
}
const says = (got: string, want: string): void => {
  if (got !== want) throw new Error(`called as ${got || '(never)'}, not as ${want}`)
}
const thrown = (f: () => unknown): unknown => {
  try {
    f()
  } catch (e) {
    return e
  }
  return undefined
}

export const callbackTests = (backend: Backend): readonly { readonly name: string; readonly run: () => Promise<void> }[] => {
  const reads = backend.storage.downloadSync !== undefined
  const tests = Object.entries(cases)
    .filter(([, { decides }]) => reads || !decides)
    .map(([about, { run, log }]) => ({
      name: `functions of the host are called ${about}`,
      run: async () => {
        setDefaultBackend(backend)
        const { note, log: written } = noting()
        run(note)
        says((await written()).join(' '), log)
      },
    }))
  const error = {
    name: 'what a function of the host throws is thrown as it is, and leaves nothing behind',
    run: async () => {
      setDefaultBackend(backend)
      const mine = new RangeError('mine: out of memory')
      const f = jit((x: Tensor) => {
        const y = sin(x)
        debugCallback(
          [y],
          () => {
            throw mine
          },
          'f',
        )
        return add(y, one)
      })
      const x = vector(1, 2)
      if (thrown(() => f(x)) !== mine) throw new Error('another error came')
      await plainOf(x)
    },
  }
  const pure = {
    name: 'what a function of the host answers goes on',
    run: async () => {
      setDefaultBackend(backend)
      const double = ([x]: readonly Tensor[]): readonly Tensor[] => [mul(x!, literal(2, 'float32'))]
      const call = { callback: double, name: 'double', results: [f32], vmapMethod: 'sequential' } as const
      const f = (x: Tensor): Tensor => add(pureCallbackCall([sin(x)], call)[0]!, one)
      const { values } = await plainOf(jit((x: Tensor) => f(x))(literal(0, 'float32')))
      says(values.join(), '1')
      if (reads) says((await plainOf(jit(vmap(f))(vector(0, 0)))).values.join(), '1,1')
    },
  }
  return [...tests, error, pure]
}
