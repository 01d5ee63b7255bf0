/** A whole program as a module: the entry function, and private ones for calls and for what takes many operations. */
import { type Atom, BackendError, type Eqn, type Jaxpr, type LeafName, type Sharding, type Var } from '@heddle/func/backend'
import type { Lower } from '../lower'
import { bodyOf, type Host } from '../lowerings/bodies'
import { lowerings } from '../lowerings/index'
import { Block, type Body, type Functions, type Reader, type Value } from '../text/block'
import { resultTypes, tensorType, type Type } from '../text/type'
import { donations } from './donation'
import { deviceCount, Meshes, type Partition, whole } from './partition'

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

/** All leaf primitives, which are the rows of the table. */
export const leafNames = Object.keys(lowerings) as readonly LeafName[]

/** Equations that some result depends on. */
const liveEqns = (jaxpr: Jaxpr): readonly Eqn[] => {
  const live = new Set<Atom>(jaxpr.outs)
  const kept: Eqn[] = []
  for (let i = jaxpr.eqns.length - 1; i >= 0; i--) {
    const e = jaxpr.eqns[i]!
    if (!e.outs.some((v) => live.has(v)) && !e.primitive.effectful) continue
    kept.push(e)
    for (const a of e.ins) live.add(a)
  }
  return kept.reverse()
}
const unknown = (e: Eqn): never => {
  throw new BackendError(
    'stablehlo',
    `${e.primitive.name} has no lowering${e.primitive.axisNames ? ': collectives go under the vmap that names their axis before a program is lowered' : ''}`,
  )
}
const lowerEqn = (b: Block, e: Eqn, ins: readonly Value[], host: Host): readonly Value[] => {
  const body = bodyOf(e)
  if (body) return body(b, e.params, ins, host)
  if (!Object.hasOwn(lowerings, e.primitive.name)) return unknown(e)
  const outs = e.outs.map((v) => v.aval)
  // nothing to compute: no operation needs to know of empty results
  if (outs.every((o) => o.shape.includes(0))) return outs.map((o) => b.constant(0, o.dtype, o.shape))
  const lower = lowerings[e.primitive.name as LeafName] as Lower<unknown>
  return lower(b, { params: e.params, ins, outs })
}
const lowerJaxpr = (b: Block, jaxpr: Jaxpr, args: readonly Value[], host: Host): readonly Value[] => {
  const env = new Map<Var, Value>()
  jaxpr.ins.forEach((v, i) => env.set(v, args[i]!))
  const read = (a: Atom): Value => (a._tag === 'Literal' ? b.constant(a.value, a.aval.dtype) : env.get(a)!)
  for (const e of liveEqns(jaxpr)) {
    const outs = lowerEqn(b, e, e.ins.map(read), host)
    e.outs.forEach((v, i) => env.set(v, outs[i]!))
  }
  return jaxpr.outs.map(read)
}

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
class PrivateFunctions implements Functions {
  constructor(readonly reader: Reader) {}
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
  functions: Functions,
  name: string,
  ins: readonly Type[],
  attributes: readonly string[],
  body: Body,
  resultAttributes: (outs: readonly Type[]) => readonly string[] = () => [],
) => {
  const b = Block.ofFunction(functions)
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
export const moduleText = (ins: readonly Type[], body: (host: Host) => Body, options: ModuleOptions = {}): string => {
  const { name = 'main', reader = 'current', partition, attributes = [] } = options
  const functions = new PrivateFunctions(reader)
  const meshes = new Meshes()
  const host: Host = {
    inline: (b, jaxpr, args) => lowerJaxpr(b, jaxpr, args, host),
    call: (b, jaxpr, args, callee) => b.call(callee || 'fn', jaxpr, args, (inner, xs) => lowerJaxpr(inner, jaxpr, xs, host)),
    ...(partition ? { sharding: (s) => meshes.text(s) } : {}),
  }
  const wholly = (types: readonly Type[]): readonly Sharding[] => (partition ? types.map((t) => whole(partition.mesh, t.shape.length)) : [])
  const places = wholly(ins).map((w, i) => meshes.attribute(partition?.ins[i] ?? w))
  const marks = ins.map((_, i) => [attributes[i], places[i]].filter((a) => a).join(', '))
  const wholeResults = (outs: readonly Type[]): readonly string[] =>
    partition?.wholeResults ? wholly(outs).map((s) => meshes.attribute(s)) : []
  const main = functionText(functions, 'public @main', ins, marks, body(host), wholeResults).text
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
  return moduleText(ins, (host) => (b, args) => host.inline(b, program, args), { ...options, attributes })
}
