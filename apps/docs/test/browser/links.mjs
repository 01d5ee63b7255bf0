// Links and anchors of the built site, read from its HTML.
import { readFileSync } from 'node:fs'
import { fileOf, pagePaths } from './serve.mjs'

const attributes = (html, name) =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value]) => value.replaceAll('&amp;', '&').replaceAll('&#38;', '&'))

/** Links that lead nowhere, in words. */
export const brokenLinks = () => {
  const texts = new Map()
  const ids = new Map()
  const read = (file) => {
    if (!texts.has(file)) texts.set(file, readFileSync(file, 'utf8'))
    return texts.get(file)
  }
  const idsOf = (file) => {
    if (!ids.has(file)) ids.set(file, new Set(attributes(read(file), 'id')))
    return ids.get(file)
  }
  const broken = new Set()
  let count = 0
  for (const page of pagePaths())
    for (const href of attributes(read(fileOf(page)), 'href')) {
      const url = new URL(href, `http://site${page}`)
      if (url.host !== 'site') continue
      count++
      const file = fileOf(url.pathname)
      const anchor = decodeURIComponent(url.hash.slice(1))
      if (!file) broken.add(`${page}: ${href} is no page`)
      else if (anchor && file.endsWith('.html') && anchor !== '_top' && !anchor.startsWith('code=') && !idsOf(file).has(anchor))
        broken.add(`${page}: ${href} is no anchor`)
    }
  return { count, broken: [...broken] }
}
