import { defineConfig } from 'vitest/config'

// Everything in the repository runs from source: the custom condition stands first in each package's exports map.
const conditions = ['@heddle/source', 'module', 'node', 'import', 'default']

const none = ['**/node_modules/**', '**/dist/**']
/** Packages without a device: their tests share the modules of one process, since to load them takes longer than most tests. */
const pure = ['packages/{tree,core,func,lift,linen,optim,train,stablehlo,backend-host}/**/*.test.ts', 'packages/testing/src/*.test.ts']
/** What puts other modules in the place of ours, or is about what is not there yet, or counts all that the process holds. */
const alone = [
  'packages/func/src/backend/reclaim.test.ts',
  'packages/func/src/interpreters/short-memory.test.ts',
  'packages/func/test/before-backend.test.ts',
  'packages/lift/src/pack.test.ts',
  'packages/linen/src/module/class-name.test.ts',
]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'devices', include: ['{packages,examples,bench,goldens,apps}/**/*.test.ts'], exclude: [...none, ...pure] },
      },
      { extends: true, test: { name: 'alone', include: alone, exclude: none } },
      { extends: true, test: { name: 'shared', include: pure, exclude: [...none, ...alone], isolate: false } },
    ],
  },
})
