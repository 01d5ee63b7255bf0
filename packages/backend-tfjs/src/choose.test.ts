/** The choice of a flavour, with each part really lacking: packages that are absent, without binding, broken, or compute nonsense. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { BackendError } from '@heddle/func/backend'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { tfjs } from './choose'
import { defaultOrder, type Flavour } from './flavour'
import { mendUtil } from './native/find'

const root = mkdtempSync(join(tmpdir(), 'heddle-choose-'))
afterAll(() => rmSync(root, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

/** A directory with a package of a native flavour in it. */
const packageOf = (
  name: string,
  flavour: 'node' | 'node-gpu',
  { binding, index }: { readonly binding?: string; readonly index?: string },
): string => {
  const home = join(root, name)
  const dir = join(home, 'node_modules', '@tensorflow', `tfjs-${flavour}`)
  mkdirSync(join(dir, 'lib', `napi-v${Math.min(8, Number(process.versions.napi))}`), { recursive: true })
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: `@tensorflow/tfjs-${flavour}`, version: '4.22.0', main: 'index.js' }))
  if (binding !== undefined)
    writeFileSync(join(dir, 'lib', `napi-v${Math.min(8, Number(process.versions.napi))}`, 'tfjs_binding.node'), binding)
  writeFileSync(join(dir, 'index.js'), index ?? '')
  return home
}
const here = (name: string, flavour: 'node' | 'node-gpu', parts: { binding?: string; index?: string }): string => {
  const home = packageOf(name, flavour, parts)
  vi.stubEnv('HEDDLE_TFJS_NODE', home)
  return home
}
const choosing = async (prefer?: readonly Flavour[]): Promise<{ flavour: Flavour; said: string[] }> => {
  const said: string[] = []
  const backend = await tfjs({ warn: (message) => void said.push(message), ...(prefer && { prefer }) })
  return { flavour: backend.flavour, said }
}
const loadsBinding =
  "process.dlopen({ exports: {} }, require('path').join(__dirname, 'lib', 'napi-v' + Math.min(8, +process.versions.napi), 'tfjs_binding.node'))"
/** A binding whose every operation answers with the first number it was given. */
const fakeBinding = (gpu: boolean): string => `
  const tensors = []
  const binding = {
    TF_FLOAT: 1, TF_INT32: 3, TF_BOOL: 10, TF_Version: 'none',
    isUsingGpuDevice: () => ${gpu}, getNumOfTensors: () => 0, deleteTensor: () => {},
    createTensor: (shape, dtype, data) => tensors.push(data) - 1,
    tensorDataSync: (id) => tensors[id],
    executeOp: (name, attributes, ids) => [{ id: ids[0] }],
  }
  exports.findBackend = () => ({ binding })`

