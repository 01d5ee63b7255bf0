import { build } from '../../tsdown.base.ts'

export default build({
  index: 'src/index.ts',
  'backend/index': 'src/backend/index.ts',
  'conformance/index': 'src/conformance/index.ts',
  options: 'src/options.ts',
})
