// Runs a program of a page in this process of Node, from the sources of the packages, and says what it printed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { format } from 'node:util'
import { expectedOf, saidOf } from './blocks.mjs'
import { difference, fits, linesOf, oneLine } from './compare.mjs'

const folder = fileURLToPath(new URL('../.snippets/', import.meta.url))

/** Writes a program where its imports are found, and answers its file. */
export const written = ({ page, n, code }) => {
  mkdirSync(folder, { recursive: true })
  const file = `${folder}${page.replaceAll(/[/.]/g, '-')}-${n}.ts`
  writeFileSync(file, `${code}\nexport {}\n`)
  return file
}

const methods = ['log', 'info', 'debug', 'warn', 'error', 'table']
let count = 0

/**
 * Runs a program: what it printed (`texts`, with the line of the program for each) and the error that it threw.
 * `load` imports a file: Node's, or vitest's.
 */
export const run = async (block, load = (file) => import(`${pathToFileURL(file).href}?${count++}`)) => {
  const file = written(block)
  const printed = []
  const own = Object.fromEntries(methods.map((method) => [method, console[method]]))
  const lineOf = (stack) => Number(stack?.match(new RegExp(`${file.slice(folder.length).replaceAll('.', '\\.')}[^:]*:(\\d+)`))?.[1] ?? 0)
  const hear = (...values) => printed.push({ text: format(...values), line: lineOf(new Error('here').stack) })
  for (const method of methods) console[method] = hear
  console.table = (...values) => {
    const text = tableOf(...values)
    printed.push({ text, line: lineOf(new Error('here').stack) })
  }
  try {
    await load(file)
    return { printed }
  } catch (error) {
    return { printed, error }
  } finally {
    Object.assign(console, own)
  }
}

/** A table as Node prints it. */
const tableOf = (...values) => {
  let text = ''
  const { Console } = console
  const stream = new Writable({ write: (chunk, _, done) => ((text += chunk), done()) })
  new Console({ stdout: stream }).table(...values)
  return text.trimEnd()
}
/** What is wrong with a run, in words; nothing where all is as the page says. */
export const problem = (block, { printed, error }) => {
  const name = error?.name ?? (error === undefined ? undefined : String(error))
  if (block.throws === undefined && error !== undefined) return `threw ${error?.stack ?? error}`
  if (block.throws !== undefined && error === undefined) return `did not throw ${block.throws}`
  if (block.throws !== undefined && name !== block.throws) return `threw ${name}, not ${block.throws}: ${error?.message}`
  const said = saidOf(block.code)
  if (said && !fits(oneLine(said), oneLine(String(error?.message))))
    return `its error says ${JSON.stringify(error?.message)}, its comment ${JSON.stringify(said)}`
  return difference(expectedOf(block.code), linesOf(printed.map(({ text }) => text)))
}
