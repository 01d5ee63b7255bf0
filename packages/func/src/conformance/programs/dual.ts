/** Numbers with derivatives, nested to any depth: the plain arithmetic that the engine is compared with. */

/** `p + t e`, where `e` squares to zero; a higher level is a later derivative. */
interface Dual {
  readonly level: number
  readonly p: Num
  readonly t: Num
}
export type Num = number | Dual

let levels = 0
const levelOf = (x: Num): number => (typeof x === 'number' ? 0 : x.level)
const at = (x: Num, level: number): readonly [Num, Num] => (typeof x !== 'number' && x.level === level ? [x.p, x.t] : [x, 0])
/** The number without its derivatives. */
export const valueOf = (x: Num): number => (typeof x === 'number' ? x : valueOf(x.p))

const lift1 =
  (f: (x: number) => number, df: (x: Num) => Num) =>
  (x: Num): Num =>
    typeof x === 'number' ? f(x) : { level: x.level, p: lift1(f, df)(x.p), t: mul(x.t, df(x.p)) }
const lift2 = (f: (x: number, y: number) => number, rule: (x: Num, y: Num, tx: Num, ty: Num) => Num) => {
  const apply = (x: Num, y: Num): Num => {
    const level = Math.max(levelOf(x), levelOf(y))
    if (level === 0) return f(x as number, y as number)
    const [px, tx] = at(x, level)
    const [py, ty] = at(y, level)
    return { level, p: apply(px, py), t: rule(px, py, tx, ty) }
  }
  return apply
}
export const add: (x: Num, y: Num) => Num = lift2(
  (x, y) => x + y,
  (_x, _y, tx, ty) => add(tx, ty),
)
export const mul: (x: Num, y: Num) => Num = lift2(
  (x, y) => x * y,
  (x, y, tx, ty) => add(mul(tx, y), mul(x, ty)),
)
export const neg: (x: Num) => Num = (x) => mul(x, -1)
export const sub = (x: Num, y: Num): Num => add(x, neg(y))
export const sin: (x: Num) => Num = lift1(Math.sin, (x) => cos(x))
const cos: (x: Num) => Num = lift1(Math.cos, (x) => neg(sin(x)))
export const tanh: (x: Num) => Num = lift1(Math.tanh, (x) => sub(1, mul(tanh(x), tanh(x))))
export const logistic: (x: Num) => Num = lift1(
  (x) => 1 / (1 + Math.exp(-x)),
  (x) => mul(logistic(x), sub(1, logistic(x))),
)
export const abs = (x: Num): Num => mul(x, valueOf(x) >= 0 ? 1 : -1)
/** Equal operands share the derivative. */
export const max = (x: Num, y: Num): Num => {
  const d = valueOf(x) - valueOf(y)
  return d > 0 ? x : d < 0 ? y : mul(0.5, add(x, y))
}
export const min = (x: Num, y: Num): Num => neg(max(neg(x), neg(y)))

/** `f` at `x` and its derivative along `t`. */
export const derivative = (
  f: (x: readonly Num[]) => readonly Num[],
  x: readonly Num[],
  t: readonly Num[],
): readonly (readonly [Num, Num])[] => {
  levels += 1
  const level = levels
  try {
    return f(x.map((p, i) => ({ level, p, t: t[i]! }))).map((y) => at(y, level))
  } finally {
    levels -= 1
  }
}
