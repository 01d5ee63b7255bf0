/**
 * Random calls in JAX and here: `npm run differential -- [--backend cpu] [--count 10] [--seed 1] [--show 2] [--answers FILE] [--all] [np.sum ...]`.
 *
 * With a file JAX's answers are kept there, and read instead of asking again (most of the time is JAX's).
 *
 * Differences that are meant (`known.ts`) are shown with `--all`. A line for each function and kind of difference, how often it was found, and an example. Exits with 1 if there is one.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { useBackend } from '../runner/backends'
import { type Answer, type Call, mapArrays, valuesOf } from './call'
import { differences } from './compare'
import { answer } from './heddle'
import { isKnown } from './known'
import { askJax } from './python'
import { drawCalls } from './signatures'

const option = (args: readonly string[], name: string, fallback: string): string => {
  const at = args.indexOf(`--${name}`)
  return at < 0 ? fallback : (args[at + 1] ?? fallback)
}
/** A call in short: arrays as their type and first elements. */
const textOfCall = ({ args, options }: Call): string =>
  JSON.stringify(
    mapArrays([...args, ...(options ? [options] : [])], (leaf) =>
      'key' in leaf
        ? `key ${leaf.key.join()}`
        : `${leaf.array[0]}[${leaf.array[1].join()}] ${Array.from(valuesOf(leaf.array)).slice(0, 24).join(' ')}`,
    ),
  )

const main = async (args: readonly string[]): Promise<void> => {
  await useBackend(option(args, 'backend', 'host'))
  const names = args.filter((a, i) => !a.startsWith('--') && !args[i - 1]?.startsWith('--'))
  const calls = drawCalls(
    Number(option(args, 'count', '5')),
    Number(option(args, 'seed', '1')),
    (fn) => names.length === 0 || names.some((n) => fn === n || (n.endsWith('.') && fn.startsWith(n))),
  )
  const file = option(args, 'answers', '')
  const kept = file !== '' && existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  const answers = new Map(
    kept
      .map((line) => JSON.parse(line) as { readonly call: Call; readonly answer: Answer })
      .map(({ call, answer: a }) => [JSON.stringify(call), a]),
  )
  const unknown = calls.filter((c) => !answers.has(JSON.stringify(c)))
  if (unknown.length > 0)
    await askJax(unknown, (a, i) => {
      answers.set(JSON.stringify(unknown[i]), a)
      if (file !== '') appendFileSync(file, `${JSON.stringify({ call: unknown[i], answer: a })}\n`)
    })
  const found = new Map<string, { count: number; examples: string[] }>()
  const totals = new Map<string, number>()
  const show = Number(option(args, 'show', '1'))
  for (const call of calls) {
    totals.set(call.fn, (totals.get(call.fn) ?? 0) + 1)
    for (const difference of differences(call, answer(call), answers.get(JSON.stringify(call))!)) {
      if (isKnown(call, difference) && !args.includes('--all')) continue
      const { kind, text } = difference
      const entry = found.get(`${call.fn} ${kind}`) ?? { count: 0, examples: [] }
      found.set(`${call.fn} ${kind}`, entry)
      entry.count++
      if (entry.examples.length < show) entry.examples.push(`${text} <- ${textOfCall(call).slice(0, 400)}`)
    }
  }
  for (const [name, { count, examples }] of [...found].sort(([a], [b]) => a.localeCompare(b))) {
    console.log(`${name}: ${count} of ${totals.get(name.split(' ')[0]!)}`)
    for (const e of examples) console.log(`    ${e}`)
  }
  console.log(`${calls.length} calls of ${totals.size} functions, ${found.size} kinds of difference`)
  process.exitCode = found.size > 0 ? 1 : 0
}

await main(process.argv.slice(2))
