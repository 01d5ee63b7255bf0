/** The packages and what each imports, from their manifests: a package stands one row below the lowest of those that import it. */
import { arrow, box, drawing, type Role } from './parts'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}
const manifests = Object.values(
  import.meta.glob<Manifest>('../../../../packages/*/package.json', { eager: true, import: 'default' }),
).filter((m) => !m.private)

const short = (name: string): string => name.replace('@heddle/', '')
const imports = new Map<string, readonly string[]>(
  manifests.map((m) => [
    short(m.name),
    Object.keys({ ...m.dependencies, ...m.peerDependencies })
      .filter((name) => manifests.some((other) => other.name === name) && !m.peerDependenciesMeta?.[name]?.optional)
      .map(short),
  ]),
)
const height = (name: string): number => Math.max(-1, ...imports.get(name)!.map(height)) + 1
const all = [...imports.keys()]
const floors = Math.max(...all.map(height))

/** What a package imports, without what is imported by something else that it imports. */
const direct = (name: string): readonly string[] => {
  const below = (n: string): ReadonlySet<string> => new Set(imports.get(n)!.flatMap((m) => [m, ...below(m)]))
  const mine = imports.get(name)!
  return mine.filter((m) => !mine.some((other) => below(other).has(m)))
}
const roles: Readonly<Record<string, Role>> = { linen: 'params', lift: 'params', core: 'state', optim: 'data', stablehlo: 'rngs' }
const roleOf = (name: string): Role => roles[name] ?? (name.startsWith('backend') ? 'rngs' : 'code')

const [wide, tall, gapX, gapY] = [124, 36, 26, 54]
const width = Math.max(...Array.from({ length: floors + 1 }, (_, f) => all.filter((n) => height(n) === f).length)) * (wide + gapX)
const placeOf = (name: string): { readonly x: number; readonly y: number } => {
  const floor = height(name)
  const row = all.filter((n) => height(n) === floor).sort((a, b) => (roleOf(a) < roleOf(b) ? 1 : -1))
  const left = (width - row.length * (wide + gapX) + gapX) / 2
  return { x: left + row.indexOf(name) * (wide + gapX), y: 10 + (floors - floor) * (tall + gapY) }
}

export default drawing(
  `Who imports whom: ${all.map((name) => `${name} ${imports.get(name)!.length === 0 ? 'nothing' : imports.get(name)!.join(', ')}`).join('; ')}`,
  { width, height: 20 + tall + floors * (tall + gapY) },
  ...all.flatMap((name) =>
    direct(name).map((other) => {
      const [from, to] = [placeOf(name), placeOf(other)]
      return arrow({ x: from.x + wide / 2, y: from.y + tall + 2 }, { x: to.x + wide / 2, y: to.y - 2 })
    }),
  ),
  ...all.map((name) => box(name, roleOf(name), { ...placeOf(name), width: wide, height: tall })),
)
