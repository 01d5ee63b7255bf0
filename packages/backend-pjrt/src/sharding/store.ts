/** Arrays over several devices: a part on each, cut and joined on the host. */
import { type Aval, BackendError, dtypes, type HostArray, type Sharding, sizeOf } from '@heddle/func/backend'
import { deviceCount } from '@heddle/stablehlo/lower'
import { type BufferStore, bytesOfType, PjrtBuffer } from '../buffer'
import type { Client } from '../client'
import { cutPart, holders, partAt, partShape, putPart, startOf } from './layout'

/** Errors: BackendError for more devices than the client has. */
export const checkDevices = (client: Client, mesh: Sharding['mesh']): number => {
  const count = deviceCount(mesh)
  const has = client.devices.length
  const all = client.globalDevices.length
  if (count > has && all > has)
    throw new BackendError(
      'pjrt',
      `a mesh of ${count} devices spans processes: this one has ${has} of the ${all} devices, and arrays lie in one process; ` +
        `use a mesh of at most ${has} devices, and exchange values through backend.distributed`,
    )
  if (count > has) {
    const more = client.platform === 'cpu' ? `; pass pjrt({ clientOptions: { cpu_device_count: ${count} } })` : ''
    throw new BackendError('pjrt', `a mesh of ${count} devices is wanted, this client has ${has}${more}`)
  }
  return count
}
/** An array of which each device has a part. */
export const sharded = (
  parts: readonly PjrtBuffer[],
  { dtype, ...type }: Pick<Aval, 'shape' | 'dtype'>,
  sharding: Sharding,
): PjrtBuffer => {
  const b = new PjrtBuffer(parts[0]!.pointer, dtype, bytesOfType({ dtype, ...type }))
  b.parts = parts
  b.sharding = sharding
  return b
}

/** The storage of a client with several devices; `stores` has one for each, `home` is where arrays are that lie on one. */
export const shardedStore = (client: Client, stores: readonly BufferStore[], home: number): BufferStore => {
  const base = stores[home]!
  const release = (b: PjrtBuffer): void => {
    if (b.parts === undefined) return base.release(b)
    if (--b.handles > 0) return
    b.pointer = 0
    b.parts.forEach((part, d) => stores[d]!.release(part))
  }
  const partType = (b: PjrtBuffer, aval: Aval): Aval => ({ ...aval, shape: partShape(aval.shape, b.sharding!) })
  const empty = ({ shape, dtype }: Aval): HostArray => ({ shape, dtype, data: new dtypes[dtype].storage(sizeOf(shape)) })
  const downloadSync = (b: PjrtBuffer, aval: Aval): HostArray => {
    if (b.parts === undefined) return base.downloadSync(b, aval)
    const whole = empty(aval)
    for (const d of holders(b.sharding!, b.parts.length))
      putPart(whole, b.sharding!, d, stores[d]!.downloadSync(b.parts[d]!, partType(b, aval)).data)
    return whole
  }
  const download = async (b: PjrtBuffer, aval: Aval): Promise<HostArray> => {
    if (b.parts === undefined) return base.download(b, aval)
    const whole = empty(aval)
    b.handles += 1
    try {
      const { parts, sharding } = b
      const reads = holders(sharding!, parts.length).map(async (d) => {
        const { data } = await stores[d]!.download(parts[d]!, partType(b, aval))
        putPart(whole, sharding!, d, data)
      })
      await Promise.all(reads)
    } finally {
      release(b)
    }
    return whole
  }
  return {
    ...base,
    release,
    downloadSync,
    download,
    ready: async (b) => void (await Promise.all(b.parts?.map((part, d) => stores[d]!.ready(part)) ?? [base.ready(b)])),
    place: (b, aval, sharding) => {
      const count = checkDevices(client, sharding.mesh)
      const host = downloadSync(b, aval)
      const parts = Array.from({ length: count }, (_, d) => stores[d]!.upload(cutPart(host, sharding, d)))
      return sharded(parts, aval, sharding)
    },
    shardingOf: (b) => b.sharding,
    parts: (b, aval) => {
      if (b.parts === undefined) return undefined
      const sharding = b.sharding!
      const type = partType(b, aval)
      return holders(sharding, b.parts.length).map((d) => ({
        start: startOf(type.shape, partAt(sharding, d)),
        shape: type.shape,
        read: async () => {
          b.handles += 1
          try {
            return await stores[d]!.download(b.parts![d]!, type)
          } finally {
            release(b)
          }
        },
      }))
    },
    assemble: async (aval, sharding, read) => {
      const shape = partShape(aval.shape, sharding)
      const at = Array.from({ length: checkDevices(client, sharding.mesh) }, (_, d) => startOf(shape, partAt(sharding, d)))
      const parts = new Map<number, PjrtBuffer>()
      try {
        for (const [d, start] of at.entries()) {
          if (parts.has(d)) continue
          const part = await read(start, shape)
          // devices that hold the same
          for (const [e, other] of at.entries()) if (other.join() === start.join()) parts.set(e, stores[e]!.upload(part))
        }
        return sharded(
          at.map((_, d) => parts.get(d)!),
          aval,
          sharding,
        )
      } catch (error) {
        for (const [d, part] of parts) stores[d]!.release(part)
        throw error
      }
    },
    memory: () => {
      const all = stores.map((s) => s.memory())
      return { buffers: all.reduce((n, m) => n + m.buffers, 0), bytes: all.reduce((n, m) => n + m.bytes, 0) }
    },
  }
}
