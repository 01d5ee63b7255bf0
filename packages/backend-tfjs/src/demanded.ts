/** The backend that HEDDLE_BACKEND stands for: flavours of tfjs, and `pjrt`. */
import { type Backend, BackendError } from '@heddle/func/backend'
import { reasonOf, tfjs } from './choose'
import { type Flavour, flavours, isFlavour } from './flavour'

type Name = Flavour | 'pjrt'

const namesOf = (value: string): readonly Name[] => {
  const names = value
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '')
  for (const name of names)
    if (name !== 'pjrt' && !isFlavour(name))
      throw new BackendError('tfjs', `HEDDLE_BACKEND names '${name}'; there are ${[...flavours, 'pjrt'].join(', ')}`)
  return names as readonly Name[]
}
const isOfTfjs = (name: Name): name is Flavour => name !== 'pjrt'
const flavoursOf = (names: readonly Name[]): Promise<Backend> => tfjs({ prefer: names.filter(isOfTfjs) }) as Promise<Backend>
const xla = async (): Promise<Backend> => (await import('#native')).pjrtBackend()

/** The first that works. */
const firstOf = async (names: readonly Name[]): Promise<Backend> => {
  const at = names.indexOf('pjrt')
  if (at === -1) return flavoursOf(names)
  const [before, after] = [names.slice(0, at), names.slice(at + 1)]
  if (before.length > 0) return flavoursOf(before).catch(() => firstOf(names.slice(at)))
  if (after.length === 0) return xla()
  return xla().catch((cause: unknown) => {
    console.warn(`heddle: pjrt passed over: ${reasonOf(cause)}`)
    return firstOf(after)
  })
}
/** Errors: BackendError where nothing of it can be had, or a name is unknown. */
export const demandedOf = async (value = ''): Promise<Backend> => {
  const names = namesOf(value)
  const [only] = names
  if (only === undefined) return tfjs() as Promise<Backend>
  if (names.length > 1) return firstOf(names)
  return only === 'pjrt' ? xla() : (tfjs({ demand: only }) as Promise<Backend>)
}
