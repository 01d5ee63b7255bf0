/** Fetches plugins from PyPI by pip, which checks the checksums, into the cache folder. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BackendError } from '@heddle/func/backend'
import { type Found, installed } from './find'
import { cacheFolder, childrenOf } from './folders'
import { machineFor, type PluginKind } from './known'
import { type Machine, type Pin, pins } from './pins'

const PYTHON_VERSION = '3.11'
const GLIBC = ['35', '34', '31', '28', '27', '26', '25', '24', '17', '12', '5']

type Say = (line: string) => void
const machineOf = (kind: PluginKind): Machine => {
  const list: readonly Pin[] = pins[kind]
  const machine = machineFor(kind)
  if (machine === undefined) {
    const has = Object.keys(list[0]!.sha256).map((m) => `Linux ${m}`)
    throw new BackendError(
      'pjrt',
      `there is no plugin for ${kind} on ${process.platform} ${process.arch}, only on ${has.join(' and ')}; use @heddle/backend-tfjs here`,
    )
  }
  return machine
}
const python = (): string => {
  const names = [process.env.HEDDLE_PYTHON, 'python3', 'python'].filter((n) => n !== undefined && n !== '') as string[]
  const works = names.find((name) => {
    try {
      execFileSync(name, ['-m', 'pip', '--version'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
  if (works === undefined)
    throw new BackendError('pjrt', 'plugins are fetched by pip, and no Python with pip was found; install it, or name one in HEDDLE_PYTHON')
  return works
}
/** The version that a kind is pinned to: that of its plugin, which stands first. */
export const pinnedVersion = (kind: PluginKind): string => pins[kind][0].version

const requirements = (list: readonly Pin[], machine: Machine): string =>
  list.map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256[machine]}`).join('\n')
const platforms = (machine: Machine): string[] => {
  const arch = machine === 'x64' ? 'x86_64' : 'aarch64'
  return [...GLIBC.map((v) => `manylinux_2_${v}_${arch}`), `manylinux2014_${arch}`].flatMap((p) => ['--platform', p])
}
const download = (command: string, list: readonly Pin[], machine: Machine, into: string): void => {
  const file = join(into, 'requirements.txt')
  writeFileSync(file, `${requirements(list, machine)}\n`)
  const target = ['--python-version', PYTHON_VERSION, '--implementation', 'cp', ...platforms(machine)]
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--require-hashes', ...target, '--dest', into, '-r', file]
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
}
/**
 * Installs a plugin, unless this version is there. Errors: BackendError where there is none for this machine, where pip is
 * missing, or where it fails (its own message stands above).
 */
export const install = (kind: PluginKind, say: Say = console.log): Found => {
  const machine = machineOf(kind)
  const version = pinnedVersion(kind)
  const folder = join(cacheFolder('plugins'), kind, version)
  if (existsSync(folder)) say(`${kind} ${version} is installed already`)
  else {
    const list: readonly Pin[] = pins[kind]
    say(`fetching ${list.map((p) => `${p.name} ${p.version}`).join(', ')} from PyPI`)
    const command = python()
    mkdirSync(join(folder, '..'), { recursive: true })
    const work = mkdtempSync(join(folder, '..', '.partial-'))
    try {
      const wheels = join(work, 'wheels')
      const unpacked = join(work, 'packages')
      mkdirSync(wheels)
      mkdirSync(unpacked)
      download(command, list, machine, wheels)
      for (const wheel of childrenOf(wheels).filter((f) => f.endsWith('.whl')))
        execFileSync(command, ['-m', 'zipfile', '-e', wheel, unpacked])
      renameSync(unpacked, folder)
    } catch (cause) {
      // not if another process was faster
      if (!existsSync(folder)) throw new BackendError('pjrt', `pip could not fetch ${kind}; its message stands above`, { cause })
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  }
  const found = installed(kind).find((f) => f.path.startsWith(folder))
  if (!found) throw new BackendError('pjrt', `the packages in ${folder} hold no plugin; remove the folder and install again`)
  say(`installed ${found.path}`)
  return found
}