describe('fall-back in Node', () => {
  it('has an order', () => {
    expect(defaultOrder(true)).toEqual(['node-gpu', 'node', 'wasm', 'cpu'])
    expect(defaultOrder(false)).toEqual(['webgpu', 'webgl', 'wasm', 'cpu'])
  })
  it('from absent packages to wasm, with one short line that says what is faster', async () => {
    vi.stubEnv('HEDDLE_TFJS_NODE', '')
    const { flavour, said } = await choosing()
    expect(flavour).toBe('wasm')
    expect(said).toEqual([
      process.platform === 'linux' && process.arch === 'x64'
        ? 'heddle: computing on wasm. Faster: npm install @heddle/backend-pjrt && npx @heddle/backend-pjrt install cpu, then HEDDLE_BACKEND=pjrt. HEDDLE_BACKEND=wasm hides this.'
        : 'heddle: computing on wasm. Faster: npm install @tensorflow/tfjs-node. HEDDLE_BACKEND=wasm hides this.',
    ])
  })
  it('from a package whose install script did not run', async () => {
    here('unbuilt', 'node', {})
    const { flavour, said } = await choosing(['node', 'wasm'])
    expect(flavour).toBe('wasm')
    expect(said).toEqual([expect.stringContaining('without its native binding')])
  })
  it('from a library that does not load', async () => {
    here('broken', 'node', { binding: 'not a library', index: loadsBinding })
    const { flavour, said } = await choosing(['node', 'wasm'])
    expect(flavour).toBe('wasm')
    expect(said).toEqual([expect.stringMatching(/library does not load: .*tfjs_binding\.node/)])
  })
  it('from a package that throws when it is loaded', async () => {
    here('throwing', 'node', { binding: '', index: "throw new Error('no such luck')" })
    expect((await choosing(['node', 'cpu'])).said).toEqual([expect.stringContaining('no such luck')])
  })
  it('from operations that compute nonsense', async () => {
    here('nonsense', 'node', { binding: '', index: fakeBinding(false) })
    const { flavour, said } = await choosing(['node', 'cpu'])
    expect(flavour).toBe('cpu')
    expect(said).toEqual([expect.stringMatching(/product of matrices of ones gave 1, not 8/)])
  })
  it('from tfjs-node-gpu without a GPU', async () => {
    here('no-gpu', 'node-gpu', { binding: '', index: fakeBinding(false) })
    const { flavour, said } = await choosing(['node-gpu', 'wasm'])
    expect(flavour).toBe('wasm')
    expect(said).toEqual([expect.stringContaining('found no GPU')])
  })
  it('from tfjs-node-gpu without a GPU to its CPU, where tfjs-node is not installed', async () => {
    here('only-gpu', 'node-gpu', { binding: '', index: fakeBinding(false) })
    await expect(tfjs({ demand: 'node' })).rejects.toThrow(/product of matrices/)
    await expect(tfjs({ demand: 'node-gpu' })).rejects.toThrow(/found no GPU/)
  })
  it('finds the package in node_modules itself too', async () => {
    const home = here('inside', 'node', { binding: '', index: "throw new Error('found inside')" })
    vi.stubEnv('HEDDLE_TFJS_NODE', join(home, 'node_modules'))
    expect((await choosing(['node', 'cpu'])).said).toEqual([expect.stringContaining('found inside')])
  })
  it('says nothing when the first choice works', async () => {
    for (const flavour of ['wasm', 'cpu'] as const) expect(await choosing([flavour])).toEqual({ flavour, said: [] })
  })
  it('warns on the console once for the same reasons', async () => {
    vi.stubEnv('HEDDLE_TFJS_NODE', '')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await tfjs()
    await tfjs()
    expect(warn).toHaveBeenCalledTimes(1)
    warn.mockRestore()
  })
  it('starts flavours side by side', async () => {
    const backends = await Promise.all([tfjs({ demand: 'wasm' }), tfjs({ demand: 'cpu' }), tfjs({ demand: 'wasm' })])
    expect(backends.map((b) => b.name)).toEqual(['tfjs-wasm', 'tfjs-cpu', 'tfjs-wasm'])
  })
})

describe('demands', () => {
  it('fail with the reason', async () => {
    vi.stubEnv('HEDDLE_TFJS_NODE', '')
    await expect(tfjs({ demand: 'node' })).rejects.toThrow(BackendError)
    await expect(tfjs({ demand: 'node' })).rejects.toThrow(
      'backend node: demanded and not to be had: @tensorflow/tfjs-node is not installed',
    )
    await expect(tfjs({ demand: 'webgl' })).rejects.toThrow(/webgl/)
  })
  it('of flavours that do not exist name those that do', async () => {
    await expect(tfjs({ demand: 'gpu' as Flavour })).rejects.toThrow(/unknown flavour 'gpu'; there are node-gpu, node/)
    await expect(tfjs({ prefer: ['cuda' as Flavour] })).rejects.toThrow(/unknown flavour 'cuda'/)
  })
  it('of preferences none of which works say why for each', async () => {
    vi.stubEnv('HEDDLE_TFJS_NODE', '')
    await expect(tfjs({ prefer: ['node-gpu', 'node'] })).rejects.toThrow(/no flavour works here: node-gpu \(.*\), node \(.*\)/)
  })
})

it('describes itself', async () => {
  expect((await tfjs({ demand: 'wasm' })).describe()).toMatch(/^tfjs wasm 4\.22\.0 \((no )?SIMD, 1 thread\), gpu no$/)
  expect((await tfjs({ demand: 'cpu' })).describe()).toBe('plain JavaScript, gpu no')
})

it('mends what Node 23 removed and tfjs-node calls', async () => {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
  const before = { isNullOrUndefined: util.isNullOrUndefined, isArray: util.isArray }
  delete util.isNullOrUndefined
  delete util.isArray
  await mendUtil()
  expect((util.isNullOrUndefined as (x: unknown) => boolean)(undefined)).toBe(true)
  expect((util.isNullOrUndefined as (x: unknown) => boolean)(0)).toBe(false)
  expect((util.isArray as (x: unknown) => boolean)([])).toBe(true)
  Object.assign(util, before)
})

