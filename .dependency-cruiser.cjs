// Who may import whom. Four lists to edit, the rules follow from them.

// Packages: what a package's src may import of its siblings (by value or by type).
const may = {
  tree: [],
  core: ['tree'],
  func: ['tree'],
  lift: ['core', 'func', 'tree'],
  linen: ['lift', 'core', 'func', 'tree'],
  optim: ['func', 'tree'],
  checkpoint: ['core', 'func', 'tree'],
  train: ['checkpoint', 'optim', 'core', 'func', 'tree'],
  stablehlo: ['func'],
  'backend-host': ['func'],
  'backend-tfjs': ['func', 'backend-host', 'stablehlo'],
  'backend-pjrt': ['func', 'stablehlo'],
  testing: ['tree', 'func', 'core'],
}

// External packages that only some may import.
const only = { 'fp-ts': ['core', 'lift', 'checkpoint'], 'io-ts': ['core', 'lift', 'checkpoint'] }

// Layers inside packages/func/src, lowest first: a layer imports (by value) itself and the layers above it in this list.
const layers = [
  ['dtype', 'aval', 'error', 'scalar', 'sharding', 'ambient', 'synchronous', 'origin', 'environment', 'profiling'],
  ['primitive', 'trace', 'tensor', 'ir', 'backend', 'array', 'array-scope', 'table', 'options'],
  ['primitives/structural'],
  ['literal', 'plan'],
  ['interpreters'],
  ['primitives/(?!structural)[^/]+'],
  ['numpy'],
  ['transforms'],
  ['random', 'lax', 'nn', 'debug', 'special', 'profile', 'ops', 'image', 'flatten-util'],
  ['checkify'],
  ['install'],
  ['namespaces', 'index'],
  ['conformance'],
]

// Floors of packages/linen/src, lowest first: a floor imports (by value or by type) itself and the floors above it in this list. The class
// Module stands on its machinery, which knows of modules what `module/state.ts` says.
const floors = [
  ['error'],
  ['module/(?!module\\.|types\\.|functional\\.)[^/]+'],
  ['summary'],
  ['module/(module|types|functional)'],
  ['lifting'],
  ['transforms'],
  ['layers', 'sharding'],
  ['index', 'errors'],
]

// Published subpaths of a package: the only doors for its siblings.
const doors = [
  'index',
  'backend/index',
  'conformance/index',
  'auto',
  'ready',
  'with-gpu',
  'lower/index',
  'node/index',
  'options',
  'namespaces/[a-z]+',
]

const at = (name) => (names) => `^packages/${name}/src/(${names.join('|')})(/|\\.ts$)`
const byValue = { dependencyTypesNot: ['type-only'] }

/** The rules of a package in storeys: none imports what comes after it in the list. */
const looksDown = (name, list, kinds) =>
  list.slice(0, -1).map((storey, i) => ({
    name: `${name}-floor-${i}-${storey[0].split('/')[0]}-looks-down`,
    severity: 'error',
    from: { path: at(name)(storey), pathNot: '\\.test\\.ts$' },
    to: {
      path: list
        .slice(i + 1)
        .map(at(name))
        .join('|'),
      ...kinds,
    },
  }))

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: byValue },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: { path: '^packages/' },
      to: { couldNotResolve: true, pathNot: ['^@tensorflow/'] },
    },
    {
      name: 'no-deep-import',
      comment: 'Siblings are reached by the subpaths of their exports map.',
      severity: 'error',
      from: { path: '^(packages|examples|apps)/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/(src|test)/',
        pathNot: ['^$1/$2/', `^packages/[^/]+/src/(${doors.join('|')})\\.ts$`],
      },
    },
    {
      name: 'src-imports-no-test',
      severity: 'error',
      from: { path: '^packages/(?!testing)[^/]+/src/', pathNot: '\\.test\\.ts$' },
      to: { path: ['^packages/testing/', '\\.test\\.ts$', '^packages/[^/]+/test/'] },
    },
    ...Object.entries(may).map(([name, to]) => ({
      name: `arrow-${name}`,
      comment: `${name} may import: ${to.join(', ') || 'no sibling'}`,
      severity: 'error',
      from: { path: `^packages/${name}/src/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/', pathNot: `^packages/(${[name, ...to].join('|')})/` },
    })),
    ...Object.entries(only).map(([name, from]) => ({
      name: `only-${from.join('-and-')}-import-${name}`,
      severity: 'error',
      from: { path: '^packages/', pathNot: `^packages/(${from.join('|')})/` },
      to: { path: `(^|/)node_modules/${name}/` },
    })),
    ...looksDown('func', layers, byValue),
    ...looksDown('linen', floors, {}),
    {
      name: 'linen-lies-in-rooms',
      comment: 'What lies beside the rooms is on no floor.',
      severity: 'error',
      from: { path: '^packages/linen/src/[^/]+\\.ts$', pathNot: ['/(index|error|errors)\\.ts$', '\\.test\\.ts$'] },
      to: {},
    },
    {
      name: 'linen-bundle-stands-alone',
      comment: 'The plugins of bundlers run in Node; the rest of linen runs anywhere.',
      severity: 'error',
      from: { path: '^packages/linen/src/bundle/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/linen/src/(?!bundle/)' },
    },
    {
      name: 'linen-looks-at-no-bundle',
      severity: 'error',
      from: { path: '^packages/linen/src/(?!bundle/)' },
      to: { path: '^packages/linen/src/bundle/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['@heddle/source', 'import', 'node', 'default', 'types'] },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
  },
}
