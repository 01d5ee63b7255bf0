/**
 * What tfjs's WebAssembly modules leave on `process`: listeners that throw every uncaught error again, out of one line of minified source
 * of 36,000 characters, which Node then prints before the error. They are taken away; those of the program stay.
 */
const events = ['uncaughtException', 'unhandledRejection'] as const
type Listener = (...args: unknown[]) => void

/** The two listeners of emscripten, as they are in its source. */
const rethrows = /^function\s*\((\w+)\)\s*\{\s*(?:if\s*\(\s*!\(\1 instanceof ExitStatus\)\)\s*\{\s*throw \1;?\s*\}|throw \1;?)\s*\}$/

interface Emitter {
  listeners(event: string): unknown[]
  removeListener(event: string, listener: Listener): unknown
}

const processOf = (): Emitter | undefined => {
  const { process } = globalThis as { readonly process?: Partial<Emitter> }
  return typeof process?.listeners === 'function' && typeof process.removeListener === 'function' ? (process as Emitter) : undefined
}

/** Loads WebAssembly, and takes away the listeners that it adds. */
export const withoutTheirListeners = async <R>(load: () => Promise<R>): Promise<R> => {
  const process = processOf()
  if (process === undefined) return load()
  const before = new Map(events.map((event) => [event, new Set(process.listeners(event))] as const))
  try {
    return await load()
  } finally {
    for (const [event, known] of before)
      for (const listener of process.listeners(event))
        if (!known.has(listener) && rethrows.test(String(listener))) process.removeListener(event, listener as Listener)
  }
}
