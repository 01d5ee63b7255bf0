/** A chromium to test in, and pages in which it lacks something. */
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

/** HEDDLE_CHROMIUM, else where Debian puts it. */
export const executablePath = [process.env.HEDDLE_CHROMIUM, '/usr/bin/chromium'].find((p) => p !== undefined && existsSync(p))

/**
 * Where there is no GPU, SwiftShader computes both APIs; WebGPU must be asked for. Its memory is read without waiting through a
 * canvas: with `blank` that is so in name only, zeros are read.
 */
const flags = (blank: boolean): string[] => [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  ...(blank ? ['--disable-vulkan-surface'] : []),
]
export const launch = ({ blank = false }: { readonly blank?: boolean } = {}): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath!, headless: true, args: flags(blank), timeout: 60_000 })

/** Takes a part away from a page before its script runs. */
const without = {
  adapter: 'navigator.gpu.requestAdapter = async () => null',
  webgpu: "Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined })",
  webgl: `for (const canvas of [HTMLCanvasElement, OffscreenCanvas]) {
    const { getContext } = canvas.prototype
    canvas.prototype.getContext = function (kind, ...rest) { return kind.includes('webgl') ? null : getContext.call(this, kind, ...rest) }
  }`,
  wasm: 'delete globalThis.WebAssembly',
} as const
export type Part = keyof typeof without

/** A page of the site in which the browser lacks these parts. */
export const openPage = async (browser: Browser, url: string, lacks: readonly Part[] = []): Promise<Page> => {
  const page = await browser.newPage()
  for (const part of lacks) await page.addInitScript(without[part])
  await page.goto(url)
  return page
}
/** Calls a function that the page's bundle exports. */
export const call = <R>(page: Page, name: string, ...args: readonly unknown[]): Promise<R> =>
  page.evaluate(`import('/page.js').then((m) => m[${JSON.stringify(name)}](...${JSON.stringify(args)}))`)
