import { build } from '../../tsdown.base.ts'

export default build({
  index: 'src/index.ts',
  // plugins of bundlers
  vite: 'src/bundle/vite.ts',
  rollup: 'src/bundle/rollup.ts',
  esbuild: 'src/bundle/esbuild.ts',
  webpack: 'src/bundle/webpack.ts',
  'webpack-loader': 'src/bundle/webpack-loader.ts',
})
