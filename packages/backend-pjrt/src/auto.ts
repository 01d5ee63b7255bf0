/** Importing this makes XLA the default backend: `import '@heddle/backend-pjrt/auto'`. HEDDLE_PJRT_PLUGIN names a plugin. */
import { setDefaultBackend } from '@heddle/func'
import { pjrt } from './index'

setDefaultBackend(await pjrt())
