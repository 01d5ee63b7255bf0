/** The native flavours: TensorFlow's own kernels in Node, on the CPU or on a GPU. */
import { backendOf, type BackendSettings, type TfjsBackend } from '../backend'
import type { KernelPlans } from '../device'
import { type CompileMode, compilerOf } from './compile'
import { loadFiles } from './compile/saved-model'
import type { Context } from './context'
import { contraction, fused } from './contraction'
import { convolutions } from './convolution'
import type { NativeFlavour } from './find'
import { indexing } from './indexing'
import { layout } from './layout'
import { loadNative } from './load'
import { pointwise } from './pointwise'
import { reduction } from './reduction'
import type { Id } from './tensorflow'
import { windows } from './window'

export { pjrtBackend } from './pjrt'

const plansOf = (context: Context): KernelPlans<Id> => ({
  ...pointwise(context),
  ...reduction(context),
  ...layout(context),
  ...contraction(context),
  ...convolutions(context),
  ...windows(context),
  ...indexing(context),
})
export interface NativeSettings extends BackendSettings {
  /** How whole programs are run; default `auto`. */
  readonly compile?: CompileMode
}
/** TensorFlow in Node. Errors: Unavailable where the package, its binding, its library or a GPU is missing. */
export const nativeBackend = async (flavour: NativeFlavour, settings: NativeSettings = {}): Promise<TfjsBackend> => {
  const device = await loadNative(flavour)
  const files = await loadFiles()
  return backendOf(
    device,
    (store, host) => {
      const context: Context = { store, tf: device.tf, host }
      return { plans: plansOf(context), fused: fused(context), compiler: compilerOf(context, files, settings.compile ?? 'auto') }
    },
    settings,
  )
}
