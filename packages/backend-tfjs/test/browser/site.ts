/** The page as a bundler makes it from source, served on loopback. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const require = createRequire(import.meta.url)

/** Where `scripts/install-browser.sh` puts the optional peers of the GPU flavours. */
const gpuModules = join(repository, '.cache/tfjs-browser/node_modules')
const gpuPackages = ['@tensorflow/tfjs-backend-webgpu', '@tensorflow/tfjs-backend-webgl']
export const hasGpuPackages = gpuPackages.every((name) =>
  [gpuModules, join(repository, 'node_modules')].some((folder) => existsSync(join(folder, name))),
)

const bundle = (outdir: string) =>
  build({
    entryPoints: { page: fileURLToPath(new URL('page.ts', import.meta.url)) },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@heddle/source'],
    inject: hasGpuPackages ? [fileURLToPath(new URL('../../src/with-gpu.ts', import.meta.url))] : [],
    nodePaths: [gpuModules],
    // one tfjs-core, wherever its backends lie
    alias: { '@tensorflow/tfjs-core': dirname(require.resolve('@tensorflow/tfjs-core/package.json')) },
    logLevel: 'error',
  })

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}
export interface Site {
  readonly url: string
  readonly close: () => Promise<void>
}
/** Builds and serves it. tfjs's .wasm files lie beside the page, JAX's numbers in `goldens`. */
export const openSite = async (): Promise<Site> => {
  const out = mkdtempSync(join(tmpdir(), 'heddle-page-'))
  await bundle(out)
  const wasm = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')
  const folderOf = (path: string): string =>
    path.endsWith('.wasm') ? wasm : path.startsWith('/goldens/') ? join(repository, 'goldens/data/primitives') : out
  const page = Buffer.from('<!doctype html><meta charset="utf-8"><title>heddle</title><link rel="icon" href="data:,">')
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const answer = path === '/' ? Promise.resolve(page) : readFile(join(folderOf(path), basename(path)))
    answer.then(
      (body) => response.writeHead(200, { 'content-type': types[path === '/' ? '.html' : extname(path)] ?? 'text/plain' }).end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(out, { recursive: true })
    },
  }
}
