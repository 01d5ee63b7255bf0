// Runs an example from source: `npm run example NAME -- --its-flags`; without a name it lists them.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { root } from './packages.mjs'

const names = readdirSync(`${root}examples`).filter((name) => existsSync(`${root}examples/${name}/src/main.ts`))
const described = (name) => JSON.parse(readFileSync(`${root}examples/${name}/package.json`, 'utf8')).description
const [name, ...flags] = process.argv.slice(2)
if (!names.includes(name)) {
  if (name !== undefined && name !== '--help') console.error(`there is no example ${name}\n`)
  const width = Math.max(...names.map((n) => n.length))
  console.log(`npm run example NAME -- FLAGS   (--help shows the flags of an example)\n`)
  for (const n of names) console.log(`  ${n.padEnd(width)}  ${described(n)}`)
  process.exit(name === undefined || name === '--help' ? 0 : 1)
}
const { status, signal } = spawnSync(
  process.execPath,
  ['-C', '@heddle/source', '--import', 'tsx', `${root}examples/${name}/src/main.ts`, ...flags],
  { stdio: 'inherit' },
)
if (signal) process.kill(process.pid, signal)
process.exit(status ?? 1)
