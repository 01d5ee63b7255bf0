// Packs every published package into .cache/packs, as npm would publish it. Needs the build.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { published, root } from '../packages.mjs'

const out = `${root}.cache/packs`
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const workspaces = published().flatMap(({ name }) => ['--workspace', `packages/${name}`])
const packed = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out, ...workspaces], { cwd: root, encoding: 'utf8' }),
)
let missing = 0
for (const { name, unpackedSize, files } of Array.isArray(packed) ? packed : Object.values(packed)) {
  console.log(`${name}: ${files.length} files, ${(unpackedSize / 1000).toFixed(1)} kB`)
  for (const wanted of ['package.json', 'README.md', 'LICENSE', 'dist/index.mjs', 'dist/index.d.mts'])
    if (!files.some(({ path }) => path === wanted)) {
      console.error(`${name}: ${wanted} is not in the tarball`)
      missing++
    }
}
// where it is told about, alike in all
const site = 'https://github.com/heddle-js/heddle'
for (const { name, manifest } of published()) {
  const { homepage, repository, bugs, license } = manifest
  const wanted = {
    homepage: `${site}/tree/main/packages/${name}#readme`,
    repository: { type: 'git', url: `git+${site}.git`, directory: `packages/${name}` },
    bugs: { url: `${site}/issues` },
    license: 'Apache-2.0',
  }
  if (!isDeepStrictEqual({ homepage, repository, bugs, license }, wanted)) {
    console.error(`${name}: package.json wants ${JSON.stringify(wanted)}`)
    missing++
  }
}
process.exitCode = missing > 0 ? 1 : 0
