/**
 * A plugin: the shared library, its version, and its functions.
 *
 * It is opened for the rest of the process, since XLA's threads do not survive that their code is unmapped.
 */
import koffi from 'koffi'
import { BackendError } from '@heddle/func/backend'
import { codeOf } from './code'
import { PjrtError, sourceLine } from './error'
import { Args, type Pointer, textAt } from './memory'
import { structs } from './struct'
import { type FunctionName, functionOffset, SUPPORTED, TABLE_END, VERSION_OFFSET } from './table'

/** A function of the API: takes a pointer to its argument struct, answers a pointer to an error or 0. */
export interface ApiFunction {
  (args: Pointer): Pointer
  /** The same on another thread. */
  readonly async: (args: Pointer, done: (failure: unknown, error: Pointer) => void) => void
}
export interface Library {
  readonly path: string
  /** Of the API: `0.115`. */
  readonly version: { readonly major: number; readonly minor: number }
  readonly fn: (name: FunctionName) => ApiFunction
  /** Calls a function that the plugin has given, such as one that frees what it made. */
  readonly callback: (fn: Pointer, argument: Pointer) => void
  /** Throws if an error came back. */
  readonly check: (error: Pointer, operation: string, program?: string) => void
}

const RTLD_NOW = 2

const prototype = koffi.proto('uint64_t', ['uint64_t'])
const callbackPrototype = koffi.proto('void', ['uint64_t'])
const getPrototype = koffi.proto('uint64_t', [])

const open = (path: string): Pointer => {
  if (process.platform === 'win32')
    throw new BackendError('pjrt', 'there are no PJRT plugins for Windows; use WSL, or @heddle/backend-tfjs')
  const self = koffi.load(null)
  const dlopen = self.func('dlopen', 'uint64_t', ['string', 'int']) as (path: string, mode: number) => Pointer
  const dlsym = self.func('dlsym', 'uint64_t', ['uint64_t', 'string']) as (library: Pointer, name: string) => Pointer
  const dlerror = self.func('dlerror', 'string', []) as () => string
  // XLA writes to standard error, errors that it also answers among it, unless told otherwise before it is loaded
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3'
  const library = dlopen(path, RTLD_NOW)
  if (library === 0) throw new BackendError('pjrt', `the plugin ${path} can not be loaded: ${dlerror()}`)
  const symbol = dlsym(library, 'GetPjrtApi')
  if (symbol === 0) throw new BackendError('pjrt', `${path} is no PJRT plugin: it has no GetPjrtApi`)
  return (koffi.decode(BigInt(symbol), getPrototype) as () => Pointer)()
}
const checkVersion = (path: string, major: number, minor: number, size: number): void => {
  const has = `the plugin ${path} speaks version ${major}.${minor} of the PJRT C API`
  if (major !== SUPPORTED.major)
    throw new BackendError(
      'pjrt',
      `${has}, this client only ${SUPPORTED.major}.x; use another version of @heddle/backend-pjrt or of the plugin`,
    )
  if (minor < SUPPORTED.minor || size < TABLE_END)
    throw new BackendError(
      'pjrt',
      `${has}, this client ${SUPPORTED.major}.${SUPPORTED.minor} or newer; install a newer plugin: npx @heddle/backend-pjrt install cpu`,
    )
}
const libraries = new Map<string, Library>()

/** Loads a plugin, once. Errors: BackendError where it can not be loaded, or speaks another version of the API. */
export const loadLibrary = (path: string): Library => {
  const known = libraries.get(path)
  if (known) return known
  const api = open(path)
  const head = new DataView(koffi.view(BigInt(api), VERSION_OFFSET + 8))
  const size = Number(head.getBigUint64(0, true))
  const version = { major: head.getInt32(VERSION_OFFSET, true), minor: head.getInt32(VERSION_OFFSET + 4, true) }
  checkVersion(path, version.major, version.minor, size)
  const table = new DataView(koffi.view(BigInt(api), TABLE_END))
  const fn = (name: FunctionName): ApiFunction => koffi.decode(table.getBigUint64(functionOffset(name), true), prototype) as ApiFunction
  const callback = (f: Pointer, argument: Pointer): void => (koffi.decode(BigInt(f), callbackPrototype) as (x: Pointer) => void)(argument)
  const library = { path, version, fn, callback, check: checker(fn) }
  library.check(fn('PJRT_Plugin_Initialize')(new Args(structs.pluginInitialize).pointer), `initializing ${path}`)
  libraries.set(path, library)
  return library
}
const checker = (fn: (name: FunctionName) => ApiFunction): Library['check'] => {
  const [message, getCode, destroy] = [fn('PJRT_Error_Message'), fn('PJRT_Error_GetCode'), fn('PJRT_Error_Destroy')]
  const messageArgs = new Args(structs.errorMessage)
  const codeArgs = new Args(structs.errorGetCode)
  const destroyArgs = new Args(structs.errorDestroy)
  return (error, operation, program) => {
    if (error === 0) return
    message(messageArgs.assign({ error }).pointer)
    const text = textAt(messageArgs.get('message'), messageArgs.get('messageSize')).trim()
    getCode(codeArgs.assign({ error }).pointer)
    const code = codeOf(codeArgs.getInt('code'))
    destroy(destroyArgs.assign({ error }).pointer)
    throw new PjrtError('pjrt', code, text, operation, program === undefined ? undefined : sourceLine(text, program))
  }
}
