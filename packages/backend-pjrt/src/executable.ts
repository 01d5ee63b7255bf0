/** Compiled programs: making them, and running them. */
import type { Aval, CompileOptions, Executable, Jaxpr, Literal } from '@heddle/func/backend'
import { BackendError } from '@heddle/func/backend'
import { lowerProgram } from '@heddle/stablehlo/lower'
import type { ApiFunction } from './api/library'
import { Args, type Pointer, Words } from './api/memory'
import { structs } from './api/struct'
import { type BufferStore, bytesOfType, type PjrtBuffer } from './buffer'
import type { Client, PjrtDevice } from './client'
import { disposable } from './disposable'
import { nativePrograms } from './native'
import { type Loaded, type Programs, withoutNames } from './programs'
import { hasWords, Seen, withWords } from './words'
import { meshOf } from './sharding/mesh'
import type { CompileSharded } from './sharding/program'

/** What a program takes and gives. */
export interface Signature extends CompileOptions {
  readonly ins: readonly Type[]
  readonly outs: readonly Type[]
}
type Type = Pick<Aval, 'shape' | 'dtype'>
/** How programs are made and run on a client's device. */
export interface Compiler {
  readonly compile: (program: Jaxpr, options: CompileOptions) => Executable<PjrtBuffer>
  /** Of StableHLO text, whose entry `main` has that signature. */
  readonly compileText: (text: string, signature: Signature) => Executable<PjrtBuffer>
}
/** Memory and handles of an executable, apart from it, so that the collector's callback can free them. */
interface Handles {
  readonly loaded: Loaded
  readonly args: Args<keyof (typeof structs.execute)['offsets']>
  readonly lists: Words
}

const showType = ({ shape, dtype }: Type): string => `${dtype}[${shape.join(',')}]`

/** Apart from what runs it. */
const freeing =
  ({ loaded, args, lists }: Handles) =>
  (): void => {
    loaded.release()
    args.free()
    lists.free()
  }
/** `sharded` compiles for several devices, where the client has them. */
export const compilerOf = (
  client: Client,
  device: PjrtDevice,
  store: BufferStore,
  programs: Programs,
  sharded?: CompileSharded,
): Compiler => {
  const { library } = client
  const native = nativePrograms(client, [device.id])
  const executeFn = library.fn('PJRT_LoadedExecutable_Execute')
  const executeOptions = new Args(structs.executeOptions)
  const load = (text: string, identity: string, signature: Signature): Executable<PjrtBuffer> => {
    const { name, ins, outs } = signature
    const loaded = programs.load(text, identity, native, `compiling ${name}`)
    const held = holdOf(loaded, ins.length, outs.length, executeOptions.pointer)
    const execute = runnerOf(library.check, executeFn, store, copyOf, held, signature)
    return disposable(name, execute, freeing(held))
  }
  const signatureOf = (program: Jaxpr, { donated, name }: CompileOptions): Signature => ({
    ins: program.ins.map((v) => v.aval),
    outs: program.outs.map((o) => o.aval),
    donated,
    name,
  })
  const seen = new Seen()
  /** The one program of all that differ from it in words only, if there was one of them before. */
  const shared = (program: Jaxpr, options: CompileOptions): Executable<PjrtBuffer> | undefined => {
    const open = withWords(program)
    const text = lowerProgram(open.program, options)
    const identity = withoutNames(text)
    return seen.add(identity)
      ? given(load(text, identity, signatureOf(open.program, options)), wordsOf(store, open.words), store)
      : undefined
  }
  const compile = (program: Jaxpr, options: CompileOptions): Executable<PjrtBuffer> => {
    const { donated, inShardings = [], name } = options
    const mesh = sharded ? meshOf(program, inShardings, name) : undefined
    if (mesh) return sharded!(program, options, mesh)
    const text = lowerProgram(program, { name, donated })
    const identity = withoutNames(text)
    const other = hasWords(program) && !programs.has(identity, native) ? shared(program, { donated, name }) : undefined
    return other ?? load(text, identity, signatureOf(program, options))
  }

  const copies = new Map<string, Executable<PjrtBuffer>>()
  /** The same data in memory of their own. */
  const copyOf = (b: PjrtBuffer, type: Type): PjrtBuffer => {
    const key = showType(type)
    let copy = copies.get(key)
    if (!copy) {
      const v = { _tag: 'Var', aval: { ...type, weakType: false } } as const
      copies.set(key, (copy = compile({ ins: [v], eqns: [], outs: [v], axisNames: [] }, { donated: [], name: 'copy' })))
    }
    return copy.run([b])[0]!
  }
  return { compile, compileText: (text, signature) => load(text, text, signature) }
}
/** Words on the device. */
const wordsOf = (store: BufferStore, words: readonly Literal[]): readonly PjrtBuffer[] =>
  words.map((w) => store.upload({ shape: [], dtype: 'uint32', data: Uint32Array.of(Number(w.value)) }))
