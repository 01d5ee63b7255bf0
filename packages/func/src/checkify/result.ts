/** What checks came to, as a value: a tree that goes through jit and vmap, and says what failed when it is asked. */
import { registerNode } from '@heddle/tree'
import type { ConcreteTensor } from '../array'
import { type Aval, sizeOf } from '../aval'
import type { HostArray } from '../backend/backend'
import { CheckError } from '../error'
import type { Tensor } from '../tensor'

/** A place in a program that can fail. */
export interface Site {
  readonly scope: string
  /** Types of the values that its message shows. */
  readonly values: readonly Aval[]
  readonly sentence: (values: readonly HostArray[]) => string
}
/** Part `i` of data with leading axes. */
const part = (x: Tensor, { shape, dtype }: Aval, i: number): HostArray => {
  const n = sizeOf(shape)
  return { shape, dtype, data: (x as ConcreteTensor).hostSync().data.subarray(i * n, (i + 1) * n) }
}

/**
 * Whether checks have failed, and which was the first. Under vmap there is one for each example. It can be read outside of traced functions.
 * Source: jax.experimental.checkify.Error.
 */
export class CheckResult {
  constructor(
    /** 0, or the number of the site that failed first, from 1. */
    readonly code: Tensor,
    /** For each value of each site. */
    readonly payload: readonly Tensor[],
    readonly sites: readonly Site[],
  ) {
    register()
  }
  #first(): { readonly site: Site; readonly text: string } | undefined {
    const codes = (this.code as ConcreteTensor).hostSync().data
    const at = codes.findIndex((c) => Number(c) !== 0)
    if (at < 0) return undefined
    const number = Number(codes[at]) - 1
    const site = this.sites[number]!
    const from = this.sites.slice(0, number).reduce((n, s) => n + s.values.length, 0)
    const text = site.sentence(site.values.map((v, k) => part(this.payload[from + k]!, v, at)))
    return { site, text: this.code.ndim === 0 ? text : `example ${at}: ${text}` }
  }
  /** What failed first, or null. Errors: BackendError on a device that reads only asynchronously. */
  get(): string | null {
    return this.#first()?.text ?? null
  }
  /** Errors: CheckError if a check has failed. */
  throw(): void {
    const first = this.#first()
    if (first !== undefined) throw new CheckError(first.text, first.site.scope)
  }
}
let registered = false
const register = (): void => {
  if (registered) return
  registered = true
  const numbers = new WeakMap<object, number>()
  let count = 0
  registerNode(CheckResult, {
    flatten: (x) => [[x.code, ...x.payload], x.sites],
    unflatten: (sites, [code, ...payload]) => new CheckResult(code as Tensor, payload as readonly Tensor[], sites as readonly Site[]),
    auxKey: (sites) => {
      const key = sites as object
      if (!numbers.has(key)) numbers.set(key, count++)
      return String(numbers.get(key))
    },
  })
}
