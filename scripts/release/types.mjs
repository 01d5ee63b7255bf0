// What strict TypeScripts make of the packed packages, without types of Node and with every file of types checked: versions 5.4 to 6.0 as
// Node and as bundlers resolve modules; and the README's program, compiled as a project does and run by plain Node.
// Needs scripts/release/pack.mjs, and compilers from npm's registry.
import { readdirSync, readFileSync } from 'node:fs'
import { count, released } from './places.mjs'
import { end, installed, report } from './project.mjs'
import { training } from './readme.mjs'

const versions = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0']
const alias = (version) => `typescript-${version.replace('.', '-')}`
const all = released()
const project = await installed(
  'types',
  all.map(({ manifest }) => manifest.name),
  versions.map((version) => `${alias(version)}@npm:typescript@${version}`),
)

// every entry is imported, so every file of types is checked
const entries = all.flatMap(({ manifest }) =>
  Object.keys(manifest.exports)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => manifest.name + subpath.slice(1)),
)
const index = `
import { np } from '@heddle/func'
// a number in brackets is no way to index a tensor
// @ts-expect-error
export const wrong: () => void = np.ones([1])[0]
`
project.write({
  'types.ts': entries.map((entry, i) => `import * as m${i} from '${entry}'\nexport { m${i} }`).join('\n') + index,
  'main.mts': training(),
})
for (const version of versions)
  for (const moduleResolution of ['5.4', '5.9', '6.0'].includes(version) ? ['nodenext', 'bundler'] : ['nodenext']) {
    const module = moduleResolution === 'bundler' ? 'esnext' : 'nodenext'
    const options = { strict: true, skipLibCheck: false, target: 'es2022', lib: ['es2022', 'dom'], types: [], outDir: 'out' }
    project.write({
      'tsconfig.json': JSON.stringify({ compilerOptions: { ...options, module, moduleResolution }, files: ['types.ts', 'main.mts'] }),
    })
    const { code, said } = await project.run('node', [`node_modules/${alias(version)}/bin/tsc`, '-p', '.'])
    report(`TypeScript ${version}, ${moduleResolution}`, code === 0 ? [] : said.split('\n').slice(0, 20))
    count('checks by a TypeScript')
  }
const { code, said } = await project.run('node', ['out/main.mjs'])
report("the README's program, compiled", code === 0 && said.includes('loss') ? [] : [said])

const mangled = all.flatMap(({ manifest }) => {
  const dist = project.at(`node_modules/${manifest.name}/dist`)
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.mts') && /import\("[^"]+"\)\.[a-z]\b/.test(readFileSync(`${dist}/${file}`, 'utf8')))
    .map((file) => `${manifest.name}/dist/${file}`)
})
report('names in types', mangled)
await end()
