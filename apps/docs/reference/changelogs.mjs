// Changelogs: a section for each package, of its CHANGELOG.md, and before that what is pending in .changeset, which the next release will write there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { published, root } from '../../../scripts/packages.mjs'
import { front } from './front.mjs'

/** The pending changesets: which packages each is about, by how much, and its text. */
const pending = readdirSync(`${root}.changeset`)
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .sort()
  .flatMap((file) => {
    const found = /^---\n([^]*?)\n---\n([^]*)$/.exec(readFileSync(`${root}.changeset/${file}`, 'utf8'))
    if (!found) return []
    const bumps = [...found[1].matchAll(/['"]([^'"]+)['"]: *(\w+)/g)].map(([, name, bump]) => ({ name, bump }))
    return [{ bumps, text: found[2].trim() }]
  })
const item = (text) => `- ${text.replaceAll('\n', '\n  ')}`
const bumps = ['major', 'minor', 'patch']
/** Large changes first, and before them that there is a release at all. */
const rank = ({ bump, text }) => (text.startsWith('First release') ? -1 : bumps.indexOf(bump))

const section = ({ manifest, folder }) => {
  const file = `${folder}/CHANGELOG.md`
  const released = existsSync(file)
    ? readFileSync(file, 'utf8')
        .replace(/^# .*\n/, '')
        .replaceAll(/^##/gm, '###')
    : ''
  const own = pending
    .flatMap(({ bumps, text }) => bumps.filter((b) => b.name === manifest.name).map((b) => ({ ...b, text })))
    .sort((a, b) => rank(a) - rank(b))
  const next =
    own.length === 0
      ? ''
      : `### ${released ? 'In the next release' : 'What the first release contains'}\n\n${own.map((c) => item(c.text)).join('\n')}\n`
  return `## ${manifest.name}\n\n${next}\n${released.trim()}\n`
}
export const changelogPages = () => [
  [
    'changelogs.md',
    `${front('Changelogs', 'What changed in each package, release by release, and what the next release will bring.', 5, [2, 2])}
Packages have versions of their own. While a version begins with 0, a minor release may change what programs rely on; it says so here.

${published().map(section).join('\n')}`,
  ],
]
