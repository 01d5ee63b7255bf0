/** How a backend of kernels runs a scan: the body is planned once, the loop is on the host, slices are stacked at the end. */
import { type Aval, aval } from '../../aval'
import { stageClosed } from '../../interpreters/stage'
import { inAvals, outAvals } from '../../ir/jaxpr'
import { literal } from '../../literal'
import type { Interpreter, RowProgram, Step } from '../../primitive'
import type { Tensor } from '../../tensor'
import { dynamicSlice, dynamicUpdateSlice } from '../dynamic-slice'
import { reshape } from '../structural'
import { roles, type ScanParams, stacked } from './scan-params'

const index: Aval = aval([], 'int32')
const rowOf = ({ shape, dtype }: Aval): Aval => aval(shape.slice(1), dtype)
const startsAt = ({ shape }: Aval, i: Tensor): readonly Tensor[] => [i, ...shape.slice(1).map(() => literal(0, 'int32'))]
const readRow: RowProgram = (type) => {
  const row = rowOf(type)
  const sliceSizes = [1, ...row.shape]
  return stageClosed(([x, i]) => [reshape(dynamicSlice(x!, startsAt(type, i!), { sliceSizes }), { newSizes: row.shape })], [type, index])
}
const writeRow: RowProgram = (type) => {
  const row = rowOf(type)
  return stageClosed(
    ([x, r, i]) => [dynamicUpdateSlice(x!, reshape(r!, { newSizes: [1, ...row.shape] }), startsAt(type, i!))],
    [type, row, index],
  )
}

export const interpretScan = <B>(p: ScanParams, host: Interpreter<B>, given: readonly boolean[]): Step<B> => {
  const { jaxpr, length, numCarry, numConsts, reverse } = p
  // what a turn is carried, and its slices, are its own
  const body = host.program(
    jaxpr,
    jaxpr.ins.map((_, i) => i >= numConsts),
  )
  const [, , sliceTypes] = roles(inAvals(jaxpr), p)
  const indexers = sliceTypes.map((a) => host.indexer(stacked(a, length), readRow))
  const outTypes = outAvals(jaxpr).slice(numCarry)
  const stackers = outTypes.map((a) => host.stacker(aval(a.shape, a.dtype), length, writeRow))
  return (inputs, take) => {
    const [constants, init, xs] = roles(inputs, p)
    let carry: B[] = []
    let slices: B[] = []
    const ys: B[][] = outTypes.map(() => new Array<B>(length))
    try {
      init.forEach((x, i) => carry.push(given[numConsts + i] ? take(numConsts + i) : host.share(host.whole(x))))
      const consts = constants.map(host.whole)
      for (let step = 0; step < length; step++) {
        const i = reverse ? length - 1 - step : step
        for (let k = 0; k < xs.length; k++) slices.push(indexers[k]!(xs[k]!, i))
        const operands = [...consts, ...carry, ...slices]
        carry = []
        slices = []
        const outs = body(operands)
        carry = outs.slice(0, numCarry)
        for (let k = 0; k < ys.length; k++) ys[k]![i] = outs[numCarry + k]!
      }
    } catch (e) {
      for (const held of [carry, slices, ...ys]) for (const b of held) if (b !== undefined) host.release(b)
      throw e
    }
    return [...carry, ...stackers.map((stack, k) => stack(ys[k]!))]
  }
}
