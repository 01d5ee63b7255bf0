/** Which programs an equation holds: its primitive says so (`program` of a call, `bodies` of a loop), to all who look inside of programs. */
import type { Eqn, Jaxpr } from './jaxpr'

/** How often a body runs when its equation does: so many times; as long as a condition holds; if it is the one of several that is chosen. */
export type Runs = number | 'while' | 'choice'
/** A program that an equation holds: which parameter it is, and how often it runs. */
export interface Body {
  /** Where it stands in the parameters: `branches[0]`. */
  readonly path: string
  readonly jaxpr: Jaxpr
  readonly runs: Runs
}
const none: readonly Body[] = []

/** The programs that an equation holds; none for a leaf. */
export const bodiesOf = ({ primitive, params }: Pick<Eqn, 'primitive' | 'params'>): readonly Body[] => {
  if (primitive.kind === 'call') return [{ path: 'jaxpr', jaxpr: primitive.program(params as never), runs: 1 }]
  return primitive.kind === 'loop' ? primitive.bodies(params as never) : none
}

/** All equations of a program, each followed by those of the programs that it holds. */
export function* equationsOf(program: Jaxpr): Generator<Eqn, void> {
  for (const e of program.eqns) {
    yield e
    for (const { jaxpr } of bodiesOf(e)) yield* equationsOf(jaxpr)
  }
}
/** Whether some body in it runs another number of times than once. */
export const hasLoop = (program: Jaxpr): boolean => {
  for (const e of equationsOf(program)) if (bodiesOf(e).some(({ runs }) => runs === 'while' || (runs !== 'choice' && runs > 1))) return true
  return false
}
