/**
 * The errors of func. A class a kind, so that callers can tell them apart by `instanceof` or by `_tag`; the message says
 * where, what was expected, what came, and what to do.
 */
import { errorClass, HeddleError } from '@heddle/tree'
import { type Aval, showAval, sizeOf } from './aval'
import { bytesOf } from './dtype'

/** The base of func's errors, and of backends'. */
export abstract class FuncError extends HeddleError {}

const show = (ins: readonly Aval[]): string => (ins.length === 0 ? 'no operands' : ins.map(showAval).join(' and '))
const of = (operation: string, reason: string) => ({ operation, reason })
const said = ({ operation, reason }: ReturnType<typeof of>): string => `${operation}: ${reason}`

/** Shapes, dtypes or parameters do not fit an operation; found before any kernel runs. */
export class ShapeError extends errorClass(
  'ShapeError',
  (operation: string, operands: readonly Aval[], reason: string) => ({ operation, operands, reason }),
  ({ operation, operands, reason }) => `${operation}: ${reason}; got ${show(operands)}`,
  FuncError,
) {}
/** An argument of a public function is of the wrong kind, or out of range. */
export class ArgumentError extends errorClass('ArgumentError', of, said, FuncError) {}
/** An operation, a transformation or a backend does not take a dtype. */
export class DTypeError extends errorClass('DTypeError', of, said, FuncError) {}
/** A primitive has no rule for a transformation; the primitive's author gave the reason. */
export class RuleUnsupportedError extends errorClass(
  'RuleUnsupportedError',
  (primitive: string, rule: string, reason: string) => ({ primitive, rule, reason }),
  ({ primitive, rule, reason }) => `${primitive} has no ${rule} rule: ${reason}`,
  FuncError,
) {}
/** A concrete value was asked of a tensor that stands for many (inside jit, vmap, scan ...). */
export class ConcretizationError extends errorClass(
  'ConcretizationError',
  (aval: Aval, asked: string) => ({ aval, asked }),
  ({ aval, asked }) =>
    `${asked}: this tensor of type ${showAval(aval)} is traced and has no value yet. Inside jit, scan, whileLoop, cond, vmap and checkpoint use ` +
    `np.where, lax.cond, lax.switch or lax.whileLoop in place of control flow on values, mark the argument static (staticArgnums), or move the read outside`,
  FuncError,
) {}
/** A tensor that is being differentiated was to become JavaScript numbers, which carry no derivative. */
export class LostDerivativeError extends errorClass(
  'LostDerivativeError',
  (aval: Aval, asked: string) => ({ aval, asked }),
  ({ aval, asked }) =>
    `${asked}: this tensor of type ${showAval(aval)} is being differentiated, and as a JavaScript number it would lose its derivative. Compute by methods and ` +
    'functions of np: use x.mul(y) in place of x * y, np.exp(x) of Math.exp(x); compare by x.greater(y), whose boolean may be read by item(), or choose by ' +
    'np.where; to read the value where no derivative is wanted use lax.stopGradient(x); to print it console.log(x) or `${x}`',
  FuncError,
) {}
/** A tracer outlived the transformation that made it: it was stored outside of the traced function. */
export class EscapedTracerError extends errorClass(
  'EscapedTracerError',
  (aval: Aval, transformation: string) => ({ aval, transformation }),
  ({ aval, transformation }) =>
    `a traced tensor of type ${showAval(aval)} made inside ${transformation} was used after it had ended. Return it from the transformed function ` +
    `instead of storing it in an outer variable`,
  FuncError,
) {}
/** A tensor whose memory was freed, or given away by donation, was used. */
export class DisposedError extends errorClass(
  'DisposedError',
  (aval: Aval, gone: string) => ({ aval, gone }),
  ({ aval, gone }) =>
    `this tensor of type ${showAval(aval)} was ${gone} and can't be used any more. Keep a copy (np.copy) or drop the dispose/donation`,
  FuncError,
) {}
/** A function that must be done when it returns answers a promise or a generator. */
export class AsyncFunctionError extends errorClass(
  'AsyncFunctionError',
  (operation: string, returned: 'promise' | 'generator') => ({ operation, returned }),
  ({ operation, returned }) =>
    `${operation}: the function returned a ${returned}, so it would go on when ${operation} is over; ` +
    (returned === 'promise'
      ? 'it can not be async: await what it needs before, and what it answers (await y.data()) after it'
      : 'it can not be a generator (function*)'),
  FuncError,
) {}
/** An axis is named that no surrounding vmap binds. */
export class AxisNameError extends errorClass(
  'AxisNameError',
  (axisName: string, bound: readonly string[]) => ({ axisName, bound }),
  ({ axisName, bound }) =>
    `unbound axis name ${JSON.stringify(axisName)}: collectives work under vmap(f, { axisName: ${JSON.stringify(axisName)} }); ` +
    (bound.length > 0 ? `bound here: ${bound.join(', ')}` : 'no axis is named here'),
  FuncError,
) {}
/** What disagreed, for who gave the functions and can say more: trees with types (`{ shape, dtype }`) in the place of tensors. */
export interface Disagreement {
  /** The function whose answers these are; of branches the list. */
  readonly of: unknown
  /** Of a loop what is carried, before and after a turn; else what each function answered, up to the first that disagrees. */
  readonly sides: readonly unknown[]
}
/** Two trees or types that must agree (a carry, the branches of a cond, tangents of primals) do not. */
export class TypeMismatchError extends errorClass(
  'TypeMismatchError' as string,
  (operation: string, reason: string, disagreement?: Disagreement) => ({ ...of(operation, reason), disagreement }),
  said,
  FuncError,
) {}
/** A result of vmap is mapped, but has out axis null. `output` is its place among the leaves of the result. */
export class MappedOutputError extends errorClass(
  'MappedOutputError',
  (operation: string, output: number, disagreement: Disagreement) => ({
    ...of(
      operation,
      `output ${output} is mapped, so its out axis can not be null (give it one in outAxes, or reduce it over the mapped axis: lax.pmean, or a mean after vmap)`,
    ),
    output,
    disagreement,
  }),
  said,
  TypeMismatchError,
) {}
/** The sentence of a BackendError, and of all kinds of it. */
export const sayBackend = ({ backend, reason }: { readonly backend: string; readonly reason: string }): string =>
  `backend ${backend}: ${reason}`

