/**
 * The garbage collector, asked to run now, where a program may ask it: in Node.
 *
 * A WeakRef keeps what it refers to until the job that made it ends, and a plain loop is one job. V8 lets go of that at each checkpoint of
 * microtasks; one of a queue that is empty and nobody else's is as good as any.
 */
type Builtin = (name: string) => unknown
interface Vm {
  readonly createContext: (sandbox: object, options: { readonly microtaskMode: 'afterEvaluate' }) => object
  readonly runInNewContext: (code: string) => unknown
  readonly Script: new (code: string) => { readonly runInContext: (context: object) => unknown }
}
interface V8 {
  readonly setFlagsFromString: (flag: string) => void
}

const builtin = (): Builtin | undefined => {
  const { process } = globalThis as {
    readonly process?: { readonly getBuiltinModule?: Builtin; readonly versions?: { readonly v8?: string } }
  }
  return process?.versions?.v8 === undefined ? undefined : process.getBuiltinModule?.bind(process)
}
const make = (): (() => void) | undefined => {
  const load = builtin()
  if (load === undefined) return undefined
  try {
    const vm = load('node:vm') as Vm
    ;(load('node:v8') as V8).setFlagsFromString('--expose-gc')
    const gc = vm.runInNewContext('gc') as () => void
    const context = vm.createContext({}, { microtaskMode: 'afterEvaluate' })
    const nothing = new vm.Script('0')
    const collect = (): void => {
      nothing.runInContext(context)
      gc()
    }
    return works(collect) ? collect : undefined
  } catch {
    // not allowed here
    return undefined
  }
}
/** Whether something that was made in this job is gone after it. */
const works = (collect: () => void): boolean => {
  const refs = Array.from({ length: 8 }, () => new WeakRef({}))
  collect()
  return refs.some((r) => r.deref() === undefined)
}
let made: { readonly collect: (() => void) | undefined } | undefined

/** Collects all garbage now, that of the running job too; undefined where that can't be. */
export const collector = (): (() => void) | undefined => (made ??= { collect: make() }).collect
