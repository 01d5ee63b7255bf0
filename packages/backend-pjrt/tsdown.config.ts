import { build } from '../../tsdown.base.ts'

export default build({ index: 'src/index.ts', cli: 'src/cli.ts' })
