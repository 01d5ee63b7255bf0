/**
 * Two copies of a package in one program: what one makes the other does not know (`isTensor`, `instanceof`, registered nodes), and nothing
 * else would say why. Each package notes where it was loaded, under a symbol that all copies share.
 */
const key = Symbol.for('heddle.copies')

interface Loaded {
  /** The stack of its loading; its text is made only where there is something to tell. */
  readonly from: Error
  told: boolean
}

/** The file that loaded: of the frames of a stack the first that is another file than this one. */
const placeOf = ({ stack = '' }: Error): string => {
  const files = [...stack.matchAll(/(?:\(|@|at (?:async )?)((?:[a-z-]+:\/\/|\/|[A-Z]:\\)[^\n)]*?):\d+(?::\d+)?\)?$/gm)].map(
    ([, file]) => file!,
  )
  return files.find((file) => file !== files[0]) ?? files[0] ?? 'a place that is not known'
}

/** To be called once by each copy of a package, as it loads. Warns once where another copy is there. Source: three.js's `__THREE__`. */
export const noteCopy = (name: string): void => {
  const shared = globalThis as { [key]?: Map<string, Loaded> }
  const all = (shared[key] ??= new Map<string, Loaded>())
  const from = new Error()
  const before = all.get(name)
  if (before === undefined) {
    all.set(name, { from, told: false })
    return
  }
  const [first, second] = [placeOf(before.from), placeOf(from)]
  // loaded again from the same place: a test or a hot reload
  if (before.told || first === second) return
  before.told = true
  console.warn(
    `heddle: there are two copies of ${name} in this program, ${first} and ${second}: what one makes (tensors, modules, errors) the other ` +
      `does not know. Keep one: see \`npm ls ${name}\`, then \`npm dedupe\`, or resolve.dedupe in Vite`,
  )
}
