import { expect, it } from 'vitest'
import { addressOf, placesOf } from './places'

const at = (from: string): string => addressOf(() => new URL('./x.wasm', from), 'x.wasm')

it('are beside the module, wherever it is served from', () => {
  expect(at('https://host/lib/main.js')).toBe('https://host/lib/x.wasm')
  expect(at('https://host/node_modules/@heddle/backend-tfjs/dist/wasm.mjs')).toBe(
    'https://host/node_modules/@heddle/backend-tfjs/dist/x.wasm',
  )
})
it('are in the package where a development server of Vite has moved the module', () => {
  const own = 'http://localhost:5173/node_modules/@heddle/backend-tfjs/dist/x.wasm'
  expect(at('http://localhost:5173/node_modules/.vite/deps/chunk-ABC.js?v=1')).toBe(own)
  expect(at('http://localhost:5173/node_modules/.vite/deps_temp_1/chunk-ABC.js')).toBe(own)
})
it('are where the user says', () => {
  expect(placesOf('/files')['tfjs-backend-wasm-simd.wasm']).toBe('/files/tfjs-backend-wasm-simd.wasm')
})
