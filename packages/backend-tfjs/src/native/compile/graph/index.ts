import type { Jaxpr } from '@heddle/func/backend'
import { BackendError } from '@heddle/func/backend'
import type { Lowered } from '../lowered'
export const lowerToGraph = (_p: Jaxpr): Lowered => { throw new BackendError('graph', 'none') }
