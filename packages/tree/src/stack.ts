/**
 * Stacks as their readers need them: the frames of who called heddle, without heddle's own.
 *
 * A stack is captured deep, since between the user's line and the place of an error stand more frames of heddle than engines keep by
 * default. What is heddle's is known by where it lies: in a folder of the packages, or in that of bundled dependencies. Where everything is
 * one file nothing is taken out.
 */

/** How many frames are looked at: more than stand between an error in a deep model and the script that called it. */
const DEEP = 500

const packages = 'tree|core|func|lift|linen|optim|checkpoint|stablehlo|backend-host|backend-tfjs|backend-pjrt'
/** Installed, on a server of packages, or on a source map's path: `@heddle/func/…`, `@heddle/func@0.1.0/…`. */
const installed = new RegExp(`/@heddle/(?:${packages})[@/]`)
/** What a development server has bundled of dependencies. */
const prebundled = /\/\.vite\/(?:[^\s]*\/)?deps(?:_ssr)?\//
/** A frame of the engine itself, such as `Array.map`. */
const native = /\(<anonymous>\)$|@\[native code\]$|\(native\)$|^\s*at native$/

const limit = (): unknown => Reflect.get(Error, 'stackTraceLimit')
/** The limit of the program, while it is raised. */
let theirs: number | undefined

/** Runs with deep stacks, where the engine has a limit that can be raised: also errors of the engine and of the program are whole then. */
export const withDeepStacks = <R>(run: () => R): R => {
  const before = limit()
  if (typeof before !== 'number' || before >= DEEP) return run()
  const outer = theirs
  theirs = before
  Reflect.set(Error, 'stackTraceLimit', DEEP)
  try {
    return run()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', before)
    theirs = outer
  }
}

/** A deep stack from here: its first frame lies in this file. The text is made when it is read. */
export const captured = (): Error => withDeepStacks(() => new Error())

const isFrame = (line: string): boolean => /^\s+at /.test(line) || /^[^\s]*@/.test(line)

/** The frames of a stack, a line each, without the name and message that some engines put before them. */
export const framesOf = (stack: string, message: string): readonly string[] => {
  const at = message === '' ? -1 : stack.indexOf(message)
  const lines = (at < 0 ? stack : stack.slice(at + message.length)).split('\n')
  const first = lines.findIndex(isFrame)
  return first < 0 ? [] : lines.slice(first).filter((line) => line !== '')
}

const slashes = (frame: string): string => frame.replaceAll('\\', '/').replace(/file:\/\/(?:\/(?=[A-Za-z]:))?/, '')

/** Where this file lies says where its siblings do. */
const home = (): ((frame: string) => boolean) => {
  const own = slashes(framesOf(String(captured().stack), '')[0] ?? '')
  if (prebundled.test(own)) return (frame) => prebundled.test(frame)
  const folder = /([^\s(@]*)\/tree\/(?:src|dist)\//.exec(own)?.[1]
  if (folder === undefined || folder === '') return () => false
  const places = packages.split('|').flatMap((p) => [`${folder}/${p}/src/`, `${folder}/${p}/dist/`])
  return (frame) => places.some((place) => frame.includes(place)) && !frame.includes('.test.')
}

let atHome: ((frame: string) => boolean) | undefined

const isOurs = (frame: string): boolean => {
  const f = slashes(frame)
  return installed.test(f) || (atHome ??= home())(f)
}

/** `full` where the whole stack is asked for: the variable HEDDLE_TRACEBACK of the environment, or of the global object. */
const asked = (): unknown => {
  const { process, HEDDLE_TRACEBACK } = globalThis as {
    readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> }
    readonly HEDDLE_TRACEBACK?: unknown
  }
  return process?.env?.HEDDLE_TRACEBACK ?? HEDDLE_TRACEBACK
}

/** What is left of frames without heddle's own: at most `most`, and a line that says how many were hidden. All, where none is left. */
export const usersFrames = (frames: readonly string[], most: number): readonly string[] => {
  if (asked() === 'full') return frames
  let below = false
  const shown = frames
    .toReversed()
    .filter((frame) => {
      if (!native.test(frame)) below = isOurs(frame)
      return !below
    })
    .toReversed()
  if (shown.length === 0) return frames.slice(0, most)
  const hidden = frames.length - shown.length
  const kept = shown.slice(0, most)
  return hidden === 0 ? kept : [...kept, `    (${hidden} frames of heddle are hidden; HEDDLE_TRACEBACK=full shows them)`]
}

/** How many frames the user wants to see. */
export const wanted = (): number => {
  const n = theirs ?? limit()
  return typeof n === 'number' ? n : DEEP
}

/** V8 begins a stack with name and message, others with the first frame. */
export const hasHeader = (stack: string): boolean => !isFrame(stack.split('\n', 1)[0] ?? '')

/** The frames of the program in a stack, the innermost first. */
export const usersLines = ({ stack, message }: Error, most: number): readonly string[] =>
  usersFrames(framesOf(String(stack), message), most)
    .slice(0, most)
    .map((frame) => frame.trim())

/** Takes heddle's frames out of the stack of an error of the engine or of the program, and puts a note after its message. */
export const retell = (error: Error, note: string): void => {
  const { stack, message } = error
  if (typeof stack !== 'string' || (message !== '' && hasHeader(stack) && !stack.includes(message))) return
  const frames = framesOf(stack, message)
  const header = hasHeader(stack) ? [`${error.name}: ${message}${note}`] : []
  Reflect.set(error, 'stack', [...header, ...usersFrames(frames, wanted())].join('\n'))
}
