/**
 * tfjs-core, and how one of its backends is started without disturbing what a program does with tfjs itself.
 *
 * Starting goes through tfjs's global engine (only it sets kernels up), one backend at a time; the one that was active before is
 * active again afterwards.
 */
import type * as Core from '@tensorflow/tfjs-core'
import { BackendError } from '@heddle/func/backend'
import type { Flavour } from './flavour'

export type TfjsCore = typeof Core

/** In Node an ES module sees a CommonJS package's names on its default export, if not beside it. */
export const unwrapped = <M extends object>(module: M, name: keyof M): M =>
  name in module ? module : ((module as { default?: M }).default ?? module)

export const loadCore = async (): Promise<TfjsCore> => unwrapped(await import('@tensorflow/tfjs-core'), 'getKernel')

let queue: Promise<unknown> = Promise.resolve()

/** Starts a backend of tfjs and answers its instance. Errors: BackendError where tfjs can't. */
export const startBackend = <B>(core: TfjsCore, name: string, flavour: Flavour): Promise<B> => {
  const start = async (): Promise<B> => {
    const engine = core.engine()
    const before = engine.backendName
    // tfjs takes the name of a backend that fails, too
    const restore = async (): Promise<void> => {
      if (before && before !== name && before in engine.registry) await engine.setBackend(before)
    }
    if (!(await engine.setBackend(name))) {
      await restore()
      throw new BackendError(flavour, `tfjs could not start its backend '${name}'`)
    }
    const instance = engine.backend as unknown as B
    await restore()
    return instance
  }
  const started = queue.then(start, start)
  queue = started.catch(() => undefined)
  return started
}
/** Runs `f` while tfjs keeps its greetings and its warnings about kernels registered twice to itself. */
export const quietly = async <A>(core: TfjsCore, f: () => A | Promise<A>): Promise<A> => {
  const env = core.env()
  const before = env.getBool('PROD')
  env.set('PROD', true)
  try {
    return await f()
  } finally {
    env.set('PROD', before)
  }
}
