import { setDefaultBackend } from '@heddle/func'
import { tfjs } from '@heddle/backend-tfjs'
import { beforeEach, describe, expect, it } from 'vitest'
import { blocks } from '../snippets/blocks.mjs'
import { problem, run } from '../snippets/node.mjs'

// so that `auto` has nothing to warn of
process.env['HEDDLE_BACKEND'] = 'wasm'
const wasm = await tfjs({ demand: 'wasm' })
beforeEach(() => setDefaultBackend(wasm))

const all = blocks()
describe.each([...new Set(all.map(({ page }) => page))])('%s', (page) => {
  it.each(all.filter((block) => block.page === page).map((block) => [block.n, block] as const))(
    'program %d does what it says',
    async (_, block) => {
      expect(problem(block, await run(block, (file) => import(/* @vite-ignore */ file)))).toBeUndefined()
    },
  )
})
