/** A client as `pjrt` makes it: one device of a CPU, and what other processes are known by. */
import { basename } from 'node:path'
import { PjrtError } from './api/error'
import { type Client, type ClientOption, createClient, type KeyValueFunctions } from './client'

type Options = Readonly<Record<string, ClientOption>>
/** What a client is told of other processes. */
export interface Others {
  readonly options: Options
  readonly keyValue?: KeyValueFunctions
}
/** The first options that the plugin knows. */
const firstClient = (path: string, attempts: readonly Options[], keyValue: Others['keyValue']): Client => {
  const [first = {}, ...others] = attempts
  try {
    return createClient(path, first, keyValue)
  } catch (e) {
    if (others.length > 0 && e instanceof PjrtError && e.detail.code === 'INVALID_ARGUMENT') return firstClient(path, others, keyValue)
    throw e
  }
}
/**
 * One device of a CPU, which does more work in a time than several, unless options say otherwise. Older CPU plugins know less of
 * options.
 */
export const defaultClient = (path: string, options?: Options, { options: more, keyValue }: Others = { options: {} }): Client => {
  if (!/cpu/i.test(basename(path))) return createClient(path, { ...more, ...options }, keyValue)
  const own = options ?? { cpu_device_count: 1 }
  return firstClient(path, [{ ...more, ...own }, own, ...(options === undefined ? [{}] : [])], keyValue)
}
