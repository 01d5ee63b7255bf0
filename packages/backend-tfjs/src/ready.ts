/**
 * The choice of `@heddle/backend-tfjs/auto` without a wait at the top level: for CommonJS, workers and bundles in one script.
 *
 * @example
 * import { ready } from '@heddle/backend-tfjs/ready'
 *
 * ready.then(() => main())
 */
import { setDefaultBackend } from '@heddle/func'
import type { Backend } from '@heddle/func/backend'
import { demandedOf } from './demanded'
import { inNode } from './flavour'

/** Fulfilled when the default backend is set. What is computed before waits for it; values can't be read before. */
export const ready: Promise<void> = demandedOf(inNode() ? process.env.HEDDLE_BACKEND : undefined).then((backend: Backend) => {
  setDefaultBackend(backend)
})
