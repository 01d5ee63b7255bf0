/** A client of a plugin: its platform and devices, and the functions that programs and buffers are worked with. */
import { BackendError } from '@heddle/func/backend'
import { loadLibrary, type Library } from './api/library'
import { Args, nativeText, type Pointer, pointersAt, textAt, Words } from './api/memory'
import { type Struct, structs } from './api/struct'
import type { FunctionName } from './api/table'

/** A value that a plugin takes as an option of its client. */
export type ClientOption = string | number | boolean | readonly number[]
export interface PjrtDevice {
  readonly pointer: Pointer
  /** Among those of all processes. */
  readonly id: number
  /** Whose it is. */
  readonly processIndex: number
  /** Such as `cpu` or `NVIDIA H100 80GB HBM3`. */
  readonly kind: string
}
export interface Client {
  readonly library: Library
  readonly pointer: Pointer
  /** `cpu`, `cuda`, `rocm`, `tpu`. */
  readonly platform: string
  readonly platformVersion: string
  /** Which process this is; 0 where there is one. */
  readonly processIndex: number
  /** Those that this process can use. */
  readonly devices: readonly PjrtDevice[]
  /** Those of all processes. */
  readonly globalDevices: readonly PjrtDevice[]
}

const NAMED = { string: 0, int64: 1, int64List: 2, float: 3, bool: 4 } as const
const namedValues = (options: Readonly<Record<string, ClientOption>>): { readonly pointer: Pointer; readonly count: number } => {
  const entries = Object.entries(options)
  const words = new Words((entries.length * structs.namedValue.size) / 8)
  entries.forEach(([name, value], i) => {
    const at = (field: keyof (typeof structs.namedValue)['offsets']): number =>
      (i * structs.namedValue.size + structs.namedValue.offsets[field]) / 8
    const key = nativeText(name)
    words.set((i * structs.namedValue.size) / 8, structs.namedValue.size)
    words.set(at('name'), key.pointer)
    words.set(at('nameSize'), key.size)
    if (typeof value === 'string') {
      const text = nativeText(value)
      words.set(at('type'), NAMED.string)
      words.set(at('value'), text.pointer)
      words.set(at('valueSize'), text.size)
      return
    }
    if (typeof value === 'object') {
      const list = new Words(value.length)
      value.forEach((n, k) => list.set(k, n))
      words.set(at('type'), NAMED.int64List)
      words.set(at('value'), list.pointer)
      words.set(at('valueSize'), value.length)
      return
    }
    if (typeof value === 'number' && !Number.isInteger(value)) {
      words.set(at('type'), NAMED.float)
      words.set(at('value'), new Uint32Array(new Float32Array([value]).buffer)[0]!)
    } else {
      words.set(at('type'), typeof value === 'boolean' ? NAMED.bool : NAMED.int64)
      words.set(at('value'), Number(value))
    }
    words.set(at('valueSize'), 1)
  })
  return { pointer: words.pointer, count: entries.length }
}

/** Calls a function once and reads what it wrote to its struct, which is freed then. */
export const callOnce = <F extends string, A>(
  library: Library,
  name: FunctionName,
  layout: Struct<F>,
  values: { readonly [K in NoInfer<F>]?: number },
  operation: string,
  read: (args: Args<NoInfer<F>>) => A,
): A => {
  const args = new Args(layout).assign(values)
  try {
    library.check(library.fn(name)(args.pointer), operation)
    return read(args)
  } finally {
    args.free()
  }
}
/** Fields `text` and `textSize`. */
const textOf = (args: Args<'text' | 'textSize'>): string => textAt(args.get('text'), args.get('textSize'))

const deviceOf = (library: Library, device: Pointer): PjrtDevice => {
  const what = 'describing a device'
  const description = callOnce(library, 'PJRT_Device_GetDescription', structs.deviceGetDescription, { device }, what, (a) =>
    a.get('description'),
  )
  return {
    pointer: device,
    id: callOnce(library, 'PJRT_DeviceDescription_Id', structs.deviceDescriptionId, { description }, what, (a) => a.getInt('id')),
    processIndex: callOnce(
      library,
      'PJRT_DeviceDescription_ProcessIndex',
      structs.deviceDescriptionProcessIndex,
      { description },
      what,
      (a) => a.getInt('processIndex'),
    ),
    kind: callOnce(library, 'PJRT_DeviceDescription_Kind', structs.deviceDescriptionKind, { description }, what, textOf),
  }
}

/** Functions that the plugin calls to exchange values with other processes, by their addresses. */
export type KeyValueFunctions = Readonly<Record<'get' | 'tryGet' | 'put', Pointer>>

const devicesOf = (library: Library, client: Pointer): Pick<Client, 'devices' | 'globalDevices'> => {
  const what = 'listing devices'
  const list = (a: Args<'devices' | 'numDevices'>): readonly Pointer[] => pointersAt(a.get('devices'), a.get('numDevices'))
  const all = callOnce(library, 'PJRT_Client_Devices', structs.clientDevices, { client }, what, list)
  const own = callOnce(library, 'PJRT_Client_AddressableDevices', structs.clientAddressableDevices, { client }, what, list)
  const globalDevices = all.map((d) => deviceOf(library, d))
  return { globalDevices, devices: own.map((p) => globalDevices.find((d) => d.pointer === p) ?? deviceOf(library, p)) }
}
/** Loads a plugin and creates a client, one of several where it has functions for that. Errors: PjrtError with what the plugin says where it has no device. */
export const createClient = (path: string, options: Readonly<Record<string, ClientOption>> = {}, keyValue?: KeyValueFunctions): Client => {
  const library = loadLibrary(path)
  const named = namedValues(options)
  const values = {
    createOptions: named.pointer,
    numOptions: named.count,
    ...(keyValue && { kvGet: keyValue.get, kvTryGet: keyValue.tryGet, kvPut: keyValue.put }),
  }
  const client = callOnce(library, 'PJRT_Client_Create', structs.clientCreate, values, `creating a client of ${path}`, (a) =>
    a.get('client'),
  )
  const platform = 'reading the platform'
  const devices = devicesOf(library, client)
  if (devices.devices.length === 0) throw new BackendError('pjrt', `the plugin ${path} has no device that this process can use`)
  return {
    library,
    pointer: client,
    platform: callOnce(library, 'PJRT_Client_PlatformName', structs.clientPlatformName, { client }, platform, textOf),
    platformVersion: callOnce(library, 'PJRT_Client_PlatformVersion', structs.clientPlatformVersion, { client }, platform, textOf),
    processIndex: callOnce(library, 'PJRT_Client_ProcessIndex', structs.clientProcessIndex, { client }, platform, (a) =>
      a.getInt('processIndex'),
    ),
    ...devices,
  }
}
