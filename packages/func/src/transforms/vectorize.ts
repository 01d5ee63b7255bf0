/** Functions of a few axes for tensors of any. Source: jax.numpy.vectorize, apply_along_axis. */
import { range, type Shape } from '../aval'
import { ArgumentError } from '../error'
import { asTensor, axisOf, broadcastShapes, type TensorLike } from '../numpy/promote'
import { axis as axisKind, count, listOf, optionsOf, readArgument, readFunction, string, type OptionsOf } from '../options'
import { expandDims, reshape } from '../primitives/structural'
import { isTensor, type Tensor } from '../tensor'
import { vmap } from './vmap'

const vectorizeOptions = optionsOf({
  /** Numbers of arguments that are passed as they are. */
  excluded: listOf(count, 'a list of argument numbers (non-negative integers)'),
  /** The axes that the function sees of each argument, and those of its results: '(n,m),(m)->(n)'. */
  signature: string,
})
/** Options of `vectorize`. */
export interface VectorizeOptions extends OptionsOf<typeof vectorizeOptions> {}
type Answer = Tensor | readonly Tensor[]
type Wider<A extends readonly unknown[]> = { [K in keyof A]: A[K] extends Tensor ? TensorLike : A[K] }
type Axes = readonly string[]

const where = 'vectorize'
const list = String.raw`\((?:\w+(?:,\w+)*)?\)`
const form = new RegExp(`^${list}(?:,${list})*->${list}(?:,${list})*$`)
const parse = (signature: string): readonly [ins: readonly Axes[], outs: readonly Axes[]] => {
  const text = signature.replaceAll(/\s/g, '')
  if (!form.test(text))
    throw new ArgumentError(where, `signature '${signature}' is none: each argument's axes in parentheses, as in '(n,m),(m)->(n)'`)
  const [ins, outs] = text.split('->').map((side) => [...side.matchAll(/\(([^)]*)\)/g)].map(([, names]) => (names ? names.split(',') : [])))
  return [ins!, outs!]
}
const shown = (shape: Shape): string => `[${shape.join(',')}]`
/** Takes down the sizes of named axes. Errors: ArgumentError where one has two. */
const measure = (sizes: Map<string, number>, shape: Shape, names: Axes, what: string, signature: string): void => {
  names.forEach((name, i) => {
    const size = shape[shape.length - names.length + i]!
    const known = sizes.get(name) ?? size
    if (known !== size)
      throw new ArgumentError(
        where,
        `${what} of shape ${shown(shape)} has size ${size} for axis ${name} of '${signature}', which is ${known}`,
      )
    sizes.set(name, size)
  })
}

/**
 * `f`, which takes tensors of the axes that `signature` names (scalars without one), for tensors with more axes before them: those are
 * broadcast against each other, and come first in the results. What is excluded, and null, is passed as it is.
 *
 * Errors: ArgumentError where arguments or results do not fit the signature.
 */
export const vectorize = <A extends readonly unknown[], R extends Answer>(
  f: (...args: A) => R,
  options?: VectorizeOptions,
): ((...args: Wider<A>) => R) => {
  readFunction(where, f)
  const { excluded = [], signature } = vectorizeOptions(where, options)
  const sides = signature === undefined ? undefined : parse(signature)
  return (...args) => {
    const given: readonly unknown[] = args
    const places = range(given.length).filter((i) => !excluded.includes(i) && given[i] !== null && given[i] !== undefined)
    const tensors = places.map((i) => asTensor(given[i] as TensorLike, where))
    const names = sides ? sides[0] : tensors.map((): Axes => [])
    if (names.length !== tensors.length)
      throw new ArgumentError(where, `'${signature}' is for ${names.length} arguments, got ${tensors.length}`)
    const sizes = new Map<string, number>()
    const outer = tensors.map((t, i) => {
      const axes = names[i]!
      if (t.ndim < axes.length)
        throw new ArgumentError(
          where,
          `argument ${places[i]} of shape ${shown(t.shape)} has less axes than (${axes.join(',')}) of '${signature}'`,
        )
      measure(sizes, t.shape, axes, `argument ${places[i]}`, signature ?? '')
      return t.shape.slice(0, t.ndim - axes.length)
    })
    const common = broadcastShapes(
      where,
      outer.map((shape) => ({ shape })),
    )
    const called = (...xs: readonly Tensor[]): R => {
      const all = [...given]
      xs.forEach((x, i) => {
        all[places[i]!] = x
      })
      const out = f(...(all as unknown as A))
      if (sides) checkResults(out, sides[1], sizes, signature!)
      return out
    }
    // an axis of size 1 is not mapped: it is taken away before, and put into the results where no argument has it
    const thin = tensors.map((t, i) => {
      const inner = t.shape.slice(outer[i]!.length)
      return reshape(t, { newSizes: [...outer[i]!.filter((n) => n !== 1), ...inner] })
    })
    const sizeAt = (i: number, fromEnd: number): number => outer[i]!.at(-1 - fromEnd) ?? 1
    const added: number[] = []
    let mapped: (...xs: readonly Tensor[]) => R = called
    for (let k = 0; k < common.length; k++) {
      const inAxes = tensors.map((_, i) => (sizeAt(i, k) === 1 ? null : 0))
      if (inAxes.every((a) => a === null)) added.push(common.length - 1 - k)
      else mapped = vmap(mapped, { inAxes }) as typeof mapped
    }
    const out = mapped(...thin)
    if (added.length === 0) return out
    return (isTensor(out) ? expandDims(out, added.sort()) : (out as readonly Tensor[]).map((o) => expandDims(o, added.sort()))) as R
  }
}
const checkResults = (out: Answer, names: readonly Axes[], known: ReadonlyMap<string, number>, signature: string): void => {
  const outs: readonly Tensor[] = isTensor(out) ? [out] : out
  if (!Array.isArray(outs) || outs.length !== names.length)
    throw new ArgumentError(
      where,
      `'${signature}' has ${names.length} results, the function answered ${Array.isArray(outs) ? outs.length : typeof outs}`,
    )
  const sizes = new Map(known)
  outs.forEach((o, i) => {
    const axes = names[i]!
    if (o.ndim !== axes.length)
      throw new ArgumentError(where, `result ${i} of shape ${shown(o.shape)} is not (${axes.join(',')}) of '${signature}'`)
    measure(sizes, o.shape, axes, `result ${i}`, signature)
  })
}

/** `f` of each vector along an axis of `x`, `f(vector, ...args)`; the axes of its result stand where that axis was. Errors: ArgumentError. */
export const applyAlongAxis = <A extends readonly unknown[], R extends Answer>(
  f: (x: Tensor, ...args: A) => R,
  axis: number,
  x: TensorLike,
  ...args: A
): R => {
  readFunction('applyAlongAxis', f)
  readArgument('applyAlongAxis', 'axis', axisKind, axis)
  const t = asTensor(x, 'applyAlongAxis')
  const at = axisOf('applyAlongAxis', axis, t.ndim)
  let along: (x: Tensor) => R = (y) => f(y, ...args)
  for (let i = 1; i < t.ndim - at; i++) along = vmap(along, { inAxes: i, outAxes: -1 }) as typeof along
  for (let i = 0; i < at; i++) along = vmap(along) as typeof along
  return along(t)
}
