/**
 * A graph of TensorFlow under construction: the nodes of the program, or of the body of a loop or branch.
 *
 * uint32 stands as the int32 of the same bits, so that all operations which don't look at the sign are those of int32.
 */
import { type Aval, BackendError, type DType, type Shape } from '@heddle/func/backend'
import { type Attrs, attr, type FunctionDef, type NodeDef, nodeDef, tfTypes, type TfType } from '../graph-def'

/** `int64` and `variant` (a list of arrays) stand inside of lowerings only. */
export type Element = 'float32' | 'int32' | 'uint32' | 'bool' | 'int64' | 'variant'
export interface Type {
  readonly shape: Shape
  readonly dtype: Element
}
/** What a node or an argument gives. */
export interface Value extends Type {
  readonly ref: string
  /** The same before it was repeated along some axes, where operations that broadcast may take that. */
  readonly narrow?: Value
}
export type Values = readonly Value[]

/** Errors: BackendError for the dtypes that graphs are not made of. */
export const typeOf = ({ shape, dtype }: { readonly shape: Shape; readonly dtype: DType }): Type => {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'uint32' && dtype !== 'bool')
    throw new BackendError('tfjs', `graphs of TensorFlow are made for float32, int32, uint32 and bool, not ${dtype}`)
  return { shape, dtype }
}
export const typesOf = (avals: readonly Aval[]): readonly Type[] => avals.map(typeOf)
export const tfTypeOf = ({ dtype }: { readonly dtype: Element }): TfType => (dtype === 'uint32' ? 'int32' : dtype)

/** Names of results in functions, where it is not `output`. */
const named = (result: string, operations: string): Record<string, string> =>
  Object.fromEntries(operations.split(' ').map((name) => [name, result]))
const resultNames: Readonly<Record<string, string>> = {
  ...named('z', 'AddV2 Sub Mul RealDiv TruncateDiv TruncateMod Maximum Minimum Pow Atan2 LogicalAnd LogicalOr LeftShift RightShift'),
  ...named('z', 'Less LessEqual Greater GreaterEqual Equal NotEqual BitwiseAnd BitwiseOr BitwiseXor'),
  ...named('y', 'Neg Abs Sign Floor Ceil Rint Exp Expm1 Log Log1p Sqrt Rsqrt Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh'),
  ...named('y', 'Sigmoid Erf Erfc Lgamma Digamma Invert IsFinite LogicalNot Cast PopulationCount Transpose'),
  ...named('out', 'Cumsum Cumprod'),
  MatMul: 'product',
  TensorListReserve: 'handle',
  TensorListSetItem: 'output_handle',
  TensorListStack: 'tensor',
}

/** What the blocks of one program share: the library of functions, and names. */
export class Library {
  readonly functions: FunctionDef[] = []
  #count = 0
  name(prefix: string): string {
    return `${prefix}${this.#count++}`
  }
  /** A function; answers its name. */
  function(ins: readonly Type[], body: Body): string {
    const b = new Block(this, true)
    const name = this.name('f')
    const args = ins.map(({ shape, dtype }, i): Value => ({ shape, dtype, ref: `a${i}` }))
    const outs = body(b, args)
    this.functions.push({
      signature: {
        name,
        inputArg: args.map((a, i) => ({ name: `a${i}`, type: tfTypes[tfTypeOf(a)] })),
        outputArg: outs.map((o, i) => ({ name: `o${i}`, type: tfTypes[tfTypeOf(o)] })),
      },
      nodeDef: b.nodes,
      ret: Object.fromEntries(outs.map((o, i) => [`o${i}`, o.ref])),
      attr: untouched,
    })
    return name
  }
}
/**
 * TensorFlow's optimizer of graphs takes half a minute for ten thousand nodes, and finds little in programs like ours; it passes over
 * functions that seem to be a pipeline's of data.
 */
const untouched: Attrs = { _tf_data_function: attr.flag(true), _noinline: attr.flag(true) }
export type Body = (b: Block, args: Values) => Values

export class Block {
  readonly nodes: NodeDef[] = []
  readonly #constants = new Map<string, Value>()
  constructor(
    readonly library: Library,
    readonly isFunction: boolean,
  ) {}
  /** A node with one result. */
  op(op: string, ins: Values, attrs: Attrs, out: Type): Value {
    return this.ops(op, ins, attrs, [out])[0]!
  }
  /** A node with several: with the names of its results, or with one list of them. */
  ops(op: string, ins: Values, attrs: Attrs, outs: readonly Type[], names?: readonly string[]): Values {
    const name = this.library.name('n')
    this.nodes.push(
      nodeDef(
        name,
        op,
        ins.map((x) => x.ref),
        attrs,
      ),
    )
    return outs.map(({ shape, dtype }, i) => {
      const inFunction = names ? `${name}:${names[i]}:0` : `${name}:${resultNames[op] ?? 'output'}:${i}`
      return { shape, dtype, ref: this.isFunction ? inFunction : `${name}:${i}` }
    })
  }
  data(dtype: Element, shape: Shape, data: Float32Array | Int32Array | Uint8Array | BigInt64Array): Value {
    const key = `${dtype}|${shape}|${data.length > 64 ? this.library.name('c') : new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join()}`
    const known = this.#constants.get(key)
    if (known) return known
    const type = tfTypeOf({ dtype })
    const made = this.op('Const', [], { dtype: attr.type(type), value: attr.tensor(type, shape, data) }, { shape, dtype })
    this.#constants.set(key, made)
    return made
  }
  /** A scalar. */
  scalar(value: number | bigint | boolean, dtype: Element): Value {
    if (dtype === 'bool') return this.data(dtype, [], Uint8Array.of(value ? 1 : 0))
    if (dtype === 'int64') return this.data(dtype, [], BigInt64Array.of(BigInt(value)))
    return this.data(dtype, [], dtype === 'float32' ? Float32Array.of(Number(value)) : Int32Array.of(Number(value) | 0))
  }
  /** One int32 value after the other. */
  ints(values: readonly number[]): Value {
    return this.data('int32', [values.length], Int32Array.from(values))
  }
  /** A loop as long as `going` holds for the carry. */
  while(init: Values, going: (b: Block, carry: Values) => Value, step: Body): Values {
    const cond = this.library.function(init, (b, carry) => [going(b, carry)])
    const body = this.library.function(init, step)
    return this.ops(
      'StatelessWhile',
      init,
      {
        T: attr.types(init.map(tfTypeOf)),
        cond: attr.func(cond),
        body: attr.func(body),
        output_shapes: attr.shapes([]),
        parallel_iterations: attr.int(10),
      },
      init,
    )
  }
  /** The branch at `index`, which is within their number. */
  case(index: Value, ins: Values, outs: readonly Type[], branches: readonly Body[]): Values {
    const names = branches.map((branch) => this.library.function(ins, branch))
    return this.ops(
      'StatelessCase',
      [index, ...ins],
      {
        Tin: attr.types(ins.map(tfTypeOf)),
        Tout: attr.types(outs.map(tfTypeOf)),
        branches: attr.funcs(names),
        output_shapes: attr.shapes([]),
      },
      outs,
    )
  }
}
