// Makes the versions and changelogs of the next release in a copy of the repository, and checks them: no package rises by more than its
// changesets say, every range of a sibling takes the sibling's new version, changelogs hold what the changesets say, and private packages are
// left alone. Then once more, for a release after that one. The repository itself does not change.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import semver from 'semver'
import { packages, root } from '../packages.mjs'
import { count, tree } from './places.mjs'

const git = (cwd, ...args) => execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

rmSync(dirname(tree), { recursive: true, force: true })
const wanted = /^(\.changeset\/|package\.json$|package-lock\.json$|packages\/|(bench|(examples|apps)\/[^/]+)\/package\.json$)/
for (const file of git(root, 'ls-files', '--cached', '--others', '--exclude-standard').split('\n'))
  if (wanted.test(file) && existsSync(root + file)) {
    mkdirSync(dirname(tree + file), { recursive: true })
    cpSync(root + file, tree + file)
  }
const commit = (message) => {
  git(tree, 'add', '--all')
  git(tree, '-c', 'user.name=heddle', '-c', 'user.email=heddle@localhost', 'commit', '--quiet', '--allow-empty', '--message', message)
}
git(tree, 'init', '--quiet', '--initial-branch', 'main')
commit('before')

const kinds = ['patch', 'minor', 'major']
/** The changesets that wait, as data. */
const changesets = () =>
  readdirSync(`${tree}.changeset`)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => {
      const [, front, text] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(`${tree}.changeset/${file}`, 'utf8'))
      const bumps = [...front.matchAll(/^["']?(@heddle\/[a-z-]+)["']?: (patch|minor|major)$/gm)].map(([, name, kind]) => ({ name, kind }))
      return { file, text: text.trim(), bumps }
    })
const problems = []
const need = (condition, problem) => condition || problems.push(problem)
const manifests = () => new Map(packages(tree).map((found) => [found.manifest.name, found]))

/** One release: `changeset version`, and what must be true after it. */
const release = (round) => {
  const [before, waiting] = [manifests(), changesets()]
  execFileSync('node', [`${root}node_modules/@changesets/cli/bin.js`, 'version'], { cwd: tree, stdio: ['ignore', 'pipe', 'inherit'] })
  const after = manifests()
  need(changesets().length === 0, `${round}: changesets are left: ${changesets().map(({ file }) => file)}`)
  for (const { file, bumps, text } of waiting) {
    need(bumps.length > 0 && text !== '', `.changeset/${file}: no package or no text`)
    for (const { name } of bumps)
      need(before.get(name) && !before.get(name).manifest.private, `.changeset/${file}: ${name} is not published`)
  }
  const told = []
  for (const [name, { folder, manifest }] of after) {
    const old = before.get(name).manifest.version
    if (manifest.private) {
      need(manifest.version === old && !existsSync(`${folder}/CHANGELOG.md`), `${round}: ${name} is private and was given a version`)
      continue
    }
    const mine = waiting.filter(({ bumps }) => bumps.some((bump) => bump.name === name))
    const kind = kinds[Math.max(...mine.flatMap(({ bumps }) => bumps.filter((b) => b.name === name).map((b) => kinds.indexOf(b.kind))))]
    // without a changeset of its own: as a patch, for a sibling that left the range
    const due = kind ? [semver.inc(old, kind)] : [old, semver.inc(old, 'patch')]
    need(
      due.includes(manifest.version),
      `${round}: ${name} goes from ${old} to ${manifest.version}; its changesets say ${due.join(' or ')}`,
    )
    for (const [field, ranges] of Object.entries({ dependencies: manifest.dependencies, peerDependencies: manifest.peerDependencies }))
      for (const [sibling, range] of Object.entries(ranges ?? {}))
        if (after.has(sibling)) {
          const { version } = after.get(sibling).manifest
          need(semver.satisfies(version, range), `${round}: ${name} has ${sibling} ${range} in ${field}, which is ${version} now`)
          need(!after.get(sibling).manifest.private, `${round}: ${name} needs ${sibling}, which is private`)
        }
    if (manifest.version === old) continue
    told.push(`${name} ${manifest.version}`)
    const log = existsSync(`${folder}/CHANGELOG.md`) ? readFileSync(`${folder}/CHANGELOG.md`, 'utf8') : ''
    need(log.includes(`\n## ${manifest.version}\n`), `${round}: ${name} has no changelog of ${manifest.version}`)
    const flat = log.replaceAll(/\s+/g, ' ')
    for (const { file, text } of mine)
      need(flat.includes(text.replaceAll(/\s+/g, ' ')), `${round}: the changelog of ${name} lacks the text of ${file}`)
  }
  console.log(`${round}: ${waiting.length} changesets; ${told.join(', ') || 'no new versions'}`)
  commit(round)
  return waiting.length
}

count('changesets', release('next release'))
const next = git(tree, 'rev-parse', 'HEAD').trim()
// what comes after it: a minor version of what most packages stand on, and of a peer
writeFileSync(
  `${tree}.changeset/try.md`,
  "---\n'@heddle/func': minor\n'@heddle/backend-pjrt': minor\n'@heddle/tree': patch\n---\n\nTried.\n",
)
release('the one after')
git(tree, 'reset', '--quiet', '--hard', next)

for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
