/**
 * Importing this sets the default backend: `import '@heddle/backend-tfjs/auto'`.
 *
 * The environment variable HEDDLE_BACKEND names one flavour (then it must work), or several to try, separated by commas; `pjrt` is XLA,
 * by `@heddle/backend-pjrt`. It waits at the top level: `@heddle/backend-tfjs/ready` is for where that can't be.
 */
import { ready } from './ready'

await ready
