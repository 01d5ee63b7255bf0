import { build } from '../../tsdown.base.ts'

export default build({ index: 'src/index.ts', 'lower/index': 'src/lower/index.ts' })
