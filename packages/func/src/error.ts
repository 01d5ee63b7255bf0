/**
 * The errors of func. A class a kind, so that callers can tell them apart by `instanceof` or by `_tag`; the message says
 * where, what was expected, what came, and what to do.
 */
import { HeddleError } from '@heddle/tree'
import { type Aval, showAval, sizeOf } from './aval'
import { bytesOf } from './dtype'

/** The base of func's errors, and of backends'. */
export abstract class FuncError extends HeddleError {}
const show = (ins: readonly Aval[]): string => (ins.length === 0 ? 'no operands' : ins.map(showAval).join(' and '))

/** Operands whose shapes, dtypes or parameters do not fit an operation; found before any kernel runs. */
export class ShapeError extends FuncError {
  readonly _tag = 'ShapeError'
  constructor(
    readonly operation: string,
    readonly operands: readonly Aval[],
    readonly reason: string,
  ) {
    super(`${operation}: ${reason}; got ${show(operands)}`)
  }
}
/** An argument of a public function that is of the wrong kind or out of range. */
export class ArgumentError extends FuncError {
  readonly _tag = 'ArgumentError'
  constructor(
    readonly operation: string,
    readonly reason: string,
  ) {
    super(`${operation}: ${reason}`)
  }
}
/** A dtype that an operation, a transformation or a backend does not take. */
export class DTypeError extends FuncError {
  readonly _tag = 'DTypeError'
  constructor(
    readonly operation: string,
    readonly reason: string,
  ) {
    super(`${operation}: ${reason}`)
  }
}
/** A primitive has no rule for a transformation; the primitive's author gave the reason. */
export class RuleUnsupportedError extends FuncError {
  readonly _tag = 'RuleUnsupportedError'
  constructor(
    readonly primitive: string,
    readonly rule: string,
    readonly reason: string,
  ) {
    super(`${primitive} has no ${rule} rule: ${reason}`)
  }
}
/** A concrete value was asked of a tensor that stands for many (inside jit, vmap, scan ...). */
export class ConcretizationError extends FuncError {
  readonly _tag = 'ConcretizationError'
  constructor(
    readonly aval: Aval,
    readonly asked: string,
  ) {
    super(
      `${asked}: this tensor of type ${showAval(aval)} is traced and has no value yet. Inside jit, scan, whileLoop, cond, vmap and checkpoint use ` +
        `np.where, lax.cond, lax.switch or lax.whileLoop in place of control flow on values, mark the argument static (staticArgnums), or move the read outside`,
    )
  }
}
/** A tensor that is being differentiated was to become JavaScript numbers, which carry no derivative. */
export class LostDerivativeError extends FuncError {
  readonly _tag = 'LostDerivativeError'
  constructor(
    readonly aval: Aval,
    readonly asked: string,
  ) {
    super(
      `${asked}: this tensor of type ${showAval(aval)} is being differentiated, and as a JavaScript number it would lose its derivative. Compute by methods and ` +
        'functions of np: use x.mul(y) in place of x * y, np.exp(x) of Math.exp(x); compare by x.greater(y), whose boolean may be read by item(), or choose by ' +
        'np.where; to read the value where no derivative is wanted use lax.stopGradient(x); to print it console.log(x) or `${x}`',
    )
  }
}
/** A tracer outlived the transformation that made it: it was stored outside of the traced function. */
export class EscapedTracerError extends FuncError {
  readonly _tag = 'EscapedTracerError'
  constructor(
    readonly aval: Aval,
    readonly transformation: string,
  ) {
    super(
      `a traced tensor of type ${showAval(aval)} made inside ${transformation} was used after it had ended. Return it from the transformed function ` +
        `instead of storing it in an outer variable`,
    )
  }
}
/** A tensor whose memory was freed, or given away by donation, was used. */
export class DisposedError extends FuncError {
  readonly _tag = 'DisposedError'
  constructor(
    readonly aval: Aval,
    readonly cause_: string,
  ) {
    super(
      `this tensor of type ${showAval(aval)} was ${cause_} and can't be used any more. Keep a copy (np.copy) or drop the dispose/donation`,
    )
  }
}
/** A function that must be done when it returns answers a promise or a generator. */
export class AsyncFunctionError extends FuncError {
  readonly _tag = 'AsyncFunctionError'
  constructor(
    readonly operation: string,
    readonly returned: 'promise' | 'generator',
  ) {
    super(
      `${operation}: the function returned a ${returned}, so it would go on when ${operation} is over; ` +
        (returned === 'promise'
          ? 'it can not be async: await what it needs before, and what it answers (await y.data()) after it'
          : 'it can not be a generator (function*)'),
    )
  }
}
/** A named axis that no surrounding vmap binds. */
export class AxisNameError extends FuncError {
  readonly _tag = 'AxisNameError'
  constructor(
    readonly axisName: string,
    readonly bound: readonly string[],
  ) {
    super(
      `unbound axis name ${JSON.stringify(axisName)}: collectives work under vmap(f, { axisName: ${JSON.stringify(axisName)} }); ` +
        (bound.length > 0 ? `bound here: ${bound.join(', ')}` : 'no axis is named here'),
    )
  }
}
/** Two trees or types that must agree (a carry, the branches of a cond, tangents of primals) do not. */
export class TypeMismatchError extends FuncError {
  readonly _tag: 'TypeMismatchError' | 'MappedOutputError' = 'TypeMismatchError'
  constructor(
    readonly operation: string,
    readonly reason: string,
  ) {
    super(`${operation}: ${reason}`)
  }
}
/** A result of vmap that is mapped, but has out axis null. `output` is its place among the leaves of the result. */
export class MappedOutputError extends TypeMismatchError {
  override readonly _tag = 'MappedOutputError'
  constructor(
    operation: string,
    readonly output: number,
  ) {
    super(operation, `output ${output} is mapped, so its out axis can not be null`)
  }
}
/** A backend is missing, failed, or can't do what was asked. */
export class BackendError extends FuncError {
  readonly _tag: string = 'BackendError'
  constructor(
    readonly backend: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`backend ${backend}: ${reason}`, options)
  }
}
const size = (bytes: number): string => {
  const power = bytes < 1e3 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), 5)
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'][power]}`
}
/** Where less than this part of what is wanted is alive, to free it is no remedy. */
const REMEDIABLE = 8
const REMEDY =
  ". Give a loop's state away by donateArgnums, free what is not needed by tidy or dispose, and await in loops (await loss.data()), since what " +
  'they drop is freed between turns of the event loop where the garbage collector can not be asked'
/** The device, or the host, has not as much memory as an operation needs, after all that nobody refers to has been freed. */
export class OutOfMemoryError extends BackendError {
  override readonly _tag: string = 'OutOfMemoryError'
  constructor(
    backend: string,
    readonly operation: string,
    /** What it was to make. */
    readonly results: readonly Aval[],
    readonly alive: { readonly count: number; readonly bytes: number },
    options?: ErrorOptions,
  ) {
    const bytes = results.reduce((n, a) => n + sizeOf(a.shape) * bytesOf(a.dtype), 0)
    super(
      backend,
      `${operation} is out of memory: its results take ${size(bytes)} (${show(results)}), and ${alive.count} tensors and programs with ` +
        `${size(alive.bytes)} are alive${alive.bytes * REMEDIABLE < bytes ? '' : REMEDY}`,
      options,
    )
  }
}
/** An invariant of the library itself is broken; not the caller's fault. */
export class BugError extends FuncError {
  readonly _tag = 'BugError'
  constructor(reason: string) {
    super(`this is a bug in heddle, please report it: ${reason}`)
  }
}
