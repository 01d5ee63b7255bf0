// Where a release is tried: a copy of the repository with the versions of the next release, its tarballs, and how much was tried.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { published, root } from '../packages.mjs'

const home = `${root}.cache/release/`
/** The copy, by scripts/release/versions.mjs. */
export const tree = `${home}tree/`
/** The tarballs, by scripts/release/pack.mjs. */
export const packs = `${home}packs`
const counts = `${home}counts`

/** The packages as the next release has them. */
export const released = () => published(tree)
export const tarballOf = ({ name, version }) => `${name.replace('@', '').replace('/', '-')}-${version}.tgz`

/** Notes that so many of a thing were tried. */
export const count = (what, n = 1) => {
  mkdirSync(home, { recursive: true })
  appendFileSync(counts, `${n} ${what}\n`)
}
/** All that was noted, added up: a line for the end of a run. */
export const counted = () => {
  const sums = new Map()
  for (const line of existsSync(counts) ? readFileSync(counts, 'utf8').trim().split('\n') : []) {
    const [, n, what] = /^(\d+) (.*)$/.exec(line)
    sums.set(what, (sums.get(what) ?? 0) + Number(n))
  }
  return [...sums].map(([what, n]) => `${n} ${what}`).join(', ')
}

if (process.argv[1] === import.meta.filename) console.log(counted())
