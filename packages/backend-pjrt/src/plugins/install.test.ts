/**
 * `install` and the command line, with the real pip and a folder of packages in the place of PyPI: what is fetched, what is refused,
 * what is left behind. The packages are wheels of one small file, whose checksum stands in the place of the real one.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findPlugin } from './find'
import { install } from './install'
import { pins } from './pins'

const hasPip = ((): boolean => {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' })
    return process.platform === 'linux' && process.arch === 'x64'
  } catch {
    return false
  }
})()
if (!hasPip) console.warn('tests of install are skipped: they need Linux x64 and Python with pip')

const { name, version } = pins.cpu[0]
const LIBRARY = 'lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so'
/** A wheel with a library in it. */
const makeWheel = (folder: string, library: string): string => {
  const file = join(folder, `${name.replaceAll('-', '_')}-${version}-py3-none-manylinux_2_27_x86_64.whl`)
  const info = `${name.replaceAll('-', '_')}-${version}.dist-info`
  const files = {
    [library]: 'a library',
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-manylinux_2_27_x86_64\n',
    [`${info}/RECORD`]: '',
  }
  const code =
    'import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z: [z.writestr(n, t) for n, t in json.loads(sys.argv[2]).items()]'
  execFileSync('python3', ['-c', code, file, JSON.stringify(files)])
  return file
}
const checksum = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

let folder: string
let said: string[]
const say = (line: string): void => {
  said.push(line)
}
const sha256 = pins.cpu[0].sha256 as { x64?: string }
const pinned = sha256.x64!

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-install-'))
  mkdirSync(join(folder, 'packages'))
  said = []
  vi.stubEnv('HEDDLE_CACHE', join(folder, 'cache'))
  vi.stubEnv('HEDDLE_PYTHON', undefined)
  vi.stubEnv('PIP_CONFIG_FILE', '/dev/null')
  vi.stubEnv('PIP_NO_INDEX', '1')
  vi.stubEnv('PIP_NO_CACHE_DIR', '1')
  vi.stubEnv('PIP_DISABLE_PIP_VERSION_CHECK', '1')
  vi.stubEnv('PIP_FIND_LINKS', join(folder, 'packages'))
})
afterEach(() => {
  sha256.x64 = pinned
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})
const plugins = (): readonly string[] => {
  const at = join(folder, 'cache/plugins/cpu')
  return existsSync(at) ? readdirSync(at) : []
}

describe.skipIf(!hasPip)('install', () => {
  it('fetches the pinned version by pip into the cache folder, once', () => {
    sha256.x64 = checksum(makeWheel(join(folder, 'packages'), LIBRARY))
    const path = join(folder, 'cache/plugins/cpu', version, LIBRARY)
    expect(install('cpu', say)).toMatchObject({ path, kind: 'cpu' })
    expect(said).toEqual([`fetching ${name} ${version} from PyPI`, `installed ${path}`])
    expect(findPlugin('cpu').path).toBe(path)
    expect(plugins()).toEqual([version])
    rmSync(join(folder, 'packages'), { recursive: true })
    expect(install('cpu', say).path).toBe(path)
    expect(said.slice(2)).toEqual([`cpu ${version} is installed already`, `installed ${path}`])
  })
  it('refuses a package of another checksum, and leaves nothing behind', () => {
    makeWheel(join(folder, 'packages'), LIBRARY)
    expect(() => install('cpu', say)).toThrow('pip could not fetch cpu; its message stands above')
    expect(plugins()).toEqual([])
  })
  it('says so where pip finds nothing, and where a package holds no plugin', () => {
    expect(() => install('cpu', say)).toThrow(/pip could not fetch cpu/)
    sha256.x64 = checksum(makeWheel(join(folder, 'packages'), 'something/else.so'))
    expect(() => install('cpu', say)).toThrow(/the packages in .*cpu\/.* hold no plugin; remove the folder and install again/)
  })
  it('takes the Python that HEDDLE_PYTHON names', () => {
    const log = join(folder, 'log')
    const python = join(folder, 'python')
    writeFileSync(python, `#!/bin/sh\necho "$@" >> ${log}\nexec python3 "$@"\n`)
    chmodSync(python, 0o755)
    vi.stubEnv('HEDDLE_PYTHON', python)
    sha256.x64 = checksum(makeWheel(join(folder, 'packages'), LIBRARY))
    install('cpu', say)
    expect(readFileSync(log, 'utf8')).toMatch(/-m pip download --no-deps --only-binary :all: --require-hashes .*manylinux_2_27_x86_64/)
  })
})
describe('install', () => {
  it('says so where there is no pip', () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
    vi.spyOn(process, 'arch', 'get').mockReturnValue('x64')
    vi.stubEnv('PATH', folder)
    expect(() => install('cpu', say)).toThrow(
      'plugins are fetched by pip, and no Python with pip was found; install it, or name one in HEDDLE_PYTHON',
    )
  })
  it('says so where there is no plugin for the machine', () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
    vi.spyOn(process, 'arch', 'get').mockReturnValue('arm64')
    expect(() => install('cpu', say)).toThrow('there is no plugin for cpu on linux arm64, only on Linux x64; use @heddle/backend-tfjs here')
    vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin')
    expect(() => install('cuda13', say)).toThrow('there is no plugin for cuda13 on darwin arm64, only on Linux x64 and Linux arm64')
  })
})

describe('the command', () => {
  const run = (...args: readonly string[]) => {
    const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-C', '@heddle/source', '--import', 'tsx', cli, ...args], {
      encoding: 'utf8',
      timeout: 60_000,
    })
    return { status, stdout, stderr }
  }
  it('says how it is used', () => {
    for (const args of [[], ['install'], ['install', 'oneapi'], ['remove', 'cpu']]) {
      const { status, stderr } = run(...args)
      expect(status).toBe(2)
      expect(stderr).toContain('usage: backend-pjrt install tpu|cuda13|cuda12|rocm7|cpu')
    }
  })
  it('answers failures in one line, without a stack', () => {
    vi.stubEnv('PATH', '/nowhere')
    const { status, stderr } = run('install', process.arch === 'x64' ? 'cpu' : 'rocm7')
    expect(status).toBe(1)
    expect(stderr.trim()).toMatch(/^backend pjrt: (plugins are fetched by pip|there is no plugin)[^\n]*$/)
  })
  it('describes what is there', () => {
    vi.stubEnv('HEDDLE_PJRT_PLUGIN', '/no/such/file')
    const { status, stdout } = run('doctor')
    expect(status).toBe(0)
    expect(stdout).toContain(`node ${process.version} on ${process.platform} ${process.arch}`)
    expect(stdout).toContain('HEDDLE_PJRT_PLUGIN names /no/such/file, which is neither a file nor one of tpu, cuda13')
  })
})
