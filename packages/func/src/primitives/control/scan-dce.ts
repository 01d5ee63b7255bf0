/** A scan without what nobody reads: slices, parts of the carry that only feed themselves, and operands only they need. */
import { dceIns } from '../../ir/dce'
import { fixpoint, roles, type ScanParams } from './scan-params'

export const scanDce = (
  p: ScanParams,
  used: readonly boolean[],
): { readonly params: ScanParams; readonly usedIns: readonly boolean[]; readonly keptOuts: readonly boolean[] } => {
  const usedYs = used.slice(p.numCarry)
  const carry = fixpoint(used.slice(0, p.numCarry), (c) => roles(dceIns(p.jaxpr, [...c, ...usedYs]).usedIns, p)[1])
  const { jaxpr, usedIns } = dceIns(p.jaxpr, [...carry, ...usedYs])
  // a part of the carry that is an output must stay an input, read or not
  const [consts, , xs] = roles(usedIns, p)
  const kept = [...consts, ...carry, ...xs]
  const ins = p.jaxpr.ins.filter((_, i) => kept[i])
  return {
    params: { ...p, jaxpr: { ...jaxpr, ins }, numConsts: consts.filter(Boolean).length, numCarry: carry.filter(Boolean).length },
    usedIns: kept,
    keptOuts: [...carry, ...usedYs],
  }
}
