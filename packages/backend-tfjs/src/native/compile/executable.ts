/** A loaded program: one call of the binding runs it on the tensors' numbers, without copies. */
import { type Aval, BackendError, dtypes, type Jaxpr } from '@heddle/func/backend'
import type { Buffer, Context } from '../context'
import type { Id } from '../tensorflow'
import type { Lowered } from './lowered'
import type { Residents } from './residents'
import { type Files, loadGraph } from './saved-model'

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!.slice(0, 500)

export interface Loaded {
  /** Results of inputs, which are not released. */
  readonly call: (inputs: readonly Buffer[]) => readonly Buffer[]
  readonly dispose: () => void
}
/** Errors: BackendError where TensorFlow refuses the graph, or a run fails. */
export const loadProgram = (
  { store, tf: { binding } }: Context,
  files: Files,
  program: Jaxpr,
  name: string,
  { graph, isXla, inputs, outputs }: Lowered,
  residents: Residents,
): Loaded => {
  const types = program.outs.map((o): Aval => o.aval)
  const fail = (doing: string, cause: unknown): never => {
    throw new BackendError(store.device.flavour, `${doing} ${name}: ${reasonOf(cause)}`, { cause })
  }
  let model: number | undefined
  let disposed = false
  const unload = (): void => {
    if (model !== undefined) binding.deleteSavedModel(model)
    model = undefined
  }
  const resident = { unload }
  const load = (): number => {
    try {
      return loadGraph(binding, files, graph)
    } catch (cause) {
      return fail('loading', cause)
    }
  }
  const loaded = (): number => {
    if (disposed) throw new BackendError(store.device.flavour, `${name} was disposed and can't be run any more`)
    model ??= load()
    if (isXla) residents.touch(resident)
    return model
  }
  loaded()
  const empty = ({ shape, dtype }: Aval): Buffer => store.ofHost({ shape, dtype, data: new dtypes[dtype].storage(0) })
  const call = (ids: readonly Id[]): readonly { readonly id: Id }[] => {
    const number = loaded()
    try {
      return binding.runSavedModel(number, ids, inputs.names, outputs.names)
    } catch (cause) {
      return fail('running', cause)
    }
  }
  return {
    call: (buffers) => {
      const { fed } = inputs
      const { fetched } = outputs
      const ids = new Array<Id>(fed.length)
      for (let i = 0; i < fed.length; i++) ids[i] = store.onDevice(buffers[fed[i]!]!)
      const results = fetched.length > 0 ? call(ids) : []
      const made = new Array<Buffer>(types.length)
      for (let i = 0; i < fetched.length; i++) made[fetched[i]!] = store.ofDevice(results[i]!.id, types[fetched[i]!]!)
      if (fetched.length < types.length) for (let i = 0; i < types.length; i++) made[i] ??= empty(types[i]!)
      return made
    },
    dispose: () => {
      disposed = true
      residents.forget(resident)
      unload()
    },
  }
}
