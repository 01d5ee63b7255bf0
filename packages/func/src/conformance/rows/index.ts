/** All rows: a primitive that a backend sees and that has none does not compile. */
import type { BodyName, LeafName } from '../../table'
import type { Rows } from '../row'
import { arithmeticRows } from './arithmetic'
import { bitwiseRows } from './bitwise'
import { branchRows } from './branch'
import { callRows } from './call'
import { collectiveRows } from './collective'
import { contractionRows } from './contraction'
import { convolutionRows } from './convolution'
import { fusedRows } from './fused'
import { indexingRows } from './indexing'
import { layoutRows, sortRows } from './layout'
import { linalgRows, randomRows } from './linalg'
import { piecewiseRows } from './piecewise'
import { cumulativeRows, reductionRows } from './reduction'
import { scanRows } from './scan'
import { structuralRows } from './structural'
import { transcendentalRows } from './transcendental'
import { windowRows } from './window'

export const leafRows: { readonly [N in LeafName]: Rows } = {
  ...structuralRows,
  ...arithmeticRows,
  ...transcendentalRows,
  ...piecewiseRows,
  ...bitwiseRows,
  ...reductionRows,
  ...cumulativeRows,
  ...layoutRows,
  ...indexingRows,
  ...sortRows,
  ...contractionRows,
  ...convolutionRows,
  ...windowRows,
  ...randomRows,
  ...linalgRows,
}
/** Primitives with bodies, and collectives, which no backend has kernels for. */
const bodies: { readonly [N in BodyName]: Rows } = { ...scanRows, ...branchRows, ...callRows }
export const bodyRows: Readonly<Record<string, Rows>> = { ...bodies, ...collectiveRows, ...fusedRows }
