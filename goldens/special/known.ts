/** Where the grid's numbers are meant to be neither JAX's nor what JAX has in 64 bits: docs/jax-differences.md has a line for each. */
import { type Fault, isSubnormal } from './grid'

interface Known {
  readonly fn: RegExp
  /** `eager`, `jit`, `vjp 0` (a derivative by the first operand, in reverse), `jvp 1`. */
  readonly part: RegExp
  readonly dtype?: RegExp
  /** At which operands. */
  readonly at?: (...inputs: readonly number[]) => boolean
  /** The right number, in doubles; without one it is not held. */
  readonly right?: (...inputs: readonly number[]) => number
  /** How far it may be off, relatively. */
  readonly within?: number
}
const value = /^(eager|jit)/
const slope = /^(vjp|jvp)/
const infinite = (...xs: readonly number[]): boolean => xs.some((x) => Math.abs(x) === Infinity)
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const shareOf = (x: number, y: number): number =>
  Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : infinite(x) ? Math.sign(x) * (infinite(y) ? Math.SQRT1_2 : 1) : 0
const power = (x: number, y: number, bits: number, signed: boolean): number => {
  if (y < 0) return x === 1 ? 1 : x === -1 ? (y % 2 === 0 ? 1 : -1) : 0
  let [result, base, rest] = [1n, BigInt(x), BigInt(y)]
  for (; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asUintN(bits, result * base)
    base = BigInt.asUintN(bits, base * base)
  }
  return Number(signed ? BigInt.asIntN(bits, result) : result)
}

const known: readonly Known[] = [
  // JAX loses the tails in 1 - tanh(x)² and 1 + tanh(u), in 64 bits too.
  { fn: /^(np|lax|nn)\.tanh$/, part: slope, right: (x) => 4 * sigmoid(2 * x!) * sigmoid(-2 * x!), within: 0.02 },
  { fn: /^nn\.gelu$/, part: value, right: (x) => x! * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x! + 0.044715 * x! ** 3)), within: 0.2 },
  { fn: /^nn\.gelu$/, part: slope, at: (x) => x! < -5 },
  // JAX subtracts 1 / x from 1 / x.
  { fn: /^np\.sinc$/, part: slope, at: (x) => Math.abs(x!) < 1e-4, right: (x) => (-(Math.PI ** 2) / 3) * x!, within: 0.02 },
  // Nothing is differentiable where it is NaN.
  { fn: /^(np\.arc|lax\.a)cosh$/, part: slope, at: (x) => x! < 1, right: () => Number.NaN },
  { fn: /^lax\.digamma$/, part: slope, at: (x) => x === -Infinity, right: () => Number.NaN },
  { fn: /^lax\.digamma$/, part: slope, at: (x) => x === Infinity, right: () => 0 },
  // JAX has 1 where the result is the operand.
  { fn: /^np\.ldexp$/, part: slope, right: () => 8 },
  // Limits at infinity, where JAX has NaN, or 1 for both; halves of equal numbers, which JAX loses in large ones.
  { fn: /^np\.hypot$/, part: / 0/, at: infinite, right: (x, y) => shareOf(x!, y!), within: 0.005 },
  { fn: /^np\.hypot$/, part: / 1/, at: infinite, right: (x, y) => shareOf(y!, x!), within: 0.005 },
  { fn: /^np\.logaddexp2?$/, part: / 0/, right: (x, y) => (x === y ? 0.5 : x! > y! ? 1 : 0) },
  { fn: /^np\.logaddexp2?$/, part: / 1/, right: (x, y) => (x === y ? 0.5 : y! > x! ? 1 : 0) },
  // Rounding, where what is subtracted cancels.
  { fn: /^nn\.(softSign|squareplus)$/, part: slope, within: 2 },
  { fn: /^nn\.gelu$/, part: value, dtype: /bfloat16/, at: (x) => x! < -5, within: 0.3 },
  // JAX computes these in the integers, which wrap around.
  { fn: /^nn\.(logSigmoid|softSign|squareplus|log1mexp|hardTanh)$/, part: value, dtype: /int/ },
  // Integer powers beyond 2^64, and with negative exponents, of which JAX reads six bits.
  ...[8, 16, 32].flatMap((bits) =>
    ['int', 'uint'].map((kind) => ({
      fn: /^np\.power$/,
      part: value,
      dtype: new RegExp(`^${kind}${bits}$`),
      right: (x?: number, y?: number) => power(x!, y!, bits, kind === 'int'),
    })),
  ),
  // JAX takes 1 for the remainder of True by False, but 0 for that of 1 by 0.
  { fn: /^np\.fmod$/, part: value, dtype: /bool/, at: (_x, y) => y === 0, right: () => 0 },
]
/**
 * Of a number below the smallest normal one, a small power overflows though its derivative does not, the length of two such numbers has few
 * bits, and sinc's slope none.
 */
const atSubnormals = ({ row, part, inputs }: Fault): boolean =>
  /^(np\.(power|floatPower|hypot|sinc)|lax\.pow)$/.test(row.fn) && slope.test(part) && isSubnormal(inputs[0]!, row.dtype)

/** Which entry of the table says that a number is meant to be what it is. */
export const meant = (fault: Fault): number | undefined => {
  if (atSubnormals(fault)) return known.length
  const found = known.findIndex((k) => fits(k, fault))
  return found < 0 ? undefined : found
}
/** How many entries the table has. */
export const entries = known.length + 1
const fits = (k: Known, { row, part, inputs, is, jax }: Fault): boolean => {
  if (!k.fn.test(row.fn) || !k.part.test(part) || k.dtype?.test(row.dtype) === false || k.at?.(...inputs) === false) return false
  if (k.right === undefined && k.within === undefined) return true
  const right = k.right?.(...inputs) ?? jax
  return is === right || Number.isNaN(is) === Number.isNaN(right) && !(Math.abs(is - right) > (k.within ?? 2e-5) * Math.abs(right))
}
