/** The loops that the READMEs show, as programs: from the READMEs themselves, with as many turns as wanted and less work in each. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../../..')
/** Which READMEs show a loop of steps, and what makes a step of it cheap: each text must stand there. */
const shown: readonly { readonly file: string; readonly smaller: readonly (readonly [string, string])[] }[] = [
  {
    file: 'README.md',
    smaller: [
      ['[64, 64]', '[4]'],
      ['[256, 1]', '[4, 1]'],
    ],
  },
  { file: 'packages/optim/README.md', smaller: [['np.linspace(-1, 1, 32)', 'np.linspace(-1, 1, 4)']] },
]
const header = /for \(let i = 0; i < \d+; i\+\+\)/
const loopsOf = (file: string): readonly string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1]!).filter((code) => header.test(code))

/** All READMEs with such a loop, so that none is forgotten. */
export const withLoops = (files: readonly string[]): readonly string[] => files.filter((file) => loopsOf(file).length > 0)
export const readmes = shown.map(({ file }) => file)
/** The program: it asks `globalThis.turns` how often to turn, and tells `globalThis.watch` of each turn. */
export const programOf = (file: string): string => {
  const { smaller } = shown.find((s) => s.file === file)!
  const [code = ''] = loopsOf(file)
  const small = smaller.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${file} does not say ${from} any more: mend the list here`)
    return text.replace(from, to)
  }, code)
  return small
    .replace(/^import '@heddle\/backend-\w+\/auto'\n/m, '')
    .replace(header, 'for (let i = 0; i < globalThis.turns; globalThis.watch(i++))')
}
