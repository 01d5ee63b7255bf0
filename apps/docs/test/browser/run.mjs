// The built site in chromium: every program of every page runs, on wasm all and on webgl and webgpu those of a list; what it prints is what
// its comments say; editing, stopping, errors, links to the playground; no broken link; axe finds nothing serious in both themes; no page
// is wider than a phone; budgets of script and time. Ends with `N passed, N failed`.
// Usage: node apps/docs/test/browser/run.mjs [PART OF A PATH] [--shots FOLDER]
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { expectedOf } from '../../snippets/blocks.mjs'
import { difference, linesOf } from '../../snippets/compare.mjs'
import { brokenLinks } from './links.mjs'
import { dist, pagePaths, serve } from './serve.mjs'

const executablePath = [process.env.HEDDLE_CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path))
if (!executablePath || !existsSync(dist)) {
  console.log(`the site in a browser: left out, ${executablePath ? 'it is not built (npm run docs:build)' : 'no chromium'}`)
  console.log('0 passed, 0 failed')
  process.exit(0)
}
const args = process.argv.slice(2)
const shots = args.includes('--shots') ? args[args.indexOf('--shots') + 1] : undefined
const part = args.find((arg, i) => !arg.startsWith('--') && args[i - 1] !== '--shots') ?? ''
if (shots) mkdirSync(shots, { recursive: true })

