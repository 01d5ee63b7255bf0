/**
 * Writes safetensors, byte for byte as the reference implementation does: tensors by the width of their dtypes, then by name.
 */
import type { Tensor } from '@heddle/func'
import type { HostArray } from '@heddle/func/backend'
import { describe } from '@heddle/tree/options'
import { CheckpointError } from '../error'
import { bytesOfHost, readTensor } from '../host'
import { forbiddenReason, isForbidden } from '../keys'
import { codeOf, layoutRank, PREFIX } from './header'
import type { Bytes } from '../bytes'

/** What a safetensors file may have beside tensors. */
export interface SafetensorsOptions {
  /** Strings by name, which the file keeps as its `__metadata__`. */
  readonly metadata?: Readonly<Record<string, string>>
}

const bytewise = (a: string, b: string): number => {
  const [x, y] = [new TextEncoder().encode(a), new TextEncoder().encode(b)]
  for (let i = 0; i < x.length && i < y.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!
  return x.length - y.length
}

const checkNames = (operation: string, names: readonly string[], metadata: Readonly<Record<string, unknown>>): void => {
  for (const name of names) {
    if (name === '__metadata__')
      throw new CheckpointError(operation, 'unsupported', 'a tensor can not be called __metadata__: the format keeps strings there')
    if (isForbidden(name)) throw new CheckpointError(operation, 'unsupported', forbiddenReason(name))
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (isForbidden(key)) throw new CheckpointError(operation, 'unsupported', `in metadata: ${forbiddenReason(key)}`)
    if (typeof value !== 'string')
      throw new CheckpointError(operation, 'unsupported', `metadata.${key}: expected a string, got ${describe(value)}; JSON.stringify it`)
  }
}

/** A file of arrays on the host. Errors: CheckpointError for names that it can't have. */
export const encodeSafetensors = (
  operation: string,
  arrays: readonly (readonly [name: string, array: HostArray])[],
  metadata: Readonly<Record<string, string>> | undefined,
): Bytes => {
  checkNames(
    operation,
    arrays.map(([name]) => name),
    metadata ?? {},
  )
  const sorted = [...arrays].sort(([a, x], [b, y]) => layoutRank(y.dtype) - layoutRank(x.dtype) || bytewise(a, b))
  let at = 0
  const members = sorted.map(([name, { shape, dtype, data }]) => {
    const start = at
    at += data.byteLength
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: codeOf(dtype), shape, data_offsets: [start, at] })}`
  })
  const keys = Object.keys(metadata ?? {}).sort()
  if (metadata !== undefined)
    members.unshift(`"__metadata__":{${keys.map((k) => `${JSON.stringify(k)}:${JSON.stringify(metadata[k])}`).join(',')}}`)
  const json = new TextEncoder().encode(`{${members.join(',')}}`)
  const length = Math.ceil(json.length / 8) * 8
  const out = new Uint8Array(PREFIX + length + at)
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true)
  out.set(json, PREFIX)
  out.fill(0x20, PREFIX + json.length, PREFIX + length)
  let to = PREFIX + length
  for (const [, array] of sorted) {
    out.set(bytesOfHost(array), to)
    to += array.data.byteLength
  }
  return out
}

/**
 * The bytes of a safetensors file with these tensors. They are read from their devices, so it takes a promise.
 *
 * Errors: CheckpointError for what is no tensor. Source: `safetensors.torch.save`.
 *
 * @example
 * const bytes = await saveSafetensors({ kernel: x, bias: y }, { metadata: { format: 'np' } })
 */
export const saveSafetensors = async (tensors: Readonly<Record<string, Tensor>>, { metadata }: SafetensorsOptions = {}): Promise<Bytes> => {
  const operation = 'saveSafetensors'
  const names = Object.keys(tensors)
  checkNames(operation, names, metadata ?? {})
  const arrays = await Promise.all(
    names.map(async (name) => [name, await readTensor(operation, tensors[name], { path: [name] }, describe(tensors[name]))] as const),
  )
  return encodeSafetensors(operation, arrays, metadata)
}
