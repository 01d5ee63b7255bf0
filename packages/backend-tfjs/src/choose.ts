/**
 * Chooses the fastest flavour of tfjs that works here.
 *
 * Flavours are tried in order; each ends with a small product of matrices, since loading alone proves nothing. One that does not
 * work is passed over, and when that leads to something slower than hoped for, one warning says what was tried and why it failed.
 */
import { anything, count, func, listOf, optionsOf, type OptionsOf, of } from '@heddle/func/options'
import { BackendError } from '@heddle/func/backend'
import { backendOf, type BackendSettings, type TfjsBackend } from './backend'
import { cpuDevice } from './cpu'
import { defaultOrder, type Flavour, flavours, inNode, isFlavour } from './flavour'
import { offersGpu } from './gpu/peers'
import { probe } from './probe'
import type { CompileMode } from './native/compile'
import { Unavailable } from './unavailable'
import type { WasmPaths } from './wasm/places'

const tfjsOptions = optionsOf(
  {
    /** Flavours to try, the first that works is taken. Default: by platform, the fastest first. */
    prefer: of<readonly Flavour[]>()(listOf(anything, 'a list of flavours')),
    /** This flavour or none. */
    demand: of<Flavour>()(anything),
    /** How the native flavours run whole programs: `tfjs({ compile: 'off' })` for kernels alone. Default `auto`. */
    compile: of<CompileMode>()(anything),
    /** Where a browser finds tfjs's .wasm files, if not beside the script. */
    wasmPaths: of<WasmPaths>()(anything),
    /** What is told of a fall-back; default: console.warn, once. */
    warn: of<(message: string) => void>()(func),
    hostBelow: count,
  },
  { hint: (x) => (typeof x === 'string' ? `a flavour is an option: tfjs({ prefer: ['${x}'] })` : undefined) },
)
/** Options of `tfjs`. */
export interface TfjsOptions extends BackendSettings, OptionsOf<typeof tfjsOptions> {}
const makers: { readonly [F in Flavour]: (options: TfjsOptions) => Promise<TfjsBackend> } = {
  'node-gpu': async (options) => (await import('#native')).nativeBackend('node-gpu', options),
  node: async (options) => (await import('#native')).nativeBackend('node', options),
  webgpu: async (options) => (await import('./gpu')).gpuBackend('webgpu', options),
  webgl: async (options) => (await import('./gpu')).gpuBackend('webgl', options),
  wasm: async (options) => (await import('./wasm')).wasmBackend(options.wasmPaths, options),
  cpu: async () => backendOf(cpuDevice(), () => ({ plans: {} })),
}
const make = async (flavour: Flavour, options: TfjsOptions): Promise<TfjsBackend> => {
  const backend = await makers[flavour](options)
  await probe(backend)
  return backend
}
/** Why something can't be had, in a line. */
export const reasonOf = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string }
  const text = error instanceof BackendError ? error.detail.reason : `${code === undefined ? '' : `${code}: `}${message ?? String(error)}`
  return text.split('\n')[0]!.slice(0, 600)
}
const said = new Set<string>()
const warnOnce = (message: string): void => {
  if (said.has(message)) return
  said.add(message)
  console.warn(message)
}

interface Failure {
  readonly flavour: Flavour
  readonly reason: string
  readonly absent: boolean
}
const account = (failures: readonly Failure[]): string => failures.map((f) => `${f.flavour} (${f.reason})`).join(', ')

/** In Node: what is faster than wasm, and how to get it. */
const faster = (): string =>
  process.platform === 'linux' && process.arch === 'x64'
    ? 'npm install @heddle/backend-pjrt && npx @heddle/backend-pjrt install cpu, then HEDDLE_BACKEND=pjrt'
    : 'npm install @tensorflow/tfjs-node'
/** The same in a browser. */
const gpuAdvice =
  "npm install @tensorflow/tfjs-backend-webgpu @tensorflow/tfjs-backend-webgl, then import '@heddle/backend-tfjs/gpu' before the rest"
/**
 * What someone should hear of: a part that is there and broken, and the slow flavours where faster ones were tried. That tfjs-node runs
 * and tfjs-node-gpu was never installed is as it should be.
 */
const notice = (taken: Flavour, failures: readonly Failure[]): string | undefined => {
  const broken = failures.filter((f) => !f.absent)
  const isSlow = taken === 'wasm' || taken === 'cpu'
  if (failures.length === 0 || (broken.length === 0 && !isSlow)) return undefined
  const said = `heddle: computing on ${taken}`
  if (inNode())
    return `${said}${broken.length > 0 ? `; failed: ${account(broken)}` : `. Faster: ${faster()}`}. HEDDLE_BACKEND=${taken} hides this.`
  const why = offersGpu() || broken.length > 0 ? `; failed: ${account(failures)}` : `. Faster: ${gpuAdvice}`
  return `${said}${why}. tfjs({ prefer: ['${taken}'] }) hides this.`
}

/**
 * The default backend, on the fastest flavour of tfjs that works.
 *
 * Errors: BackendError when `demand` can't be had, or when nothing of `prefer` works; it says what was tried and why it failed.
 *
 * @example
 * const backend = await tfjs({ prefer: ['wasm', 'cpu'] })
 */
export const tfjs = async (given?: TfjsOptions): Promise<TfjsBackend> => {
  const options = tfjsOptions('tfjs', given)
  const { demand, warn = warnOnce } = options
  for (const f of [...(options.prefer ?? []), ...(demand === undefined ? [] : [demand])])
    if (!isFlavour(f)) throw new BackendError('tfjs', `unknown flavour '${String(f)}'; there are ${flavours.join(', ')}`)
  if (demand !== undefined)
    try {
      return await make(demand, options)
    } catch (cause) {
      throw new BackendError(demand, `demanded and not to be had: ${reasonOf(cause)}`, { cause })
    }
  const failures: Failure[] = []
  for (const flavour of options.prefer ?? defaultOrder())
    try {
      const backend = await make(flavour, options)
      const said = notice(backend.flavour, failures)
      if (said !== undefined) warn(said)
      return backend
    } catch (error) {
      failures.push({ flavour, reason: reasonOf(error), absent: error instanceof Unavailable && error.detail.absent })
    }
  throw new BackendError('tfjs', `no flavour works here: ${account(failures)}`)
}
