// The @examples of doc comments, as programs that can be type checked: what an example uses and does not declare comes from the packages,
// its own first, or is one of the values that examples speak of (x, model, variables, ...).
import { readdirSync, readFileSync } from 'node:fs'
import { published } from './packages.mjs'
import { checker, doors, symbolOf } from './program.mjs'

/** Values that examples use without saying where they come from. */
const given = `import type * as nn from '@heddle/linen'
import type { Variables } from '@heddle/linen'
import type { Tensor } from '@heddle/func'
declare global {
  let x: Tensor, y: Tensor, h: Tensor, xs: Tensor, xDot: Tensor, pred: Tensor, start: readonly [Tensor, Tensor]
  const key: Tensor, variables: Variables, params: Variables
  class Model extends nn.Module { call(x: Tensor): Tensor; encode(x: Tensor): Tensor; decode(x: Tensor): Tensor }
  class Autoencoder extends Model {}
  class Learn extends nn.Module { call(x: Tensor, y: Tensor): Tensor }
  const model: Model, scale: Model
  const f: (m: Model, x: Tensor) => Tensor, g: typeof f
  const step: (m: Model, c: Tensor) => Tensor
  const loss: (p: Variables, xs?: Tensor) => Tensor
  const main: () => void
}
`
/** Names that a package exports, with the module to import each from. */
const exportsOf = (name) =>
  doors
    .filter((door) => door.name === name)
    .flatMap((door) => {
      const symbol = symbolOf(door)
      return symbol ? checker.getExportsOfModule(symbol).map((exported) => [exported.name, door.module]) : []
    })
/** Names that are not imported. */
const reserved = new Set(['default', ...[...given.matchAll(/(?:let|const|class|,) (\w+)(?=:| extends)/g)].map(([, name]) => name)])
const pattern = /@example\n((?: *\*(?!\/).*\n)+)/g
const first = ['linen', 'func', 'tree', 'lift', 'core', 'optim', 'backend-tfjs', 'backend-host']

/** The programs: { at, file, code }, and the declarations that they share. */
export const examples = () => {
  const all = published()
  const names = new Map(all.map(({ name }) => [name, exportsOf(name)]))
  const programs = all.flatMap(({ name, folder }) => {
    const known = new Map([name, ...first].toReversed().flatMap((n) => names.get(n) ?? []))
    return readdirSync(`${folder}/src`, { recursive: true, encoding: 'utf8' })
      .filter((file) => /(?<!\.test)\.ts$/.test(file))
      .sort()
      .flatMap((file) => {
        const text = readFileSync(`${folder}/src/${file}`, 'utf8')
        return [...text.matchAll(pattern)].map(({ 1: comment, index }, i) => {
          const code = comment.replaceAll(/^ *\* ?/gm, '')
          const line = text.slice(0, index).split('\n').length
          const words = new Set(code.replaceAll(/\/\/.*|'[^'\n]*'/g, '').match(/(?<![.\w])[A-Za-z_]\w*/g))
          const whole = { lift: 'lift', ...(name !== 'func' && { nn: 'linen' }) }
          const declares = (w) => new RegExp(`\\b(const|class|import|import \\{) ${w}\\b`).test(code)
          const imported = [...words].filter((w) => (known.has(w) || w in whole) && !reserved.has(w) && !declares(w))
          const from = (w) => (w in whole ? `* as ${w} from '@heddle/${whole[w]}'` : `{ ${w} } from '${known.get(w)}'`)
          const imports = imported.map((w) => `import ${from(w)}\n`).join('')
          const body = /^(import|export)\b/m.test(code) ? code : `export async function example(this: Model) {\n${code}}\n`
          return {
            at: `packages/${name}/src/${file}:${line}`,
            file: `example-${name}-${file.replaceAll(/[/.]/g, '-')}-${i + 1}.ts`,
            code: `// packages/${name}/src/${file}:${line}\n${imports}${body}\nexport {}\n`,
          }
        })
      })
  })
  return { given, programs }
}
