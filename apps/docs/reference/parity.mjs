// Every public name of flax.linen, JAX and optax beside its counterpart here: the same name in camel case, a declared other name, or a declared reason.
import { readFileSync } from 'node:fs'
import { root } from '../../../scripts/packages.mjs'
import { missing, reasons, renames } from './declared.mjs'
import { find, findNamespace } from './model.mjs'
import { addressOf, addressOfModule } from './pages.mjs'

const python = JSON.parse(readFileSync(`${root}goldens/public-names.json`, 'utf8'))
export const versions = python.versions

/** Where the counterparts of a module's names are looked for, first things first. */
const counterpartModules = {
  'flax.linen': ['@heddle/linen'],
  'flax.core.lift': ['@heddle/lift'],
  'flax.traverse_util': ['@heddle/tree'],
  'flax.struct': ['@heddle/tree.struct'],
  'flax.serialization': ['@heddle/checkpoint'],
  'flax.training.train_state': ['@heddle/train'],
  'flax.training.early_stopping': ['@heddle/train'],
  'flax.training.common_utils': ['@heddle/train'],
  'flax.training.dynamic_scale': ['@heddle/train'],
  'flax.training.checkpoints': ['@heddle/checkpoint'],
  jax: ['@heddle/func'],
  'jax.numpy': ['@heddle/func/np'],
  'jax.numpy.linalg': ['@heddle/func/np.linalg'],
  'jax.debug': ['@heddle/func.debug'],
  'jax.experimental.checkify': ['@heddle/func'],
  'jax.lax': ['@heddle/func/lax'],
  'jax.nn': ['@heddle/func/nn'],
  'jax.nn.initializers': ['@heddle/func/nn.initializers'],
  'jax.random': ['@heddle/func/random'],
  'jax.ops': ['@heddle/func/ops'],
  'jax.image': ['@heddle/func/image'],
  'jax.flatten_util': ['@heddle/func/flatten-util'],
  'jax.custom_batching': ['@heddle/func'],
  'jax.scipy.linalg': ['@heddle/func/np.linalg'],
  'jax.scipy.special': ['@heddle/func/special', '@heddle/func/lax', '@heddle/func/np', '@heddle/func/nn'],
  'jax.tree': ['@heddle/tree'],
  optax: ['@heddle/optim'],
  'optax.contrib': ['@heddle/optim'],
  'optax.losses': ['@heddle/optim'],
  'optax.projections': ['@heddle/optim'],
  'optax.second_order': ['@heddle/optim'],
  'optax.assignment': ['@heddle/optim'],
  'optax.perturbations': ['@heddle/optim'],
  'optax.tree_utils': ['@heddle/optim'],
  'optax.schedules': ['@heddle/optim'],
  'optax.transforms': ['@heddle/optim'],
  'optax.microbatching': ['@heddle/optim'],
}
/** First words of declared other names. */
const places = {
  np: '@heddle/func/np',
  lax: '@heddle/func/lax',
  nn: '@heddle/func/nn',
  random: '@heddle/func/random',
  special: '@heddle/func/special',
  ops: '@heddle/func/ops',
  image: '@heddle/func/image',
  flattenUtil: '@heddle/func/flatten-util',
  func: '@heddle/func',
  tree: '@heddle/tree',
  struct: '@heddle/tree.struct',
  linen: '@heddle/linen',
  lift: '@heddle/lift',
  optim: '@heddle/optim',
  checkpoint: '@heddle/checkpoint',
  train: '@heddle/train',
  stablehlo: '@heddle/stablehlo',
}
const camel = (name) => name.replaceAll(/(?<=[A-Za-z0-9])_([a-z0-9])/g, (_, c) => c.toUpperCase())

