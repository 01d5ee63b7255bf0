import { build } from '../../tsdown.base.ts'

export default build({ index: 'src/index.ts', options: 'src/options.ts' })
