// How much is loaded for how little, minified by esbuild and compressed by gzip: the budgets, a few percent above what was measured.
// `npm run sizes` checks them; needs the build.
const of = (name) => `packages/${name}/dist/index.mjs`
const budget = (name, limit, path, names = '*') => ({
  name,
  limit,
  path,
  import: typeof names === 'string' ? { [path]: names } : names,
  gzip: true,
  modifyEsbuildConfig: (config) => ({ ...config, format: 'esm', platform: 'browser', splitting: true }),
})

export default [
  budget('tree', '9.1 kB', of('tree')),
  budget('core', '20.5 kB', of('core')),
  budget('func: a function of np', '46.5 kB', 'packages/func/dist/np.mjs', '{ add, array }'),
  budget('func: np by its name', '100 kB', of('func'), '{ np }'),
  budget('func: one jit', '54.6 kB', of('func'), '{ jit }'),
  budget('func: all', '168 kB', of('func')),
  budget('optim: adam', '52.5 kB', of('optim'), '{ adam }'),
  budget('checkpoint: safetensors', '54.5 kB', of('checkpoint'), '{ openSafetensors }'),
  budget('checkpoint: Flax', '58.5 kB', of('checkpoint'), '{ toBytes, fromBytes }'),
  budget('linen: a layer', '94 kB', of('linen'), '{ Dense }'),
  budget('linen: all', '150 kB', of('linen')),
  budget('a Dense model on wasm', '255 kB', of('linen'), { [of('linen')]: '{ Dense }', 'packages/backend-tfjs/dist/auto.mjs': '*' }),
]
