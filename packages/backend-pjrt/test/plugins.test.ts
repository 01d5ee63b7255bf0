/** Where plugins are found, and what is said where they are not. No plugin is needed for these. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadLibrary } from '../src/api/library'
import { structs } from '../src/api/struct'
import { functionOffset, TABLE_END } from '../src/api/table'
import { compileOptions } from '../src/options'
import { findPlugin, installed } from '../src/plugins/find'
import { pinnedVersion } from '../src/plugins/install'
import { kinds } from '../src/plugins/known'
import { pins, type Pin } from '../src/plugins/pins'

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
