/** Folders: of plugins that were installed, of compiled programs, and of the Python packages of this machine. */
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A folder of the user's cache; HEDDLE_CACHE names another one. */
export const cacheFolder = (part: 'plugins' | 'programs'): string => {
  const { HEDDLE_CACHE, XDG_CACHE_HOME } = process.env
  const base = XDG_CACHE_HOME ?? join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache')
  return join(HEDDLE_CACHE ?? join(base, 'heddle'), part)
}
export const childrenOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return []
  }
}
/** `lib/python3.12/site-packages` of an environment, whatever its version of Python. */
const packagesOf = (environment: string): readonly string[] =>
  childrenOf(join(environment, 'lib')).flatMap((lib) =>
    /python3(\.\d+)?$/.test(lib) ? ['site-packages', 'dist-packages'].map((p) => join(lib, p)).filter((p) => existsSync(p)) : [],
  )
/**
 * Folders of Python packages: the active environment's first, then the user's and the system's. A `.venv` of the current directory is none
 * of them: who starts a program in a folder does not thereby say that native code of it may run.
 */
export const pythonFolders = (): readonly string[] => {
  const { VIRTUAL_ENV, CONDA_PREFIX } = process.env
  const environments = [VIRTUAL_ENV, CONDA_PREFIX, join(homedir(), '.local'), '/usr/local', '/usr']
  return [...new Set(environments.filter((e) => e !== undefined && e !== ''))].flatMap((e) => packagesOf(e as string))
}
