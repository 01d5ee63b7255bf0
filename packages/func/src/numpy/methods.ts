/** Puts the methods of `TensorMethods` on tensors: numpy's functions with the tensor as first operand, and access to data. */
import { ConcreteTensor } from '../array'
import type { HostArray } from '../backend/backend'
import type { DType, TypedArray } from '../dtype'
import { ArgumentError, ConcretizationError, type FuncError, LostDerivativeError } from '../error'
import { primalOf } from '../interpreters/jvp'
import { showAval } from '../aval'
import { getElement } from '../scalar'
import { Tensor } from '../tensor'
import type { TensorMethods } from '../tensor-methods'
import { refuseBrackets } from './brackets'
import * as C from './contraction'
import { copy } from './creation'
import { cumprod, cumsum } from './cumulative'
import * as E from './elementwise'
import { jsonOf, nestedOf, valueAt } from './host-data'
import type { Index, IndexElement } from './index-spec'
import { addAt, maxAt, minAt, mulAt, setAt } from './index-update'
import { at } from './indexing'
import { repeat, unstack } from './join'
import * as L from './logic'
import { showArray } from './print'
import type { TensorLike } from './promote'
import * as R from './reduce'
import * as S from './shape'
import { argsort, sort } from './sorting'
import { std, var as variance } from './statistics'
import { take } from './take'

/** The concrete tensor that holds the value: under grad and jvp values are known. */
const concreteOf = (x: Tensor): ConcreteTensor | undefined => {
  let value: Tensor | undefined = x
  while (value !== undefined && !(value instanceof ConcreteTensor)) value = primalOf(value)
  return value
}
/** Is it a value whose derivative is on the way? */
const isDifferentiated = (x: Tensor): boolean => {
  for (let at: Tensor | undefined = x; at !== undefined; at = primalOf(at)) if (primalOf(at) !== undefined && at.trace.active) return true
  return false
}
const valueOf = (x: Tensor, asked: string): ConcreteTensor => {
  const value = concreteOf(x)
  if (!value) throw new ConcretizationError(x.aval, asked)
  return value
}
/** The value, to be read now: what is computed with it has no derivative. JavaScript can't tell x > 0 from x * y, so neither is let through. */
const concrete = (x: Tensor, asked: string): ConcreteTensor => {
  const value = valueOf(x, asked)
  if (value !== x && isDifferentiated(x)) throw new LostDerivativeError(x.aval, asked)
  return value
}
/** Half floats are raw bits in storage; users get numbers. */
const readable = (host: HostArray): TypedArray => {
  const { dtype, data } = host
  if (dtype !== 'float16' && dtype !== 'bfloat16') return data.slice()
  return Float32Array.from(data as Uint16Array, (_, i) => getElement(data, i, dtype))
}
const item = (x: Tensor, asked: string): number | bigint | boolean => {
  const value = concrete(x, asked)
  if (x.size !== 1) throw new ArgumentError(asked, `a tensor of ${x.size} elements (shape [${x.shape.join(',')}]) has no single value`)
  return valueAt(value.hostSync(), 0)
}
const text = (x: Tensor): string => {
  const value = concreteOf(x)
  if (!value) return `Tensor(${showAval(x.aval)} traced by ${x.trace.name})`
  if (value.isDisposed) return `Tensor(${showAval(x.aval)} disposed)`
  const traced = value === x ? '' : ` traced by ${x.trace.name}`
  try {
    return `Tensor(${showAval(x.aval)}${traced}${x.ndim > 1 ? '\n' : ' '}${showArray(value.hostSync())})`
  } catch (error) {
    return `Tensor(${showAval(x.aval)}${traced} not readable: ${(error as FuncError).message})`
  }
}

type Method = (this: Tensor, ...args: never[]) => unknown
/** A function of numpy whose first operand is the tensor. */
const withSelf = (f: (x: Tensor, ...rest: never[]) => unknown): Method =>
  function (this: Tensor, ...args: never[]) {
    return f(this, ...args)
  }
const listed = (args: readonly unknown[]): unknown => (args.length === 1 && (Array.isArray(args[0]) || args[0] === null) ? args[0] : args)

