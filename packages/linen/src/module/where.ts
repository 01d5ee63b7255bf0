/**
 * Where a module is, for messages.
 */
import { classOf } from './class-name'
import { type AnyModule, internals } from './state'

/** The class of a module, and its path if it has one: `Dense at /encoder/Dense_0`. */
export const whereOf = (module: AnyModule): string => {
  const { scope } = module[internals]
  return scope === undefined || scope.path.length === 0 ? classOf(module) : `${classOf(module)} at ${scope.pathText}`
}
