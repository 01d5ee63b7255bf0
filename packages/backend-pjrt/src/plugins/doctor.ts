/** What is there: plugins, their versions, their devices, and which one would be used. */
import { readdirSync } from 'node:fs'
import { loadLibrary } from '../api/library'
import { defaultClient } from '../default-client'
import { cacheFolder } from './folders'
import { type Found, findPlugin, installed } from './find'
import { isKind, kinds, known, machineFor } from './known'
import { pinnedVersion } from './install'

const attempt = <A>(f: () => A, otherwise: (message: string) => A): A => {
  try {
    return f()
  } catch (e) {
    return otherwise(e instanceof Error ? e.message : String(e))
  }
}
const describe = ({ path, origin }: Found): readonly string[] => {
  const head = [`  ${path}`, `    ${origin}`]
  const version = attempt(
    () => {
      const { major, minor } = loadLibrary(path).version
      return `PJRT C API ${major}.${minor}`
    },
    (m) => `does not load: ${m}`,
  )
  const devices = attempt(
    () => {
      const client = defaultClient(path)
      const list = client.devices.map((d) => d.kind).join(', ')
      return [`platform ${client.platform} ${client.platformVersion.split('\n')[0]}`, `${client.devices.length} device(s): ${list}`]
    },
    (m) => [`no client: ${m}`],
  )
  return [...head, ...[version, ...devices].map((line) => `    ${line}`)]
}
/** Lines for a person to read. Loads all plugins whose device is there. */
export const doctor = (): readonly string[] => {
  const named = process.env.HEDDLE_PJRT_PLUGIN
  const sections = kinds.flatMap((kind) => {
    const found = installed(kind)
    const device = known[kind].isPresent() ? 'device present' : 'no such device'
    const offer = machineFor(kind) === undefined ? 'not for this machine' : `install fetches ${pinnedVersion(kind)}`
    if (found.length === 0) return [`${kind}: not installed (${device}; ${offer})`]
    return [
      `${kind}: ${device}; ${offer}`,
      ...found.flatMap((f) => (known[kind].isPresent() ? describe(f) : [`  ${f.path}`, `    ${f.origin}`])),
    ]
  })
  const isPath = named !== undefined && named !== '' && !isKind(named)
  const byPath = isPath
    ? attempt(
        () => ['named:', ...describe(findPlugin())],
        () => [],
      )
    : []
  const used = attempt(
    () => `used by pjrt(): ${findPlugin().path}`,
    (m) => m,
  )
  const programs = attempt(
    () => readdirSync(cacheFolder('programs')).length,
    () => 0,
  )
  return [
    `node ${process.version} on ${process.platform} ${process.arch}`,
    `HEDDLE_PJRT_PLUGIN: ${named ?? '(not set)'}`,
    `cache: ${cacheFolder('plugins')}, and ${programs} compiled programs beside it`,
    ...sections,
    ...byPath,
    used,
  ]
}
