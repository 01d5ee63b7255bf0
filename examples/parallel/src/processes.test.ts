/** Two processes that train together learn the same model. Skipped, with a line, where no PJRT plugin is. */
import { findPlugin } from '@heddle/backend-pjrt'
import { execFile } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const isThere = (): boolean => {
  try {
    findPlugin()
    return true
  } catch (e) {
    console.warn(`the example of two processes is skipped: ${(e as Error).message}`)
    return false
  }
}
const freePort = (): Promise<number> =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => found(port))
    })
  })

describe.skipIf(!isThere())('two processes', () => {
  it('learn one model from two parts of the data', async () => {
    const program = fileURLToPath(new URL('processes.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, ['-C', '@heddle/source', '--import', 'tsx', program], {
      env: { ...process.env, COORDINATOR_ADDRESS: `127.0.0.1:${await freePort()}` },
      timeout: 100_000,
      killSignal: 'SIGKILL',
    })
    expect(stdout.trim().split('\n').sort()).toEqual(['process 0: w = 2.0000 -3.0000 1.0000', 'process 1: w = 2.0000 -3.0000 1.0000'])
  })
})
