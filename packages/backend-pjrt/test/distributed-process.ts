/**
 * A process of the tests of distributed runs: does what its argument says, a step after another, and prints a line of JSON for each.
 *
 * Usage: node -C @heddle/source --import tsx distributed-process.ts OPTIONS STEPS
 */
import { jit, np, setDefaultBackend, type Tensor } from '@heddle/func'
import koffi from 'koffi'
import { setTimeout as wait } from 'node:timers/promises'
import { Args, bytesAt, nativeText, type Pointer, textAt, Words } from '../src/api/memory'
import { structs } from '../src/api/struct'
import { type Distributed, type DistributedOptions, initializeDistributed, type PjrtOptions, pjrt } from '../src/index'

/** `call` goes by way of the plugin's functions: `from` another thread, or the main one, which stands still meanwhile. */
export type Step =
  | { readonly do: 'put'; readonly key: string; readonly value: string }
  | { readonly do: 'get'; readonly key: string; readonly timeout?: number }
  | { readonly do: 'tryGet' | 'remove'; readonly key: string }
  | { readonly do: 'barrier'; readonly name: string; readonly timeout?: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'call'; readonly from: 'thread' | 'main'; readonly calls: readonly Call[] }
  | { readonly do: 'client'; readonly options: PjrtOptions }
  | { readonly do: 'compute'; readonly plugin?: string }
  | { readonly do: 'shutdown' }
  | { readonly do: 'crash' }
export interface Call {
  readonly name: 'put' | 'get' | 'tryGet'
  readonly key: string
  readonly value?: string
  readonly ms?: number
}
type Native = ((args: Pointer) => Pointer) & { readonly async: (args: Pointer, done: (failure: unknown, error: Pointer) => void) => void }

const proto = koffi.proto('uint64_t', ['uint64_t'])
const deleterProto = koffi.proto('void', ['uint64_t'])
const errors: string[] = []
/** As a plugin's: makes an error of a code and a message, here its number among those made. */
const makeError = koffi.register(
  (code: number, message: number, size: number) => errors.push(`${code}: ${textAt(Number(message), Number(size))}`),
  koffi.pointer(koffi.proto('uint64_t', ['int', 'uint64_t', 'uint64_t'])),
)
// a function of C where the main thread stands still: the code is the error, its message is not looked at
const abs = koffi.address(koffi.load(null).symbol('abs', 'void') as never)
const errorMakers = new Words(2)
errorMakers.set(0, Number(koffi.address(makeError)))
errorMakers.set(1, Number(abs))

const argsOf = ({ name, key, value, ms = 10_000 }: Call, from: 'thread' | 'main'): Args<string> => {
  const { pointer, size } = nativeText(key)
  const given = { key: pointer, keySize: size, callbackError: errorMakers.pointer + (from === 'main' ? 8 : 0) }
  if (name === 'put') {
    const placed = nativeText(value!)
    return new Args(structs.keyValuePut).assign({ ...given, value: placed.pointer, valueSize: placed.size }) as Args<string>
  }
  if (name === 'tryGet') return new Args(structs.keyValueTryGet).assign(given) as Args<string>
  const args = new Args(structs.keyValueGet).assign(given)
  args.setInt('timeoutInMs', ms)
  return args as Args<string>
}
const outcome = ({ name }: Call, args: Args<string>, error: Pointer, from: 'thread' | 'main'): string => {
  if (error !== 0) return `error ${from === 'main' ? error : errors[error - 1]}`
  if (name === 'put') return 'ok'
  const bytes = bytesAt(args.get('value'), args.get('valueSize'))
  ;(koffi.decode(BigInt(args.get('deleter')), deleterProto) as (p: Pointer) => void)(args.get('value'))
  return new TextDecoder().decode(bytes)
}
let functions: Promise<Readonly<Record<Call['name'], Pointer>>> | undefined
const call = async (d: Distributed, from: 'thread' | 'main', calls: readonly Call[]): Promise<readonly string[]> => {
  functions ??= d.callbacks().then((c) => c.pointers)
  const pointers = await functions
  const native = ({ name }: Call): Native => koffi.decode(BigInt(pointers[name]), proto) as Native
  const prepared = calls.map((c) => ({ c, args: argsOf(c, from) }))
  if (from === 'main') return prepared.map(({ c, args }) => outcome(c, args, native(c)(args.pointer), from))
  return Promise.all(
    prepared.map(
      ({ c, args }) =>
        new Promise<string>((over) => native(c).async(args.pointer, (_, error) => over(outcome(c, args, Number(error), from)))),
    ),
  )
}
const client = async (d: Distributed, options: PjrtOptions): Promise<unknown> => {
  const { processIndex, globalDevices, devices } = await pjrt({ cache: null, ...options, distributed: d })
  return { processIndex, globalDevices, devices }
}
/** Each process sums its own part on its own device; the sums are exchanged as values. */
const compute = async (d: Distributed, plugin: string | undefined): Promise<unknown> => {
  const xla = await pjrt({ cache: null, distributed: d, ...(plugin !== undefined && { plugin }) })
  setDefaultBackend(xla)
  const part = np.arange(4, { dtype: 'float32' }).add(4 * d.processId)
  const own = jit((x: Tensor) => np.sum(x.mul(x)))(part)
  await d.put(`sum ${d.processId}`, String(((await own.data()) as Float32Array)[0]))
  const sums = await Promise.all(Array.from({ length: d.numProcesses }, async (_, i) => Number(text(await d.get(`sum ${i}`)))))
  const { processIndex, globalDevices } = xla
  return { total: sums.reduce((a, b) => a + b, 0), processIndex, globalDevices }
}
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)
const run = async (d: Distributed, step: Step): Promise<unknown> => {
  if (step.do === 'put') return d.put(step.key, step.value)
  if (step.do === 'get') return text(await d.get(step.key, step))
  if (step.do === 'tryGet') return (await text(await d.tryGet(step.key))) ?? null
  if (step.do === 'remove') return d.remove(step.key)
  if (step.do === 'barrier') return d.barrier(step.name, step)
  if (step.do === 'wait') return wait(step.ms)
  if (step.do === 'call') return call(d, step.from, step.calls)
  if (step.do === 'client') return client(d, step.options)
  if (step.do === 'compute') return compute(d, step.plugin)
  if (step.do === 'shutdown') return d.shutdown()
  process.exit(3)
}
const attempt = async (f: () => Promise<unknown>): Promise<void> => {
  try {
    console.log(JSON.stringify({ ok: (await f()) ?? null }))
  } catch (e) {
    const { name, message, detail } = e as Error & { readonly detail?: { readonly code?: string } }
    console.log(JSON.stringify({ error: { name, code: detail?.code, message } }))
  }
}

const [options, steps] = process.argv.slice(2).map((a) => JSON.parse(a) as unknown) as [DistributedOptions, readonly Step[]]
let distributed: Distributed | undefined
await attempt(async () => {
  distributed = await initializeDistributed(options)
})
if (distributed) for (const step of steps) await attempt(() => run(distributed!, step))
