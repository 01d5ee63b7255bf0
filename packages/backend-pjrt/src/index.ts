/**
 * XLA as a backend of heddle, on CPU, GPU or TPU, through a PJRT plugin.
 *
 * Whole programs are lowered to StableHLO and compiled; a kernel is a program of one equation.
 */
import { basename } from 'node:path'
import { type Backend, BackendError, type DType } from '@heddle/func/backend'
import { PjrtError } from './api/error'
import { bufferStore, type PjrtBuffer, typeCodes } from './buffer'
import { programCache } from './cache'
import { type Client, type ClientOption, createClient } from './client'
import { type Compiler, compilerOf } from './executable'
import { kernelsOf } from './kernels'
import { cacheFolder } from './plugins/folders'
import { findPlugin } from './plugins/find'
import type { PluginKind } from './plugins/known'
import { shardedCompiler } from './sharding/program'
import { shardedStore } from './sharding/store'

export interface PjrtOptions {
  /** A plugin's path, or its kind. Default: HEDDLE_PJRT_PLUGIN (the same), else the first that is found for a device that is there. */
  readonly plugin?: PluginKind | (string & {})
  /** Which of the plugin's devices, by its place in their list. Default 0. */
  readonly device?: number
  /** For the plugin's client, such as `{ cpu_device_count: 2 }`. */
  readonly clientOptions?: Readonly<Record<string, ClientOption>>
  /** Where compiled programs are kept; null for nowhere. Default: HEDDLE_CACHE, else a folder of the user's cache. */
  readonly cache?: string | null
}
/** A backend and what it runs on. */
export interface PjrtBackend extends Backend<PjrtBuffer> {
  readonly plugin: string
  readonly platform: string
  readonly platformVersion: string
  /** Kinds of all devices of the client. */
  readonly devices: readonly string[]
  /** A program given as StableHLO text, whose entry `main` has that signature. Errors: PjrtError with XLA's message. */
  readonly compileText: Compiler['compileText']
}

/** One device of a CPU, which does more work in a time than several, unless options say otherwise. */
const clientFor = (path: string, options: PjrtOptions['clientOptions']): Client => {
  if (options !== undefined || !/cpu/i.test(basename(path))) return createClient(path, options)
  try {
    return createClient(path, { cpu_device_count: 1 })
  } catch (e) {
    // a plugin without that option
    if (e instanceof PjrtError && e.code === 'INVALID_ARGUMENT') return createClient(path)
    throw e
  }
}
/**
 * The backend of a PJRT plugin.
 *
 * Errors: BackendError where no plugin is found, with the command that installs one; where it speaks another version of the API;
 * or where it has no such device.
 */
export const pjrt = async (options: PjrtOptions = {}): Promise<PjrtBackend> => {
  const { path } = findPlugin(options.plugin)
  const client = clientFor(path, options.clientOptions)
  const device = client.devices[options.device ?? 0]
  if (!device) throw new BackendError('pjrt', `there is no device ${options.device}; this client has ${client.devices.length}`)
  const home = options.device ?? 0
  const stores = client.devices.map((d) => bufferStore(client, d))
  const folder = options.cache === undefined ? cacheFolder('programs') : options.cache
  const cache = folder === null ? undefined : programCache(client, device, { folder })
  const isOne = stores.length === 1
  const store = isOne ? stores[0]! : shardedStore(client, stores, home)
  const sharded = isOne ? undefined : shardedCompiler({ client, stores, home, store, cache })
  const compiler = compilerOf(client, device, store, cache, sharded)
  return {
    name: `pjrt-${client.platform}`,
    dtypes: new Set(Object.keys(typeCodes) as DType[]),
    storage: store,
    kernels: kernelsOf(compiler),
    compile: compiler.compile,
    compileText: compiler.compileText,
    plugin: path,
    platform: client.platform,
    platformVersion: client.platformVersion,
    devices: client.devices.map((d) => d.kind),
  }
}
export { PjrtError, type PjrtErrorCode } from './api/error'
export type { PjrtBuffer } from './buffer'
export type { ClientOption } from './client'
export type { Signature } from './executable'
export { findPlugin, type Found } from './plugins/find'
export type { PluginKind } from './plugins/known'
