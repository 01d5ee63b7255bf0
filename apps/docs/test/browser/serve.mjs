// Serves the built site as a static host does: folders by their index.html, 404.html for what is not there.
import { createServer } from 'node:http'
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const dist = fileURLToPath(new URL('../../dist', import.meta.url))
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

/** The file of a path of the site, or nothing. */
export const fileOf = (path) => {
  const at = join(dist, decodeURIComponent(path))
  const file = existsSync(at) && statSync(at).isDirectory() ? join(at, 'index.html') : at
  return existsSync(file) ? file : undefined
}
/** The pages of the site, `/guides/vmap/`. */
export const pagePaths = () =>
  readdirSync(dist, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('index.html'))
    .map((file) => `/${file.slice(0, -'index.html'.length)}`)
    .sort()

export const serve = async () => {
  const server = createServer((request, response) => {
    const file = fileOf(new URL(request.url, 'http://localhost').pathname)
    response.statusCode = file ? 200 : 404
    if (!file) return response.end('not here')
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
    createReadStream(file).pipe(response)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) }
}
