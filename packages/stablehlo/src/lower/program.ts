/** A whole program as a module: the entry function, and private ones for calls and for what takes many operations. */
import { type Aval, type Jaxpr, lowering, type Sharding } from '@heddle/func/backend'
import { lowerings } from '../lowerings/index'
import { Block, type Body, type Module, type Reader, type Value } from '../text/block'
import { resultTypes, tensorType, type Type } from '../text/type'
import { donations } from './donation'
import { deviceCount, Meshes, type Partition, whole } from './partition'

/** Options of `lowerProgram`. */
export interface LowerOptions {
  /** Part of the module's name. */
  readonly name?: string
  /** Inputs whose memory results may take; none by default. */
  readonly donated?: readonly boolean[]
  /** Who reads it; `current` by default. */
  readonly reader?: Reader
  /** For several devices; otherwise constraints on shardings are passed by. */
  readonly partition?: Partition
}

/** The operations of a program, in place. */
export const inline = lowering<Block, Value, Aval>({
  name: 'stablehlo',
  lowerings,
  type: (aval) => aval,
  literal: (b, { value, aval }) => b.constant(value, aval.dtype),
  empty: (b, { dtype, shape }) => b.constant(0, dtype, shape),
})

/** A name as MLIR takes it after `@`. */
const symbol = (name: string): string => {
  const clean = name.replaceAll(/[^A-Za-z0-9_$.]/g, '_')
  return /^[A-Za-z_]/.test(clean) ? clean : `_${clean}`
}
const indent = (text: string, by: string): string => by + text.replaceAll('\n', `\n${by}`)

interface Made {
  readonly name: string
  readonly outs: readonly Type[]
}
/** The private functions, in the order in which they were first wanted. */
class PrivateFunctions implements Module {
  constructor(
    readonly reader: Reader,
    readonly sharding: Module['sharding'],
  ) {}
  readonly texts: string[] = []
  readonly #made = new Map<unknown, Map<string, Made>>()
  readonly #taken = new Set(['main'])
  #unique(name: string): string {
    const wanted = symbol(name)
    let unique = wanted
    for (let i = 0; this.#taken.has(unique); i++) unique = `${wanted}_${i}`
    this.#taken.add(unique)
    return unique
  }
  define(key: unknown, name: string, ins: readonly Type[], body: Body): Made {
    let byType = this.#made.get(key)
    if (!byType) this.#made.set(key, (byType = new Map()))
    const types = ins.map(tensorType).join()
    const known = byType.get(types)
    if (known) return known
    const unique = this.#unique(name)
    const place = this.texts.push('') - 1
    const { text, outs } = functionText(this, `private @${unique}`, ins, [], body)
    this.texts[place] = text
    const made = { name: unique, outs: outs.map(({ shape, dtype }) => ({ shape, dtype })) }
    byType.set(types, made)
    return made
  }
}
const attributed = (text: string, attributes: string | undefined): string => (attributes ? `${text} {${attributes}}` : text)

const functionText = (
  module: Module,
  name: string,
  ins: readonly Type[],
  attributes: readonly string[],
  body: Body,
  resultAttributes: (outs: readonly Type[]) => readonly string[] = () => [],
) => {
  const b = Block.ofFunction(module)
  const args = b.arguments(ins)
  const outs = body(b, args)
  const parameters = args.map((a, i) => attributed(`${a.name}: ${tensorType(a)}`, attributes[i])).join(', ')
  const marks = resultAttributes(outs)
  const types = marks.length === 0 ? resultTypes(outs) : `(${outs.map((o, i) => attributed(tensorType(o), marks[i])).join(', ')})`
  const results = outs.length === 0 ? '' : ` -> ${types}`
  return { text: `func.func ${name}(${parameters})${results} {\n${indent(b.finish(outs, 'return'), '  ')}\n}`, outs }
}

export interface ModuleOptions extends Pick<LowerOptions, 'name' | 'reader' | 'partition'> {
  /** What is said of each argument. */
  readonly attributes?: readonly string[]
}
/** The text of a module whose entry `main` is the function that `body` builds. */
export const moduleText = (ins: readonly Type[], body: Body, options: ModuleOptions = {}): string => {
  const { name = 'main', reader = 'current', partition, attributes = [] } = options
  const meshes = new Meshes()
  const functions = new PrivateFunctions(reader, partition && ((s) => meshes.text(s)))
  const wholly = (types: readonly Type[]): readonly Sharding[] => (partition ? types.map((t) => whole(partition.mesh, t.shape.length)) : [])
  const places = wholly(ins).map((w, i) => meshes.attribute(partition?.ins[i] ?? w))
  const marks = ins.map((_, i) => [attributes[i], places[i]].filter((a) => a).join(', '))
  const wholeResults = (outs: readonly Type[]): readonly string[] =>
    partition?.wholeResults ? wholly(outs).map((s) => meshes.attribute(s)) : []
  const main = functionText(functions, 'public @main', ins, marks, body, wholeResults).text
  const head = `module @jit_${symbol(name)} attributes {mhlo.num_partitions = ${partition ? deviceCount(partition.mesh) : 1} : i32, mhlo.num_replicas = 1 : i32} {`
  return `${[head, ...[...meshes.declarations(), main, ...functions.texts].map((f) => indent(f, '  ')), '}'].join('\n')}\n`
}

/**
 * A program as a StableHLO module in MLIR's text form: the entry is `main`, whose arguments and results are the program's.
 * The same program always gives the same text. Errors: BackendError for a collective over an axis that no vmap has resolved.
 * Source: what jax.jit(f).lower(...).as_text() prints.
 */
export const lowerProgram = (program: Jaxpr, options: LowerOptions = {}): string => {
  const ins = program.ins.map((v) => v.aval)
  const outs = program.outs.map((o) => o.aval)
  const attributes = donations(ins, outs, options.donated ?? [], { paired: options.partition === undefined })
  return moduleText(ins, (b, args) => inline(b, program, args), { ...options, attributes })
}
