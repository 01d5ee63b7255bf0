/** What stands for the native flavours outside Node, so that bundles for browsers hold none of their parts. */
import type { Backend } from '@heddle/func/backend'
import type { TfjsBackend } from '../backend'
import { Unavailable } from '../unavailable'

/** Errors: Unavailable, always. */
export const nativeBackend = (flavour: string, _settings?: object): Promise<TfjsBackend> =>
  Promise.reject(new Unavailable(flavour, 'runs in Node only', true))
/** Errors: Unavailable, always. */
export const pjrtBackend = (): Promise<Backend> => Promise.reject(new Unavailable('pjrt', 'runs in Node only', true))
