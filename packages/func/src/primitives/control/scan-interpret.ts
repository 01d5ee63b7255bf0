/** How a backend of kernels runs a scan: the body is planned once, the loop is on the host, slices are stacked at the end. */
import { aval } from '../../aval'
import { inAvals, outAvals } from '../../ir/jaxpr'
import type { Held, Interpreter } from '../../primitive'
import { roles, type ScanParams, stacked } from './scan-params'

export const interpretScan = <B>(p: ScanParams, host: Interpreter<B>): ((inputs: readonly Held<B>[]) => readonly Held<B>[]) => {
  const { jaxpr, length, numCarry, reverse } = p
  const body = host.program(jaxpr)
  const [, , sliceTypes] = roles(inAvals(jaxpr), p)
  const indexers = sliceTypes.map((a) => host.indexer(stacked(a, length)))
  const outTypes = outAvals(jaxpr).slice(numCarry)
  const stackers = outTypes.map((a) => host.stacker(aval(a.shape, a.dtype), length))
  return (inputs) => {
    const [constants, init, xs] = roles(inputs, p)
    const consts = constants.map(host.whole)
    let carry: readonly B[] = init.map((b) => host.share(host.whole(b)))
    let slices: readonly B[] = []
    const ys: B[][] = outTypes.map(() => new Array<B>(length))
    const release = (): void => {
      for (const b of carry) host.release(b)
      for (const b of slices) host.release(b)
      for (const rows of ys) for (const b of rows) if (b !== undefined) host.release(b)
    }
    try {
      for (let step = 0; step < length; step++) {
        const i = reverse ? length - 1 - step : step
        slices = xs.map((x, k) => indexers[k]!(x, i))
        const outs = body([...consts, ...carry, ...slices])
        for (const b of carry) host.release(b)
        for (const b of slices) host.release(b)
        slices = []
        carry = outs.slice(0, numCarry)
        for (let k = 0; k < ys.length; k++) ys[k]![i] = outs[numCarry + k]!
      }
    } catch (e) {
      release()
      throw e
    }
    return [...carry, ...stackers.map((stack, k) => stack(ys[k]!))]
  }
}
