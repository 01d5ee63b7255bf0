// The API reference as pages of Markdown.
import { counterparts } from './parity.mjs'
import { front } from './front.mjs'
import { find } from './model.mjs'
import { addressOf, addressOfModule, pages } from './pages.mjs'

const source = 'https://github.com/heddle-js/heddle/blob/main/'

/** A doc comment as Markdown: what looks like HTML outside of code is text. */
const prose = (text) =>
  text
    .split(/(`[^`]*`)/)
    .map((part, i) =>
      i % 2
        ? part
        : part
            .replaceAll('<', '&lt;')
            .replaceAll(/\{@link (\S+?)\}/g, '`$1`')
            .replaceAll('*', '\\*'),
    )
    .join('')
    // an example in a comment may be fenced already
    .replaceAll('``````', '```')

const fence = (code, info = 'ts') => `\`\`\`${info}\n${code}\n\`\`\``

/** Whole programs run in the page; other examples are read. */
const example = (code) => {
  const plain = code.replace(/^```\w*\n([^]*)\n```$/, '$1')
  return fence(plain, /^import .*backend-tfjs\/auto/m.test(plain) ? 'ts run node' : 'ts')
}
const entry = (e) => {
  const like = counterparts(e)
  const line = [
    `[source](${source}${e.file}#L${e.line})`,
    ...like.map((name) => `as in ${name.startsWith('flax') ? 'Flax' : name.startsWith('optax') ? 'optax' : 'JAX'}: \`${name}\``),
  ]
  return [`### \`${e.name}\``, fence(e.code), prose(e.doc), ...e.notes.map((n) => prose(n)), ...e.examples.map(example), line.join(' · ')]
    .filter(Boolean)
    .join('\n\n')
}
const link = (name, module) => {
  const e = find(module, name)
  return e && addressOf(e) ? `[\`${name}\`](${addressOf(e)})` : `\`${name}\``
}
const list = (items) => items.join(', ')

const text = (page, order) => {
  const { module } = page
  const others = pages.filter((p) => p.module === module && p !== page && p.groups.length > 0)
  const parts = [front(page.title, module.doc.split('\n')[0] || `What ${module.module} exports.`, order, [2, 3])]
  if (page.first) {
    if (module.doc) parts.push(prose(module.doc))
    if (module.entries.length === 0) parts.push(`\`import '${module.module}'\` is for what it does; it exports nothing.`)
    if (module.namespaces.length)
      parts.push(`Namespaces: ${list(module.namespaces.map((n) => `[\`${n.name}\`](${addressOfModule(n.module)})`))}.`)
    for (const p of others)
      parts.push(
        `[${p.title.split(': ')[1]}](/reference/api/${p.slug}/): ${list(p.groups.flatMap((g) => g.entries.map((e) => link(e.name, e.module))))}.`,
      )
    if (module.elsewhere.length) {
      const from = new Map()
      for (const e of module.elsewhere) from.set(e.module, [...(from.get(e.module) ?? []), e.name])
      for (const [m, names] of from) parts.push(`From \`${m}\`, exported here too: ${list(names.map((n) => link(n, m)))}.`)
    }
  }
  for (const group of page.groups) {
    if (page.groups.length > 1) parts.push(`## ${group.title}`, prose(group.about))
    parts.push(...group.entries.map(entry))
  }
  return `${parts.filter(Boolean).join('\n\n')}\n`
}
/** Pages by their path below the room. */
export const apiPages = () => pages.filter((p) => p.first || p.groups.length > 0).map((p, i) => [`api/${p.slug}.md`, text(p, i)])
