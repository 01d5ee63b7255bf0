/**
 * XLA as a backend of heddle, on CPU, GPU or TPU, through a PJRT plugin.
 *
 * Whole programs are lowered to StableHLO and compiled; func makes programs of operations by themselves.
 */
import { BackendError, type CompilingBackend, type DType } from '@heddle/func/backend'
import { bufferStore, type PjrtBuffer, typeCodes } from './buffer'
import { programCache } from './cache'
import type { Client, ClientOption } from './client'
import { defaultClient } from './default-client'
import { clientOptionsOf, type DistributedOptions } from './distributed/options'
import { type Distributed, initializeDistributed } from './distributed/runtime'
import { type Compiler, compilerOf } from './executable'
import { cacheFolder } from './plugins/folders'
import { findPlugin } from './plugins/find'
import type { PluginKind } from './plugins/known'
import { programsOf } from './programs'
import { shardedCompiler } from './sharding/program'
import { shardedStore } from './sharding/store'
import { anything, count, nullable, optionsOf, string, type OptionsOf, of } from '@heddle/func/options'

const pjrtOptions = optionsOf(
  {
    /** A plugin's path, or its kind. Default: HEDDLE_PJRT_PLUGIN (the same), else the first that is found for a device that is there. */
    plugin: of<PluginKind | (string & {})>()(string),
    /** Which of the plugin's devices, by its place in their list. Default 0. */
    device: count,
    /** For the plugin's client, such as `{ cpu_device_count: 2 }`. */
    clientOptions: of<Readonly<Record<string, ClientOption>>>()(anything),
    /** One of several processes: where they meet, how many there are, which this is; or what `initializeDistributed` gave. */
    distributed: of<DistributedOptions | Distributed>()(anything),
    /** Where compiled programs are kept; null for nowhere. Default: HEDDLE_CACHE, else a folder of the user's cache. */
    cache: nullable(string),
  },
  { hint: (x) => (typeof x === 'string' ? `a plugin is an option: pjrt({ plugin: '${x}' })` : undefined) },
)
/** Options of `pjrt`. */
export interface PjrtOptions extends OptionsOf<typeof pjrtOptions> {}
/** A device of this process or another one. */
export interface DeviceInfo {
  readonly id: number
  readonly kind: string
  readonly processIndex: number
}
/** A backend and what it runs on. */
export interface PjrtBackend extends CompilingBackend<PjrtBuffer> {
  readonly plugin: string
  readonly platform: string
  readonly platformVersion: string
  /** Kinds of all devices that this process can use. */
  readonly devices: readonly string[]
  /** The devices of all processes. */
  readonly globalDevices: readonly DeviceInfo[]
  /** Which process the plugin takes this for; 0 where there is one. */
  readonly processIndex: number
  /** The other processes, where there are some. */
  readonly distributed: Distributed | undefined
  /** A program given as StableHLO text, whose entry `main` has that signature. Errors: PjrtError with XLA's message. */
  readonly compileText: Compiler['compileText']
}

const makeClient = async (path: string, options: PjrtOptions['clientOptions'], distributed: Distributed | undefined): Promise<Client> => {
  if (!distributed) return defaultClient(path, options)
  const { pointers, release } = await distributed.callbacks()
  try {
    return defaultClient(path, options, { options: clientOptionsOf(path, distributed), keyValue: pointers })
  } catch (e) {
    release()
    throw e
  }
}
const meet = async (options: PjrtOptions['distributed']): Promise<Distributed | undefined> =>
  options === undefined || 'barrier' in options ? options : initializeDistributed(options)

/**
 * The backend of a PJRT plugin.
 *
 * Errors: BackendError where no plugin is found, with the command that installs one; where it speaks another version of the API;
 * or where it has no such device. DistributedError where other processes can not be reached.
 */
export const pjrt = async (given?: PjrtOptions): Promise<PjrtBackend> => {
  const options = pjrtOptions('pjrt', given)
  const { path } = findPlugin(options.plugin)
  const distributed = await meet(options.distributed)
  const client = await makeClient(path, options.clientOptions, distributed)
  const device = client.devices[options.device ?? 0]
  if (!device) throw new BackendError('pjrt', `there is no device ${options.device}; this client has ${client.devices.length}`)
  const home = options.device ?? 0
  const stores = client.devices.map((d) => bufferStore(client, d))
  const folder = options.cache === undefined ? cacheFolder('programs') : options.cache
  const programs = programsOf(folder === null ? undefined : programCache(client, device, { folder }))
  const isOne = client.globalDevices.length === 1
  const store = isOne ? stores[0]! : shardedStore(client, stores, home)
  const sharded = isOne ? undefined : shardedCompiler({ client, stores, home, store, programs })
  const compiler = compilerOf(client, device, store, programs, sharded)
  return {
    name: `pjrt-${client.platform}`,
    dtypes: new Set(Object.keys(typeCodes) as DType[]),
    storage: store,
    compile: compiler.compile,
    compileText: compiler.compileText,
    plugin: path,
    platform: client.platform,
    platformVersion: client.platformVersion,
    devices: client.devices.map((d) => d.kind),
    globalDevices: client.globalDevices.map(({ id, kind, processIndex }) => ({ id, kind, processIndex })),
    processIndex: client.processIndex,
    distributed,
  }
}
export type { PjrtErrorCode } from './api/code'
export { PjrtError } from './api/error'
export type { PjrtBuffer } from './buffer'
export type { ClientOption } from './client'
export { DistributedError } from './distributed/error'
export type { DistributedOptions } from './distributed/options'
export { type Distributed, initializeDistributed } from './distributed/runtime'
export type { Signature } from './executable'
export { findPlugin, type Found } from './plugins/find'
export type { PluginKind } from './plugins/known'