const functions: { readonly [N in keyof TensorMethods]?: (x: Tensor, ...rest: never[]) => unknown } = {
  add: E.add,
  sub: E.subtract,
  mul: E.multiply,
  div: E.divide,
  floorDivide: E.floorDivide,
  mod: E.remainder,
  pow: E.power,
  neg: E.negative,
  abs: E.absolute,
  sign: E.sign,
  square: E.square,
  sqrt: E.sqrt,
  exp: E.exp,
  log: E.log,
  sin: E.sin,
  cos: E.cos,
  tanh: E.tanh,
  floor: E.floor,
  ceil: E.ceil,
  round: E.round,
  clip: E.clip,
  maximum: E.maximum,
  minimum: E.minimum,
  equal: L.equal,
  notEqual: L.notEqual,
  less: L.less,
  lessEqual: L.lessEqual,
  greater: L.greater,
  greaterEqual: L.greaterEqual,
  eq: L.equal,
  ne: L.notEqual,
  lt: L.less,
  le: L.lessEqual,
  gt: L.greater,
  ge: L.greaterEqual,
  logicalAnd: L.logicalAnd,
  logicalOr: L.logicalOr,
  logicalNot: L.logicalNot,
  bitwiseAnd: L.bitwiseAnd,
  bitwiseOr: L.bitwiseOr,
  bitwiseXor: L.bitwiseXor,
  dot: (x: Tensor, y: TensorLike, options?: C.ProductOptions) => C.dot(x, y, options),
  matmul: (x: Tensor, y: TensorLike, options?: C.ProductOptions) => C.matmul(x, y, options),
  sum: R.sum,
  prod: R.prod,
  mean: R.mean,
  max: R.max,
  min: R.min,
  all: R.all,
  any: R.any,
  std,
  var: variance,
  argmax: R.argmax,
  argmin: R.argmin,
  cumsum,
  cumprod,
  sort,
  argsort,
  reshape: (x: Tensor, ...shape: unknown[]) => S.reshape(x, listed(shape) as number[]),
  ravel: S.ravel,
  flatten: S.ravel,
  transpose: (x: Tensor, ...axes: unknown[]) => S.transpose(x, axes.length === 0 ? null : (listed(axes) as number[] | null)),
  swapaxes: S.swapaxes,
  squeeze: S.squeeze,
  expandDims: S.expandDims,
  broadcastTo: S.broadcastTo,
  repeat: (x: Tensor, repeats: number | readonly number[], axis?: number | null) => repeat(x, repeats, axis ?? null),
  take,
  astype: (x: Tensor, dtype: DType) => E.astype(x, dtype),
  copy,
  at: (x: Tensor, ...index: IndexElement[]) => at(x, index as Index),
  setAt,
  addAt,
  mulAt,
  minAt,
  maxAt,
  item: (x: Tensor) => item(x, 'item'),
  toArray: (x: Tensor) => nestedOf(concrete(x, 'toArray').hostSync()),
  toJSON: (x: Tensor) => jsonOf(concrete(x, 'JSON.stringify').hostSync()),
  dataSync: (x: Tensor) => readable(concrete(x, 'dataSync').hostSync()),
  // what has no value is refused at once: a promise that nobody waits for would hide it
  data: (x: Tensor) => {
    const value = valueOf(x, 'data')
    return value.host().then(readable)
  },
  hostArray: (x: Tensor) => {
    const value = valueOf(x, 'hostArray')
    return value.host().then((host) => ({ ...host, data: host.data.slice() }))
  },
  toString: text,
  [Symbol.iterator]: (x: Tensor) => unstack(x)[Symbol.iterator](),
  [Symbol.toPrimitive]: (x: Tensor, hint: string) => {
    if (hint === 'string') return text(x)
    const value = item(x, 'conversion to a JavaScript number (in arithmetic, a comparison, a function of Math)')
    return typeof value === 'boolean' ? Number(value) : value
  },
}
/** What a concrete tensor does itself; a tracer owns no memory. */
const disposal: { readonly [N in keyof TensorMethods]?: (x: Tensor) => unknown } = {
  dispose: () => undefined,
  // Not every browser has it yet.
  ...(Symbol.dispose ? { [Symbol.dispose]: (x: Tensor) => x.dispose() } : {}),
}
const inspect = Symbol.for('nodejs.util.inspect.custom')
/** What kernels of notebooks (Deno's, and others of JavaScript) ask of a value for its cell. */
const display = Symbol.for('Jupyter.display')

/** Puts the methods on all tensors; once, when the package is loaded. */
export const installMethods = (): void => {
  const all: Readonly<Record<string | symbol, unknown>> = {
    ...functions,
    ...disposal,
    [inspect]: text,
    [display]: (x: Tensor) => ({ 'text/plain': text(x) }),
  }
  for (const name of Reflect.ownKeys(all))
    Object.defineProperty(Tensor.prototype, name, { value: withSelf(all[name] as never), configurable: true, writable: true })
  refuseBrackets()
  Object.defineProperty(Tensor.prototype, 'T', { get: withSelf((x) => S.transpose(x)), configurable: true })
  Object.defineProperty(Tensor.prototype, 'mT', { get: withSelf((x) => S.matrixTranspose(x)), configurable: true })
}
