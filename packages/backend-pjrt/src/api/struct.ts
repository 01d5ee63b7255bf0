/**
 * The argument structs of the PJRT C API: where each field lies, computed as a C compiler does.
 *
 * Each struct starts with its own size, which tells the other side what fields it has, and a pointer to extensions.
 * Source: xla/pjrt/c/pjrt_c_api.h.
 */

/** A word is a pointer, a size or an int64; an int is also what an enum is. */
type FieldKind = 'word' | 'int' | 'bool'
const sizes: { readonly [K in FieldKind]: number } = { word: 8, int: 4, bool: 1 }

export interface Struct<F extends string> {
  readonly name: string
  /** From the first byte to the last of the last field. */
  readonly size: number
  readonly offsets: { readonly [K in F]: number }
}
/** Fields after the two that all structs have. */
const struct = <F extends string>(name: string, fields: { readonly [K in F]: FieldKind }): Struct<F> => {
  const offsets: Record<string, number> = {}
  let size = 16
  for (const [field, kind] of Object.entries<FieldKind>(fields)) {
    const bytes = sizes[kind]
    size = Math.ceil(size / bytes) * bytes
    offsets[field] = size
    size += bytes
  }
  return { name, size, offsets: offsets as { readonly [K in F]: number } }
}

export const structs = {
  errorDestroy: struct('PJRT_Error_Destroy_Args', { error: 'word' }),
  errorMessage: struct('PJRT_Error_Message_Args', { error: 'word', message: 'word', messageSize: 'word' }),
  errorGetCode: struct('PJRT_Error_GetCode_Args', { error: 'word', code: 'int' }),
  namedValue: struct('PJRT_NamedValue', { name: 'word', nameSize: 'word', type: 'int', value: 'word', valueSize: 'word' }),
  pluginInitialize: struct('PJRT_Plugin_Initialize_Args', {}),
  pluginAttributes: struct('PJRT_Plugin_Attributes_Args', { attributes: 'word', numAttributes: 'word' }),
  eventDestroy: struct('PJRT_Event_Destroy_Args', { event: 'word' }),
  eventIsReady: struct('PJRT_Event_IsReady_Args', { event: 'word', isReady: 'bool' }),
  eventAwait: struct('PJRT_Event_Await_Args', { event: 'word' }),
  clientCreate: struct('PJRT_Client_Create_Args', {
    createOptions: 'word',
    numOptions: 'word',
    kvGet: 'word',
    kvGetArg: 'word',
    kvPut: 'word',
    kvPutArg: 'word',
    client: 'word',
    kvTryGet: 'word',
    kvTryGetArg: 'word',
  }),
  // what a plugin gives to the callbacks above
  keyValueGet: struct('PJRT_KeyValueGetCallback_Args', {
    key: 'word',
    keySize: 'word',
    timeoutInMs: 'int',
    callbackError: 'word',
    userArg: 'word',
    value: 'word',
    valueSize: 'word',
    deleter: 'word',
  }),
  keyValueTryGet: struct('PJRT_KeyValueTryGetCallback_Args', {
    key: 'word',
    keySize: 'word',
    callbackError: 'word',
    userArg: 'word',
    value: 'word',
    valueSize: 'word',
    deleter: 'word',
  }),
  keyValuePut: struct('PJRT_KeyValuePutCallback_Args', {
    key: 'word',
    keySize: 'word',
    value: 'word',
    valueSize: 'word',
    callbackError: 'word',
    userArg: 'word',
  }),
  clientDestroy: struct('PJRT_Client_Destroy_Args', { client: 'word' }),
  clientPlatformName: struct('PJRT_Client_PlatformName_Args', { client: 'word', text: 'word', textSize: 'word' }),
  clientPlatformVersion: struct('PJRT_Client_PlatformVersion_Args', { client: 'word', text: 'word', textSize: 'word' }),
  clientProcessIndex: struct('PJRT_Client_ProcessIndex_Args', { client: 'word', processIndex: 'int' }),
  clientDevices: struct('PJRT_Client_Devices_Args', { client: 'word', devices: 'word', numDevices: 'word' }),
  clientAddressableDevices: struct('PJRT_Client_AddressableDevices_Args', { client: 'word', devices: 'word', numDevices: 'word' }),
  clientCompile: struct('PJRT_Client_Compile_Args', {
    client: 'word',
    program: 'word',
    compileOptions: 'word',
    compileOptionsSize: 'word',
    executable: 'word',
  }),
  program: struct('PJRT_Program', { code: 'word', codeSize: 'word', format: 'word', formatSize: 'word' }),
  deviceGetDescription: struct('PJRT_Device_GetDescription_Args', { device: 'word', description: 'word' }),
  deviceDescriptionId: struct('PJRT_DeviceDescription_Id_Args', { description: 'word', id: 'int' }),
  deviceDescriptionProcessIndex: struct('PJRT_DeviceDescription_ProcessIndex_Args', { description: 'word', processIndex: 'int' }),
  deviceDescriptionKind: struct('PJRT_DeviceDescription_Kind_Args', { description: 'word', text: 'word', textSize: 'word' }),
  deviceDescriptionToString: struct('PJRT_DeviceDescription_ToString_Args', { description: 'word', text: 'word', textSize: 'word' }),
  bufferFromHost: struct('PJRT_Client_BufferFromHostBuffer_Args', {
    client: 'word',
    data: 'word',
    type: 'int',
    dims: 'word',
    numDims: 'word',
    byteStrides: 'word',
    numByteStrides: 'word',
    semantics: 'int',
    device: 'word',
    memory: 'word',
    layout: 'word',
    doneWithHost: 'word',
    buffer: 'word',
  }),
  bufferDestroy: struct('PJRT_Buffer_Destroy_Args', { buffer: 'word' }),
  bufferReadyEvent: struct('PJRT_Buffer_ReadyEvent_Args', { buffer: 'word', event: 'word' }),
  bufferUnsafePointer: struct('PJRT_Buffer_UnsafePointer_Args', { buffer: 'word', pointer: 'word' }),
  bufferToHost: struct('PJRT_Buffer_ToHostBuffer_Args', { buffer: 'word', layout: 'word', dst: 'word', dstSize: 'word', event: 'word' }),
  copyToDevice: struct('PJRT_Buffer_CopyToDevice_Args', { buffer: 'word', device: 'word', copy: 'word' }),
  optimizedProgram: struct('PJRT_Executable_OptimizedProgram_Args', { executable: 'word', program: 'word' }),
  executeOptions: struct('PJRT_ExecuteOptions', {
    sendCallbacks: 'word',
    recvCallbacks: 'word',
    numSendOps: 'word',
    numRecvOps: 'word',
    launchId: 'int',
    nonDonatable: 'word',
    numNonDonatable: 'word',
    context: 'word',
    callLocation: 'word',
    numTasks: 'word',
    taskIds: 'word',
    incarnationIds: 'word',
  }),
  execute: struct('PJRT_LoadedExecutable_Execute_Args', {
    executable: 'word',
    options: 'word',
    argumentLists: 'word',
    numDevices: 'word',
    numArgs: 'word',
    outputLists: 'word',
    completeEvents: 'word',
    device: 'word',
  }),
  executableDestroy: struct('PJRT_Executable_Destroy_Args', { executable: 'word' }),
  loadedExecutableDestroy: struct('PJRT_LoadedExecutable_Destroy_Args', { executable: 'word' }),
  getExecutable: struct('PJRT_LoadedExecutable_GetExecutable_Args', { loaded: 'word', executable: 'word' }),
  numOutputs: struct('PJRT_Executable_NumOutputs_Args', { executable: 'word', numOutputs: 'word' }),
  serialize: struct('PJRT_Executable_Serialize_Args', {
    executable: 'word',
    bytes: 'word',
    bytesSize: 'word',
    serialized: 'word',
    deleter: 'word',
  }),
  deserialize: struct('PJRT_Executable_DeserializeAndLoad_Args', {
    client: 'word',
    bytes: 'word',
    bytesSize: 'word',
    executable: 'word',
    overriddenOptions: 'word',
    overriddenOptionsSize: 'word',
  }),
} as const
