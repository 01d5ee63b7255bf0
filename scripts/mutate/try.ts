/** Runs the laws on the rows named by arguments (`corners` for those) on the host backend; stops at the first failure. */
import { hostBackend } from '@heddle/backend-host'
import { readdirSync, readFileSync } from 'node:fs'
import { conformance, type KernelGolden } from './src/conformance/index'

const folder = 'goldens/data/primitives'
const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as KernelGolden)

const rows = process.argv.slice(2)
const primitives = (name: string): boolean => rows.length === 0 || rows.includes(name)
const corners = rows.includes('corners')
for (const { name, run } of conformance(hostBackend(), { goldens, primitives, ...(corners ? { corners } : {}) })) {
  try {
    await run()
  } catch (e) {
    console.log(`FAILED ${name}: ${e instanceof Error ? e.message.split('\n')[0] : String(e)}`)
    process.exit(1)
  }
}
