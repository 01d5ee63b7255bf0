/** The backends of the grid: even tiny arrays go to the device. */
import { tfjs } from '@heddle/backend-tfjs'
import { setDefaultBackend } from '@heddle/func'
import { useBackend } from '../runner/backends'

export const startBackend = async (name: string): Promise<void> => {
  if (name === 'wasm' || name === 'cpu') setDefaultBackend(await tfjs({ demand: name, hostBelow: 0 }))
  else await useBackend(name)
}
