/** What a function computes, as text that other runtimes read. */
import { ArgumentError, ConcreteTensor, makeJaxpr, type NoNumbers } from '@heddle/func'
import { inline, moduleText } from './lower/program'
import type { Body } from './text/block'

/** Options of `exportStablehlo`. */
export interface ExportOptions {
  /** The module's name; the function's by default. */
  readonly name?: string
}
/**
 * The StableHLO module of a function on arguments that are tensors or types (`{ shape, dtype }`). Tensors that the function
 * closes over stand in the text as constants, exactly.
 *
 * Errors: ArgumentError where such a tensor is itself traced. Source: jax.jit(f).lower(*args).as_text().
 */
export const exportStablehlo = <A extends readonly unknown[]>(
  fn: ((...args: A) => unknown) & NoNumbers<A>,
  args: { readonly [K in keyof A]: unknown },
  { name = fn.name || 'fn' }: ExportOptions = {},
): string => {
  const { jaxpr, consts } = makeJaxpr<A, number>(fn)(...args)
  const types = jaxpr.ins.slice(consts.length).map((v) => v.aval)
  const body: Body = (b, inputs) => {
    const constants = consts.map((c) => {
      if (!(c instanceof ConcreteTensor))
        throw new ArgumentError('exportStablehlo', 'the function closes over a traced tensor; pass it as an argument')
      return b.data(c.hostSync())
    })
    return inline(b, jaxpr, [...constants, ...inputs])
  }
  return moduleText(types, body, { name })
}
