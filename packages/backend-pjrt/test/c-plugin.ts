/** Plugins of tests that are written in C, where there is a compiler, and a line that says so where there is none. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

const compiler = (process.platform === 'win32' ? [] : ['cc', 'gcc', 'clang']).find((name) => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (compiler === undefined) console.warn('tests with a plugin in C are skipped: there is no C compiler')

/** As vitest's `describe`, skipped without a compiler. */
export const describeWithCompiler = describe.skipIf(compiler === undefined)
/** A shared library in a folder, from a C file beside this one. */
export const compilePlugin = (folder: string, name: string, flags: readonly string[] = [], source = 'many-processes.c'): string => {
  const path = join(folder, `${name}.so`)
  const file = fileURLToPath(new URL(source, import.meta.url))
  execFileSync(compiler!, ['-shared', '-fPIC', '-pthread', '-w', ...flags, '-o', path, file])
  return path
}
