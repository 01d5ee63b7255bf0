/** Where plugins are found, and what is said where they are not or are of no use. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pjrt } from '../src/index'
import { loadLibrary } from '../src/api/library'
import { structs } from '../src/api/struct'
import { functionOffset, TABLE_END } from '../src/api/table'
import { compileOptions } from '../src/options'
import { doctor } from '../src/plugins/doctor'
import { findPlugin, installed } from '../src/plugins/find'
import * as folders from '../src/plugins/folders'
import { pinnedVersion } from '../src/plugins/install'
import { kinds, known } from '../src/plugins/known'
import { pins, type Pin } from '../src/plugins/pins'
import { compilePlugin, describeWithCompiler } from './c-plugin'
import { describeWithPlugin } from './under-test'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-plugins-'))
  vi.stubEnv('HEDDLE_CACHE', join(folder, 'cache'))
  vi.stubEnv('HEDDLE_PJRT_PLUGIN', undefined)
  vi.stubEnv('VIRTUAL_ENV', join(folder, 'venv'))
  vi.stubEnv('CONDA_PREFIX', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})
const touch = (...path: string[]): string => {
  const file = join(folder, ...path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '')
  return file
}

describe('a plugin', () => {
  it('is found where install puts it, the newest first, then in a Python environment', () => {
    const inVenv = touch('venv/lib/python3.12/site-packages/jax_plugins/xla_cuda12/xla_cuda_plugin.so')
    expect(installed('cuda12')[0]).toMatchObject({ path: inVenv, kind: 'cuda12' })
    const fetched = touch('cache/plugins/cuda12/0.10.2/jax_plugins/xla_cuda12/xla_cuda_plugin.so')
    expect(
      installed('cuda12')
        .map((f) => f.path)
        .slice(0, 2),
    ).toEqual([fetched, inVenv])
  })
  it('is the one that is named, by kind or by path', () => {
    const cpu = touch('cache/plugins/cpu/0.11.2/lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so')
    expect(findPlugin('cpu').path).toBe(cpu)
    vi.stubEnv('HEDDLE_PJRT_PLUGIN', cpu)
    expect(findPlugin()).toMatchObject({ path: cpu, origin: 'HEDDLE_PJRT_PLUGIN' })
    vi.stubEnv('HEDDLE_PJRT_PLUGIN', 'cpu')
    expect(findPlugin()).toMatchObject({ path: cpu, kind: 'cpu' })
  })
  it('is asked for in one line with the command, where there is none', () => {
    expect(() => findPlugin('rocm7')).toThrow('no PJRT plugin for rocm7 is installed; run: npx @heddle/backend-pjrt install rocm7')
    vi.stubEnv('HEDDLE_PJRT_PLUGIN', '/no/such/file')
    expect(() => findPlugin()).toThrow('HEDDLE_PJRT_PLUGIN names /no/such/file, which is neither a file nor one of')
  })
  it('is the newest by its numbers', () => {
    const file = (version: string): string => touch(`cache/plugins/cuda12/${version}/jax_plugins/xla_cuda12/xla_cuda_plugin.so`)
    const [old, newest, middle] = [file('0.9.2'), file('0.11.0'), file('0.10.2')]
    const found = installed('cuda12').map((f) => f.path)
    expect(found.slice(0, 3)).toEqual([newest, middle, old])
  })
  it('is found in a conda environment, not in a folder that only happens to be the current one', () => {
    vi.stubEnv('CONDA_PREFIX', join(folder, 'conda'))
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'project'))
    const conda = touch('conda/lib/python3.13/site-packages/libtpu/libtpu.so')
    const own = touch('project/.venv/lib/python3/dist-packages/libtpu/libtpu.so')
    expect(installed('tpu')[0]).toMatchObject({ path: conda, origin: `found in ${dirname(dirname(conda))}` })
    expect(installed('tpu').map((f) => f.path)).not.toContain(own)
    vi.stubEnv('VIRTUAL_ENV', join(folder, 'project/.venv'))
    expect(installed('tpu')[0]?.path).toBe(own)
    cwd.mockRestore()
  })
  it('is not asked for where there can be none', () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin')
    expect(() => findPlugin('cuda12')).toThrow(
      /no PJRT plugin for cuda12 is installed, and there is none for darwin \w+; use @heddle\/backend-tfjs here/,
    )
    platform.mockRestore()
  })
  it('is asked for by `pjrt` in one line, where there is none', async () => {
    // whatever this machine's own Python has
    vi.spyOn(folders, 'pythonFolders').mockReturnValue([])
    const wanted = kinds.find((k) => known[k].isPresent())!
    await expect(pjrt()).rejects.toThrow(`no PJRT plugin is installed; run: npx @heddle/backend-pjrt install ${wanted}`)
    expect(doctor().at(-1)).toContain('no PJRT plugin is installed; run: npx')
    vi.restoreAllMocks()
  })
  it('that is none is refused', () => {
    const file = touch('not-a-library.so')
    expect(() => loadLibrary(file)).toThrow(/can not be loaded/)
  })
  it('is fetched by version and checksum', () => {
    for (const kind of kinds) {
      expect(pinnedVersion(kind)).toMatch(/^\d/)
      for (const pin of pins[kind] as readonly Pin[]) expect(Object.values(pin.sha256).every((h) => /^[0-9a-f]{64}$/.test(h!))).toBe(true)
    }
  })
})

describeWithCompiler('a plugin of another version', () => {
  it('is refused, with what to do', () => {
    const old = compilePlugin(folder, 'old', ['-DMINOR=40'])
    expect(() => loadLibrary(old)).toThrow(
      `the plugin ${old} speaks version 0.40 of the PJRT C API, this client 0.54 or newer; install a newer plugin: npx @heddle/backend-pjrt install cpu`,
    )
    const next = compilePlugin(folder, 'next', ['-DMAJOR=1', '-DMINOR=2'])
    expect(() => loadLibrary(next)).toThrow(/speaks version 1\.2 of the PJRT C API, this client only 0\.x; use another version of/)
    expect(loadLibrary(compilePlugin(folder, 'now')).version).toEqual({ major: 0, minor: 81 })
  })
  it('or that is another library, is refused', () => {
    const other = compilePlugin(folder, 'other', ['-DGetPjrtApi=somethingElse'])
    expect(() => loadLibrary(other)).toThrow(`${other} is no PJRT plugin: it has no GetPjrtApi`)
  })
  it('is described by doctor, also where it is of no use', () => {
    const named = compilePlugin(folder, 'named')
    vi.stubEnv('HEDDLE_PJRT_PLUGIN', named)
    const good = doctor().join('\n')
    expect(good).toContain(
      `named:\n  ${named}\n    HEDDLE_PJRT_PLUGIN\n    PJRT C API 0.81\n    platform test test\n    1 device(s): nothing`,
    )
    expect(good).toContain(`used by pjrt(): ${named}`)
    const old = compilePlugin(folder, 'old-too', ['-DMINOR=40'])
    vi.stubEnv('HEDDLE_PJRT_PLUGIN', old)
    expect(doctor().join('\n')).toMatch(/does not load: .*speaks version 0\.40/)
  })
})

describeWithPlugin('doctor', () => {
  it('names versions, devices and the plugin that is used', () => {
    vi.unstubAllEnvs()
    const { path } = findPlugin()
    const lines = doctor()
    expect(lines[0]).toBe(`node ${process.version} on ${process.platform} ${process.arch}`)
    expect(lines.find((l) => l.startsWith('HEDDLE_PJRT_PLUGIN'))).toBeDefined()
    for (const kind of kinds) expect(lines.some((l) => l.startsWith(`${kind}: `))).toBe(true)
    const at = lines.indexOf(`  ${path}`)
    expect(at).toBeGreaterThan(0)
    expect(lines.slice(at + 2, at + 5)).toEqual([
      expect.stringMatching(/^ {4}PJRT C API 0\.\d+$/),
      expect.stringMatching(/^ {4}platform \w+ /),
      expect.stringMatching(/^ {4}\d+ device\(s\): /),
    ])
    expect(lines.at(-1)).toBe(`used by pjrt(): ${path}`)
  })
})

describe('the C API', () => {
  it('has its structs laid out as a C compiler does', () => {
    expect(structs.clientCreate.size).toBe(88)
    expect(structs.bufferFromHost.offsets).toMatchObject({
      data: 24,
      type: 32,
      dims: 40,
      numDims: 48,
      semantics: 72,
      device: 80,
      buffer: 112,
    })
    expect(structs.bufferFromHost.size).toBe(120)
    expect(structs.eventIsReady.size).toBe(25)
    expect(structs.executeOptions.size).toBe(112)
    expect(structs.namedValue.size).toBe(56)
  })
  it('has its functions one after another', () => {
    expect(functionOffset('PJRT_Error_Destroy')).toBe(40)
    expect(functionOffset('PJRT_Buffer_UnsafePointer')).toBe(TABLE_END - 8)
  })
  it('takes the options of a compilation as a protocol buffer', () => {
    expect([...compileOptions([0])]).toEqual([0x1a, 4, 0x20, 1, 0x28, 1])
    expect([...compileOptions([0], ['flag'])].slice(6)).toEqual([0x3a, 10, 0x0a, 4, 102, 108, 97, 103, 0x12, 2, 16, 0])
    expect([...compileOptions([3])]).toEqual([0x1a, 15, 0x20, 1, 0x28, 1, 0x4a, 9, 8, 1, 16, 1, 0x1a, 3, 0x0a, 1, 3])
  })
})
