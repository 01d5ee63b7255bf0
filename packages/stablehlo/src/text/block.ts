/**
 * Text of a function under construction, operation by operation in static single assignment form.
 *
 * A block is a list of operations; a region of an operation (the body of a loop, a comparator) is a block inside. All
 * blocks of a function draw their names from one scope, so a name stands for one value. A program always gives the same text.
 */
import { dataText, type Scalar, scalarText } from './constant'
import { resultTypes, tensorType, type Type, type } from './type'
import type { DType, HostArray, Shape, Sharding } from '@heddle/func/backend'

/** A value that an operation or an argument has given. */
export interface Value extends Type {
  readonly name: string
}
/**
 * Who is to read the text. Before 2025 attributes stand in a dictionary after the regions, and gathers have no batching dimensions;
 * before 2024 lists of integers in attributes are tensors.
 */
export type Reader = 'current' | '2024' | '2023'
/** What the functions of a module share. */
export interface Module {
  readonly reader: Reader
  /** A sharding in the text; absent where the module is for one device. */
  readonly sharding: ((sharding: Sharding) => string) | undefined
  /** The name of a private function: made by `body` the first time that `key` is asked for. */
  readonly define: (
    key: unknown,
    name: string,
    ins: readonly Type[],
    body: Body,
  ) => { readonly name: string; readonly outs: readonly Type[] }
}
/** What stands in a block: operations added to it, and the values it returns. */
export type Body = (b: Block, args: readonly Value[]) => readonly Value[]

/** Names of one function, numbered as MLIR's printer does. */
class Names {
  #results = 0
  #args = 0
  #again = 0
  readonly #taken = new Set<string>()
  result(): string {
    return `%${this.#results++}`
  }
  arg(): string {
    return `%arg${this.#args++}`
  }
  named(name: string): string {
    const unique = this.#taken.has(name) ? `${name}_${this.#again++}` : name
    this.#taken.add(unique)
    return `%${unique}`
  }
}

const indent = (text: string): string => text.replaceAll('\n', '\n  ')
const names = (xs: readonly Value[]): string => xs.map((x) => x.name).join(', ')
const typesOf = (xs: readonly Type[]): string => xs.map(tensorType).join(', ')

export class Block {
  readonly #lines: string[] = []
  readonly #constants = new Map<string, Value>()
  private constructor(
    readonly module: Module,
    readonly names: Names,
  ) {}
  static ofFunction(module: Module): Block {
    return new Block(module, new Names())
  }
  arguments(types: readonly Type[]): readonly Value[] {
    return types.map((t) => ({ ...t, name: this.names.arg() }))
  }
  /** An operation with one result. */
  op(text: string | (() => string), result: Type): Value {
    return this.ops(text, [result])[0]!
  }
  /** An operation with any number of results; text with regions is a function, called when the results have their names. */
  ops(text: string | (() => string), results: readonly Type[]): readonly Value[] {
    const count = results.length
    const name = count === 0 ? '' : this.names.result()
    const head = count === 0 ? '' : count === 1 ? `${name} = ` : `${name}:${count} = `
    this.#lines.push(`${head}${typeof text === 'string' ? text : text()}`)
    return results.map((r, i) => ({ name: count === 1 ? name : `${name}#${i}`, shape: r.shape, dtype: r.dtype }))
  }
  #constant(text: string, t: Type): Value {
    const line = `stablehlo.constant dense<${text}> : ${tensorType(t)}`
    const known = this.#constants.get(line)
    if (known) return known
    const name = this.names.named(t.dtype.includes('float') ? 'cst' : 'c')
    this.#lines.push(`${name} = ${line}`)
    const made = { ...t, name }
    this.#constants.set(line, made)
    return made
  }
  /** One value everywhere. */
  constant(value: Scalar, dtype: DType, shape: Shape = []): Value {
    return this.#constant(shape.includes(0) ? '' : scalarText(value, dtype), type(shape, dtype))
  }
  /** A vector of integers. */
  integers(values: readonly number[], dtype: DType): Value {
    return this.#constant(values.length === 0 ? '' : `[${values.join(', ')}]`, type([values.length], dtype))
  }
  /** Any host data. */
  data({ shape, dtype, data }: HostArray): Value {
    return this.#constant(dataText(data, shape, dtype), type(shape, dtype))
  }
  /** Calls a private function of the module, made once for its name, types and `key`. */
  call(name: string, key: unknown, ins: readonly Value[], body: Body): readonly Value[] {
    const f = this.module.define(key, name, ins, body)
    return this.ops(`func.call @${f.name}(${names(ins)}) : (${typesOf(ins)}) -> ${resultTypes(f.outs)}`, f.outs)
  }
  /** The operations of a block inside, and its terminator. */
  #inside(args: readonly Value[], body: Body): string {
    const b = new Block(this.module, this.names)
    return b.finish(body(b, args), 'stablehlo.return')
  }
  /** All lines, after the terminator that returns `outs`. */
  finish(outs: readonly Value[], keyword: string): string {
    const last = outs.length === 0 ? keyword : `${keyword} ${names(outs)} : ${typesOf(outs)}`
    return [...this.#lines, last].join('\n')
  }
  /** A region in braces, with arguments of its own. */
  region(types: readonly Type[], body: Body): string {
    const args = this.arguments(types)
    const head = args.length === 0 ? '' : `\n^bb0(${args.map((a) => `${a.name}: ${tensorType(a)}`).join(', ')}):`
    return `{${head}\n  ${indent(this.#inside(args, body))}\n}`
  }
  /** A loop as long as `going` holds for the carry. */
  while(init: readonly Value[], going: (b: Block, carry: readonly Value[]) => Value, step: Body): readonly Value[] {
    const carry = init.map((x) => ({ ...x, name: this.names.named('iterArg') }))
    const pairs = carry.map((c, i) => `${c.name} = ${init[i]!.name}`).join(', ')
    return this.ops(() => {
      const cond = this.#inside(carry, (b, c) => [going(b, c)])
      const body = this.#inside(carry, step)
      return `stablehlo.while(${pairs}) : ${typesOf(init)}\ncond {\n  ${indent(cond)}\n} do {\n  ${indent(body)}\n}`
    }, init)
  }
}
