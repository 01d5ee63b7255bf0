// Pages in chromium: a server as single-page applications have, and what a page says in the end.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

const executablePath = [process.env.HEDDLE_CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path))
/** A browser; undefined where there is no chromium. */
export const launch = async () => {
  if (!executablePath) return undefined
  const { chromium } = await import('playwright-core')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
}

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}
/** An HTML page with this in its head. */
export const page = (head) => `<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">${head}`

/** Serves a folder as single-page applications are: what is not there is index.html. */
export const serve = async (folder) => {
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url, 'http://localhost').pathname)
    const file = extname(path) && existsSync(path) ? path : join(folder, 'index.html')
    response.setHeader('content-type', types[extname(file)] ?? 'text/plain')
    response.end(existsSync(file) ? readFileSync(file) : page(''))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** What a page leaves in `globalThis.said`, or the error; and what its console was told. */
export const visit = async (browser, url) => {
  const tab = await browser.newPage()
  const heard = []
  tab.on('console', (message) => void heard.push(message.text()))
  tab.on('pageerror', (error) => void heard.push(String(error.stack || error)))
  try {
    await tab.goto(url)
    await tab.waitForFunction('globalThis.said', undefined, { timeout: 60_000 })
    return { said: await tab.evaluate('globalThis.said'), heard }
  } catch (error) {
    return { said: String(error), heard }
  } finally {
    await tab.close()
  }
}
