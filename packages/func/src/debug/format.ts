/** Text with fields, as Python's `str.format` has them: `{}`, `{0}`, `{name}`, `{loss:.3f}`, and braces by `{{` and `}}`. */
import { dtypes } from '../dtype'
import type { HostArray } from '../backend/backend'
import { ArgumentError } from '../error'
import { showArray } from '../numpy/print'
import { getElement } from '../scalar'

/** A stretch of text, or a field that a value stands in. */
export type Piece = string | { readonly at: number | string; readonly spec: Spec | undefined }
interface Spec {
  readonly fill: string
  readonly align: string | undefined
  readonly sign: string
  readonly zero: boolean
  readonly width: number
  readonly commas: boolean
  readonly precision: number | undefined
  readonly type: string
}
const SPEC = /^(?:(.)?([<>^]))?([+\- ]?)(0?)(\d*)(,?)(?:\.(\d+))?([bdeEfFgGosxX%]?)$/su

const specOf = (where: string, text: string): Spec => {
  const m = SPEC.exec(text)
  if (m === null)
    throw new ArgumentError(
      where,
      `the field has the format ${JSON.stringify(text)}, which is none: [[fill]<>^][sign][0][width][,][.precision][type], type one of d e f g x b o s %`,
    )
  const [, fill = ' ', align, sign = '', zero = '', width = '', commas = '', precision, type = ''] = m
  return {
    fill,
    align,
    sign,
    zero: zero !== '',
    width: Number(width),
    commas: commas !== '',
    precision: precision === undefined ? undefined : Number(precision),
    type,
  }
}
/** Takes a format apart. Errors: ArgumentError for a brace without its other half, and for a field that is none. */
export const piecesOf = (where: string, format: string): readonly Piece[] => {
  const pieces: Piece[] = []
  let next = 0
  let text = ''
  for (let i = 0; i < format.length; i++) {
    const c = format[i]!
    if ((c === '{' || c === '}') && format[i + 1] === c) {
      text += c
      i += 1
    } else if (c === '{') {
      const end = format.indexOf('}', i)
      if (end < 0)
        throw new ArgumentError(where, `a "{" of the format ${JSON.stringify(format)} is not closed; a brace itself is written {{`)
      const [name, ...rest] = format.slice(i + 1, end).split(':') as [string, ...string[]]
      if (!/^(?:\d*|[A-Za-z_$][\w$]*)$/.test(name))
        throw new ArgumentError(
          where,
          `{${name}} is no field: {} is the next value, {0} the first, {name} one of an object at the end; a brace itself is written {{`,
        )
      if (text !== '') pieces.push(text)
      text = ''
      pieces.push({
        at: name === '' ? next++ : /^\d+$/.test(name) ? Number(name) : name,
        spec: rest.length === 0 ? undefined : specOf(where, rest.join(':')),
      })
      i = end
    } else if (c === '}')
      throw new ArgumentError(where, `a "}" of the format ${JSON.stringify(format)} closes nothing; a brace itself is written }}`)
    else text += c
  }
  if (text !== '') pieces.push(text)
  return pieces
}

const grouped = (digits: string): string => digits.replace(/^\d+/, (d) => d.replaceAll(/\B(?=(\d{3})+$)/g, ','))
const exponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2')
const general = (x: number, precision: number): string => {
  const p = precision === 0 ? 1 : precision
  const e = x === 0 ? 0 : Number(x.toExponential(p - 1).split('e')[1])
  const text = e < -4 || e >= p ? x.toExponential(p - 1) : x.toFixed(p - 1 - e)
  return exponent(text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, ''))
}
const digitsOf = (x: number | bigint, { type, precision, commas }: Spec, plain: string): string => {
  const positive = typeof x === 'bigint' ? (x < 0n ? -x : x) : Math.abs(x)
  const n = Number(positive)
  const text = (): string => {
    if (!Number.isFinite(n)) return (Number.isNaN(n) ? 'nan' : 'inf') + (type === '%' ? '%' : '')
    switch (type.toLowerCase()) {
      case 'e':
        return exponent(n.toExponential(precision ?? 6))
      case 'f':
        return n.toFixed(precision ?? 6)
      case '%':
        return `${(n * 100).toFixed(precision ?? 6)}%`
      case 'g':
        return general(n, precision ?? 6)
      case 'x':
        return positive.toString(16)
      case 'o':
        return positive.toString(8)
      case 'b':
        return positive.toString(2)
      default:
        return precision === undefined ? plain.replace(/^-/, '') : general(n, precision)
    }
  }
  const got = commas ? grouped(text()) : text()
  return type === 'E' || type === 'X' || type === 'G' ? got.toUpperCase() : got
}
const padded = (sign: string, text: string, { fill, align, zero, width }: Spec, before: string): string => {
  const n = Math.max(0, width - sign.length - text.length)
  if (zero && align === undefined) return sign + '0'.repeat(n) + text
  const at = align ?? before
  const left = at === '<' ? 0 : at === '>' ? n : Math.floor(n / 2)
  return fill.repeat(left) + sign + text + fill.repeat(n - left)
}
/** A value as a field's format wants it; `plain` is how it looks without one. */
const formatted = (x: unknown, plain: string, spec: Spec): string => {
  if ((typeof x === 'number' || typeof x === 'bigint') && spec.type !== 's') {
    const negative = x < 0 || Object.is(x, -0)
    return padded(negative ? '-' : spec.sign.replace('-', ''), digitsOf(x, spec, plain), spec, '>')
  }
  return padded('', spec.precision === undefined ? plain : plain.slice(0, spec.precision), spec, '<')
}

/** Data of a tensor, in a tree that is printed. */
export class Shown {
  constructor(readonly host: HostArray) {}
  get scalar(): number | bigint | boolean | undefined {
    const { shape, dtype, data } = this.host
    if (shape.length > 0) return undefined
    if (dtype === 'bool') return data[0] !== 0
    return typeof data[0] === 'bigint' ? data[0] : getElement(data, 0, dtype)
  }
  get text(): string {
    const text = showArray(this.host)
    return this.host.shape.length === 0 && dtypes[this.host.dtype].kind === 'float' && text.endsWith('.') ? `${text}0` : text
  }
}
const plainOf = (x: unknown, inside: boolean): string => {
  if (x instanceof Shown) return x.text
  if (typeof x === 'string') return inside ? JSON.stringify(x) : x
  if (Array.isArray(x)) return `[${x.map((y) => plainOf(y, true)).join(', ')}]`
  if (typeof x === 'function') return x.name || 'a function'
  if (typeof x !== 'object' || x === null) return String(x)
  const own = Object.prototype.toString.call(x) === '[object Object]' && x.toString === Object.prototype.toString
  return own
    ? `{${Object.entries(x)
        .map(([k, y]) => `${k}: ${plainOf(y, true)}`)
        .join(', ')}}`
    : String(x)
}
/** The text with values in the fields. */
export const fill = (pieces: readonly Piece[], valueOf: (at: number | string) => unknown): string =>
  pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece
      const x = valueOf(piece.at)
      const plain = plainOf(x, false)
      return piece.spec === undefined ? plain : formatted(x instanceof Shown ? x.scalar : x, plain, piece.spec)
    })
    .join('')
