/** Which part of an array each device of a mesh holds, and how parts are cut out of host data and put back. */
import { dtypes, type HostArray, type Sharding, type Shape, sizeOf, type TypedArray } from '@heddle/func/backend'

type Mesh = Sharding['mesh']

/** Where a device stands on each axis of a mesh; devices are numbered along the last axis first. */
export const coordinatesOf = (mesh: Mesh, device: number): readonly number[] => {
  const at = new Array<number>(mesh.length)
  let rest = device
  for (let i = mesh.length - 1; i >= 0; i--) {
    at[i] = rest % mesh[i]![1]
    rest = Math.floor(rest / mesh[i]![1])
  }
  return at
}
const axisSize = (mesh: Mesh, name: string): number => mesh.find(([n]) => n === name)![1]

/** Into how many parts each axis of an array is cut. */
export const partsOf = ({ mesh, dims }: Sharding): readonly number[] =>
  dims.map((names) => (names ?? []).reduce((n, name) => n * axisSize(mesh, name), 1))
/** Which part of each axis a device holds: its place on the mesh axes that the axis is spread over, the first the slowest. */
export const partAt = ({ mesh, dims }: Sharding, device: number): readonly number[] => {
  const at = coordinatesOf(mesh, device)
  return dims.map((names) => (names ?? []).reduce((n, name) => n * axisSize(mesh, name) + at[mesh.findIndex(([m]) => m === name)]!, 0))
}
export const partShape = (shape: Shape, sharding: Sharding): readonly number[] => {
  const parts = partsOf(sharding)
  return shape.map((n, i) => n / parts[i]!)
}

/** Calls `f` with the offset of each contiguous run in the whole and in the part, and its length. */
const runs = (shape: Shape, part: Shape, start: readonly number[], f: (whole: number, part: number, length: number) => void): void => {
  // trailing axes that are whole belong to one run
  let axis = shape.length - 1
  while (axis > 0 && part[axis] === shape[axis]) axis--
  const inner = sizeOf(shape.slice(axis + 1))
  const walk = (i: number, whole: number, at: number): void => {
    if (i >= axis) {
      const [n, m, s] = axis < 0 ? [1, 1, 0] : [shape[axis]!, part[axis]!, start[axis]!]
      f((whole * n + s) * inner, at * m * inner, m * inner)
      return
    }
    for (let k = 0; k < part[i]!; k++) walk(i + 1, whole * shape[i]! + start[i]! + k, at * part[i]! + k)
  }
  if (!part.includes(0)) walk(0, 0, 0)
}
/** Where a part begins, of its shape and its place among the parts. */
export const startOf = (part: Shape, at: readonly number[]): readonly number[] => part.map((n, i) => n * at[i]!)

/** What a device holds of an array. */
export const cutPart = ({ shape, dtype, data }: HostArray, sharding: Sharding, device: number): HostArray => {
  const part = partShape(shape, sharding)
  const size = sizeOf(part)
  if (size === data.length) return { shape: part, dtype, data }
  const out = new dtypes[dtype].storage(size)
  runs(shape, part, startOf(part, partAt(sharding, device)), (whole, at, length) => {
    out.set(data.subarray(whole, whole + length) as never, at)
  })
  return { shape: part, dtype, data: out }
}
/** Puts what a device holds in its place in the whole. */
export const putPart = (whole: HostArray, sharding: Sharding, device: number, data: TypedArray): void => {
  const part = partShape(whole.shape, sharding)
  runs(whole.shape, part, startOf(part, partAt(sharding, device)), (at, from, length) => {
    whole.data.set(data.subarray(from, from + length) as never, at)
  })
}
/** Devices that together hold all of an array once. */
export const holders = (sharding: Sharding, count: number): readonly number[] => {
  const seen = new Set<string>()
  const found: number[] = []
  for (let d = 0; d < count; d++) {
    const key = partAt(sharding, d).join()
    if (!seen.has(key)) found.push(d)
    seen.add(key)
  }
  return found
}
