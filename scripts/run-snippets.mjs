// Type checks and runs every ```ts block of the READMEs, from source, each as a program of its own, and type checks the @examples of doc comments.
// Usage: node scripts/run-snippets.mjs [PATH PART]     A block under a line `<!-- not run -->` is left out.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { examples } from './examples.mjs'
import { packages, root } from './packages.mjs'

const only = process.argv[2] ?? ''
const out = `${root}.cache/snippets`
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

const files = ['README.md', 'CONTRIBUTING.md', ...packages().map(({ name }) => `packages/${name}/README.md`)]
const snippets = files
  .filter((file) => file.includes(only) && existsSync(root + file))
  .flatMap((file) =>
    [...readFileSync(root + file, 'utf8').matchAll(/(<!-- not run -->\s*)?```ts\n([\s\S]*?)```/g)]
      .filter(([, skip]) => !skip)
      .map(([, , code], i) => ({ at: `${file}#${i + 1}`, file: `${file.replaceAll(/[/.]/g, '-')}-${i + 1}.ts`, code })),
  )
for (const { file, code } of snippets) writeFileSync(`${out}/${file}`, `${code}\nexport {}\n`)
writeFileSync(
  `${out}/tsconfig.json`,
  JSON.stringify({ extends: '../../tsconfig.base.json', include: ['*.ts', '../../packages/*/src/**/*.d.ts'] }),
)
mkdirSync(`${out}/examples`)
const { given, programs } = examples()
writeFileSync(`${out}/examples/given.d.ts`, given)
for (const { file, code } of programs) writeFileSync(`${out}/examples/${file}`, code)
writeFileSync(
  `${out}/examples/tsconfig.json`,
  JSON.stringify({
    extends: '../../../tsconfig.base.json',
    // an example shows a value that it does not use
    compilerOptions: { verbatimModuleSyntax: false, noUnusedLocals: false, noUnusedParameters: false },
    include: ['*.ts', '../../../packages/*/src/**/*.d.ts'],
  }),
)

let failures = 0
const attempt = (what, command, args, cwd = root) => {
  try {
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 })
    console.log(`${what}: ok`)
  } catch (error) {
    failures++
    console.error(`${what}: failed\n${`${error.stdout ?? ''}${error.stderr ?? ''}`.trim()}`)
  }
}
attempt('types', 'npx', ['tsc', '-p', `${out}/tsconfig.json`])
attempt(`types of ${programs.length} examples`, 'npx', ['tsc', '-p', `${out}/examples/tsconfig.json`])
for (const { at, file } of snippets) attempt(at, 'node', ['-C', '@heddle/source', '--import', 'tsx', `${out}/${file}`], out)
process.exitCode = failures > 0 ? 1 : 0
