/**
 * Runs all goldens on a backend: `npm run goldens -- --backend cpu|wasm|node|pjrt|host [name...]`.
 *
 * A line for each golden: PASS, FAIL or ABSENT, its name and the largest error. Exits with 1 if one fails.
 */
import { explain, goldenNames, type LeafComparison } from '@heddle/testing'
import { useBackend } from './backends'
import { runCase } from '../cases/case'
import { cases, folders } from '../cases'

const worst = (found: readonly LeafComparison[]): string => {
  const errors = found.flatMap(({ worst: w }) => (w === undefined ? [] : [w.absolute]))
  return errors.length === 0 ? '0' : Math.max(...errors).toExponential(1)
}

const line = (name: string): { readonly failed: boolean; readonly text: string } => {
  const known = cases.find((c) => c.name === name)
  if (known === undefined) return { failed: false, text: `ABSENT ${name}` }
  try {
    const found = runCase(known)
    const bad = found.filter((leaf) => !leaf.ok)
    if (bad.length === 0) return { failed: false, text: `PASS   ${name} ${worst(found)}` }
    const reasons = bad.slice(0, 3).map((leaf) => `\n         ${leaf.at}: ${explain(leaf)}`)
    return { failed: true, text: `FAIL   ${name} ${worst(found)} (${bad.length} of ${found.length} leaves)${reasons.join('')}` }
  } catch (error) {
    const { stack, message } = error as Error
    return { failed: true, text: `FAIL   ${name} ${process.env['GOLDEN_STACK'] === undefined ? message : stack}` }
  }
}

const main = async (args: readonly string[]): Promise<void> => {
  const at = args.indexOf('--backend')
  const backend = at < 0 ? 'cpu' : (args[at + 1] ?? '')
  const asked = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 2)]
  await useBackend(backend)
  const names = goldenNames().filter((n) => folders.some((f) => n.startsWith(f)) && (asked.length === 0 || asked.some((a) => n.includes(a))))
  let failures = 0
  for (const name of names) {
    const { failed, text } = line(name)
    if (failed) failures++
    console.log(text)
  }
  console.log(`${backend}: ${names.length} goldens, ${failures} failed`)
  process.exitCode = failures > 0 ? 1 : 0
}

await main(process.argv.slice(2))