const answerOf = (entry, text = entry.name) => ({ name: text, entry, address: addressOf(entry) })
/** What a declared other name stands for; undefined where it is not there. */
const renamed = (path) => {
  const [place, name] = path.split('.')
  if (name === undefined) return places[place] && { name: places[place], address: addressOfModule(places[place]) }
  if (places[place]) {
    const entry = find(places[place], name)
    return entry && { ...answerOf(entry, path), other: true }
  }
  const owner = find('@heddle/func', place) ?? find('@heddle/linen', place)
  return owner?.members.includes(name) ? { name: path, address: addressOf(owner) } : undefined
}
const namesake = (module, name) => {
  for (const ours of counterpartModules[module]) {
    const entry = find(ours, camel(name))
    if (entry) return answerOf(entry)
    const namespace = findNamespace(ours, name)
    if (namespace) return { name: namespace.name, address: addressOfModule(namespace.module) }
  }
  return undefined
}
const dtypes = (() => {
  const declaration = find('@heddle/func', 'DType').code
  return new Set([...declaration.matchAll(/'(\w+)'/g)].map(([, name]) => name))
})()
/** What needs no declaration: primitives, dtypes that are strings here, what is on its way out there. */
const byRule = (module, name, kind) => {
  if (kind === 'dtype' && dtypes.has(name)) return { name: `'${name}'`, address: addressOf(find('@heddle/func', 'DType')) }
  if (name.endsWith('_p') && kind === 'constant') return { reason: reasons.primitive }
  if (kind === 'deprecated') return { reason: 'deprecated there' }
  return undefined
}
const declaredReasons = new Map(
  Object.entries(missing).flatMap(([module, groups]) =>
    Object.entries(groups).flatMap(([reason, names]) => names.split(/\s+/).map((name) => [`${module} ${name}`, reasons[reason]])),
  ),
)
/** The module whose declaration answers a name: of a submodule of optax, optax itself where it hands the name on. */
const declaring = (module, name) => {
  const own = renames[module]?.[name] ?? declaredReasons.get(`${module} ${name}`)
  return own === undefined && module.startsWith('optax.') && python.modules.optax[name] ? 'optax' : module
}
/** @type {{ module: string, rows: { name: string, kind: string, answer?: { name: string, address: string }, reason?: string, sources: string[] }[] }[]} */
export const tables = Object.entries(python.modules).map(([module, names]) => ({
  module,
  rows: Object.entries(names).map(([name, kind]) => {
    const home = declaring(module, name)
    const declared = renames[home]?.[name]
    const reason = declaredReasons.get(`${home} ${name}`)
    const same = namesake(module, name)
    const answer = same ?? (declared === undefined ? undefined : renamed(declared))
    const rule = answer ?? byRule(module, name, kind)
    const sources = [
      same && 'namesake',
      declared !== undefined && 'declared name',
      reason && 'declared reason',
      !same && !declared && !reason && rule && 'rule',
    ].filter(Boolean)
    if (answer) return { name, kind, answer, sources }
    if (rule?.name) return { name, kind, answer: rule, sources }
    return { name, kind, reason: rule?.reason ?? reason, sources }
  }),
}))
/** What a table must not have: names without an answer, declared names that are not there, declarations that nothing needs any more. */
export const problems = () => [
  ...tables.flatMap(({ module, rows }) =>
    rows.flatMap((r) => {
      if (!r.answer && !r.reason) return [`${module}.${r.name} (${r.kind}) has no answer: reference/declared.mjs`]
      return r.sources.length > 1 ? [`${module}.${r.name} is answered by ${r.sources.join(' and ')}`] : []
    }),
  ),
  ...Object.entries(renames).flatMap(([module, names]) =>
    Object.entries(names).flatMap(([name, path]) => [
      ...(renamed(path) ? [] : [`${path}, said to be the counterpart of ${module}.${name}, is not exported`]),
      ...(python.modules[module]?.[name] ? [] : [`${module}.${name} is not there`]),
    ]),
  ),
  ...[...declaredReasons].flatMap(([key, reason]) => {
    const [module, name] = key.split(' ')
    return [...(python.modules[module]?.[name] ? [] : [`${module}.${name} is not there`]), ...(reason ? [] : [`${key}: no such reason`])]
  }),
]
const byEntry = new Map()
for (const { module, rows } of tables)
  for (const { name, answer } of rows)
    if (answer?.entry) byEntry.set(answer.entry, [...(byEntry.get(answer.entry) ?? []), `${module}.${name}`])
/** What an entry is called there. */
export const counterparts = (entry) => byEntry.get(entry) ?? []

export const countsOf = (rows) => ({
  all: rows.length,
  here: rows.filter((r) => r.answer).length,
  notYet: rows.filter((r) => r.reason?.startsWith('not yet')).length,
})
