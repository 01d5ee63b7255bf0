import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from '../../tsdown.base.ts'

/** tfjs's WebAssembly files lie beside what loads them, where bundlers and browsers look. */
const copyWasm = (): void => {
  const from = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')
  for (const kind of ['', '-simd', '-threaded-simd'])
    copyFileSync(join(from, `tfjs-backend-wasm${kind}.wasm`), join(import.meta.dirname, `dist/tfjs-backend-wasm${kind}.wasm`))
}

export default {
  ...build({
    index: 'src/index.ts',
    auto: 'src/auto.ts',
    ready: 'src/ready.ts',
    native: 'src/native/index.ts',
    'absent-native': 'src/absent/native.ts',
    gpu: 'src/with-gpu.ts',
  }),
  onSuccess: copyWasm,
}
