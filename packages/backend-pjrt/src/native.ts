/** Programs as the plugin holds them: compiled from text, written as bytes, read back, freed. */
import { allocate, Args, bytesAt, place, placeText, type Pointer, release } from './api/memory'
import { structs } from './api/struct'
import { callOnce, type Client } from './client'

export interface NativePrograms {
  readonly compile: (text: string, operation: string) => Pointer
  readonly serialize: (loaded: Pointer) => Uint8Array
  readonly deserialize: (bytes: Uint8Array) => Pointer
  readonly destroy: (loaded: Pointer) => void
  /** The module as XLA has optimized it: a serialized HloModuleProtoWithConfig. */
  readonly optimized: (loaded: Pointer) => Uint8Array
}

export const nativePrograms = ({ library, pointer: client }: Client, options: Uint8Array): NativePrograms => {
  const { pointer: compileOptions, size: compileOptionsSize } = place(options)
  const format = placeText('mlir')
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
  return {
    compile: (text, operation) => {
      const code = placeText(text)
      const program = new Args(structs.program).assign({
        code: code.pointer,
        codeSize: code.size,
        format: format.pointer,
        formatSize: format.size,
      })
      const args = new Args(structs.clientCompile).assign({ client, program: program.pointer, compileOptions, compileOptionsSize })
      try {
        library.check(compileFn(args.pointer), operation, text)
        return args.get('executable')
      } finally {
        for (const memory of [code, program, args]) memory.free()
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
      const { pointer, size, free } = place(bytes)
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
