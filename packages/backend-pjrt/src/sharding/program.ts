/** Programs over several devices: XLA partitions them, each device gets its parts of the arguments and gives its parts of the results. */
import { type Aval, BackendError, type CompileOptions, type Executable, type Jaxpr, type Sharding } from '@heddle/func/backend'
import { lowerProgram } from '@heddle/stablehlo/lower'
import { Args, type Pointer, Words } from '../api/memory'
import { structs } from '../api/struct'
import { type BufferStore, bytesOfType, type PjrtBuffer } from '../buffer'
import { callOnce, type Client } from '../client'
import { disposable } from '../disposable'
import { type NativePrograms, nativePrograms } from '../native'
import { type Loaded, type Programs, withoutNames } from '../programs'
import { partShape } from './layout'
import { resultShardings } from './results'
import { checkDevices, sharded } from './store'

export interface Devices {
  readonly client: Client
  readonly stores: readonly BufferStore[]
  /** Where arrays are that lie on one device. */
  readonly home: number
  /** The storage of all. */
  readonly store: BufferStore
  readonly programs: Programs
}
type Mesh = Sharding['mesh']
export type CompileSharded = (program: Jaxpr, options: CompileOptions, mesh: Mesh) => Executable<PjrtBuffer>

interface Compiled {
  readonly loaded: Loaded
  readonly outShardings: readonly Sharding[]
}
/** Memory of the lists of a program's arguments and results, a list a device. */
interface Lists {
  readonly args: Args<keyof (typeof structs.execute)['offsets']>
  readonly lists: Words
}
const listsOf = (loaded: Pointer, count: number, numIns: number, numOuts: number, options: Pointer): Lists => {
  const width = numIns + numOuts
  const lists = new Words(count * width + 2 * count)
  const at = (i: number): Pointer => lists.pointer + 8 * i
  for (let d = 0; d < count; d++) {
    lists.set(count * width + d, at(d * width))
    lists.set(count * width + count + d, at(d * width + numIns))
  }
  const args = new Args(structs.execute).assign({
    executable: loaded,
    options,
    argumentLists: at(count * width),
    numDevices: count,
    numArgs: numIns,
    outputLists: at(count * width + count),
  })
  return { args, lists }
}

export const shardedCompiler = ({ client, stores, home, store, programs }: Devices): CompileSharded => {
  const { library } = client
  const natives = new Map<number, NativePrograms>()
  const nativeFor = (count: number): NativePrograms => {
    let native = natives.get(count)
    if (!native) {
      const ids = client.devices.slice(0, count).map((d) => d.id)
      natives.set(count, (native = nativePrograms(client, ids)))
    }
    return native
  }
  const executeFn = library.fn('PJRT_LoadedExecutable_Execute')
  const executeOptions = new Args(structs.executeOptions)

  const compile = (program: Jaxpr, { donated, name, inShardings = [] }: CompileOptions, mesh: Mesh, count: number): Compiled => {
    const native = nativeFor(count)
    const ins = program.ins.map((_, i) => inShardings[i] ?? null)
    const load = (wholeResults: boolean): Loaded => {
      const text = lowerProgram(program, { name, donated, partition: { mesh, ins, wholeResults } })
      return programs.load(text, withoutNames(text), native, `compiling ${name}`)
    }
    const shapes = program.outs.map((o) => o.aval.shape)
    const loaded = load(false)
    const found = resultShardings(native.optimized(loaded.pointer), mesh, shapes)
    if (found) return { loaded, outShardings: found }
    loaded.release()
    return { loaded: load(true), outShardings: shapes.map((s) => ({ mesh, dims: s.map(() => []) })) }
  }
  /** A copy on another device, for the time of a run. */
  const copyTo = (b: PjrtBuffer, d: number): PjrtBuffer => {
    const values = { buffer: b.pointer, device: client.devices[d]!.pointer }
    const pointer = callOnce(library, 'PJRT_Buffer_CopyToDevice', structs.copyToDevice, values, 'copying between devices', (a) =>
      a.get('copy'),
    )
    return stores[d]!.adopt(pointer, b.dtype, b.bytes)
  }

  return (program, options, mesh) => {
    const count = checkDevices(client, mesh)
    const { donated, name } = options
    const ins = program.ins.map((v) => v.aval)
    const outs = program.outs.map((o) => o.aval)
    const { loaded, outShardings } = compile(program, options, mesh, count)
    const width = ins.length + outs.length
    const { args, lists } = listsOf(loaded.pointer, count, ins.length, outs.length, executeOptions.pointer)
    const partTypes = outs.map((o, i): Aval => ({ ...o, shape: partShape(o.shape, outShardings[i]!) }))
    const operation = `running ${name} on ${count} devices`
    /** The part for each device; copies of what lies on one are only for this run. */
    const spread = (b: PjrtBuffer, i: number): readonly PjrtBuffer[] => {
      if (b.dtype !== ins[i]!.dtype || b.pointer === 0)
        throw new BackendError('pjrt', `${operation}: argument ${i} should be ${ins[i]!.dtype}[${ins[i]!.shape}]`)
      if (b.parts) {
        if (b.parts.length !== count) throw new BackendError('pjrt', `${operation}: argument ${i} lies on ${b.parts.length} devices`)
        return b.parts
      }
      return Array.from({ length: count }, (_, d) => (d === home ? b : copyTo(b, d)))
    }
    const dropCopies = (b: PjrtBuffer, parts: readonly PjrtBuffer[]): void => {
      if (b.parts === undefined) parts.forEach((p, d) => p !== b && stores[d]!.release(p))
    }
    /** What others hold too can not be given away. */
    const ownCopy = (b: PjrtBuffer, type: Aval): PjrtBuffer => {
      const copy = b.sharding ? store.place!(b, type, b.sharding) : store.upload(store.downloadSync(b, type))
      store.release(b)
      return copy
    }
    const run: Executable<PjrtBuffer>['run'] = (given) => {
      const inputs = given.map((b, i) => (donated[i] && b.handles > 1 ? ownCopy(b, ins[i]!) : b))
      const spreads = inputs.map(spread)
      spreads.forEach((parts, i) => parts.forEach((p, d) => lists.set(d * width + i, p.pointer)))
      const error = executeFn(args.pointer)
      inputs.forEach((b, i) => {
        dropCopies(b, spreads[i]!)
        if (donated[i]) store.release(b)
      })
      library.check(error, operation)
      return outs.map((type, i) => {
        const parts = Array.from({ length: count }, (_, d) =>
          stores[d]!.adopt(lists.get(d * width + ins.length + i), type.dtype, bytesOfType(partTypes[i]!)),
        )
        return sharded(parts, type, outShardings[i]!)
      })
    }
    return disposable(name, run, () => {
      loaded.release()
      args.free()
      lists.free()
    })
  }
}
