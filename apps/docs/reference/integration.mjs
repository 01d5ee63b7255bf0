// Makes the generated pages before Astro reads its content.
import { generate } from './generate.mjs'

export const reference = {
  name: 'reference',
  hooks: {
    'astro:config:setup': ({ command, logger }) => {
      if (command === 'preview') return
      const start = performance.now()
      const pages = generate()
      logger.info(`${pages} pages of the reference in ${((performance.now() - start) / 1000).toFixed(1)} s`)
    },
  },
}
