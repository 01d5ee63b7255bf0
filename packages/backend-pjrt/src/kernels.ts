/** Kernels as programs of one equation, compiled once for their parameters and types. */
import type { Aval, Eqn, Executable, Jaxpr, Kernel, KernelCall, Kernels } from '@heddle/func/backend'
import { leafNames } from '@heddle/stablehlo/lower'
import type { PjrtBuffer } from './buffer'
import { onPressure } from './disposable'
import type { Compiler } from './executable'

/** Those used last; others are freed, and compiled again when they are called again. */
const MAX_KERNELS = 2048

const showTypes = (types: readonly Aval[]): string => types.map((t) => `${t.dtype}[${t.shape.join()}]`).join(' ')
const keyOf = (name: string, { params, ins, outs }: KernelCall<unknown>): string => {
  const text = JSON.stringify(params, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : Object.is(v, -0) ? '-0' : v))
  return `${name} ${text} ${showTypes(ins)} ${showTypes(outs)}`
}
const oneEquation = (name: string, { params, ins, outs }: KernelCall<unknown>): Jaxpr => {
  const variable = (aval: Aval) => ({ _tag: 'Var', aval }) as const
  const vars = ins.map(variable)
  const results = outs.map(variable)
  // of a leaf the lowering reads its name alone
  const primitive = { name } as unknown as Eqn['primitive']
  return { ins: vars, eqns: [{ primitive, params, ins: vars, outs: results }], outs: results, axisNames: [] }
}

export const kernelsOf = ({ compile }: Compiler): Kernels<PjrtBuffer> => {
  const made = new Map<string, Executable<PjrtBuffer>>()
  const forget = (count: number): void => {
    for (const [key, executable] of [...made.entries()].slice(0, count)) {
      made.delete(key)
      executable.dispose()
    }
  }
  onPressure(() => forget(Math.ceil(made.size / 2)))
  const remember = (key: string, make: () => Executable<PjrtBuffer>): Executable<PjrtBuffer> => {
    const known = made.get(key)
    if (known) made.delete(key)
    const executable = known ?? make()
    made.set(key, executable)
    if (made.size > MAX_KERNELS) forget(1)
    return executable
  }
  /** On arrays over several devices, for their placement. */
  const shardedRun = (key: string, name: string, call: KernelCall<unknown>, inputs: readonly PjrtBuffer[]): readonly PjrtBuffer[] => {
    const inShardings = inputs.map((b) => b.sharding)
    const compileIt = () => compile(oneEquation(name, call), { donated: [], name, inShardings })
    return remember(`${key} ${JSON.stringify(inShardings)}`, compileIt).run(inputs)
  }
  const kernel =
    (name: string): Kernel<PjrtBuffer, unknown> =>
    (call) => {
      const key = keyOf(name, call)
      const make = (): Executable<PjrtBuffer> => compile(oneEquation(name, call), { donated: [], name })
      let mine = remember(key, make)
      return (inputs) => {
        if (inputs.some((b) => b.sharding !== null)) return shardedRun(key, name, call, inputs)
        if (made.get(key) !== mine) mine = remember(key, make)
        return mine.run(inputs)
      }
    }
  return Object.fromEntries(leafNames.map((name) => [name, kernel(name)])) as unknown as Kernels<PjrtBuffer>
}
