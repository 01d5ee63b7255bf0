/** The backend of a program, by name. */
import type { Flavour } from '@heddle/backend-tfjs'
import { setDefaultBackend } from '@heddle/func'

/** Makes it the default, and says what it is. Errors: BackendError where what was asked for is not there. */
export const chooseBackend = async (name?: string): Promise<string> => {
  if (name === 'pjrt') {
    const { pjrt } = await import('@heddle/backend-pjrt')
    const backend = await pjrt()
    setDefaultBackend(backend)
    const version = backend.platformVersion.split('\n')[0]!
    return `XLA on ${backend.platform}${version === backend.platform ? '' : ` (${version})`}`
  }
  const { tfjs } = await import('@heddle/backend-tfjs')
  const backend = await tfjs(name === undefined ? {} : { demand: name as Flavour })
  setDefaultBackend(backend)
  return backend.describe()
}
