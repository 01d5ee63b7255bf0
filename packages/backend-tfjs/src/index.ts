/** The default backend of heddle, on TensorFlow.js. */
export type { TfjsBackend } from './backend'
export { type TfjsOptions, tfjs } from './choose'
export { defaultOrder, type Flavour, flavours } from './flavour'
export type { CompileMode } from './native/compile'
export type { TfjsBuffer } from './store'
export type { WasmPaths } from './wasm/places'
