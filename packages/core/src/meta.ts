/**
 * Boxes: variables that carry metadata an axis at a time, and keep it right when a transformation adds an axis or takes one away.
 *
 * Laws: `removeAxis(addAxis(x, i, p), i, p) = x`; `unbox(replaceBoxed(x, unbox(x))) = unbox(x)`; trees without boxes stay as they are.
 */
import { either as E } from 'fp-ts'
import * as tree from '@heddle/tree'
import type { ScopeError } from './error'
import { NamedSharding, PartitionSpec, type Mesh, type MeshAxes } from './sharding'

/** Parameters a transformation passes to boxes: its `metadataParams`. */
export type MetadataParams = Readonly<Record<string, unknown>>

/**
 * A value with metadata for its axes. Extend it, and register the class as a tree node, to carry metadata of your own.
 *
 * Source: `flax.core.meta.AxisMetadata`.
 */
export abstract class AxisMetadata<A = unknown> {
  /** The value in the box, and no more: it may be a box too. */
  abstract unbox(): A
  /** The same box around another value. */
  abstract replaceBoxed<B>(value: B): AxisMetadata<B>
  /** The box after a transformation put in an axis at `index`. */
  abstract addAxis(index: number, params: MetadataParams): AxisMetadata<A>
  /** The box after a transformation took the axis at `index` away. */
  abstract removeAxis(index: number, params: MetadataParams): AxisMetadata<A>
  /** Why the box cannot be transformed so, if it cannot. */
  problem(_change: 'add' | 'remove', _index: number, _params: MetadataParams): ScopeError | undefined {
    return undefined
  }
}

/** The key of `metadataParams` that names the axis a transformation adds. */
export const PARTITION_NAME = 'partition_name'

/** Names of a value's axes: null for one that is not partitioned, several for one that lies along several axes of a mesh. */
export type AxisNames = readonly MeshAxes[]

/** What a box knows besides the names of axes. */
export interface PartitionOptions {
  /** The mesh of devices that the names belong to; by default whichever the values are placed on. */
  readonly mesh?: Mesh | undefined
}

/**
 * A value whose axes have names by which it is to be partitioned over devices.
 *
 * Transformations that add an axis need `metadataParams: { partition_name }`. Source: `flax.core.meta.Partitioned`.
 */
export class Partitioned<A = unknown> extends AxisMetadata<A> {
  readonly value: A
  readonly names: AxisNames
  readonly mesh: Mesh | undefined

  constructor(value: A, names: AxisNames, { mesh }: PartitionOptions = {}) {
    super()
    this.value = value
    this.names = names
    this.mesh = mesh
  }

  /** All but value and names, as the constructor takes it. A subclass that knows more adds it here. */
  get options(): PartitionOptions {
    return { mesh: this.mesh }
  }

  override unbox(): A {
    return this.value
  }

  /** The same class of box around another value, or with other names. */
  with<B>(value: B, names: AxisNames): Partitioned<B> {
    return new (this.constructor as new (value: B, names: AxisNames, options: PartitionOptions) => Partitioned<B>)(
      value,
      names,
      this.options,
    )
  }

  override replaceBoxed<B>(value: B): Partitioned<B> {
    return this.with(value, this.names)
  }

  override addAxis(index: number, params: MetadataParams): Partitioned<A> {
    const names = [...this.names]
    const i = index < 0 ? names.length + 1 + index : index
    while (names.length < i) names.push(null)
    names.splice(i, 0, partitionName(params) ?? null)
    return this.with(this.value, names)
  }

  override removeAxis(index: number, _params: MetadataParams): Partitioned<A> {
    const names = [...this.names]
    names.splice(index < 0 ? names.length + index : index, 1)
    return this.with(this.value, names)
  }

  override problem(change: 'add' | 'remove', index: number, params: MetadataParams): ScopeError | undefined {
    const wrong = (reason: string): ScopeError => ({ _tag: 'PartitioningUnspecifiedError', names: this.names, reason })
    const name = partitionName(params)
    if (name === undefined) return wrong('and metadataParams has no partition_name')
    const there = this.names.at(index)
    return change === 'add' || there === name
      ? undefined
      : wrong(`called "${String(name)}", but its axis ${index} is called "${String(there)}"`)
  }

  /** The names of the axes as a partition spec. */
  getPartitionSpec(): PartitionSpec {
    return new PartitionSpec(...this.names)
  }

