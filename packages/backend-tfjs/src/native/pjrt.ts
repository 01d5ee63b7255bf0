/** XLA by @heddle/backend-pjrt, an optional peer: found where the program or this package has it. */
import type * as Module from 'node:module'
import type * as Path from 'node:path'
import type * as Url from 'node:url'
import type { Backend } from '@heddle/func/backend'
import { builtin } from '../builtin'
import { Unavailable } from '../unavailable'

const name = '@heddle/backend-pjrt'

/** Its entry; undefined where it is not installed. */
const find = async (): Promise<string | undefined> => {
  const { createRequire } = await builtin<typeof Module>('module')
  const { join } = await builtin<typeof Path>('path')
  for (const root of [join(process.cwd(), 'package.json'), import.meta.url])
    try {
      return createRequire(root).resolve(name)
    } catch {
      continue
    }
  return undefined
}
/** Errors: Unavailable where the package is missing; BackendError where its plugin is. */
export const pjrtBackend = async (): Promise<Backend> => {
  const path = await find()
  if (path === undefined) throw new Unavailable('pjrt', `${name} is not installed; run: npm install ${name}`, true)
  const { pathToFileURL } = await builtin<typeof Url>('url')
  const { pjrt } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ pathToFileURL(path).href)) as {
    readonly pjrt: () => Promise<Backend>
  }
  return pjrt()
}
