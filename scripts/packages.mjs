// The workspaces under packages/: their folders and manifests, in the repository or in a copy of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

export const packages = (from = root) =>
  readdirSync(`${from}packages`)
    .sort()
    .filter((name) => existsSync(`${from}packages/${name}/package.json`))
    .map((name) => ({
      name,
      folder: `${from}packages/${name}`,
      manifest: JSON.parse(readFileSync(`${from}packages/${name}/package.json`, 'utf8')),
    }))

export const published = (from = root) => packages(from).filter(({ manifest }) => !manifest.private)
