/** What an uncaught error prints, in a process of its own: the error and where it was thrown, and no source of tfjs. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const cwd = fileURLToPath(new URL('..', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const run = (script: string): Promise<Ended> =>
  new Promise((resolve) => {
    const args = ['-C', '@heddle/source', '--import', 'tsx', '--input-type=module', '-e', script]
    const child = execFile(process.execPath, args, { cwd, maxBuffer: 1 << 24 }, (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    )
  })
const start = (flavour: string): string =>
  `import { tfjs } from '@heddle/backend-tfjs'; import { np, setDefaultBackend, withBackend } from '@heddle/func';
   const before = ['uncaughtException', 'unhandledRejection'].map((e) => process.listenerCount(e));
   setDefaultBackend(await tfjs({ demand: '${flavour}' }));\n`

describe.each(['wasm', 'cpu'])('uncaught on %s', (flavour) => {
  it.concurrent('an error of the program: few lines, and status 1', async () => {
    const { code, err } = await run(`${start(flavour)} np.add(np.ones([3]), 1); throw new TypeError('mine')`)
    expect(code).toBe(1)
    expect(err).toContain('TypeError: mine')
    expect(err.length).toBeLessThan(1500)
  })
  it.concurrent('an error of heddle', async () => {
    const { code, err } = await run(`${start(flavour)} setTimeout(() => np.add(np.ones([3]), np.ones([4])))`)
    expect(code).toBe(1)
    expect(err).toContain('ShapeError: add:')
    expect(err.length).toBeLessThan(1500)
  })
  it.concurrent('a promise that is rejected', async () => {
    const { code, err } = await run(`${start(flavour)} Promise.reject(new TypeError('mine')); setTimeout(() => console.log('late'), 500)`)
    expect(code).toBe(1)
    expect(err).toContain('TypeError: mine')
    expect(err.length).toBeLessThan(1500)
  })
  it.concurrent('no listener is left, and those of the program stay', async () => {
    const mine = `process.on('uncaughtException', function (ex) { console.log('caught', ex.message) });
      process.on('unhandledRejection', (reason) => { throw reason });`
    const { code, out, err } = await run(`${mine}${start(flavour)}
      const after = ['uncaughtException', 'unhandledRejection'].map((e) => process.listenerCount(e));
      console.log(JSON.stringify([before, after])); setTimeout(() => { throw new Error('mine') })`)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('caught mine')
    const [before, after] = JSON.parse(out.split('\n')[0]!) as [number[], number[]]
    expect(after).toEqual(before)
  })
})
