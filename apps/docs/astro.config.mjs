import starlight from '@astrojs/starlight'
import { defineConfig } from 'astro/config'
import { runnable } from './plugins/runnable.mjs'

const room = (label, directory) => ({ label, autogenerate: { directory } })

export default defineConfig({
  site: process.env.DOCS_SITE ?? 'https://heddle-js.github.io',
  base: process.env.DOCS_BASE ?? '/',
  markdown: { remarkPlugins: [runnable] },
  integrations: [
    starlight({
      title: 'heddle',
      description: 'Neural networks as small modules, and transformations of whole modules, in TypeScript.',
      social: [{ icon: 'github', label: 'GitHub', href: 'https://github.com/heddle-js/heddle' }],
      customCss: ['./src/styles/site.css'],
      sidebar: [
        room('Start', 'start'),
        room('Guides', 'guides'),
        room('Transformations', 'transformations'),
        room('Examples', 'examples'),
        room('Demos', 'demos'),
        room('Inside', 'inside'),
        room('Errors', 'errors'),
        room('Reference', 'reference'),
      ],
    }),
  ],
})