  /** How the value is to lie when it is used: on its own mesh, else on the one given; null where there is none. */
  shardingOn(mesh: Mesh | undefined): NamedSharding | null {
    const on = this.mesh ?? mesh
    return on === undefined ? null : new NamedSharding(on, this.getPartitionSpec())
  }
}

const partitionName = (params: MetadataParams): MeshAxes | undefined => params[PARTITION_NAME] as MeshAxes | undefined

/** Makes a subclass of Partitioned (or itself) a node of trees. */
export const registerPartitioned = (cls: new (value: never, names: AxisNames, options: never) => Partitioned): void =>
  tree.registerNode(cls, {
    flatten: (box) => [[box.value], { names: box.names, options: box.options }],
    unflatten: (aux, [value]) => {
      const { names, options } = aux as { readonly names: AxisNames; readonly options: PartitionOptions }
      return new cls(value as never, names, options as never)
    },
    keys: () => ['value'],
  })

registerPartitioned(Partitioned)

/** Is it a box? */
export const isAxisMetadata = (x: unknown): x is AxisMetadata => x instanceof AxisMetadata

const mapBoxes = (f: (box: AxisMetadata) => unknown, x: unknown): unknown =>
  tree.mapUntil(isAxisMetadata, (leaf: unknown) => (isAxisMetadata(leaf) ? f(leaf) : leaf), x)

const change = <T>(how: 'add' | 'remove', x: T, index: number, params: MetadataParams): E.Either<ScopeError, T> => {
  const boxes = tree.leaves(x, isAxisMetadata).filter(isAxisMetadata)
  if (boxes.length === 0) return E.right(x)
  const problem = boxes.map((b) => b.problem(how, index, params)).find((p) => p !== undefined)
  if (problem !== undefined) return E.left(problem)
  return E.right(mapBoxes((b) => (how === 'add' ? b.addAxis(index, params) : b.removeAxis(index, params)), x) as T)
}

/** Tells all boxes of a tree that an axis was put in. Errors: PartitionUnspecified. */
export const addAxis = <T>(x: T, index: number, params: MetadataParams): E.Either<ScopeError, T> => change('add', x, index, params)

/** Tells all boxes of a tree that an axis was taken away. Errors: PartitionUnspecified. */
export const removeAxis = <T>(x: T, index: number, params: MetadataParams): E.Either<ScopeError, T> => change('remove', x, index, params)

/** A tree without its boxes. */
export const unbox = <T = unknown>(x: unknown): T => mapBoxes((b) => unbox(b.unbox()), x) as T

/** A tree of boxes with the values of another tree in them. */
export const replaceBoxed = <T = unknown>(boxed: unknown, updates: unknown): T =>
  tree.mapUntil<T>(
    isAxisMetadata,
    (box: unknown, update: unknown) => (isAxisMetadata(box) ? box.replaceBoxed(replaceBoxed(box.unbox(), update)) : update),
    boxed,
    updates,
  )

/** An initializer whose results are boxed with names of their axes. Source: `flax.linen.with_partitioning`. */
export const withPartitioning =
  <Args extends readonly unknown[], A>(init: (...args: Args) => A, names: AxisNames, options: PartitionOptions = {}) =>
  (...args: Args): Partitioned<A> =>
    new Partitioned(init(...args), names, options)

/** A tensor, or a stand-in with shape and dtype. */
const hasShape = (x: unknown): boolean =>
  typeof x === 'object' && x !== null && 'dtype' in x && Array.isArray((x as { readonly shape?: unknown }).shape)

const specOf = (x: unknown): PartitionSpec | null => {
  if (x instanceof Partitioned) return x.getPartitionSpec()
  return hasShape(x) ? new PartitionSpec() : null
}

/**
 * The partition spec of each leaf: of a box its names, of a bare tensor (or a type in its place) none, of anything else null.
 *
 * Source: `flax.linen.get_partition_spec`.
 */
export const getPartitionSpec = <T = unknown>(x: unknown): T =>
  tree.mapUntil<T>((leaf) => isAxisMetadata(leaf) || hasShape(leaf), specOf, x)

/** The sharding of each leaf on a mesh: `getPartitionSpec` with the mesh. Source: `flax.linen.get_sharding`. */
export const getSharding = <T = unknown>(x: unknown, mesh: Mesh): T =>
  tree.map<T>((spec: PartitionSpec) => new NamedSharding(mesh, spec), getPartitionSpec(x))