describe('a program of its own', () => {
  const repository = fileURLToPath(new URL('../../../', import.meta.url))
  const script = (body: string, others: Readonly<Record<string, string>> = {}): Promise<{ stdout: string; stderr: string }> => {
    const file = join(mkdtempSync(join(repository, 'node_modules', '.heddle-')), 'main.mts')
    writeFileSync(file, body)
    for (const [name, text] of Object.entries(others)) writeFileSync(join(file, '..', name), text)
    const done = promisify(execFile)(process.execPath, ['-C', '@heddle/source', '--import', 'tsx', file], {
      cwd: repository,
      env: process.env,
    })
    return done.finally(() => rmSync(join(file, '..'), { recursive: true }))
  }
  const auto = "import '@heddle/backend-tfjs/auto'\nimport { getDefaultBackend } from '@heddle/func'\nconsole.log(getDefaultBackend().name)"

  it('gets the flavour of HEDDLE_BACKEND', async () => {
    vi.stubEnv('HEDDLE_BACKEND', 'wasm')
    expect(await script(auto)).toEqual({ stdout: 'tfjs-wasm\n', stderr: '' })
    vi.stubEnv('HEDDLE_BACKEND', 'node-gpu, cpu')
    expect((await script(auto)).stdout).toBe('tfjs-cpu\n')
  }, 60_000)
  it('fails where that flavour can not be had', async () => {
    vi.stubEnv('HEDDLE_BACKEND', 'node')
    vi.stubEnv('HEDDLE_TFJS_NODE', '')
    await expect(script(auto)).rejects.toThrow(/demanded and not to be had: @tensorflow\/tfjs-node is not installed/)
    vi.stubEnv('HEDDLE_BACKEND', 'wasn')
    await expect(script(auto)).rejects.toThrow(/HEDDLE_BACKEND names 'wasn'; there are node-gpu, .*, cpu, pjrt/)
  }, 60_000)
  it('gets XLA by HEDDLE_BACKEND=pjrt, or the command that installs its plugin', async () => {
    vi.stubEnv('HEDDLE_BACKEND', 'pjrt')
    const said = await script(auto).then(
      ({ stdout }) => stdout,
      (e: Error) => e.message,
    )
    expect(said).toMatch(/^pjrt-cpu\n$|backend pjrt: .*npx @heddle\/backend-pjrt install/)
    vi.stubEnv('HEDDLE_PJRT_PLUGIN', '/nowhere')
    await expect(script(auto)).rejects.toThrow(/HEDDLE_PJRT_PLUGIN names \/nowhere/)
    vi.stubEnv('HEDDLE_BACKEND', 'pjrt,cpu')
    expect(await script(auto)).toEqual({ stdout: 'tfjs-cpu\n', stderr: expect.stringMatching(/^heddle: pjrt passed over: .*\/nowhere/) })
  }, 60_000)
  it('that loads beside a module which makes tensors at its top level', async () => {
    vi.stubEnv('HEDDLE_BACKEND', 'wasm')
    const beside = "import { np } from '@heddle/func'\nexport const x = np.ones([2]).add(np.arange(2))"
    const main = "import '@heddle/backend-tfjs/auto'\nimport { x } from './beside.mts'\nconsole.log(x.toArray().join())"
    expect(await script(main, { 'beside.mts': beside })).toEqual({ stdout: '1,2\n', stderr: '' })
  }, 60_000)
  it('without a wait at the top level, also by require', async () => {
    vi.stubEnv('HEDDLE_BACKEND', 'wasm')
    const body =
      "import { createRequire } from 'node:module'\nconst { ready } = createRequire(import.meta.url)('@heddle/backend-tfjs/ready')\nconst { getDefaultBackend } = createRequire(import.meta.url)('@heddle/func')\nready.then(() => console.log(getDefaultBackend().name))"
    expect(await script(body)).toEqual({ stdout: 'tfjs-wasm\n', stderr: '' })
  }, 60_000)
  it.runIf(process.env.HEDDLE_TFJS_NODE)(
    'gets TensorFlow without noise, also after wasm was loaded',
    async () => {
      const body =
        "import { tfjs } from '@heddle/backend-tfjs'\nawait tfjs({ demand: 'wasm' })\nconsole.log((await tfjs({ prefer: ['node-gpu', 'node'] })).describe())"
      const { stdout, stderr } = await script(body)
      expect(stdout).toMatch(/^tfjs node 4\.22\.0 \(TensorFlow .*\), gpu no(, programs by .*)?\n$/)
      expect(stderr).toBe('')
    },
    60_000,
  )
})
