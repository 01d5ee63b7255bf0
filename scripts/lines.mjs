// Prints lines of code (neither blank nor comment alone) by file and package, source and tests apart.
// Usage: node scripts/lines.mjs [--files] [PREFIX]
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { root } from './packages.mjs'

const args = process.argv.slice(2)
const prefix = args.find((arg) => !arg.startsWith('--')) ?? ''
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.ts', '*.tsx', '*.mjs', '*.cjs', '*.sh', '*.py'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => file && file.startsWith(prefix))

const count = (file) => {
  let text
  try {
    text = readFileSync(root + file, 'utf8')
  } catch {
    return undefined // deleted, and not yet committed so
  }
  const hash = /\.(sh|py)$/.test(file)
  let inBlock = false
  let code = 0
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (inBlock) {
      if (line.includes('*/')) inBlock = false
    } else if (!hash && line.startsWith('/*')) inBlock = !line.includes('*/')
    else if (line !== '' && !line.startsWith(hash ? '#' : '//')) code++
  }
  return code
}

const isTest = (file) => /\.(test|bench|tst)\.tsx?$|(^|\/)test\//.test(file)
const groupOf = (file) =>
  /^(packages|examples)\//.test(file) ? file.split('/').slice(0, 2).join('/') : file.includes('/') ? file.split('/')[0] : '(root)'

const groups = new Map()
for (const file of files.sort()) {
  const lines = count(file)
  if (lines === undefined) continue
  const group = groups.get(groupOf(file)) ?? []
  group.push({ file, lines, test: isTest(file) })
  groups.set(groupOf(file), group)
}

const sum = (entries) => entries.reduce((n, { lines }) => n + lines, 0)
const row = (name, ...numbers) => console.log(name.padEnd(64) + numbers.map((n) => String(n).padStart(8)).join(''))
const all = [...groups.values()].flat()
row('', 'source', 'tests', 'files')
for (const [name, entries] of groups) {
  row(name, sum(entries.filter(({ test }) => !test)), sum(entries.filter(({ test }) => test)), entries.length)
  if (args.includes('--files'))
    for (const { file, lines, test } of entries)
      row(`  ${file.slice(name === '(root)' ? 0 : name.length + 1)}`, test ? '' : lines, test ? lines : '', '')
}
row('all', sum(all.filter(({ test }) => !test)), sum(all.filter(({ test }) => test)), all.length)
const long = all.filter(({ lines }) => lines > 400).sort((a, b) => b.lines - a.lines)
if (long.length > 0) console.log(`\nover 400 lines: ${long.map(({ file, lines }) => `${file} (${lines})`).join(', ')}`)
