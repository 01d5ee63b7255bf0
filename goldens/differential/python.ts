/** The reference as a process: Python with jax (`HEDDLE_PYTHON`, else `python3`). */
import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Answer, Call } from './call'

const python = process.env['HEDDLE_PYTHON'] ?? 'python3'
const script = fileURLToPath(new URL('./reference.py', import.meta.url))
/** Whether there is a Python with jax. */
export const hasJax = (): boolean => {
  try {
    execFileSync(python, ['-c', 'import importlib.util, sys; sys.exit(0 if importlib.util.find_spec("jax") else 1)'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
/** The reference's answers, each handed over as it comes. */
export const askJax = (calls: readonly Call[], each: (answer: Answer, i: number) => void): Promise<void> =>
  new Promise((done, fail) => {
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
    let count = 0
    createInterface({ input: child.stdout }).on('line', (line) => each(JSON.parse(line) as Answer, count++))
    child.on('error', fail)
    child.on('close', (code) =>
      count === calls.length ? done() : fail(new Error(`the reference ended with ${code} after ${count} of ${calls.length} calls`)),
    )
    child.stdin.end(calls.map((c) => `${JSON.stringify(c)}\n`).join(''))
  })
