/** Malformed programs are refused, and the message says where. */
import { describe, expect, it } from 'vitest'
import { makeJaxpr, np, type Tensor, typecheckJaxpr, vmap } from '../index'
import { jit } from '../transforms/jit'
import { aval } from '../aval'
import { type Eqn, type Jaxpr, newVar } from './jaxpr'

const three = { shape: [3], dtype: 'float32' } as const
const program = (): Jaxpr => makeJaxpr((x: Tensor) => np.sin(np.cos(x)))(three).jaxpr
const withEqns = (j: Jaxpr, eqns: readonly Eqn[]): Jaxpr => ({ ...j, eqns })

describe('typecheckJaxpr', () => {
  it('takes what tracing makes', () => {
    expect(() => typecheckJaxpr(program())).not.toThrow()
    expect(() => typecheckJaxpr(makeJaxpr(vmap((x: Tensor) => jit((y: Tensor) => y.add(1))(x)))(three).jaxpr)).not.toThrow()
  })
  it('refuses a variable used before it is bound', () => {
    const j = program()
    expect(() => typecheckJaxpr(withEqns(j, [...j.eqns].reverse()))).toThrow('equation 0 (sin): a variable of type f32[3] is used before')
    expect(() => typecheckJaxpr({ ...j, outs: [newVar(aval([3], 'float32'))] })).toThrow(
      'results: a variable of type f32[3] is used before',
    )
  })
  it('refuses a variable bound twice', () => {
    const j = program()
    expect(() => typecheckJaxpr(withEqns(j, [j.eqns[0]!, j.eqns[0]!, j.eqns[1]!]))).toThrow('bound twice')
  })
  it('refuses results of a type that the rule does not infer', () => {
    const j = program()
    const wrong = { ...j.eqns[1]!, outs: [newVar(aval([2], 'float32'))] }
    expect(() => typecheckJaxpr({ ...j, eqns: [j.eqns[0]!, wrong], outs: wrong.outs })).toThrow(
      'result 0 has type f32[2], the rule infers f32[3]',
    )
  })
  it('refuses operands that do not fit', () => {
    const j = makeJaxpr((x: Tensor, y: Tensor) => x.add(y))(three, three).jaxpr
    const other = newVar(aval([2], 'float32'))
    const eqn = { ...j.eqns[0]!, ins: [j.ins[0]!, other] }
    expect(() => typecheckJaxpr({ ...j, ins: [j.ins[0]!, other], eqns: [eqn] })).toThrow('add: operands must have equal shapes')
  })
  it('looks into bodies', () => {
    const j = makeJaxpr((x: Tensor) => jit((y: Tensor) => np.sin(np.cos(y)))(x))(three).jaxpr
    const [e] = j.eqns
    const body = (e!.params as { readonly jaxpr: Jaxpr }).jaxpr
    const broken = { ...e!, params: { ...(e!.params as object), jaxpr: withEqns(body, [...body.eqns].reverse()) } }
    expect(() => typecheckJaxpr(withEqns(j, [broken]))).toThrow('equation 0 (jit).jaxpr, equation 0 (sin)')
  })
  it('refuses a literal of another type, and axes that are not listed', () => {
    const j = program()
    const literal = { _tag: 'Literal', aval: aval([], 'bool'), value: 1 } as const
    expect(() => typecheckJaxpr({ ...j, outs: [literal] })).toThrow('the literal 1 is not a bool[]')
    expect(() => typecheckJaxpr({ ...j, axisNames: ['i'] })).toThrow('the axis "i" is listed but not used')
  })
})
