import { buildWithFpTs } from '../../tsdown.base.ts'

export default buildWithFpTs({ index: 'src/index.ts', node: 'src/node/index.ts' })
