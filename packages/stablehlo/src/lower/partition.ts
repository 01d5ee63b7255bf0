/** Programs over several devices: the meshes that shardings speak of, and shardings as attributes of the Shardy dialect. */
import type { Sharding } from '@heddle/func/backend'

/** Over which devices a program is, and how its arguments and results lie there. */
export interface Partition {
  /** Of what is whole on each device, and of results. */
  readonly mesh: Sharding['mesh']
  /** For each argument; null: whole on each device. */
  readonly ins: readonly (Sharding | null)[]
  /** True for results that are whole on each device; otherwise XLA decides. */
  readonly wholeResults?: boolean
}
/** How many devices a mesh has. */
export const deviceCount = (mesh: Sharding['mesh']): number => mesh.reduce((n, [, size]) => n * size, 1)

const axes = (names: readonly string[] | null): string => (names === null ? '{?}' : `{${names.map((n) => JSON.stringify(n)).join(', ')}}`)

/** The meshes of a module, named as they come up. */
export class Meshes {
  readonly #names = new Map<string, string>()
  #name(mesh: Sharding['mesh']): string {
    const text = `<[${mesh.map(([name, size]) => `${JSON.stringify(name)}=${size}`).join(', ')}]>`
    const known = this.#names.get(text)
    if (known) return known
    const name = this.#names.size === 0 ? '@mesh' : `@mesh_${this.#names.size - 1}`
    this.#names.set(text, name)
    return name
  }
  /** `<@mesh, [{"data"}, {}]>` */
  text({ mesh, dims }: Sharding): string {
    return `<${this.#name(mesh)}, [${dims.map(axes).join(', ')}]>`
  }
  attribute(sharding: Sharding): string {
    return `sdy.sharding = #sdy.sharding${this.text(sharding)}`
  }
  /** The lines that declare them. */
  declarations(): readonly string[] {
    return [...this.#names].map(([text, name]) => `sdy.mesh ${name} = ${text}`)
  }
}
/** Whole on each device of a mesh. */
export const whole = (mesh: Sharding['mesh'], rank: number): Sharding => ({ mesh, dims: Array.from({ length: rank }, () => []) })
