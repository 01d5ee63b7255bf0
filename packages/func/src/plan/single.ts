/**
 * Operations by themselves on a backend that compiles whole programs: each is a program of one equation, compiled once for its parameters
 * and types.
 */
import type { Aval } from '../aval'
import type { CompileOptions, CompilingBackend, Executable } from '../backend/backend'
import { onScarcity } from '../backend/scarcity'
import { oneEquation } from '../ir/one-equation'
import { paramsKey } from '../ir/memo'
import type { Recorded } from '../primitive'

/** Those used last are kept; others are freed, and compiled again when they are called again. */
const MAX_KEPT = 2048

class Singles<B> {
  readonly #made = new Map<string, Executable<B>>()
  constructor() {
    onScarcity(() => this.#forget(Math.ceil(this.#made.size / 2)))
  }
  #forget(count: number): void {
    for (const [key, executable] of [...this.#made].slice(0, count)) {
      this.#made.delete(key)
      executable.dispose()
    }
  }
  has(key: string, executable: Executable<B>): boolean {
    return this.#made.get(key) === executable
  }
  of(key: string, make: () => Executable<B>): Executable<B> {
    const known = this.#made.get(key)
    if (known) this.#made.delete(key)
    const executable = known ?? make()
    this.#made.set(key, executable)
    if (this.#made.size > MAX_KEPT) this.#forget(1)
    return executable
  }
}
const all = new WeakMap<object, unknown>()
const singlesOf = <B>(backend: CompilingBackend<B>): Singles<B> => {
  if (!all.has(backend)) all.set(backend, new Singles<B>())
  return all.get(backend) as Singles<B>
}

const showTypes = (types: readonly Aval[]): string => types.map((t) => `${t.dtype}[${t.shape.join()}]`).join(' ')
/** A leaf by itself; made anew for arrays that lie over several devices. */
export const prepareSingle = <B>(
  backend: CompilingBackend<B>,
  primitive: Recorded<never>,
  params: unknown,
  ins: readonly Aval[],
  outs: readonly Aval[],
): ((inputs: readonly B[]) => readonly B[]) => {
  const { name } = primitive
  const singles = singlesOf(backend)
  const key = `${name} ${paramsKey(params)} ${showTypes(ins)} ${showTypes(outs)}`
  const kept = (at: string, placed: Pick<CompileOptions, 'inShardings'>): Executable<B> =>
    singles.of(at, () => backend.compile(oneEquation(primitive, params, ins, outs), { donated: [], name, ...placed }))
  let mine = kept(key, {})
  return (inputs) => {
    const { shardingOf } = backend.storage
    const inShardings = shardingOf ? inputs.map(shardingOf) : []
    if (inShardings.some((s) => s !== null)) return kept(`${key} ${JSON.stringify(inShardings)}`, { inShardings }).run(inputs)
    if (!singles.has(key, mine)) mine = kept(key, {})
    return mine.run(inputs)
  }
}
