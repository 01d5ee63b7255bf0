// An Astro integration: makes what programs run on, and what the editor knows, before the site is served or built.
import { readFileSync } from 'node:fs'
import yaml from 'js-yaml'
import { buildRuntime } from '../runtime/build.mjs'
import { blocksOf, content, pages } from '../snippets/blocks.mjs'
import { buildTypes } from '../runtime/types.mjs'

const ROOMS = /^(start|guides|transformations|examples|demos)\//
/** What the playground offers: the first program of each page that ends well. */
const programs = () =>
  pages()
    .filter((page) => ROOMS.test(page))
    .flatMap((page) => {
      const [block] = blocksOf(page).filter(({ throws }) => throws === undefined)
      const { title } = yaml.load(readFileSync(content + page, 'utf8').match(/^---\n([\s\S]*?)\n---/)?.[1] ?? '')
      return block ? [{ title, room: page.split('/')[0], code: block.code }] : []
    })
const ID = 'virtual:heddle-programs'
const plugin = {
  name: 'heddle-programs',
  resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
  load: (id) => (id === `\0${ID}` ? `export default ${JSON.stringify(programs())}` : undefined),
}

export const runtime = () => ({
  name: 'heddle-runtime',
  hooks: {
    'astro:config:setup': async ({ command, logger, updateConfig }) => {
      updateConfig({ vite: { plugins: [plugin] } })
      if (command === 'preview' || command === 'sync') return
      await buildRuntime()
      const files = buildTypes()
      logger.info(`programs run on public/runtime; the editor knows ${Object.keys(files).length} files`)
    },
  },
})
