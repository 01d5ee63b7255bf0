// Who may import whom. Three lists to edit, the rules follow from them.

// Packages: what a package's src may import of its siblings (by value or by type).
const may = {
  tree: [],
  core: ['tree'],
  func: ['tree'],
  lift: ['core', 'func', 'tree'],
  linen: ['lift', 'core', 'func', 'tree'],
  optim: ['func', 'tree'],
  checkpoint: ['core', 'tree'],
  stablehlo: ['func'],
  'backend-host': ['func'],
  'backend-tfjs': ['func', 'backend-host', 'stablehlo'],
  'backend-pjrt': ['func', 'stablehlo'],
  testing: ['tree', 'func', 'core'],
}

// External packages that only some may import.
const only = { 'fp-ts': ['core', 'lift'], 'io-ts': ['core', 'lift'] }

// Layers inside packages/func/src, lowest first: a layer imports (by value) itself and the layers above it in this list.
const layers = [
  ['dtype', 'aval', 'error', 'scalar', 'sharding', 'ambient', 'synchronous'],
  ['primitive', 'trace', 'tensor', 'ir', 'backend', 'array', 'array-scope', 'table', 'options'],
  ['primitives/structural'],
  ['literal', 'plan'],
  ['interpreters'],
  ['primitives/(?!structural)[^/]+'],
  ['numpy'],
  ['transforms'],
  ['random', 'lax', 'nn'],
  ['index'],
  ['conformance'],
]

// Published subpaths of a package: the only doors for its siblings.
const doors = ['index', 'backend/index', 'conformance/index', 'auto', 'ready', 'with-gpu', 'lower/index', 'options']

const at = (names) => `^packages/func/src/(${names.join('|')})(/|\\.ts$)`
const byValue = { dependencyTypesNot: ['type-only'] }

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
    ...layers.slice(0, -1).map((layer, i) => ({
      name: `func-${layer[0].replace(/[^a-z/-]+/g, '')}-looks-down`,
      severity: 'error',
      from: { path: at(layer), pathNot: '\\.test\\.ts$' },
      to: {
        path: layers
          .slice(i + 1)
          .map(at)
          .join('|'),
        ...byValue,
      },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['@heddle/source', 'import', 'node', 'default', 'types'] },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
  },
}
