/** The devices that a program is for: those of the meshes that its inputs and its constraints speak of. */
import { BackendError, type Jaxpr, type Sharding } from '@heddle/func/backend'
import { deviceCount } from '@heddle/stablehlo/lower'

const isJaxpr = (x: unknown): x is Jaxpr => typeof x === 'object' && x !== null && 'eqns' in x && 'outs' in x
const bodies = (params: unknown): readonly Jaxpr[] =>
  typeof params === 'object' && params !== null
    ? Object.values(params)
        .flatMap((v) => (Array.isArray(v) ? v : [v]))
        .filter(isJaxpr)
    : []

const constraints = (program: Jaxpr): readonly Sharding[] =>
  program.eqns.flatMap((e) =>
    e.primitive.name === 'sharding_constraint'
      ? [(e.params as { readonly sharding: Sharding }).sharding]
      : bodies(e.params).flatMap((body) => constraints(body)),
  )
/** Undefined for one device. Errors: BackendError where meshes have different numbers of devices. */
export const meshOf = (program: Jaxpr, inShardings: readonly (Sharding | null)[], name: string): Sharding['mesh'] | undefined => {
  const all = [...inShardings.filter((s) => s !== null), ...constraints(program)]
  const counts = [...new Set(all.map((s) => deviceCount(s.mesh)))]
  if (counts.length > 1) throw new BackendError('pjrt', `${name}: meshes of ${counts.join(' and ')} devices can't be in one program`)
  return counts[0] === undefined || counts[0] === 1 ? undefined : all[0]!.mesh
}
