// A registry of npm's protocol on loopback that has the packed packages and nothing else: what a project that sets
// `@heddle:registry` installs from. Third-party packages come from wherever npm is configured to find them.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { packs, released, tarballOf } from './places.mjs'

/** Serves the tarballs; answers its address and how to stop it. */
export const openRegistry = async () => {
  const files = readdirSync(packs)
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname.slice(1))
    if (files.includes(path)) return response.writeHead(200).end(readFileSync(`${packs}/${path}`))
    const found = released().find(({ manifest }) => manifest.name === path)
    if (!found) return response.writeHead(404).end('{}')
    const { name, version } = found.manifest
    const file = tarballOf(found.manifest)
    const integrity = `sha512-${createHash('sha512')
      .update(readFileSync(`${packs}/${file}`))
      .digest('base64')}`
    const tarball = `${url}/${file}`
    const manifest = { ...found.manifest, _id: `${name}@${version}`, dist: { tarball, integrity } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: manifest } }))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}`
  return { url, close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))) }
}
