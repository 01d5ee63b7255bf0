/** What a lowering answers: a graph, and where its inputs and outputs are. */
import type { Inputs, Outputs } from './crossing'
import type { GraphDef } from './graph-def'

export interface Lowered {
  readonly graph: GraphDef
  readonly isXla: boolean
  readonly inputs: Pick<Inputs, 'fed' | 'names'>
  readonly outputs: Pick<Outputs, 'fetched' | 'names'>
}
