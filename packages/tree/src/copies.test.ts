import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { transformSync } from 'esbuild'

const source = readFileSync(fileURLToPath(new URL('copies.ts', import.meta.url)), 'utf8')
const { code } = transformSync(source, { loader: 'ts', format: 'esm' })

/** Packages in folders of their own, each with its copy of this file, loaded by one program. */
const program = (...copies: readonly (readonly [folder: string, name: string])[]): string => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-copies-'))
  const imports = copies.map(([folder, name], i) => {
    writeFileSync(join(root, `${folder}-copies.mjs`), code)
    writeFileSync(join(root, `${folder}.mjs`), `import { noteCopy } from './${folder}-copies.mjs'\nnoteCopy('${name}')\n`)
    return `await import('./${folder}.mjs?${i}')`
  })
  writeFileSync(join(root, 'main.mjs'), imports.join('\n'))
  return execFileSync(
    process.execPath,
    ['--input-type=module', '-e', `console.warn = console.log; await import(${JSON.stringify(join(root, 'main.mjs'))})`],
    {
      encoding: 'utf8',
    },
  )
}

test('two copies are told of once, with their places and what to do', () => {
  const said = program(['a', '@heddle/func'], ['b', '@heddle/func'], ['c', '@heddle/func'])
  expect(said.trim().split('\n')).toHaveLength(1)
  expect(said).toMatch(/two copies of @heddle\/func in this program, file:\S*\/a\.mjs\S* and file:\S*\/b\.mjs/)
  expect(said).toContain('npm ls @heddle/func')
})
test('one copy of each is as it should be', () => {
  expect(program(['a', '@heddle/func'], ['b', '@heddle/linen'])).toBe('')
})
