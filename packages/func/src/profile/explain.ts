/** What a backend will do for a call: the steps of its plan, before it runs. */
import type { Backend } from '../backend/backend'
import { getDefaultBackend } from '../backend/registry'
import { needsHost } from '../ir/effects'
import { fuse } from '../plan/fuse'
import { flattenProgram } from '../plan/graph'
import { aboutOf } from '../plan/plan'
import { bytesOfAll } from '../profiling'
import { makeJaxpr } from '../transforms/make-jaxpr'

/**
 * The plan of `f` for arguments of these types (tensors, or `{ shape, dtype }`) on the default backend, as text: its steps in order, with the module
 * that each comes from and the bytes that it makes; kernels that were fused are one step (`dense`). A backend that compiles whole programs gets
 * pieces: what stands between calls of the host. Nothing runs. Errors: BackendError where there is no backend.
 */
export const explain = <A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  ...args: { readonly [K in keyof A]: unknown }
): string => {
  const program = makeJaxpr(f as (...a: readonly unknown[]) => unknown)(...(args as readonly unknown[]))
  const backend: Backend = getDefaultBackend()
  const graph = flattenProgram(program.jaxpr)
  const total = (bytes: readonly number[]): string => `${bytes.reduce((a, b) => a + b, 0)} bytes`
  const hosts = graph.nodes.filter(needsHost)
  if (backend.kernels === undefined || (backend.compile !== undefined && hosts.length === 0)) {
    const sizes = graph.nodes.map((n) => bytesOfAll(n.outs.map((o) => graph.types[o]!)))
    const how = hosts.length === 0 ? 'compiled as a whole' : `compiled in pieces, cut at ${hosts.map((h) => h.primitive.name).join(', ')}`
    return `${backend.name}: ${graph.nodes.length} operations, ${how}; intermediate values of ${total(sizes)} before fusion`
  }
  const steps = fuse(backend, graph).map((item) => aboutOf(graph, item))
  const widest = Math.max(0, ...steps.map((s) => s.name.length))
  const lines = steps.map((s, i) =>
    `${String(i).padStart(4)}  ${s.name.padEnd(widest)}  ${String(s.bytes).padStart(10)} B  ${s.scope}`.trimEnd(),
  )
  return [`${backend.name}: ${steps.length} steps of ${graph.nodes.length} operations, ${total(steps.map((s) => s.bytes))}`, ...lines].join(
    '\n',
  )
}
