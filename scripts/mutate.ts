/**
 * Plants faults in rules, one by one, in a copy of the engine, and says which of them the laws catch.
 *
 * `npm run mutate` tries all; `npm run mutate -- dot` those whose file, rows or text contain a word. Fails if a fault passes.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Fault, faults } from './mutate/faults'

const root = fileURLToPath(new URL('..', import.meta.url))
const words = process.argv.slice(2)
const jobs = Number(process.env.MUTATE_JOBS ?? 1)
const limit = 180_000

/** A copy of the engine's sources that one worker changes as it likes. */
const copyOf = (worker: number): string => {
  const at = `${root}.cache/mutate/${process.pid}-${worker}`
  mkdirSync(at, { recursive: true })
  cpSync(`${root}packages/func/src`, `${at}/src`, { recursive: true, filter: (path) => !path.endsWith('.test.ts') })
  cpSync(`${root}scripts/mutate/try.ts`, `${at}/try.ts`)
  writeFileSync(`${at}/package.json`, '{ "type": "module" }\n')
  return at
}

interface Outcome {
  readonly caught: boolean
  readonly by: string
  readonly seconds: number
}
/** Runs the laws on some rows in a process of its own. */
const tryRows = (at: string, rows: readonly string[]): Promise<Outcome> =>
  new Promise((done) => {
    const start = Date.now()
    let text = ''
    const child = spawn(process.execPath, ['-C', '@heddle/source', '--import', 'tsx', `${at}/try.ts`, ...rows], { cwd: root })
    const timer = setTimeout(() => child.kill(), limit)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
    child.on('close', (code) => {
      clearTimeout(timer)
      const lines = text.split('\n')
      const by = lines.find((l) => l.includes('FAILED')) ?? lines.find((l) => /Error/.test(l)) ?? (code === null ? 'it did not end' : '')
      done({ caught: code !== 0, by: by.trim(), seconds: (Date.now() - start) / 1000 })
    })
  })

const show = (f: Fault): string => `${f.file}: ${f.from.replace(/\s+/g, ' ')}  ->  ${f.to.replace(/\s+/g, ' ')}`
const tryFault = async (at: string, fault: Fault): Promise<Outcome> => {
  const path = `${at}/src/${fault.file}`
  const before = readFileSync(path, 'utf8')
  if (!before.includes(fault.from)) return { caught: false, by: 'STALE: the text is not there any more', seconds: 0 }
  writeFileSync(
    path,
    before.replace(fault.from, () => fault.to),
  )
  try {
    return await tryRows(at, fault.rows)
  } finally {
    writeFileSync(path, before)
  }
}

const chosen = faults.filter((f) => words.length === 0 || words.some((w) => `${f.file} ${f.rows.join(' ')} ${f.from}`.includes(w)))
const copies = Array.from({ length: jobs }, (_, i) => copyOf(i))
const missed: Fault[] = []
try {
  const clean = await tryRows(copies[0]!, [...new Set(chosen.flatMap((f) => f.rows))])
  if (clean.caught) throw new Error(`without any fault the laws fail already: ${clean.by}`)
  console.log(`no fault: all laws hold (${clean.seconds.toFixed(1)} s)`)
  const queue = [...chosen]
  const work = async (at: string): Promise<void> => {
    for (let f = queue.shift(); f; f = queue.shift()) {
      const { caught, by, seconds } = await tryFault(at, f)
      if (!caught) missed.push(f)
      console.log(`${caught ? 'caught' : 'MISSED'} ${seconds.toFixed(1)} s  ${show(f)}\n         ${by.slice(0, 160)}`)
    }
  }
  await Promise.all(copies.map(work))
} finally {
  for (const at of copies) rmSync(at, { recursive: true, force: true })
}
console.log(`${chosen.length - missed.length} of ${chosen.length} faults caught`)
if (missed.length > 0) {
  console.log(missed.map((f) => `missed: ${show(f)}`).join('\n'))
  process.exitCode = 1
}
