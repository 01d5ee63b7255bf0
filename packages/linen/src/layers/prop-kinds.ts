/**
 * Kinds of values that props and options of layers take, besides those of all options.
 */
import { isTensor } from '@heddle/func'
import { axis, count, either, func, integer, listOf, oneOf, positive, type Kind } from '@heddle/func/options'
import { isModule } from '../module/state'

const isClass = (x: unknown): x is { readonly name: string } =>
  typeof x === 'function' && /^class\b/.test(Function.prototype.toString.call(x))
const anInstance = (x: unknown): string | undefined =>
  isClass(x) ? `a class is given: make an instance, new ${x.name}({ ... })` : undefined

/** True or false: what decides which computation is done can't be a tensor, least of all a traced one. */
export const flag: Kind<boolean> = {
  expected: 'true or false',
  is: (x) => typeof x === 'boolean',
  hint: (x) =>
    isTensor(x)
      ? 'it decides what is computed, so it must be known when the function is traced: pass a boolean; under jit booleans are static'
      : undefined,
}
/** A share of a whole. */
export const share: Kind<number> = {
  expected: 'a number from 0 to 1',
  is: (x) => typeof x === 'number' && x >= 0 && x <= 1,
  hint: (x) =>
    typeof x === 'string' && x.trim() !== '' && !Number.isNaN(Number(x)) ? `a string is given: ${Number(x)} is meant?` : undefined,
}
/** What is added to a variance. */
export const epsilon: Kind<number> = {
  expected: 'a small positive number',
  is: (x) => typeof x === 'number' && x >= 0 && Number.isFinite(x),
}
export const initializer: Kind = {
  ...func,
  expected: 'an initializer, a function of key, shape and dtype',
  hint: (x) => (isTensor(x) || typeof x === 'number' ? 'for a constant use nn.initializers.constant' : undefined),
}
/** Axes of an input. */
export const axisOrAxes = either(axis, listOf(axis, 'a list of axes'))
/** The size of a window or step, of one axis of space or of each. */
export const sizes: Kind<number | readonly number[]> = {
  expected: 'a positive integer, or a list with one for each axis of space',
  is: (x) => positive.is(x) || (Array.isArray(x) && x.length > 0 && x.every(positive.is)),
}
export const counts = either(count, listOf(count, 'a list of such'))
const pads: Kind = {
  expected: 'a number, or a list with a number or a pair of numbers for each axis of space',
  is: (x) =>
    integer.is(x) || (Array.isArray(x) && x.every((p) => integer.is(p) || (Array.isArray(p) && p.length === 2 && p.every(integer.is)))),
}
export const padding: Kind = either(oneOf('SAME', 'VALID', 'CIRCULAR', 'REFLECT', 'CAUSAL'), pads)
/** An instance of a module. */
export const moduleKind: Kind = { expected: 'a module', is: isModule, hint: anInstance }
/** Modules and functions. */
export const layerList: Kind = {
  expected: 'a list of modules and functions',
  is: (x) => Array.isArray(x) && x.every((layer) => isModule(layer) || (typeof layer === 'function' && !isClass(layer))),
  hint: (x) => (Array.isArray(x) ? x.map(anInstance).find((hint) => hint !== undefined) : undefined),
}