let passed = 0
let failed = 0
const check = (what, ...problems) => {
  const real = problems.flat().filter(Boolean)
  if (real.length === 0) return void passed++
  failed++
  console.error(`${what}: ${real.join('\n  ')}`)
}
const attempt = async (what, act) => {
  try {
    check(what, await act())
  } catch (error) {
    check(what, String(error.stack ?? error))
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const { url, close } = await serve()
// WebGL and WebGPU in software, on any machine; slow for all that needs neither
const SOFTWARE_GPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
]
const launch = (flags) => chromium.launch({ executablePath, args: ['--no-sandbox', ...flags] })
let browser = await launch(['--disable-gpu'])
/** A tab at a path, and what its console said that a reader should not see. */
const open = async (path, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const tab = await context.newPage()
  const heard = []
  tab.on('console', (message) => message.type() === 'error' && heard.push(message.text()))
  tab.on('pageerror', (error) => heard.push(String(error.stack ?? error)))
  tab.on('response', (response) => response.status() >= 400 && heard.push(`${response.status()} ${response.url()}`))
  await tab.goto(url + path)
  await tab.waitForFunction(() => customElements.get('heddle-run'))
  return { tab, heard, close: () => context.close() }
}
const ENDED = (run) => ['done', 'failed'].includes(run.dataset.state)
/** Runs a program: how it ended, and its output as text, cell by cell. */
const ran = async (tab, run, timeout = 120_000) => {
  await run.evaluate((element) => void element.run())
  await tab.waitForFunction(ENDED, run, { timeout })
  return run.evaluate((element) => ({
    state: element.dataset.state,
    texts: [...element.querySelectorAll('.out[data-text]')].map((cell) => cell.dataset.text),
    error: element.querySelector('.out-error')?.dataset.error,
    told: element.querySelector('.out-error')?.textContent,
  }))
}
const problemOf = async (tab, run, compare) => {
  const { source, throws, node } = await run.evaluate((element) => JSON.parse(element.dataset.program))
  const { state, texts, error, told } = await ran(tab, run)
  if (throws) return error === throws ? undefined : `ended as ${state} (${error}), not with ${throws}`
  if (state !== 'done') return told
  // what is shown in one slot takes the place of what was there
  return compare && !node && !source.includes('@heddle/docs/show') ? difference(expectedOf(source), linesOf(texts)) : undefined
}

let programs = 0
const seconds = { page: 0, programs: 0, axe: 0 }
const timed = async (what, act) => {
  const start = performance.now()
  const result = await act()
  seconds[what] += (performance.now() - start) / 1000
  return result
}
// Starlight's button for the search says its keys too, which its name does not
const serious = async (tab) => {
  await tab.evaluate(axe)
  const { violations } = await tab.evaluate(() => axe.run({ exclude: ['button[data-open-modal]'] }, { resultTypes: ['violations'] }))
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html, failureSummary }) => `${html.slice(0, 120)} ${failureSummary.split('\n')[1] ?? ''}`)
          .join(' | ')}`,
    )
}
/** All that holds for each page. */
const visit = async (path) => {
  const { tab, heard, close } = await timed('page', () => open(path))
  try {
    for (const [i, run] of (await tab.$$('heddle-run')).entries()) {
      programs++
      await timed('programs', () => attempt(`${path} program ${i + 1}`, () => problemOf(tab, run, true)))
    }
    // blocks of code that scroll are made reachable by keys a moment after the page is there
    await tab.waitForTimeout(600)
    for (const theme of ['dark', 'light']) {
      await tab.evaluate((name) => void (document.documentElement.dataset.theme = name), theme)
      await timed('axe', () => attempt(`${path} by axe, ${theme}`, () => serious(tab)))
      if (
        shots &&
        /^\/(|start\/five-minutes\/|guides\/modules\/|play\/|transformations\/vmap\/|errors\/linen\/|reference\/(benchmarks|parity\/[a-z]+)\/|inside\/[a-z-]+\/|demos\/[a-z-]+\/)$/.test(
          path,
        )
      )
        await tab.screenshot({ path: `${shots}/${path.replaceAll('/', '_')}${theme}.png`, fullPage: false })
    }
    await tab.setViewportSize({ width: 360, height: 740 })
    const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    check(`${path} on a phone`, over > 0 && `${over} pixels wider than it`)
    check(`${path} on the console`, [...new Set(heard)])
  } finally {
    await close()
  }
}
const paths = pagePaths().filter((path) => path.includes(part))
const queue = [...paths]
const lane = async () => {
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const at = path
    await visit(at).catch((error) => check(at, String(error.stack ?? error)))
  }
}
await Promise.all([lane(), lane()])

// Other backends: a list of pages whose programs say most of what can differ.
// WebGPU reads no condition of a loop at once
const LOOPS = '/guides/control-flow/'
const OTHERS = ['/start/five-minutes/', '/guides/tensors/', '/guides/pure-transformations/', LOOPS, '/guides/state/']
await browser.close()
browser = await launch(SOFTWARE_GPU)
for (const flavour of ['webgl', 'webgpu', 'cpu'])
  for (const path of OTHERS.filter((other) => paths.includes(other) && !(flavour === 'webgpu' && other === LOOPS))) {
    const { tab, close } = await open(`${path}?backend=${flavour}`)
    for (const [i, run] of (await tab.$$('heddle-run')).entries())
      await attempt(`${path} program ${i + 1} on ${flavour}`, async () => {
        const problem = await problemOf(tab, run, false)
        const on = await run.evaluate((element) => element.dataset.backend)
        // what reads at once is told that WebGPU can't
        if (flavour === 'webgpu' && problem?.includes('only asynchronously')) return undefined
        return problem ?? (on === `tfjs-${flavour}` ? undefined : `ran on ${on}`)
      })
    await close()
  }

await browser.close()
browser = await launch(['--disable-gpu'])

// What a reader does with a demo.
const DEMOS = {
  '/demos/maml/': ['a slider', (tab) => tab.fill('.out-slider input', '7'), /^plot of fit/],
  '/demos/digits/': [
    'a pad to draw on',
    async (tab) => {
      const { x, y, width } = await (await tab.$('.out-pad')).boundingBox()
      await tab.mouse.move(x + width / 2, y + width / 6)
      await tab.mouse.down()
      await tab.mouse.move(x + width / 2, y + (5 * width) / 6, { steps: 8 })
      await tab.mouse.up()
    },
    /^plot of chance \(10 points\)/,
  ],
}
for (const [path, [what, act, shown]] of Object.entries(DEMOS).filter(([path]) => paths.includes(path)))
  await attempt(what, async () => {
    const { tab, close } = await open(path)
    const run = await tab.$('heddle-run')
    const { state, told } = await ran(tab, run)
    const drawings = () =>
      run.evaluate((element) =>
        [...element.querySelectorAll('.out[data-text]')].map(
          (cell) => `${cell.dataset.text} ${cell.innerHTML.length} ${cell.querySelector('svg')?.innerHTML ?? ''}`,
        ),
      )
    const before = new Set(await drawings())
    await act(tab)
    let fresh = []
    for (let i = 0; i < 40 && fresh.length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 250))
      fresh = (await drawings()).filter((text) => !before.has(text) && shown.test(text))
    }
    await close()
    return state !== 'done' ? told : fresh.length > 0 ? undefined : 'nothing new is shown'
  })

// What a reader does with a program.
const FIRST = '/start/five-minutes/'
if (paths.includes(FIRST)) {
  const { tab, close } = await open(FIRST, { permissions: ['clipboard-read', 'clipboard-write'] })
  const run = await tab.$('heddle-run')
  const press = async (name) => (await run.$(`[data-part="${name}"]`)).click()
  const outcome = () =>
    run.evaluate((element) => ({
      state: element.dataset.state,
      text: element.querySelector('[data-part=output]').innerText,
      line: element.querySelector('.out-error')?.dataset.line,
    }))
  const write = async (text) => {
    await run.$eval('.cm-content', (element) => element.focus())
    await tab.keyboard.press('Control+a')
    await tab.keyboard.insertText(text)
  }
  const ended = () => tab.waitForFunction(ENDED, run, { timeout: 60_000 })
  await attempt('editing', async () => {
    await press('edit')
    await run.waitForSelector('.cm-content')
    await write("const x: number = 6\nconsole.log('six times seven', x * 7)\n")
    await tab.keyboard.press('Control+Enter')
    await ended()
    const { text } = await outcome()
    return text.includes('six times seven 42') ? undefined : text
  })
  await attempt('completion from the declarations of the packages', async () => {
    await run.waitForSelector('.cm-editor[data-typescript=ready]', { timeout: 60_000 })
    await write("import { np } from '@heddle/func'\nnp.cums")
    await tab.keyboard.press('Control+Space')
    await run.waitForSelector('.cm-tooltip-autocomplete', { timeout: 60_000 })
    const text = await run.$eval('.cm-tooltip-autocomplete', (element) => element.textContent)
    return text.includes('cumsum') ? undefined : text
  })
  await attempt('a type error is marked', async () => {
    await tab.keyboard.press('Escape')
    await write('const wrong: string = 5\nconsole.log(wrong)\n')
    await run.waitForSelector('.cm-lintRange-error', { timeout: 60_000 })
  })
  await attempt('an error has the line of the program', async () => {
    await write(
      "import '@heddle/backend-tfjs/auto'\nimport { np } from '@heddle/func'\ninterface A { a: number }\nconst f = (a: A) =>\n  np.ones([2]).add(np.ones([3 * a.a]))\nf({ a: 1 })\n",
    )
    await press('run')
    await ended()
    const { state, line, text } = await outcome()
    return state === 'failed' && line === '5' ? undefined : `line ${line}: ${text}`
  })
  await attempt('what can not be read has its line', async () => {
    await write('const a = 1\nconst = 2\n')
    await press('run')
    await ended()
    const { state, line, text } = await outcome()
    return state === 'failed' && line === '2' ? undefined : `line ${line}: ${text}`
  })
  await attempt('an endless loop is stopped, and the page lives on', async () => {
    await write("console.log('before')\nwhile (true) {}\n")
    await press('run')
    await run.waitForSelector('.out', { timeout: 30_000 })
    await press('stop')
    await ended()
    await write("console.log('after')\n")
    await press('run')
    await ended()
    const { text } = await outcome()
    return text.includes('after') ? undefined : text
  })
  await attempt('reset', async () => {
    await press('reset')
    const { state, text } = await outcome()
    const editor = await run.$('.cm-content')
    return state === 'idle' && !editor && text === '' ? undefined : `${state} ${text}`
  })
  await attempt('a link to the playground', async () => {
    await press('link')
    await run.waitForSelector('[data-part=link][data-link]')
    const link = await run.$eval('[data-part=link]', (element) => element.dataset.link)
    const { source } = await run.evaluate((element) => JSON.parse(element.dataset.program))
    const { tab: play, close: closePlay } = await open(link.slice(url.length))
    const box = await play.waitForSelector('heddle-play[data-state=idle]', { timeout: 30_000 })
    await (await box.$('[data-part=run]')).click()
    await play.waitForFunction(ENDED, box, { timeout: 60_000 })
    const { state, texts } = await box.evaluate((element) => ({
      state: element.dataset.state,
      texts: [...element.querySelectorAll('.out[data-text]')].map((cell) => cell.dataset.text),
    }))
    await closePlay()
    return state === 'done' ? difference(expectedOf(source), linesOf(texts)) : `ended as ${state}: ${texts.join('\n')}`
  })
  await attempt('another backend, chosen in the menu', async () => {
    await tab.selectOption('heddle-run select[data-flavour]', 'cpu')
    const { state } = await ran(tab, run)
    const on = await run.evaluate((element) => element.dataset.backend)
    return state === 'done' && on === 'tfjs-cpu' ? undefined : `${state} on ${on}`
  })
  await attempt('a type on hover', async () => {
    await tab.hover('heddle-run [data-type]')
    const text = await tab.$eval('.type-box', (element) => (element.hidden ? '' : element.textContent))
    return text ? undefined : 'nothing is shown'
  })
  await close()

  // Budgets.
  const fresh = await open(FIRST)
  await fresh.close()
  const context = await browser.newContext()
  const first = await context.newPage()
  let bytes = 0
  const scripts = []
  first.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return
    scripts.push(response.body().then((body) => (bytes += gzipSync(body).length)))
  })
  await first.goto(url + FIRST, { waitUntil: 'networkidle' })
  await Promise.all(scripts)
  const kilobytes = bytes / 1000
  check('script before the first run', kilobytes > 150 && `${kilobytes.toFixed(1)} kB gzip, at most 150`)
  const start = performance.now()
  const { state } = await ran(first, await first.$('heddle-run'))
  const time = (performance.now() - start) / 1000
  check('time to the first result', state !== 'done' && `ended as ${state}`, time > 5 && `${time.toFixed(1)} s, at most 5`)
  console.log(`script before the first run ${kilobytes.toFixed(1)} kB gzip; first result after ${time.toFixed(2)} s`)
  await context.close()
}
const { count, broken } = brokenLinks()
check('links', broken)
await browser.close()
close()
console.log(
  `${paths.length} pages, ${programs} programs, ${count} links; seconds: ${Object.entries(seconds)
    .map(([what, s]) => `${what} ${s.toFixed(0)}`)
    .join(', ')}`,
)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
