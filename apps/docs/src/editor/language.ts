/** The worker that knows TypeScript: one for all editors of a page, made with the first. */
import * as Comlink from 'comlink'
import { runtime } from '../run/session'
import type { Language } from '../../runtime/language'

let made: Comlink.Remote<Language> | undefined
let ready: Promise<void> | undefined

export const language = (): Comlink.Remote<Language> => {
  made ??= Comlink.wrap<Language>(new Worker(runtime('language.js'), { type: 'module' }))
  return made
}
/** Fulfilled when completion and errors may be asked for. */
export const initialized = (): Promise<void> => {
  ready ??= Promise.resolve(language().initialize()).then(() => undefined)
  return ready
}
