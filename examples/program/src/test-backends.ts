/** The backends that tests of examples run on: plain JavaScript, and XLA where its plugin is. */
import { pjrt } from '@heddle/backend-pjrt'
import { tfjs } from '@heddle/backend-tfjs'
import type { Backend } from '@heddle/func/backend'

const xla = await pjrt({ cache: null }).catch((e: Error) => {
  console.warn(`an example is not tried on XLA: ${e.message}`)
  return undefined
})

/** By name. */
export const testBackends: readonly (readonly [name: string, backend: Backend])[] = [
  ['cpu', (await tfjs({ demand: 'cpu' })) as Backend],
  ...(xla === undefined ? [] : [['pjrt', xla as Backend] as const]),
]
