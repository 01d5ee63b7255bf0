/** Backends by the names that the runner takes. */
import { hostBackend } from '@heddle/backend-host'
import { findPlugin, pjrt } from '@heddle/backend-pjrt'
import { setDefaultBackend } from '@heddle/func'
import { tfjs } from '@heddle/backend-tfjs'

const backends: Readonly<Record<string, () => Promise<void>>> = {
  host: async () => setDefaultBackend(hostBackend()),
  cpu: async () => setDefaultBackend(await tfjs({ demand: 'cpu' })),
  wasm: async () => setDefaultBackend(await tfjs({ demand: 'wasm' })),
  node: async () => setDefaultBackend(await tfjs({ demand: 'node' })),
  pjrt: async () => setDefaultBackend(await pjrt()),
}

/** Makes the backend of a name the default. */
export const useBackend = async (name: string): Promise<void> => {
  const backend = backends[name]
  if (backend === undefined) throw new Error(`no backend ${name}: there are ${Object.keys(backends).join(', ')}`)
  await backend()
}
/** Whether there is a plugin of XLA, which is a matter of the machine. */
export const hasXla = (): boolean => {
  try {
    findPlugin()
    return true
  } catch {
    return false
  }
}
