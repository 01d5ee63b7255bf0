/**
 * Where an error was raised: the innermost module whose method ran, put into the message as it passes. An error is told once.
 */
import { HeddleError, retell } from '@heddle/tree'
import { classNameOf, classOf } from './class-name'
import { context } from './context'
import { type AnyModule, internals, isModule } from './state'

/** The class of the outermost module, if it is known. */
const rootOf = (module: AnyModule): string => {
  const { parent, scope } = module[internals]
  if (isModule(parent)) return rootOf(parent)
  if (scope === undefined || scope.path.length === 0) return classOf(module)
  return context.root === undefined ? '' : classNameOf(context.root)
}

/** The way to a module from the root of its model: `MLP/Dense_0`, `MLP/vmap(Dense_0)`. */
const modulePathOf = (module: AnyModule): string => {
  const { scope } = module[internals]
  return [rootOf(module), ...(scope?.path ?? [])].join('/')
}

/** Errors that the engine throws. Others that are not heddle's are the program's: their message stays. */
const ofTheEngine = (e: Error): boolean =>
  e instanceof TypeError || e instanceof RangeError || e instanceof ReferenceError || e instanceof SyntaxError

/** A function without a name has none to tell. */
const noteOf = (module: AnyModule, method: string, path: string): string =>
  `\n  in ${path}${method === '' ? '' : ` (${classOf(module)}.${method})`}`

/** The error that a method raised, with the place of the module: in `modulePath`, and in the message if it is heddle's or the engine's. */
export const withPlace = (error: unknown, module: AnyModule, method: string): unknown => {
  if (!(error instanceof Error) || !Object.isExtensible(error) || Object.hasOwn(error, 'modulePath')) return error
  const path = modulePathOf(module)
  const note = noteOf(module, method, path)
  Object.defineProperty(error, 'modulePath', { value: path, configurable: true })
  if (!(error instanceof HeddleError)) retell(error, note)
  if (error instanceof HeddleError || ofTheEngine(error)) Reflect.set(error, 'message', error.message + note)
  return error
}
