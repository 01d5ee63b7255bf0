import starlight from '@astrojs/starlight'
import { defineConfig } from 'astro/config'
import { based } from './plugins/based.mjs'
import { hovers } from './plugins/hovers.mjs'
import { runnable } from './plugins/runnable.mjs'
import { runtime } from './plugins/runtime.mjs'
import { tables } from './plugins/tables.mjs'
import { reference } from './reference/integration.mjs'

const room = (label, directory) => ({ label, autogenerate: { directory } })

export default defineConfig({
  site: process.env.DOCS_SITE ?? 'https://heddle-js.github.io',
  base: process.env.DOCS_BASE ?? '/',
  markdown: { remarkPlugins: [runnable, tables] },
  integrations: [
    runtime(),
    based(),
    reference,
    starlight({
      title: 'heddle',
      description: 'Neural networks as small modules, and transformations of whole modules, in TypeScript.',
      social: [{ icon: 'github', label: 'GitHub', href: 'https://github.com/heddle-js/heddle' }],
      customCss: ['./src/styles/site.css', './src/styles/run.css'],
      expressiveCode: { plugins: [hovers()] },
      components: { Head: './src/components/Head.astro' },
      sidebar: [
        { label: 'Playground', link: '/play/' },
        room('Start', 'start'),
        room('Guides', 'guides'),
        room('Transformations', 'transformations'),
        room('Examples', 'examples'),
        room('Demos', 'demos'),
        room('Inside', 'inside'),
        room('Errors', 'errors'),
        {
          label: 'Reference',
          collapsed: true,
          items: [
            'reference',
            { ...room('API', 'reference/api'), collapsed: true },
            { ...room('Packages', 'reference/packages'), collapsed: true },
            { ...room('Parity', 'reference/parity'), collapsed: true },
            'reference/benchmarks',
            'reference/changelogs',
          ],
        },
      ],
    }),
  ],
})
