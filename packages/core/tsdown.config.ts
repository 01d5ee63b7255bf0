import { buildWithFpTs } from '../../tsdown.base.ts'

export default buildWithFpTs()
