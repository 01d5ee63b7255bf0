// The pages of the API reference: which names stand on which page, in which groups, and the address of each.
import { families } from './families.mjs'
import { modules } from './model.mjs'

const slugOf = (module) => module.replace('@heddle/', '').replaceAll(/[/.]/g, '-')
const title = (file) => {
  const name = file.replace(/.*\//, '').replace(/\.ts$/, '').replaceAll('-', ' ')
  return name[0].toUpperCase() + name.slice(1)
}
/** Names of a page by the files that they are written in: a heading, what the file says of itself, and its names. */
const groupsOf = (entries) => {
  const byFile = new Map()
  for (const e of entries) byFile.set(e.file, [...(byFile.get(e.file) ?? []), e])
  return [...byFile].map(([file, own]) => ({ title: title(file), about: own[0].about.split('\n\n')[0], entries: own }))
}
const pagesOf = (module) => {
  const rest = new Set(module.entries)
  const parts = (families[module.module] ?? []).map((family) => {
    const entries = module.entries.filter((e) => rest.has(e) && family.files.test(e.file))
    for (const e of entries) rest.delete(e)
    return {
      slug: `${slugOf(module.module)}-${family.slug}`,
      title: `${module.module}: ${family.title}`,
      module,
      first: false,
      groups: groupsOf(entries),
    }
  })
  return [{ slug: slugOf(module.module), title: module.module, module, first: true, groups: groupsOf([...rest]) }, ...parts]
}
export const pages = modules.flatMap(pagesOf)

/** Addresses of headings, as the site makes them: the words in small letters, and a number where one came before. */
const addresses = new Map()
for (const page of pages) {
  const seen = new Map()
  const anchor = (text) => {
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-')
    const n = seen.get(slug) ?? 0
    seen.set(slug, n + 1)
    return n === 0 ? slug : `${slug}-${n}`
  }
  for (const group of page.groups) {
    if (page.groups.length > 1) anchor(group.title)
    for (const e of group.entries) addresses.set(e, `/reference/api/${page.slug}/#${anchor(e.name)}`)
  }
}
export const addressOf = (entry) => addresses.get(entry)
export const addressOfModule = (module) => `/reference/api/${slugOf(module)}/`
