/**
 * Whole programs in one call of TensorFlow: as graphs of its own operations, or through XLA where the library has it.
 *
 * Loading a program costs milliseconds to seconds, so under `auto` one that has run once ran over the kernels, and is compiled when it
 * is run again. What can't be compiled stays with the kernels; `describe` says why.
 */
import { type KernelBackend, type CompileOptions, equationsOf, type Executable, hasLoop, type Jaxpr } from '@heddle/func/backend'
import type { Buffer, Context } from '../context'
import { loadProgram, type Loaded } from './executable'
import { lowerToGraph } from './graph/index'
import type { Lowered } from './lowered'
import { Residents } from './residents'
import type { Files } from './saved-model'
import { hasXla, lowerToXla } from './xla-call-module'

/**
 * `graph`: all programs as graphs of TensorFlow; `xla`: all through XLA (libtensorflow 2.12 or later); `off`: over the kernels.
 * `auto`: programs that run more than once. Those with loops go through XLA, which runs their small steps several times as fast, the
 * others as graphs, whose products and convolutions are faster and which load at once; what graphs can't have goes through XLA, too.
 * Where a GPU computes, `auto` is `off`, since the binding moves the data of whole programs through host memory.
 */
export type CompileMode = 'auto' | 'xla' | 'graph' | 'off'
export interface Compiler {
  readonly compile: NonNullable<KernelBackend<Buffer>['compile']>
  /** For people: which way, and the programs that could not go it. */
  readonly describe: () => string
}

/** XLA takes minutes for longer programs than this. */
const MAX_EQUATIONS = 4000
const countEquations = (program: Jaxpr): number => {
  let n = 0
  for (const _ of equationsOf(program)) n += 1
  return n
}
const suitsXla = (program: Jaxpr): boolean => hasLoop(program) && countEquations(program) <= MAX_EQUATIONS

const reasonOf = (e: unknown): string => (e instanceof Error ? e.message : String(e)).slice(0, 300)
/** Programs of XLA that are loaded at a time. */
const MAX_XLA = 48
/** Programs that could not be compiled, of which the reasons are kept. */
const MAX_REASONS = 16

/** What is freed with a program, apart from what runs it: see `Executable.dispose`. */
class Resources {
  readonly #frees = new Set<() => void>()
  add(free: () => void): void {
    this.#frees.add(free)
  }
  readonly dispose = (): void => {
    for (const free of this.#frees) free()
    this.#frees.clear()
  }
}

export const compilerOf = (context: Context, files: Files, mode: CompileMode): Compiler | undefined => {
  const { binding } = context.tf
  const { gpu } = context.store.device
  if (mode === 'off' || (mode === 'auto' && gpu)) return undefined
  const version = binding.TF_Version
  const toXla = (program: Jaxpr, name: string): Lowered => lowerToXla(program, name, version, gpu ? 'CUDA' : 'CPU')
  const byKind = (program: Jaxpr, name: string): Lowered => {
    if (!hasXla(version)) return lowerToGraph(program)
    if (suitsXla(program)) return toXla(program, name)
    try {
      return lowerToGraph(program)
    } catch {
      return toXla(program, name)
    }
  }
  const lower = mode === 'auto' ? byKind : mode === 'xla' ? toXla : lowerToGraph
  const way = mode === 'xla' ? 'XLA' : mode === 'graph' || !hasXla(version) ? 'graphs' : 'graphs and XLA'
  const residents = new Residents(MAX_XLA)
  const declined = new Set<string>()

  const decline = (name: string, e: unknown): void => {
    if (declined.size < MAX_REASONS) declined.add(`${name} (${reasonOf(e)})`)
  }
  const load = (program: Jaxpr, name: string): Loaded | undefined => {
    try {
      return loadProgram(context, files, program, name, lower(program, name), residents)
    } catch (e) {
      decline(name, e)
      return undefined
    }
  }
  /** TensorFlow looks into a program when it is first run, so that run may still go to the kernels. */
  const compiled = (program: Jaxpr, { name, donated }: CompileOptions, plan: () => Executable<Buffer>): Executable<Buffer> => {
    const resources = new Resources()
    const loaded = load(program, name)
    if (loaded === undefined) return plan()
    resources.add(loaded.dispose)
    const given = program.ins.map((_, i) => i).filter((i) => donated[i])
    const release = (inputs: readonly Buffer[]): void => {
      for (let i = 0; i < given.length; i++) context.store.release(inputs[given[i]!]!)
    }
    let planned: Executable<Buffer> | undefined
    let proven = false
    return {
      run: (inputs) => {
        if (planned !== undefined) return planned.run(inputs)
        let results: readonly Buffer[]
        try {
          results = loaded.call(inputs)
          proven = true
        } catch (e) {
          if (proven) {
            release(inputs)
            throw e
          }
          decline(name, e)
          resources.dispose()
          planned = plan()
          resources.add(planned.dispose)
          return planned.run(inputs)
        }
        release(inputs)
        return results
      },
      dispose: resources.dispose,
    }
  }
  /** Over the kernels the first time, compiled when it is run again. */
  const inTime = (program: Jaxpr, options: CompileOptions, plan: () => Executable<Buffer>): Executable<Buffer> => {
    const resources = new Resources()
    let current: Executable<Buffer> = plan()
    resources.add(current.dispose)
    let runs = 0
    return {
      run: (inputs) => {
        runs += 1
        if (runs === 2) {
          resources.dispose()
          current = compiled(program, options, plan)
          resources.add(current.dispose)
        }
        return current.run(inputs)
      },
      dispose: resources.dispose,
    }
  }
  return {
    compile: mode === 'auto' ? inTime : compiled,
    describe: () => `programs by ${way}${declined.size > 0 ? `, but over kernels: ${[...declined].join('; ')}` : ''}`,
  }
}
