/** Which plugin to load: the one that is asked for, else the first that is installed and whose device is there. */
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { BackendError } from '@heddle/func/backend'
import { cacheFolder, childrenOf, pythonFolders } from './folders'
import { isKind, kinds, known, machineFor, type PluginKind } from './known'

/** A plugin that is there: its kind, its library, and where it was found. */
export interface Found {
  readonly path: string
  /** Undefined for a path that was given. */
  readonly kind: PluginKind | undefined
  /** Where it comes from, in words. */
  readonly origin: string
}

const inFolder = (folder: string, kind: PluginKind, origin: string): readonly Found[] =>
  known[kind].libraries
    .map((l) => join(folder, l))
    .filter((p) => existsSync(p))
    .map((path) => ({ path, kind, origin }))

/** By versions, whose parts are numbers: 0.11 is newer than 0.9. */
const newestFirst = (a: string, b: string): number => basename(b).localeCompare(basename(a), 'en', { numeric: true })

/** All plugins of a kind: those that `install` fetched, the newest first, then those of Python environments. */
export const installed = (kind: PluginKind): readonly Found[] => [
  ...[...childrenOf(join(cacheFolder('plugins'), kind))]
    .sort(newestFirst)
    .flatMap((folder) => inFolder(folder, kind, 'installed by @heddle/backend-pjrt')),
  ...pythonFolders().flatMap((folder) => inFolder(folder, kind, `found in ${folder}`)),
]
const none = (what: string, kind: PluginKind): BackendError =>
  new BackendError(
    'pjrt',
    machineFor(kind) === undefined
      ? `${what}, and there is none for ${process.platform} ${process.arch}; use @heddle/backend-tfjs here`
      : `${what}; run: npx @heddle/backend-pjrt install ${kind}`,
  )

const byName = (name: string, origin: string): Found => {
  if (isKind(name)) {
    const [first] = installed(name)
    if (!first) throw none(`no PJRT plugin for ${name} is installed`, name)
    return first
  }
  const path = resolve(name)
  if (!existsSync(path)) throw new BackendError('pjrt', `${origin} names ${name}, which is neither a file nor one of ${kinds.join(', ')}`)
  return { path, kind: undefined, origin }
}
/** Errors: BackendError where none is found, with the command that installs one. */
export const findPlugin = (wanted?: string): Found => {
  if (wanted !== undefined) return byName(wanted, 'the option `plugin`')
  const named = process.env.HEDDLE_PJRT_PLUGIN
  if (named !== undefined && named !== '') return byName(named, 'HEDDLE_PJRT_PLUGIN')
  for (const kind of kinds) {
    if (!known[kind].isPresent()) continue
    const [first] = installed(kind)
    if (first) return first
  }
  const devices = kinds.filter((k) => k !== 'cpu' && known[k].isPresent() && machineFor(k) !== undefined)
  throw none('no PJRT plugin is installed', devices[0] ?? 'cpu')
}
