/** The same models in JAX and Flax, in a process of their own; sets up a virtual environment the first time. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const worker = fileURLToPath(new URL('../python/worker.py', import.meta.url))
const requirements = fileURLToPath(new URL('../../goldens/generators/requirements.txt', import.meta.url))
const home = fileURLToPath(new URL('../../.cache/jax', import.meta.url))

/** The path of a Python with JAX, or undefined, said in one line, where there is none. */
export const pythonWithJax = (): string | undefined => {
  const python = `${home}/bin/python`
  try {
    if (!existsSync(python)) {
      console.log('setting up a virtual environment with JAX and Flax in .cache/jax')
      execFileSync('python3', ['-m', 'venv', home], { stdio: 'pipe' })
      execFileSync(python, ['-m', 'pip', 'install', '-q', '-r', requirements], { stdio: 'pipe' })
    }
    execFileSync(python, ['-c', 'import jax, flax, optax'], { stdio: 'pipe' })
    return python
  } catch (e) {
    console.log(`no Python with JAX, so no comparison with it (${String((e as Error).message).split('\n')[0]})`)
    return undefined
  }
}
export interface JaxWorker {
  readonly version: string
  /** Milliseconds of one step of a case, or of tracing and lowering it. */
  readonly ask: (name: string, what: 'step' | 'trace') => Promise<number>
  readonly close: () => void
}
export const startJax = async (python: string): Promise<JaxWorker> => {
  const child: ChildProcessWithoutNullStreams = spawn(python, [worker])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the Python process has ended')
    return JSON.parse(value as string) as T
  }
  const { ready } = await next<{ ready: string }>()
  return {
    version: ready,
    ask: async (name, what) => {
      child.stdin.write(`${JSON.stringify({ case: name, do: what })}\n`)
      return (await next<{ ms: number }>()).ms
    },
    close: () => child.kill(),
  }
}
/** Milliseconds from the start of a process to the end of its first step, imports included. */
export const firstStepInJax = (python: string, name: string): number =>
  (JSON.parse(execFileSync(python, [worker, name], { encoding: 'utf8' })) as { first: number }).first
