/** How a backend of kernels runs a scan: the body is planned once, the loop is on the host, slices are stacked at the end. */
import { aval } from '../../aval'
import { inAvals, outAvals } from '../../ir/jaxpr'
import type { Interpreter, Step } from '../../primitive'
import { roles, type ScanParams, stacked } from './scan-params'

export const interpretScan = <B>(p: ScanParams, host: Interpreter<B>, given: readonly boolean[]): Step<B> => {
  const { jaxpr, length, numCarry, numConsts, reverse } = p
  // what a turn is carried, and its slices, are its own
  const body = host.program(
    jaxpr,
    jaxpr.ins.map((_, i) => i >= numConsts),
  )
  const [, , sliceTypes] = roles(inAvals(jaxpr), p)
  const indexers = sliceTypes.map((a) => host.indexer(stacked(a, length)))
  const outTypes = outAvals(jaxpr).slice(numCarry)
  const stackers = outTypes.map((a) => host.stacker(aval(a.shape, a.dtype), length))
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
