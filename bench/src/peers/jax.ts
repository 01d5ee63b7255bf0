/** JAX and Flax in Python, in a process of their own, which measures its own time. */
import { pythonWithJax, startJax } from '../jax-worker'
import type { Peer } from './peer'

export const jax = async (): Promise<(Peer & { readonly close: () => void }) | undefined> => {
  const python = pythonWithJax()
  if (python === undefined) return undefined
  const worker = await startJax(python)
  return { name: 'JAX', version: worker.version, prepare: (work) => () => worker.ask(work, 'step'), close: worker.close }
}
