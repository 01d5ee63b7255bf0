/**
 * Modules as text: their class, what they were given, and the submodules that they have so far.
 */
import { isTensor } from '@heddle/func'
import { classOf } from './class-name'
import { type AnyModule, internals, isModule } from './state'

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')

const showValue = (x: unknown): string => {
  if (isModule(x)) return showModule(x)
  if (isTensor(x)) return `${x.dtype}[${x.shape.join(',')}]`
  if (typeof x === 'string') return `'${x}'`
  if (typeof x === 'function') return x.name === '' ? 'function' : x.name
  if (Array.isArray(x)) return `[${x.map(showValue).join(', ')}]`
  if (typeof x !== 'object' || x === null) return String(x)
  const proto: unknown = Object.getPrototypeOf(x)
  if (proto !== Object.prototype && proto !== null) return (x.constructor as { readonly name?: string } | undefined)?.name ?? 'object'
  const entries = Object.entries(x).map(([k, v]) => `${k}: ${showValue(v)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

const section = (title: string, entries: readonly (readonly [string, unknown])[]): readonly string[] =>
  entries.length === 0 ? [] : [`# ${title}`, ...entries.map(([k, v]) => `${k} = ${showValue(v)}`)]

/**
 * A module as text, over several lines.
 *
 * Neither runs setup nor gives names: it shows what is there. Source: the repr of `flax.linen.Module`.
 */
export const showModule = (module: AnyModule): string => {
  const { props, children } = module[internals]
  const lines = [...section('props', Object.entries(props)), ...section('children', [...children])]
  return lines.length === 0 ? `${classOf(module)}()` : `${classOf(module)}(\n${indent(lines.join('\n'))}\n)`
}
