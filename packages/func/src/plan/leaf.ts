/** A leaf made ready for a backend: its kernel, or a program of one equation where the backend compiles. */
import type { Aval } from '../aval'
import type { Backend, Kernel } from '../backend/backend'
import { BugError, DTypeError } from '../error'
import type { Recorded } from '../primitive'
import { prepareSingle } from './single'

/** Errors: DTypeError where the backend lacks a dtype. */
export const prepareLeaf = <B>(
  backend: Backend<B>,
  primitive: Recorded<never>,
  params: unknown,
  ins: readonly Aval[],
  outs: readonly Aval[],
): ((inputs: readonly B[]) => readonly B[]) => {
  const missing = [...ins, ...outs].find((a) => !backend.dtypes.has(a.dtype))
  if (missing)
    throw new DTypeError(primitive.name, `backend ${backend.name} has no ${missing.dtype}; it has ${[...backend.dtypes].join(' ')}`)
  if (!backend.kernels) return prepareSingle(backend, primitive, params, ins, outs)
  const kernel = (backend.kernels as Readonly<Record<string, Kernel<B, unknown>>>)[primitive.name]
  if (!kernel) throw new BugError(`backend ${backend.name} has no kernel for ${primitive.name}`)
  return kernel({ params, ins, outs })
}
