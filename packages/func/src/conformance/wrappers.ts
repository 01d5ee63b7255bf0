/** The function of each leaf primitive, in one form: a list of operands and the parameters. */
import * as arithmetic from '../primitives/arithmetic'
import * as bitwise from '../primitives/bitwise'
import { dotGeneral } from '../primitives/contraction'
import { convGeneralDilated } from '../primitives/convolution'
import * as cumulative from '../primitives/cumulative'
import * as indexing from '../primitives/indexing'
import * as layout from '../primitives/layout'
import * as linalg from '../primitives/linalg'
import * as piecewise from '../primitives/piecewise'
import { threefry2x32 } from '../primitives/random'
import * as reduction from '../primitives/reduction'
import { sort, topK } from '../primitives/sort'
import * as structural from '../primitives/structural'
import * as transcendental from '../primitives/transcendental'
import * as window from '../primitives/window'
import type { LeafName, ParamsOf } from '../table'
import type { Tensor } from '../tensor'

type Result = Tensor | readonly Tensor[]
export type Wrapper<P> = (xs: readonly Tensor[], params: P) => Result

/** Operands one by one, then parameters. */
const plain =
  <P>(f: (...args: never[]) => Result): Wrapper<P> =>
  (xs, params) =>
    (f as (...args: readonly unknown[]) => Result)(...xs, params)

const camel = (name: string): string => name.replace(/[_-](\w)/g, (_, letter: string) => letter.toUpperCase())
const modules: readonly Readonly<Record<string, unknown>>[] = [
  structural,
  arithmetic,
  transcendental,
  piecewise,
  bitwise,
  reduction,
  cumulative,
  layout,
  indexing,
  linalg,
  window,
  { dotGeneral, convGeneralDilated, topK, threefry2x32 },
]
/** Those that take their operands in another way. */
const particular: { readonly [N in LeafName]?: Wrapper<ParamsOf[N]> } = {
  concatenate: (xs, params) => layout.concatenate(xs, params),
  sort: (xs, params) => sort(xs, params),
  iota: (_xs, params) => layout.iota(params),
  select_n: ([which, ...cases]) => piecewise.selectN(which!, ...cases),
  dynamic_slice: ([x, ...starts], params) => indexing.dynamicSlice(x!, starts, params),
  dynamic_update_slice: ([x, update, ...starts]) => indexing.dynamicUpdateSlice(x!, update!, starts),
}
/** The function of a primitive; they are named by the camelCase of it. */
export const wrapperOf = (name: string): Wrapper<unknown> => {
  const own = particular[name as LeafName]
  if (own !== undefined) return own as Wrapper<unknown>
  const f = modules.map((m) => m[camel(name)]).find((g) => typeof g === 'function')
  if (f === undefined) throw new Error(`no function of the primitive ${name}`)
  return plain(f as (...args: never[]) => Result)
}
