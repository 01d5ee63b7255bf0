/** What calls have in common that hold one program and nothing else of note: it may stand among other equations, and is shown as it is. */
import type { Jaxpr } from '../../ir/jaxpr'
import type { CallSettings } from '../../primitive'

interface Holds {
  readonly jaxpr: Jaxpr
}
/** The rules of a call that is opened where it stands; `name` is that of its program. */
export const openedInPlace = (name: string) => {
  const settings: CallSettings = { donated: [], device: null, name }
  return {
    program: ({ jaxpr }: Holds): Jaxpr => jaxpr,
    settings: (): CallSettings => settings,
    barrier: null,
    partialEval: null,
    dce: null,
    show: ({ jaxpr }: Holds) => ({ callJaxpr: jaxpr }),
  }
}
