/**
 * The grid of special values on a backend: `npm run special -- [--backend wasm] [--show 3] [--all] [np.exp ...]`.
 *
 * A line for each function, dtype and part that has elements which are neither JAX's nor exact, with examples; `--all` shows also those
 * that are meant (`known.ts`). Exits with 1 if there is one.
 */
import { startBackend } from './backends'
import { faults, nameOf, rows, textOfFault } from './grid'
import { meant } from './known'

const main = async (args: readonly string[]): Promise<void> => {
  const option = (name: string, fallback: string): string =>
    args.includes(`--${name}`) ? (args[args.indexOf(`--${name}`) + 1] ?? fallback) : fallback
  await startBackend(option('backend', 'host'))
  const names = args.filter((a, i) => !a.startsWith('--') && !/^--(backend|show)$/.test(args[i - 1] ?? ''))
  const show = Number(option('show', '3'))
  let count = 0
  for (const row of rows.filter((r) => names.length === 0 || names.includes(r.fn))) {
    try {
      const found = faults(row).filter((f) => args.includes('--all') || meant(f) === undefined)
      const parts = new Map<string, string[]>()
      for (const fault of found) parts.set(fault.part, [...(parts.get(fault.part) ?? []), textOfFault(fault)])
      for (const [part, texts] of parts) {
        count++
        console.log(`${nameOf(row)} ${part}: ${texts.length}`)
        for (const text of texts.slice(0, show)) console.log(`    ${text}`)
      }
    } catch (error) {
      count++
      console.log(`${nameOf(row)}: ${(error as Error).message.split('\n')[0]}`)
    }
  }
  console.log(`${rows.length} rows, ${count} faults`)
  process.exitCode = count > 0 ? 1 : 0
}
await main(process.argv.slice(2))
