/** Element types: their names, sizes, host storage and JAX's promotion lattice. */

export type DType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bfloat16'
  | 'float16'
  | 'float32'
  | 'float64'

/** Kinds of dtypes. */
export type DTypeKind = 'bool' | 'int' | 'uint' | 'float'

/**
 * Host storage of each element type. bool is one byte of 0 or 1; bfloat16 and float16 are their raw 16 bits, since
 * Node 20 has no array for them (`hostGetter` and `hostSetter` of `host.ts` read and write numbers).
 */
export interface StorageOf {
  bool: Uint8Array
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  uint16: Uint16Array
  uint32: Uint32Array
  uint64: BigUint64Array
  bfloat16: Uint16Array
  float16: Uint16Array
  float32: Float32Array
  float64: Float64Array
}
/** Arrays that hold elements of some dtype. */
export type TypedArray = StorageOf[DType]

interface Info {
  readonly kind: DTypeKind
  readonly bits: number
  /** The name in a printed jaxpr, as in JAX: `f32`. */
  readonly short: string
  readonly storage: new (n: number) => TypedArray
}
/** What is to be known of each dtype. */
export const dtypes: { readonly [D in DType]: Info } = {
  bool: { kind: 'bool', bits: 8, short: 'bool', storage: Uint8Array },
  int8: { kind: 'int', bits: 8, short: 'i8', storage: Int8Array },
  int16: { kind: 'int', bits: 16, short: 'i16', storage: Int16Array },
  int32: { kind: 'int', bits: 32, short: 'i32', storage: Int32Array },
  int64: { kind: 'int', bits: 64, short: 'i64', storage: BigInt64Array },
  uint8: { kind: 'uint', bits: 8, short: 'u8', storage: Uint8Array },
  uint16: { kind: 'uint', bits: 16, short: 'u16', storage: Uint16Array },
  uint32: { kind: 'uint', bits: 32, short: 'u32', storage: Uint32Array },
  uint64: { kind: 'uint', bits: 64, short: 'u64', storage: BigUint64Array },
  bfloat16: { kind: 'float', bits: 16, short: 'bf16', storage: Uint16Array },
  float16: { kind: 'float', bits: 16, short: 'f16', storage: Uint16Array },
  float32: { kind: 'float', bits: 32, short: 'f32', storage: Float32Array },
  float64: { kind: 'float', bits: 64, short: 'f64', storage: Float64Array },
}

/** Whether a dtype is one of floats. */
export const isFloating = (d: DType): boolean => dtypes[d].kind === 'float'
/** Whether a dtype is one of integers, signed or not. */
export const isInteger = (d: DType): boolean => dtypes[d].kind === 'int' || dtypes[d].kind === 'uint'
export const isSigned = (d: DType): boolean => dtypes[d].kind === 'int' || dtypes[d].kind === 'float'
/** Whether something is the name of a dtype. */
export const isDType = (x: unknown): x is DType => typeof x === 'string' && Object.hasOwn(dtypes, x)
/** How many bytes an element takes. */
export const bytesOf = (d: DType): number => dtypes[d].bits / 8

/** A dtype in promotion: weak types (`i*`, `f*`) come from JavaScript numbers and yield to any array of their kind or above. */
export interface Promotable {
  readonly dtype: DType
  readonly weakType: boolean
}

type Node = DType | 'i*' | 'f*'
/** The edges of JAX's type promotion lattice, from each node to those right above it. */
const above: { readonly [N in Node]: readonly Node[] } = {
  bool: ['i*'],
  'i*': ['uint8', 'int8'],
  uint8: ['int16', 'uint16'],
  uint16: ['int32', 'uint32'],
  uint32: ['int64', 'uint64'],
  uint64: ['f*'],
  int8: ['int16'],
  int16: ['int32'],
  int32: ['int64'],
  int64: ['f*'],
  'f*': ['bfloat16', 'float16'],
  bfloat16: ['float32'],
  float16: ['float32'],
  float32: ['float64'],
  float64: [],
}
const upward = new Map<Node, ReadonlySet<Node>>()
const reach = (n: Node): ReadonlySet<Node> => {
  const known = upward.get(n)
  if (known) return known
  const all = new Set<Node>([n])
  for (const m of above[n]) for (const r of reach(m)) all.add(r)
  upward.set(n, all)
  return all
}
const nodeOf = (p: Promotable): Node => (!p.weakType || p.dtype === 'bool' ? p.dtype : isFloating(p.dtype) ? 'f*' : 'i*')
/** 64-bit results exist only where an operand has 64 bits, as in JAX with x64 off: `uint32 + int32` is int32. */
const narrow: Partial<Record<DType, DType>> = { int64: 'int32', uint64: 'uint32', float64: 'float32' }

/**
 * The common type of operands in JAX's lattice, and whether it is still weak.
 * Source: jax.numpy.promote_types, jax.dtypes.result_type.
 */
export const promote = (operands: readonly Promotable[]): Promotable => {
  const first = operands[0]
  if (first === undefined) return { dtype: 'float32', weakType: false }
  if (operands.every((o) => o.dtype === first.dtype && o.weakType === first.weakType)) return first
  const nodes = operands.map(nodeOf)
  let common = [...reach(nodes[0]!)]
  for (const n of nodes.slice(1)) common = common.filter((m) => reach(n).has(m))
  const least = common.find((c) => common.every((m) => reach(c).has(m)))!
  const wide = operands.some((o) => dtypes[o.dtype].bits === 64)
  if (least === 'i*' || least === 'f*') {
    const kind = least === 'f*' ? 'float' : 'int'
    const widest = operands.filter((o) => dtypes[o.dtype].kind === kind).map((o) => o.dtype)[0]
    return { dtype: least === 'f*' && wide ? 'float64' : (widest ?? (least === 'i*' ? 'int32' : 'float32')), weakType: true }
  }
  return { dtype: wide ? least : (narrow[least] ?? least), weakType: false }
}
