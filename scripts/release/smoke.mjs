// Installs the packed tarballs into an empty project, as a user would, and imports each subpath with plain node. Where XLA's
// plugin is installed (HEDDLE_CACHE), `pjrt/auto` computes, and so does `HEDDLE_BACKEND=pjrt` in `tfjs/auto`.
import { existsSync } from 'node:fs'
import { count, released } from './places.mjs'
import { end, installed, report } from './project.mjs'

const all = released()
const project = await installed(
  'plain node',
  all.map(({ manifest }) => manifest.name),
)
const evaluate = (source, env) => project.run('node', ['--input-type=module', '-e', source], env)
for (const { manifest } of all)
  for (const subpath of Object.keys(manifest.exports)) {
    if (subpath === './package.json') continue
    // it starts XLA, whose plugin is not everywhere
    if (manifest.name === '@heddle/backend-pjrt' && subpath === './auto') continue
    const specifier = manifest.name + subpath.slice(1)
    const { code, said } = await evaluate(`console.log(Object.keys(await import(${JSON.stringify(specifier)})).length)`)
    report(`${specifier}: ${said} exports`, code === 0 ? [] : [said])
    count('entries')
  }
// to import the functions that make a backend chooses none
for (const name of ['@heddle/backend-tfjs', '@heddle/backend-pjrt', '@heddle/backend-host']) {
  const source = `await import('${name}'); await new Promise((resolve) => setTimeout(resolve, 500)); const { getDefaultBackend } = await import('@heddle/func'); try { console.log(getDefaultBackend().name) } catch (error) { console.log(error.name) }`
  const { said } = await evaluate(source)
  report(`${name} sets no backend by itself`, said === 'BackendError' ? [] : [said])
}
if (existsSync(`${process.env.HEDDLE_CACHE}/plugins/cpu`))
  for (const [entry, env] of [
    ['@heddle/backend-pjrt/auto', {}],
    ['@heddle/backend-tfjs/auto', { HEDDLE_BACKEND: 'pjrt' }],
  ]) {
    const source = `await import('${entry}'); const { jit, np, getDefaultBackend } = await import('@heddle/func'); console.log(getDefaultBackend().name, String(jit((x) => x.add(1))(np.array([1, 2]))))`
    const { said } = await evaluate(source, env)
    report(`${entry} ${JSON.stringify(env)}`, /^pjrt.*\[2\., 3\.\]/.test(said) ? [] : [said])
  }
else console.log('@heddle/backend-pjrt/auto: left out, no XLA plugin is installed')
await end()
