// Packs every published package into .cache/release/packs, as npm would publish it: the build, under the versions of the next release.
// Needs the build, and scripts/release/versions.mjs.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { root } from '../packages.mjs'
import { count, packs, released, tree } from './places.mjs'

rmSync(packs, { recursive: true, force: true })
mkdirSync(packs, { recursive: true })
const all = released()
for (const { name, folder } of all) {
  rmSync(`${folder}/dist`, { recursive: true, force: true })
  cpSync(`${root}packages/${name}/dist`, `${folder}/dist`, { recursive: true })
}
const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', packs, ...all.map(({ name }) => `./packages/${name}`)]
const packed = JSON.parse(execFileSync('npm', args, { cwd: tree, encoding: 'utf8' }))
let missing = 0
for (const { name, version, size, unpackedSize, files } of Array.isArray(packed) ? packed : Object.values(packed)) {
  const [kilo, unpacked] = [size, unpackedSize].map((bytes) => (bytes / 1000).toFixed(1))
  console.log(`${name} ${version}: ${files.length} files, ${kilo} kB, unpacked ${unpacked} kB`)
  count('tarballs')
  for (const wanted of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.mjs', 'dist/index.d.mts'])
    if (!files.some(({ path }) => path === wanted)) {
      console.error(`${name}: ${wanted} is not in the tarball`)
      missing++
    }
}
// where it is told about, alike in all
const site = 'https://github.com/heddle-js/heddle'
for (const { name, manifest } of all) {
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