/** A backend is missing, failed, or can't do what was asked. */
export class BackendError extends errorClass(
  'BackendError' as string,
  (backend: string, reason: string, options?: ErrorOptions) => ({ backend, reason, ...options }),
  sayBackend,
  FuncError,
) {}

const size = (bytes: number): string => {
  const power = bytes < 1e3 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), 5)
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'][power]}`
}
/** Where less than this part of what is wanted is alive, to free it is no remedy. */
const REMEDIABLE = 8
const REMEDY =
  ". Give a loop's state away by donateArgnums, free what is not needed by tidy or dispose, and await in loops (await loss.data()), since what " +
  'they drop is freed between turns of the event loop where the garbage collector can not be asked'

interface Alive {
  readonly count: number
  readonly bytes: number
}
const outOfMemory = (operation: string, results: readonly Aval[], alive: Alive): string => {
  const bytes = results.reduce((n, a) => n + sizeOf(a.shape) * bytesOf(a.dtype), 0)
  return (
    `${operation} is out of memory: its results take ${size(bytes)} (${show(results)}), and ${alive.count} tensors and programs with ` +
    `${size(alive.bytes)} are alive${alive.bytes * REMEDIABLE < bytes ? '' : REMEDY}`
  )
}

/** The device, or the host, has not as much memory as an operation needs, after all that nobody refers to has been freed; `results` is what it was to make. */
export class OutOfMemoryError extends errorClass(
  'OutOfMemoryError',
  (backend: string, operation: string, results: readonly Aval[], alive: Alive, options?: ErrorOptions) => ({
    backend,
    reason: outOfMemory(operation, results, alive),
    operation,
    results,
    alive,
    ...options,
  }),
  sayBackend,
  BackendError,
) {}
/** An invariant of the library itself is broken; not the caller's fault. */
export class BugError extends errorClass(
  'BugError',
  (reason: string) => ({ reason }),
  ({ reason }) => `this is a bug in heddle, please report it: ${reason}`,
  FuncError,
) {}
/** A NaN or an infinity came out of an operation while `debugNans` or `debugInfs` looks for them. */
export class FloatingPointError extends errorClass(
  'FloatingPointError',
  (
    primitive: string,
    found: 'nan' | 'inf',
    operands: readonly Aval[],
    made: boolean,
    place: { readonly scope: string; readonly line: string | undefined },
  ) => ({
    primitive,
    found,
    operands,
    made,
    ...place,
  }),
  ({ primitive, found, operands, made, scope, line }) =>
    `${primitive}: ${found === 'nan' ? 'a NaN' : 'an infinity'} came out of ${show(operands)}` +
    (made ? '' : ', one of which has it already') +
    (scope === '' ? '' : ` in ${scope}`) +
    (line === undefined ? '' : `\n  ${line}`),
  FuncError,
) {}
/** A check has failed: `check` outside of `checkify`, or `error.throw()` of what `checkify` answers. */
export class CheckError extends errorClass(
  'CheckError',
  (message: string, scope: string) => ({ reason: message, scope }),
  ({ reason, scope }) => reason + (scope === '' ? '' : ` (in ${scope})`),
  FuncError,
) {}
