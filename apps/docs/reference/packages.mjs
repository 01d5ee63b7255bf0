// A page for each package: its README, with links that hold on the site.
import { readFileSync } from 'node:fs'
import { published } from '../../../scripts/packages.mjs'
import { front } from './front.mjs'
import { addressOfModule } from './pages.mjs'

const repository = 'https://github.com/heddle-js/heddle/blob/main/'

/** Links to files are links to the repository, but for READMEs of packages, which are pages here. */
const linked = (text, folder) =>
  text
    .split(/(^```[^]*?^```$)/m)
    .map((part, i) => (i % 2 ? part : linkedProse(part, folder)))
    .join('')
const linkedProse = (text, folder) =>
  text.replaceAll(/\]\((?!https?:|#|mailto:)([^)\s]+)\)/g, (_, to) => {
    const path = new URL(to, `file:///${folder}/`).pathname.slice(1)
    const [file, anchor] = path.split('#')
    const other = /^packages\/([\w-]+)(?:\/(?:README\.md)?)?$/.exec(file)?.[1]
    return other ? `](/reference/packages/${other}/${anchor ? `#${anchor}` : ''})` : `](${repository}${path})`
  })
/** Blocks that are whole programs for a page of the web run in it; those for Node alone are read. */
const runnable = (text) =>
  text.replaceAll(/```(ts|js)\n([^]*?)\n```/g, (block, lang, code) =>
    lang === 'ts' && /^import '@heddle\/backend-tfjs\/auto'/m.test(code) && !/'node:|backend-pjrt|process\./.test(code)
      ? `\`\`\`ts run node\n${code}\n\`\`\``
      : block,
  )
export const packagePages = () =>
  published().map(({ name, manifest, folder }, i) => {
    const text = readFileSync(`${folder}/README.md`, 'utf8').replace(/^# .*\n/, '')
    return [
      `packages/${name}.md`,
      `${front(manifest.name, manifest.description, i)}\n[API](${addressOfModule(manifest.name)}) · [source](${repository.replace('/blob/', '/tree/')}packages/${name})\n${runnable(linked(text, `packages/${name}`))}`,
    ]
  })
