/**
 * What a file says that JavaScript's values do not: the order of keys that look like numbers, that a whole number was a float, that an array
 * without axes was a scalar. It is kept beside the objects that were read, so that a file that is written back is the same to the byte; who
 * makes other objects of them loses it, and no value.
 */

/** Of a map or a list that was read. */
export interface Layout {
  /** The keys in the order of the file, numbers where they were numbers; of a map only. */
  readonly keys?: readonly (string | number)[]
  /** The keys (or places) whose values were floats, though they are whole. */
  readonly floats?: ReadonlySet<string | number>
}
const layouts = new WeakMap<object, Layout>()
const scalars = new WeakSet<object>()

/** Keeps what is to be known of a container. */
export const rememberLayout = (x: object, layout: Layout): void => {
  layouts.set(x, layout)
}
/** What is known of a container. */
export const layoutOf = (x: object): Layout => layouts.get(x) ?? {}
/** Marks a tensor as one that was a NumPy scalar. */
export const rememberScalar = <T extends object>(x: T): T => {
  scalars.add(x)
  return x
}
/** Whether a tensor was a NumPy scalar. */
export const wasScalar = (x: object): boolean => scalars.has(x)

/** The keys of an object in the order of the file it is from; its own order where it has other keys by now. */
export const keysOf = (x: object): readonly (string | number)[] => {
  const now = Object.keys(x)
  const { keys } = layoutOf(x)
  return keys !== undefined && keys.length === now.length && keys.every((k) => Object.hasOwn(x, k)) ? keys : now
}
