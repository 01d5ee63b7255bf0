/** Checkpoints in the private files of a page, in chromium: in the page and in a worker. */
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const executablePath = [process.env.HEDDLE_CHROMIUM, '/usr/bin/chromium'].find((p) => p !== undefined && existsSync(p))
if (executablePath === undefined) console.warn('no chromium (HEDDLE_CHROMIUM): checkpoints in pages are not tried')

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let browser: Browser
  let server: Server
  let page: Page
  beforeAll(async () => {
    const entry = fileURLToPath(new URL('browser/page.ts', import.meta.url))
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      conditions: ['@heddle/source'],
      logLevel: 'error',
    })
    const script = outputFiles[0]!.text
    server = createServer((request, response) => {
      const isScript = request.url === '/page.js'
      response
        .writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
        .end(isScript ? script : '<!doctype html><title>heddle</title>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    browser = await chromium.launch({ executablePath: executablePath!, headless: true, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  })
  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
  })
  const expected = {
    beside: expect.stringMatching(/^StorageError: opening opfs:\/runs\/\w+: another manager, .* \(LOCKED\)$/),
    steps: [2, 3],
    step: 3,
    sum: 3000,
    left: ['3'],
  }
  it('saves and restores in a page', async () => {
    expect(await page.evaluate("import('/page.js').then((m) => m.run('runs/page'))")).toEqual(expected)
  })
  it('saves and restores in a worker, and the page reads it', async () => {
    const worker = `new Promise((resolve, reject) => {
      const w = new Worker('/page.js', { type: 'module' })
      w.onmessage = (e) => resolve(e.data)
      w.onerror = (e) => reject(e.message)
      w.postMessage('runs/worker')
    })`
    expect(await page.evaluate(worker)).toEqual(expected)
  })
})
