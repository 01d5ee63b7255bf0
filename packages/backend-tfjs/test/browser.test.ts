/**
 * The flavours of a browser, in chromium: which one is chosen, and whether each computes what the host computes.
 *
 * Skipped where there is no chromium (HEDDLE_CHROMIUM says where one is), the GPU's flavours where their packages are not installed:
 * `scripts/install-browser.sh` installs both.
 */
import { hostBackend } from '@heddle/backend-host'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Flavour } from '../src/flavour'
import { call, executablePath, launch, openPage, type Part as Lack } from './browser/chromium'
import type { Choice, Part, Report } from './browser/page'
import { hasGpuPackages, openSite, type Site } from './browser/site'
import { train, type Trained } from './browser/train'

if (executablePath === undefined) console.warn('tests in a browser are skipped: no chromium (HEDDLE_CHROMIUM names one)')
else if (!hasGpuPackages) console.warn('tests of webgpu and webgl are skipped: scripts/install-browser.sh installs their packages')

let site: Site
const atSite = (): void => {
  beforeAll(async () => {
    site = await openSite()
  }, 120_000)
  afterAll(() => site.close())
}
const browserWith = (options: Parameters<typeof launch>[0] = {}): (() => Browser) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch(options)
  }, 120_000)
  afterAll(() => browser.close())
  return () => browser
}
const chooseIn = async (browser: Browser, lacks: readonly Lack[] = []): Promise<Choice> => {
  const page = await openPage(browser, site.url, lacks)
  try {
    return await call<Choice>(page, 'choose')
  } finally {
    await page.close()
  }
}

describe.skipIf(executablePath === undefined)('in a browser', () => {
  atSite()

  describe('the choice', () => {
    const browser = browserWith()
    it.runIf(hasGpuPackages)(
      'is WebGPU',
      async () => {
        expect(await chooseIn(browser())).toEqual({ flavour: 'webgpu', description: 'tfjs webgpu 4.22.0, gpu yes', said: [] })
      },
      120_000,
    )
    it.runIf(hasGpuPackages)(
      'is WebGL where WebGPU is missing, or has no device',
      async () => {
        const webgl = { flavour: 'webgl', description: 'tfjs webgl 4.22.0, gpu yes', said: [] }
        expect(await chooseIn(browser(), ['webgpu'])).toEqual(webgl)
        expect(await chooseIn(browser(), ['adapter'])).toEqual(webgl)
      },
      120_000,
    )
    it('is WebAssembly where both are missing, with a warning', async () => {
      const { flavour, description, said } = await chooseIn(browser(), ['webgpu', 'webgl'])
      expect([flavour, description]).toEqual(['wasm', expect.stringMatching(/^tfjs wasm 4\.22\.0 \(SIMD, \d+ threads?\), gpu no$/)])
      expect(said).toEqual([
        expect.stringMatching(/computing on wasm(; failed: webgpu \(.*\), webgl \(.*\)|. Faster: npm install @tensorflow)/),
      ])
    }, 120_000)
    it('is plain JavaScript where that is missing too', async () => {
      const { flavour, said } = await chooseIn(browser(), ['webgpu', 'webgl', 'wasm'])
      expect(flavour).toBe('cpu')
      expect(said).toEqual([expect.stringMatching(/computing on cpu; failed: webgpu \(.*\), webgl \(.*\), wasm \(.*\)/)])
    }, 120_000)
  })

  describe.runIf(hasGpuPackages)('the choice where WebGPU computes and is read as zeros', () => {
    const browser = browserWith({ blank: true })
    it('is WebGL, with a warning', async () => {
      const { flavour, said } = await chooseIn(browser())
      expect(flavour).toBe('webgl')
      expect(said).toEqual([expect.stringMatching(/webgpu \(reading without waiting, for the sine of 8, gave 0, not 0\.989/)])
    }, 120_000)
  })

  const gpu: readonly Flavour[] = ['webgl', 'webgpu']
  describe.each(['wasm', 'cpu', ...(hasGpuPackages ? gpu : [])] as Flavour[])('%s', (flavour) => {
    const browser = browserWith()
    let page: Page
    beforeAll(async () => {
      page = await openPage(browser(), site.url)
    }, 120_000)
    /** A loop's condition can't be read without waiting on WebGPU; the engine says so. */
    const loops = ['while', 'cond']
    const part = (...laws: readonly string[]): Part => ({ laws, without: flavour === 'webgpu' ? loops : [] })
    const nothingWrong = ({ passed, failures }: Report): void => {
      expect(failures).toEqual([])
      expect(passed).toBeGreaterThan(100)
    }

    it('computes what the host computes, NaN and infinities among the operands', async () => {
      nothingWrong(await call(page, 'kernels', flavour))
    }, 240_000)
    it('gives the reference’s values for every primitive', async () => {
      nothingWrong(await call(page, 'conform', flavour, part('the value is the reference’s')))
    }, 240_000)
    it('leaves nothing behind', async () => {
      nothingWrong(await call(page, 'conform', flavour, part('programs leave nothing behind')))
    }, 240_000)
    it('trains a convolutional model as the host does', async () => {
      const [got, want] = [await call<Trained>(page, 'trained', flavour), await train(hostBackend())]
      expect(want.losses[2]).toBeLessThan(want.losses[0]! * 0.7)
      expect(got.params).toHaveLength(want.params.length)
      const apart = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)))
      expect(apart(got.losses, want.losses)).toBeLessThan(1e-5)
      expect(apart(got.params, want.params)).toBeLessThan(1e-5)
    }, 240_000)
    if (flavour !== 'webgpu') return
    it('says that it can not wait for a condition', async () => {
      const { failures } = await call<Report>(page, 'loops', flavour)
      expect(failures).toEqual([expect.stringMatching(/can not read a condition synchronously/)])
    }, 60_000)
  })
})
