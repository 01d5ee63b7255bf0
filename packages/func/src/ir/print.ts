/** A jaxpr as text, in JAX's notation: `{ lambda ; a:f32[3]. let b:f32[3] = sin a in (b,) }`. */
import { showAval } from '../aval'
import { boolean, optionsOf, type OptionsOf } from '../options'
import { bodiesOf } from './bodies'
import type { Atom, ClosedJaxpr, Eqn, Jaxpr, Var } from './jaxpr'

/** a, b, ... z, ba, bb, ... */
const nameOf = (n: number): string => {
  const letter = (k: number): string => String.fromCharCode(97 + k)
  return n < 26 ? letter(n) : nameOf(Math.floor(n / 26)) + letter(n % 26)
}
const snake = (s: string): string => s.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)

class Names {
  readonly #names = new Map<Var, string>()
  of(v: Var): string {
    let name = this.#names.get(v)
    if (name === undefined) this.#names.set(v, (name = nameOf(this.#names.size)))
    return name
  }
}
const number = (x: number | bigint | boolean, float: boolean): string => {
  if (typeof x === 'boolean') return x ? 'True' : 'False'
  if (typeof x === 'bigint' || !float) return String(x)
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf'
  const text = Object.is(x, -0) ? '-0' : String(Number(x.toPrecision(8)))
  return /[.e]/.test(text) ? text : `${text}.0`
}
const atom = (a: Atom, names: Names): string =>
  a._tag === 'Literal'
    ? `${number(a.value, showAval(a.aval).startsWith('f') || showAval(a.aval).startsWith('bf'))}:${showAval(a.aval)}`
    : names.of(a)
const binder = (v: Var, names: Names): string => `${names.of(v)}:${showAval(v.aval)}`
const indent = (text: string): string => text.replaceAll('\n', '\n  ')

/** A parameter; `programs` are those that its equation holds. */
const value = (x: unknown, programs: ReadonlySet<unknown>, scopes: boolean): string => {
  if (programs.has(x)) return indent(body(x as Jaxpr, 0, scopes))
  if (Array.isArray(x))
    return x.some((y) => programs.has(y))
      ? `(\n  ${x.map((y) => indent(value(y, programs, scopes))).join('\n  ')}\n)`
      : `(${x.map((y) => value(y, programs, scopes)).join(', ')}${x.length === 1 ? ',' : ''})`
  if (x === null) return 'None'
  if (typeof x === 'boolean') return x ? 'True' : 'False'
  if (typeof x === 'function') return x.name || 'function'
  if (typeof x === 'object')
    return `{${Object.entries(x)
      .map(([k, v]) => `${snake(k)}: ${value(v, programs, scopes)}`)
      .join(', ')}}`
  return String(x)
}
const params = (e: Eqn, scopes: boolean): string => {
  const shown = e.primitive.show ? e.primitive.show(e.params as never) : (e.params as Readonly<Record<string, unknown>>)
  const entries = Object.entries(shown).sort(([a], [b]) => (a < b ? -1 : 1))
  if (entries.length === 0) return ''
  const programs = new Set<unknown>(bodiesOf(e).map((b) => b.jaxpr))
  const parts = entries.map(([k, v]) => `${snake(k)}=${value(v, programs, scopes)}`)
  return parts.some((p) => p.includes('\n')) ? `[\n  ${parts.map(indent).join('\n  ')}\n]` : `[${parts.join(' ')}]`
}
const equation = (e: Eqn, names: Names, scopes: boolean): string => {
  const right = `${e.primitive.name}${params(e, scopes)}${e.ins.map((a) => ` ${atom(a, names)}`).join('')}`
  const text = e.outs.length === 0 ? right : `${e.outs.map((v) => binder(v, names)).join(' ')} = ${right}`
  const scope = e.origin?.scope ?? ''
  return scopes && scope !== '' ? `${text} # ${scope}` : text
}
const tuple = (outs: readonly Atom[], names: Names): string =>
  `(${outs.map((a) => atom(a, names)).join(', ')}${outs.length === 1 ? ',' : ''})`

const body = (j: Jaxpr, consts: number, scopes: boolean): string => {
  const names = new Names()
  const inputs = j.ins.map((v) => binder(v, names))
  const head = `{ lambda ${[...inputs.slice(0, consts), ';', ...inputs.slice(consts)].join(' ')}. let`
  const lines = j.eqns.map((e) => `    ${indent(indent(equation(e, names, scopes)))}`)
  return [head, ...lines, `  in ${tuple(j.outs, names)} }`].join('\n')
}
const printOptions = optionsOf({
  /** Say behind each equation in which scope it was made: the path of a module, names of `namedScope`. */
  nameStack: boolean,
})
/** Options of `printJaxpr`. */
export interface PrintJaxprOptions extends OptionsOf<typeof printOptions> {}
/** The text of a program. Source: the printer of jax.make_jaxpr. */
export const printJaxpr = (program: Jaxpr | ClosedJaxpr, options?: PrintJaxprOptions): string => {
  const { nameStack = false } = printOptions('printJaxpr', options)
  return 'jaxpr' in program ? body(program.jaxpr, program.consts.length, nameStack) : body(program, 0, nameStack)
}
