/**
 * Text of a function under construction, operation by operation in static single assignment form.
 *
 * A block is a list of operations; a region of an operation (the body of a loop, a comparator) is a block inside. All
 * blocks of a function draw their names from one scope, so a name stands for one value. A program always gives the same text.
 */
import { dataText, type Scalar, scalarText } from './constant'
import { resultTypes, tensorType, type Type, type } from './type'
import type { DType, HostArray, Shape } from '@heddle/func/backend'

/** A value that an operation or an argument has given. */
export interface Value extends Type {
  readonly name: string
}
/** The functions of a module, by what they were made for. */
export interface Functions {
  /** The name of a private function: made by `body` the first time that `key` is asked for. */
  readonly define: (key: unknown, name: string, ins: readonly Type[], body: Body) => { readonly name: string; readonly outs: readonly Type[] }
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
export const typesOf = (xs: readonly Type[]): string => xs.map(tensorType).join(', ')

export class Block {
  readonly #lines: string[] = []
  readonly #constants = new Map<string, Value>()
  private constructor(
    readonly functions: Functions,
    readonly names: Names,
  ) {}
  static ofFunction(functions: Functions): Block {
    return new Block(functions, new Names())
  }
  arguments(types: readonly Type[]): readonly Value[] {
    return types.map((t) => ({ ...t, name: this.names.arg() }))
  }
  /** An operation with one result. */
  op(text: string, result: Type): Value {
    const name = this.names.result()
    this.#lines.push(`${name} = ${text}`)
    return { name, shape: result.shape, dtype: result.dtype }
  }
  /** An operation with any number of results. */
  ops(text: string, results: readonly Type[]): readonly Value[] {
    if (results.length === 1) return [this.op(text, results[0]!)]
    if (results.length === 0) {
      this.#lines.push(text)
      return []
    }
    const name = this.names.result()
    this.#lines.push(`${name}:${results.length} = ${text}`)
    return results.map((r, i) => ({ name: `${name}#${i}`, shape: r.shape, dtype: r.dtype }))
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
  data({ shape, dtype, data }: HostArray): Value {
    const scalar = shape.length === 0 && dtype === 'bool' ? scalarText(data[0] !== 0, 'bool') : undefined
    return this.#constant(scalar ?? nested(dataText(data, dtype), shape, dtype), type(shape, dtype))
  }
  /** Calls a private function of the module, made once for its name, types and `key`. */
  call(name: string, key: unknown, ins: readonly Value[], body: Body): readonly Value[] {
    const f = this.functions.define(key, name, ins, body)
    return this.ops(`func.call @${f.name}(${names(ins)}) : (${typesOf(ins)}) -> ${resultTypes(f.outs)}`, f.outs)
  }
  /** The operations of a block inside, and its terminator. */
  #inside(args: readonly Value[], body: Body, keyword: string): { readonly text: string; readonly outs: readonly Value[] } {
    const b = new Block(this.functions, this.names)
    const outs = body(b, args)
    return { text: b.finish(outs, keyword), outs }
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
    return `{${head}\n  ${indent(this.#inside(args, body, 'stablehlo.return').text)}\n}`
  }
  /** A loop as long as `going` holds for the carry. */
  while(init: readonly Value[], going: (b: Block, carry: readonly Value[]) => Value, step: Body): readonly Value[] {
    const carry = init.map((x) => ({ ...x, name: this.names.named('iterArg') }))
    const cond = this.#inside(carry, (b, c) => [going(b, c)], 'stablehlo.return').text
    const body = this.#inside(carry, step, 'stablehlo.return').text
    const pairs = carry.map((c, i) => `${c.name} = ${init[i]!.name}`).join(', ')
    return this.ops(`stablehlo.while(${pairs}) : ${typesOf(init)}\ncond {\n  ${indent(cond)}\n} do {\n  ${indent(body)}\n}`, init)
  }
}
/** Booleans have no hex form, so they are nested lists like everything in MLIR's own notation. */
const nested = (text: string, shape: Shape, dtype: DType): string => {
  if (dtype !== 'bool' || shape.length < 2 || shape.includes(0)) return text
  let parts = text.slice(1, -1).split(', ')
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis]!
    parts = Array.from({ length: parts.length / n }, (_, i) => `[${parts.slice(i * n, (i + 1) * n).join(', ')}]`)
  }
  return parts[0]!
}
