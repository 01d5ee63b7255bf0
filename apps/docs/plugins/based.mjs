// An Astro integration: links of pages begin at the root of the site, `/guides/vmap/`. Where the site lies in a folder of its host
// (DOCS_BASE), those that Astro did not make are led there when it has been built.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const based = () => {
  let base = '/'
  return {
    name: 'heddle-base',
    hooks: {
      'astro:config:done': ({ config }) => {
        base = config.base.replace(/\/?$/, '/')
      },
      'astro:build:done': ({ dir }) => {
        if (base === '/') return
        const folder = fileURLToPath(dir)
        const links = new RegExp(`(\\s(?:href|src)=")/(?!/|${base.slice(1)})`, 'g')
        for (const file of readdirSync(folder, { recursive: true }).map(String))
          if (file.endsWith('.html')) writeFileSync(folder + file, readFileSync(folder + file, 'utf8').replaceAll(links, `$1${base}`))
      },
    },
  }
}
