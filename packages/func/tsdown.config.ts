import { build } from '../../tsdown.base.ts'

export default build({
  index: 'src/index.ts',
  'backend/index': 'src/backend/index.ts',
  'conformance/index': 'src/conformance/index.ts',
  options: 'src/options.ts',
  lax: 'src/namespaces/lax.ts',
  nn: 'src/namespaces/nn.ts',
  np: 'src/namespaces/np.ts',
  random: 'src/namespaces/random.ts',
  special: 'src/namespaces/special.ts',
  'flatten-util': 'src/namespaces/flatten-util.ts',
  image: 'src/namespaces/image.ts',
  ops: 'src/namespaces/ops.ts',
})
