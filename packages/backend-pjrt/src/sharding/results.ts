/** How XLA has laid the results of a program over devices, read from the compiled module. */
import { type Sharding, type Shape, sizeOf, stridesOf } from '@heddle/func/backend'
import { coordinatesOf, partsOf } from './layout'

type Mesh = Sharding['mesh']

/** Fields of a protocol buffer: numbers, or bytes of what is inside. */
type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>
const parse = (bytes: Uint8Array): Fields => {
  const fields = new Map<number, (number | Uint8Array)[]>()
  let at = 0
  const varint = (): number => {
    let n = 0
    let scale = 1
    for (;;) {
      const b = bytes[at++]!
      n += (b & 127) * scale
      if (b < 128) return n
      scale *= 128
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const wire = key & 7
    let value: number | Uint8Array = 0
    if (wire === 0) value = varint()
    else if (wire === 2) {
      const length = varint()
      value = bytes.subarray(at, at + length)
      at += length
    } else at += wire === 5 ? 4 : 8
    const list = fields.get(Math.floor(key / 8)) ?? []
    list.push(value)
    fields.set(Math.floor(key / 8), list)
  }
  return fields
}
const bytesIn = (fields: Fields, field: number): readonly Uint8Array[] => (fields.get(field) ?? []).filter((v) => typeof v !== 'number')
/** A repeated number, packed or not. */
const numbersIn = (fields: Fields, field: number): readonly number[] =>
  (fields.get(field) ?? []).flatMap((v) => {
    if (typeof v === 'number') return [v]
    const out: number[] = []
    for (let at = 0, n = 0, scale = 1; at < v.length; at++) {
      n += (v[at]! & 127) * scale
      scale *= 128
      if (v[at]! < 128) {
        out.push(n)
        n = 0
        scale = 1
      }
    }
    return out
  })

// fields of HloModuleProtoWithConfig, HloModuleProto and OpSharding
const MODULE = 1
const OUTPUT_SHARDING = 12
const [TYPE, TILE_DIMENSIONS, TILE_DEVICES, TUPLE, RESHAPE, PERMUTATION] = [1, 3, 4, 5, 9, 10] as const
const [REPLICATED, OTHER] = [0, 3] as const

/** 0, 1, ... laid out in a shape and transposed: which device is at each place. */
const countedDevices = (shape: readonly number[], permutation: readonly number[]): readonly number[] => {
  const strides = stridesOf(shape)
  const walk = (i: number, offset: number): readonly number[] =>
    i === permutation.length
      ? [offset]
      : Array.from({ length: shape[permutation[i]!]! }, (_, k) => walk(i + 1, offset + k * strides[permutation[i]!]!)).flat()
  return walk(0, 0)
}
/** For each device its part of each axis. */
const partsByDevice = (sharding: Fields, rank: number): readonly (readonly number[])[] => {
  const tiles = numbersIn(sharding, TILE_DIMENSIONS)
  const listed = numbersIn(sharding, TILE_DEVICES)
  const devices = listed.length > 0 ? listed : countedDevices(numbersIn(sharding, RESHAPE), numbersIn(sharding, PERMUTATION))
  const parts: (readonly number[])[] = []
  devices.forEach((device, place) => {
    const at = new Array<number>(tiles.length)
    let rest = place
    for (let i = tiles.length - 1; i >= 0; i--) {
      at[i] = rest % tiles[i]!
      rest = Math.floor(rest / tiles[i]!)
    }
    parts[device] = at.slice(0, rank)
  })
  return parts
}
/** The mesh axes that one axis of an array is spread over; undefined if it is so by a part of a mesh axis. */
const axesOf = (mesh: Mesh, part: (device: number) => number): readonly string[] | undefined => {
  const strides = stridesOf(mesh.map(([, n]) => n))
  const steps = mesh.map(([name, size], i) => ({ name, size, axis: i, step: size > 1 ? part(strides[i]!) : 0 }))
  const used = steps.filter((s) => s.step > 0).sort((a, b) => b.step - a.step)
  const fits = (device: number): boolean => {
    const at = coordinatesOf(mesh, device)
    return part(device) === used.reduce((n, { size, axis }) => n * size + at[axis]!, 0)
  }
  for (let d = 0; d < sizeOf(mesh.map(([, n]) => n)); d++) if (!fits(d)) return undefined
  return used.map((s) => s.name)
}
const shardingOf = (bytes: Uint8Array, mesh: Mesh, shape: Shape): Sharding | undefined => {
  const fields = parse(bytes)
  const kind = numbersIn(fields, TYPE)[0] ?? REPLICATED
  if (kind === REPLICATED) return { mesh, dims: shape.map(() => []) }
  if (kind !== OTHER) return undefined
  const parts = partsByDevice(fields, shape.length)
  const dims = shape.map((_, i) => axesOf(mesh, (d) => parts[d]?.[i] ?? 0))
  if (dims.some((d) => d === undefined)) return undefined
  const sharding = { mesh, dims: dims as readonly (readonly string[])[] }
  return partsOf(sharding).every((n, i) => shape[i]! % n === 0) ? sharding : undefined
}
/**
 * The shardings of results, from a serialized HloModuleProtoWithConfig; undefined where axes of the mesh do not say them.
 * Source: xla/service/hlo.proto, xla/xla_data.proto.
 */
export const resultShardings = (module: Uint8Array, mesh: Mesh, shapes: readonly Shape[]): readonly Sharding[] | undefined => {
  const [inner] = bytesIn(parse(module), MODULE)
  const [output] = inner ? bytesIn(parse(inner), OUTPUT_SHARDING) : []
  if (!output) return undefined
  const elements = bytesIn(parse(output), TUPLE)
  const each = elements.length > 0 ? elements : [output]
  if (each.length !== shapes.length) return undefined
  const shardings = each.map((bytes, i) => shardingOf(bytes, mesh, shapes[i]!))
  return shardings.some((s) => s === undefined) ? undefined : (shardings as readonly Sharding[])
}
