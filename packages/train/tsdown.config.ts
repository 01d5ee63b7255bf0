import { build } from '../../tsdown.base.ts'

export default build({ index: 'src/index.ts', node: 'src/node/index.ts' })
