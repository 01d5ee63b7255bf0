/** Functions with rules of the user's: a closure in hand, and a program where one is recorded in another. */
import { run } from '../../interpreters/run'
import { stage } from '../../interpreters/stage'
import { transposeJaxpr } from '../../interpreters/transpose'
import type { Jaxpr } from '../../ir/jaxpr'
import { outAvals } from '../../ir/jaxpr'
import {
  defineCall,
  defineStaged,
  isLinear,
  type Linear,
  type Primitive,
  type Recorded,
  type StagedRules,
  type Tangent,
} from '../../primitive'
import type { Tensor } from '../../tensor'
import type { Flat } from './batch-custom'
import { linearCotangents } from './jit'
import { openedInPlace } from './opened'

/** The rules get all operands but the first `numConsts`. */
interface WithConsts {
  readonly numConsts: number
}
interface CustomRules<R> {
  readonly jvp: StagedRules<R>['jvp']
  readonly batch: Exclude<StagedRules<R & { readonly fn: Flat }>['batch'], { readonly _tag: string }>
  readonly closes: StagedRules<R>['closes']
}

/**
 * Cotangents of a function that stands in a linear program: a rule was applied to tangents in which it is called again, as in that of a
 * linear function. Its own rule is of no use there; it is transposed as what it is made of.
 */
export const transposeInlined = (jaxpr: Jaxpr, cts: readonly Tangent[], ins: readonly (Tensor | Linear)[]): readonly Tangent[] => {
  const back = transposeJaxpr(
    jaxpr,
    ins.map(isLinear),
    cts.map((c) => c !== null),
  )
  const known = ins.filter((x): x is Tensor => !isLinear(x))
  return linearCotangents(ins, run(back, [...known, ...cts.filter((c): c is Tensor => c !== null)]))
}

/** `R`: the rules. What the function closes over becomes leading operands of the program. `title` is for messages. */
export const defineCustomCall = <R extends WithConsts>(
  name: 'custom_jvp_call' | 'custom_vjp_call',
  title: string,
  { jvp, batch, closes }: CustomRules<R>,
): Primitive<R & { readonly fn: Flat }> => {
  const called = defineCall<typeof name, R & { readonly jaxpr: Jaxpr }>(name, {
    abstractEval: (_ins, { jaxpr }) => outAvals(jaxpr),
    jvp,
    transpose: (cts, ins, { jaxpr }) => transposeInlined(jaxpr, cts, ins),
    batch: (axis, xs, dims, p) => batch(axis, xs, dims, { ...p, fn: (ys) => run(p.jaxpr, ys) }),
    ...openedInPlace(title),
  })
  return defineStaged(name, {
    jvp,
    batch,
    evaluate: (xs, { fn }) => fn(xs),
    closes,
    record: (xs, { fn, ...rules }) => {
      const { jaxpr, consts } = stage(
        fn,
        xs.map((x) => x.aval),
        title,
      )
      const params = { ...rules, numConsts: rules.numConsts + consts.length, jaxpr }
      return { primitive: called as unknown as Recorded<never>, xs: [...consts, ...xs], params }
    },
  })
}
