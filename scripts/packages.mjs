// The workspaces under packages/: their folders and manifests.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

export const packages = () =>
  readdirSync(`${root}packages`)
    .sort()
    .filter((name) => existsSync(`${root}packages/${name}/package.json`))
    .map((name) => ({
      name,
      folder: `${root}packages/${name}`,
      manifest: JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8')),
    }))

export const published = () => packages().filter(({ manifest }) => !manifest.private)