/** A program whose last inputs are always these. */
const given = ({ run, dispose }: Executable<PjrtBuffer>, words: readonly PjrtBuffer[], store: BufferStore): Executable<PjrtBuffer> => ({
  run: (inputs) => run([...inputs, ...words]),
  dispose: () => {
    dispose()
    for (const w of words) store.release(w)
  },
})
/** The struct of an execution and its lists: arguments, results, and the two outer lists, which have one device each. */
const holdOf = (loaded: Loaded, numIns: number, numOuts: number, options: Pointer): Handles => {
  const lists = new Words(numIns + numOuts + 2)
  const at = (i: number): Pointer => lists.pointer + 8 * i
  lists.set(numIns + numOuts, at(0))
  lists.set(numIns + numOuts + 1, at(numIns))
  const args = new Args(structs.execute).assign({
    executable: loaded.pointer,
    options,
    argumentLists: at(numIns + numOuts),
    numDevices: 1,
    numArgs: numIns,
    outputLists: at(numIns + numOuts + 1),
  })
  return { loaded, args, lists }
}

const runnerOf = (
  check: (error: Pointer, operation: string) => void,
  execute: ApiFunction,
  store: BufferStore,
  copyOf: (b: PjrtBuffer, type: Type) => PjrtBuffer,
  { args, lists }: Handles,
  { ins, outs, donated, name }: Signature,
): Executable<PjrtBuffer>['run'] => {
  const numIns = ins.length
  const numOuts = outs.length
  const types = outs.map((o) => o.dtype)
  const bytes = outs.map(bytesOfType)
  const given = ins.map((_, i) => i).filter((i) => donated[i])
  const { pointer } = args
  const operation = `running ${name}`
  const refuse = (i: number, b: PjrtBuffer): never => {
    const got = b.pointer === 0 ? 'a freed buffer' : `${b.bytes} bytes of ${b.dtype}`
    throw new BackendError('pjrt', `${operation}: argument ${i} should be ${showType(ins[i]!)}, got ${got}`)
  }
  return (inputs) => {
    for (let i = 0; i < numIns; i++) {
      const b = inputs[i]!
      // XLA checks shapes, not dtypes
      if (b.dtype !== ins[i]!.dtype || b.pointer === 0) refuse(i, b)
      lists.set(i, b.pointer)
    }
    // what others hold too can not be given away
    let giving = inputs
    for (const i of given)
      if (inputs[i]!.handles > 1) {
        if (giving === inputs) giving = [...inputs]
        const own = copyOf(inputs[i]!, ins[i]!)
        store.release(inputs[i]!)
        ;(giving as PjrtBuffer[])[i] = own
        lists.set(i, own.pointer)
      }
    const error = execute(pointer)
    for (let i = 0; i < given.length; i++) store.release(giving[given[i]!]!)
    if (error !== 0) check(error, operation)
    const results = new Array<PjrtBuffer>(numOuts)
    for (let i = 0; i < numOuts; i++) results[i] = store.adopt(lists.get(numIns + i), types[i]!, bytes[i]!)
    return results
  }
}
