/** The devices that a program is for: those of the meshes that its inputs and its constraints speak of. */
import { BackendError, equationsOf, type Jaxpr, type Sharding, type ShardingConstraintParams } from '@heddle/func/backend'
import { deviceCount } from '@heddle/stablehlo/lower'

const constraints = (program: Jaxpr): readonly Sharding[] =>
  [...equationsOf(program)].flatMap((e) =>
    e.primitive.name === 'sharding_constraint' ? [(e.params as ShardingConstraintParams).sharding] : [],
  )
/** Undefined for one device. Errors: BackendError where meshes have different numbers of devices. */
export const meshOf = (program: Jaxpr, inShardings: readonly (Sharding | null)[], name: string): Sharding['mesh'] | undefined => {
  const all = [...inShardings.filter((s) => s !== null), ...constraints(program)]
  const counts = [...new Set(all.map((s) => deviceCount(s.mesh)))]
  if (counts.length > 1) throw new BackendError('pjrt', `${name}: meshes of ${counts.join(' and ')} devices can't be in one program`)
  return counts[0] === undefined || counts[0] === 1 ? undefined : all[0]!.mesh
}
