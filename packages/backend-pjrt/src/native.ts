/** Programs as the plugin holds them: compiled from text, written as bytes, read back, freed. */
import { allocate, Args, bytesAt, nativeBytes, nativeText, type Pointer, release } from './api/memory'
import { PjrtError } from './api/error'
import { structs } from './api/struct'
import { callOnce, type Client } from './client'
import { compileOptions, flagsFor } from './options'

export interface NativePrograms {
  /** What programs are compiled with. */
  readonly options: Uint8Array
  readonly compile: (text: string, operation: string) => Pointer
  readonly serialize: (loaded: Pointer) => Uint8Array
  readonly deserialize: (bytes: Uint8Array) => Pointer
  readonly destroy: (loaded: Pointer) => void
  /** The module as XLA has optimized it: a serialized HloModuleProtoWithConfig. */
  readonly optimized: (loaded: Pointer) => Uint8Array
}

/** The flag that a plugin of another age does not know. */
const unknownFlag = (e: unknown): string | undefined =>
  e instanceof PjrtError ? /No such compile option: '(\w+)'/.exec(e.detail.message)?.[1] : undefined

/** Programs for devices by their ids. */
export const nativePrograms = ({ library, pointer: client, platform }: Client, devices: readonly number[]): NativePrograms => {
  let flags = flagsFor(platform)
  let placed = nativeBytes(compileOptions(devices, flags))
  const dropFlag = (flag: string): void => {
    flags = flags.filter((f) => f !== flag)
    placed.free()
    placed = nativeBytes(compileOptions(devices, flags))
  }
  const format = nativeText('mlir')
  const compileFn = library.fn('PJRT_Client_Compile')
  const serializing = 'serializing a program'
  const withExecutable = <A>(loaded: Pointer, what: string, f: (executable: Pointer) => A): A => {
    const executable = callOnce(library, 'PJRT_LoadedExecutable_GetExecutable', structs.getExecutable, { loaded }, what, (a) =>
      a.get('executable'),
    )
    try {
      return f(executable)
    } finally {
      callOnce(library, 'PJRT_Executable_Destroy', structs.executableDestroy, { executable }, what, () => undefined)
    }
  }
  const compile = (text: string, operation: string): Pointer => {
    const code = nativeText(text)
    const program = new Args(structs.program).assign({
      code: code.pointer,
      codeSize: code.size,
      format: format.pointer,
      formatSize: format.size,
    })
    const options = { compileOptions: placed.pointer, compileOptionsSize: placed.size }
    const args = new Args(structs.clientCompile).assign({ client, program: program.pointer, ...options })
    try {
      library.check(compileFn(args.pointer), operation, text)
      return args.get('executable')
    } finally {
      for (const memory of [code, program, args]) memory.free()
    }
  }
  return {
    options: compileOptions(devices, flags),
    compile: (text, operation) => {
      try {
        return compile(text, operation)
      } catch (e) {
        const flag = unknownFlag(e)
        if (flag === undefined || !flags.includes(flag)) throw e
        dropFlag(flag)
        return compile(text, operation)
      }
    },
    serialize: (loaded) =>
      withExecutable(loaded, serializing, (executable) =>
        callOnce(library, 'PJRT_Executable_Serialize', structs.serialize, { executable }, serializing, (a) => {
          const bytes = bytesAt(a.get('bytes'), a.get('bytesSize'))
          library.callback(a.get('deleter'), a.get('serialized'))
          return bytes
        }),
      ),
    optimized: (loaded) =>
      withExecutable(loaded, 'reading a compiled program', (executable) => {
        const program = new Args(structs.program)
        const ask = (): void => {
          const values = { executable, program: program.pointer }
          callOnce(
            library,
            'PJRT_Executable_OptimizedProgram',
            structs.optimizedProgram,
            values,
            'reading a compiled program',
            () => undefined,
          )
        }
        // first its size, then its bytes
        ask()
        const code = allocate(program.get('codeSize'))
        try {
          program.set('code', code.pointer)
          ask()
          return bytesAt(code.pointer, program.get('codeSize'))
        } finally {
          release(code.pointer)
          program.free()
        }
      }),
    deserialize: (bytes) => {
      const { pointer, size, free } = nativeBytes(bytes)
      try {
        const values = { client, bytes: pointer, bytesSize: size }
        return callOnce(library, 'PJRT_Executable_DeserializeAndLoad', structs.deserialize, values, 'loading a program', (a) =>
          a.get('executable'),
        )
      } finally {
        free()
      }
    },
    destroy: (executable) =>
      callOnce(
        library,
        'PJRT_LoadedExecutable_Destroy',
        structs.loadedExecutableDestroy,
        { executable },
        'freeing a program',
        () => undefined,
      ),
  }
}
