// Checks what no other tool reads: the README's first commands, the README and licence of each package, and that the lock file names no
// registry (it has to work with any), that each package declares just the siblings that its source imports, and that the tests which
// docs/flax-parity.md names are there, and that a class of errors bears the name of its tag.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { packages, published, root } from './packages.mjs'
import { picture, svg } from './speed-picture.mjs'

const problems = []
const need = (condition, problem) => condition || problems.push(problem)

const readme = readFileSync(`${root}README.md`, 'utf8')
const commands = [...readme.matchAll(/```(?:sh|bash)\n([\s\S]*?)```/g)].flatMap(([, block]) =>
  block.split('\n').filter((line) => line.trim() && !line.startsWith('#')),
)
need(commands[0]?.startsWith('npm install && npm start'), `README.md: the first command is ${commands[0]}`)
need(commands[1]?.startsWith('npm install && npm test'), `README.md: the second command is ${commands[1]}`)
for (const { manifest } of packages()) need(manifest.private || readme.includes(manifest.name), `README.md: no ${manifest.name}`)

const licence = readFileSync(`${root}LICENSE`, 'utf8')
for (const { name, folder, manifest } of published()) {
  need(existsSync(`${folder}/README.md`), `packages/${name}: no README.md`)
  need(
    existsSync(`${folder}/LICENSE`) && readFileSync(`${folder}/LICENSE`, 'utf8') === licence,
    `packages/${name}: LICENSE is not the repository's`,
  )
  for (const field of [
    'description',
    'license',
    'type',
    'sideEffects',
    'exports',
    'files',
    'engines',
    'keywords',
    'homepage',
    'repository',
    'bugs',
  ])
    need(field in manifest, `packages/${name}/package.json: no ${field}`)
  for (const [subpath, target] of Object.entries(manifest.exports))
    if (typeof target === 'object')
      need(Object.keys(target)[0] === '@heddle/source', `packages/${name}: @heddle/source is not the first condition of ${subpath}`)
}

for (const { name, folder, manifest } of published()) {
  const sources = readdirSync(`${folder}/src`, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  )
  const imported = new Set(
    sources.flatMap((file) =>
      [
        ...readFileSync(`${folder}/src/${file}`, 'utf8').matchAll(
          /^(?:(?:import|export|\}) ?(?:.* from )?|.*[=( ]import\()'(@heddle\/[^/']+)/gm,
        ),
      ].map(([, sibling]) => sibling),
    ),
  )
  const declared = new Set(
    Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((sibling) => sibling.startsWith('@heddle/')),
  )
  for (const sibling of imported)
    need(sibling === manifest.name || declared.has(sibling), `packages/${name}: imports ${sibling}, which its package.json does not name`)
  // an optional peer may be found at run time only
  for (const sibling of declared)
    need(
      imported.has(sibling) || manifest.peerDependenciesMeta?.[sibling]?.optional,
      `packages/${name}: its package.json names ${sibling}, which it does not import`,
    )
}

// a private package takes whatever version of a sibling is here: a release does not touch its ranges
const privates = [
  'bench',
  ...['examples', 'apps'].flatMap((room) => (existsSync(root + room) ? readdirSync(root + room).map((name) => `${room}/${name}`) : [])),
]
for (const workspace of [...privates, 'packages/testing'].filter((folder) => existsSync(`${root}${folder}/package.json`))) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${root}${workspace}/package.json`, 'utf8'))
  for (const [sibling, range] of Object.entries({ ...dependencies, ...devDependencies }))
    need(!sibling.startsWith('@heddle/') || range === '*', `${workspace}/package.json: ${sibling} is ${range}; write "*"`)
}

for (const { name, folder } of published())
  for (const file of readdirSync(`${folder}/src`, { recursive: true, encoding: 'utf8' }).filter((f) => /(?<!\.test)\.ts$/.test(f)))
    for (const [, named, tag] of readFileSync(`${folder}/src/${file}`, 'utf8').matchAll(
      /class (\w+) extends (?:errorClass|scopeError)\(\s*'(\w+)'/g,
    ))
      need(named === tag, `packages/${name}/src/${file}: ${named} has the tag ${tag}`)

const testsIn = (folder) =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts')) : []
for (const { name, folder } of packages()) {
  const tested = (test) => test.replace(/test\.ts$/, 'ts')
  for (const test of testsIn(`${folder}/src`))
    need(existsSync(`${folder}/src/${tested(test)}`), `packages/${name}: src/${test} is beside no src/${tested(test)}: it belongs in test/`)
  for (const test of testsIn(`${folder}/test`))
    need(!existsSync(`${folder}/src/${tested(test)}`), `packages/${name}: test/${test} belongs beside src/${tested(test)}`)
}

need(readFileSync(root + picture, 'utf8') === svg, `${picture}: run node scripts/speed-picture.mjs`)

if (existsSync(`${root}package-lock.json`)) {
  const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'))
  for (const [path, { resolved }] of Object.entries(lock.packages))
    need(
      !resolved?.includes('://'),
      `package-lock.json: ${path} is resolved to an address (npm reads .npmrc's omit-lockfile-registry-resolved)`,
    )
}

/** Strings of a source file; and patterns of them, where what a row of a table of tests fills in may be anything. */
const titlesIn = (file) =>
  [...readFileSync(file, 'utf8').matchAll(/'((?:[^'\\\n]|\\.)+)'|"([^"\n]+)"/g)].map(([, single, double]) => {
    const text = double ?? single.replaceAll("\\'", "'")
    // at least a word of its own
    const pattern = /%s.*\w|\w.*%s/.test(text) ? text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%s', '.+') : undefined
    return { text, pattern: pattern && new RegExp(`^${pattern}$`) }
  })
const titles = new Map()
for (const [, row] of readFileSync(`${root}docs/flax-parity.md`, 'utf8').matchAll(/^\| [^|]+ \| ([^|]+ > [^|]+) \|$/gm))
  for (const [file, title] of row.split('; ').map((reference) => reference.split(' > '))) {
    if (title === undefined) continue
    const path = [`${root}packages/${file}`, `${root}${file}`].find(existsSync)
    if (path && !titles.has(path)) titles.set(path, titlesIn(path))
    // what stands in brackets at the end says which rows of a table are meant
    const wanted = [title, title.replace(/ \([^()]*\)$/, '')]
    const found = path && titles.get(path).some(({ text, pattern }) => wanted.some((w) => text.includes(w) || pattern?.test(w)))
    need(found, `docs/flax-parity.md: there is no test "${title}" in ${file}`)
  }

for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'texts in order' : `${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
