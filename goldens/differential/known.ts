/** Differences that are meant: docs/jax-differences.md has a line for each. */
import type { Call } from './call'
import type { Difference } from './compare'

interface Known {
  readonly fn: RegExp
  readonly kind: RegExp
  /** Of which calls, where not of all. */
  readonly of?: RegExp
  /** What the difference says. */
  readonly text?: RegExp
}
const known: readonly Known[] = [
  // What JAX refuses and heddle takes.
  { fn: /./, kind: / answered$/ },
  // A number that an integer dtype can't hold is refused; JAX wraps it around.
  { fn: /./, kind: / refused$/, text: /does not fit/ },
  // JavaScript has one type of number: 7 is no integer.
  { fn: /^np\.full$/, kind: /dtype|weak/ },
  // JAX computes these in the dtype of the operand, where unsigned integers wrap around.
  { fn: /^nn\.(softmax|logSigmoid|squareplus)$/, kind: /value/, of: /"uint/ },
  // Integers and booleans become strong floats.
  { fn: /^(nn\.(softplus|softSign|squareplus)|np\.heaviside)$/, kind: /weak/, of: /"(u?int|bool)/ },
  // Scalars keep no dimension.
  { fn: /^np\.(nan)?(quantile|percentile|median)$/, kind: /shape/, of: /"keepdims":true/ },
  // Values that occur twice share a derivative here; JAX has none.
  { fn: /^np\.(unique\w*|union1d|intersect1d|setdiff1d|setxor1d)$/, kind: /^(vjp|jvp|second)/ },
  // JAX's is NaN or goes astray where a place is outside, or a window moved inside.
  { fn: /^lax\.scatter(Min|Max)$/, kind: /^(vjp|jvp|second)/ },
  { fn: /^lax\.reduceWindow(Min|Max)$/, kind: /^(vjp|jvp|second)/, of: /"baseDilation"/ },
  // JAX forgets the start where no axis is reduced.
  { fn: /^lax\.reduce$/, kind: /value$/, of: /,\[\]\]/ },
  // A place outside reads the nearest element, to which its cotangent goes here; JAX drops it, though not its tangent.
  { fn: /^np\.(at|minAt|maxAt)$/, kind: /^(vjp|jvp|second) value/ , of: /"(u?int\d+)",/ },
  // Edges are exact here; JAX's are rounded, so an element on an edge may fall into the bin before.
  { fn: /^np\.histogram$/, kind: /value value/ },
  // Rounding, where what is compared cancels out.
  { fn: /^(np\.(corrcoef|blackman|average|interp|sum|cumprod|pad|quantile|percentile)|lax\.linalg\.qr|np\.linalg\.qr)$/, kind: / value$/ },
  { fn: /./, kind: /^(vjp|jvp|second) value$/, of: /"(bfloat16|float16)"/ },
  { fn: /^np\.inner$|^np\.dot$|^np\.matmul$/, kind: / value$/, of: /"float64".*"preferredElementType"/ },
  // No square root's slope is NaN beside a NaN.
  { fn: /^np\.nanstd$/, kind: /^(vjp|jvp|second)/, of: /"ddof"/ },
  // Powers of integers are floats, as the root is.
  { fn: /^np\.linalg\.vectorNorm$/, kind: /dtype/ },
]

/** Whether a difference of a call is meant. */
export const isKnown = (call: Call, { kind, text: says }: Difference): boolean => {
  const text = JSON.stringify(call)
  return known.some(
    (k) =>
      k.fn.test(call.fn) && k.kind.test(kind) && (k.of === undefined || k.of.test(text)) && (k.text === undefined || k.text.test(says)),
  )
}
