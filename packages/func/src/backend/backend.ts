/**
 * The contract between the engine and what computes: a backend stores arrays, and has either one kernel for each leaf primitive or a
 * compiler of whole programs; or both.
 *
 * `Kernels<B>` is exhaustive by type: a new primitive without a kernel does not compile; `Lowerings` (lowering.ts) is so for compilers.
 * Backends import types from here, and func never imports a backend.
 */
import type { Aval } from '../aval'
import type { DType, TypedArray } from '../dtype'
import type { ClosedJaxpr, Jaxpr } from '../ir/jaxpr'
import type { Sharding } from '../sharding'
import type { LeafName, ParamsOf } from '../table'

/** A dense row-major array in host memory; `data` is of the storage type of `dtype` (see StorageOf). */
export interface HostArray {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly data: TypedArray
}

/** A block of an array that lies on one device, and how its values are read. */
export interface HeldPart {
  readonly start: readonly number[]
  readonly shape: readonly number[]
  readonly read: () => Promise<HostArray>
}
/** The values of a block of an array, row-major. */
export type ReadBlock = (start: readonly number[], shape: readonly number[]) => HostArray | Promise<HostArray>

/** Where arrays lie: how they come there, go back, and are freed. */
export interface Storage<B> {
  /** The bytes are copied, or `array` is never written again: neither by the caller nor by the backend. */
  readonly upload: (array: HostArray) => B
  readonly download: (buffer: B, aval: Aval) => Promise<HostArray>
  /** Absent where the device can't (WebGPU). */
  readonly downloadSync?: (buffer: B, aval: Aval) => HostArray
  /** When the data are computed; absent where that is told by reading them alone. */
  readonly ready?: (buffer: B) => Promise<void>
  /** A second handle on the same data; both are to be released. */
  readonly share: (buffer: B) => B
  readonly release: (buffer: B) => void
  /** The same data over the devices of a mesh; absent where there is one device. */
  readonly place?: (buffer: B, aval: Aval, sharding: Sharding) => B
  /** The parts that a buffer lies in, which together are all of it once; undefined: whole, on one device. Absent where there is one device. */
  readonly parts?: (buffer: B, aval: Aval) => readonly HeldPart[] | undefined
  /** A buffer that lies over devices so, of blocks: one is asked for at a time, once for each different one. */
  readonly assemble?: (aval: Aval, sharding: Sharding, read: ReadBlock) => Promise<B>
  /** How a buffer lies over devices; null: whole, on one. */
  readonly shardingOf?: (buffer: B) => Sharding | null
  /** Buffers alive (handles, not counting shared data twice) and their bytes. */
  readonly memory: () => { readonly buffers: number; readonly bytes: number }
}

/** One application: parameters and types, all known before data is. */
export interface KernelCall<P> {
  readonly params: P
  readonly ins: readonly Aval[]
  readonly outs: readonly Aval[]
}
/**
 * Prepares an application once; the answer is run on buffers as often as the program is. Inputs are never changed or
 * released by a kernel, and each output is a handle of its own (`share` for one that is its input): on memory that the kernel made and
 * nobody else keeps, or counted as another handle on an input's.
 */
export type Kernel<B, P> = (call: KernelCall<P>) => (inputs: readonly B[]) => readonly B[]
/** A kernel for each leaf primitive. */
export type Kernels<B> = { readonly [N in LeafName]: Kernel<B, ParamsOf[N]> }

/** What a fused product may end with. */
export type Activation = 'relu' | 'logistic' | 'tanh' | 'none'
/** Combinations that a backend may do in one kernel; the planner finds them. */
export interface FusedKernels<B> {
  /** `activation(dot(x [m,k], w [k,n]) + bias [n])`; inputs x, w, and bias if `bias`. Answer undefined to decline. */
  readonly dense?: (
    call: KernelCall<{ readonly bias: boolean; readonly activation: Activation }>,
  ) => ((inputs: readonly B[]) => readonly B[]) | undefined
}

/** What writes to a part of its first operand. */
export type WritingName = Extract<LeafName, 'dynamic_update_slice' | `scatter${string}`>
/** Prepares an application that writes to its first operand's memory; undefined to decline. */
export type Writer<B, P> = (call: KernelCall<P>) => ((inputs: readonly B[]) => void) | undefined
/**
 * Writing where an array is, in the place of copying it: the planner asks for it where a program reads an operand for the last time and
 * its handle is the program's own.
 */
export interface InPlace<B> {
  /** Whether this handle is the only one on its memory, which the backend made: what was uploaded may be the caller's. */
  readonly owns: (buffer: B) => boolean
  /** As the kernel of that name, but that the first operand's buffer becomes the result. */
  readonly kernels: { readonly [N in WritingName]?: Writer<B, ParamsOf[N]> }
}

/** What a compiler is told beside the program. */
export interface CompileOptions {
  /** Inputs whose memory may be reused or freed. */
  readonly donated: readonly boolean[]
  /** How each input lies over devices; null: whole. Absent where all are. */
  readonly inShardings?: readonly (Sharding | null)[]
  /** A name for messages and profiles. */
  readonly name: string
}
/** A compiled program. */
export interface Executable<B> {
  readonly run: (inputs: readonly B[]) => readonly B[]
  /** Called when the program is gone, so it must not hold on to the program, nor to `run`, which does. */
  readonly dispose: () => void
}

/** A backend as one that says where to compute: whatever its buffers are. */
export interface Device {
  readonly name: string
  /** Element types that its arrays can have; all others are refused with an error before a kernel runs. */
  readonly dtypes: ReadonlySet<DType>
}
interface Stored<B> extends Device {
  readonly storage: Storage<B>
}
/** A backend that computes operation by operation: func's planner makes programs of its kernels. */
export interface KernelBackend<B = unknown> extends Stored<B> {
  readonly kernels: Kernels<B>
  readonly fused?: FusedKernels<B>
  /** Absent: each write copies. */
  readonly inPlace?: InPlace<B>
  /** Whole programs, where it has a compiler too. `plan` makes the planner's program, for one that it would rather not compile. */
  readonly compile?: (program: Jaxpr, options: CompileOptions, plan: () => Executable<B>) => Executable<B>
}
/**
 * A backend that compiles whole programs, loops and branches included. An operation by itself is a program of one equation, which func
 * makes, and keeps as long as it is used. Where `run` answers before the device is done, or its pipelines are made, buffers stand for what
 * will be there, and `download` is the only wait; so `downloadSync` may be absent.
 */
export interface CompilingBackend<B = unknown> extends Stored<B> {
  readonly kernels?: undefined
  readonly compile: (program: Jaxpr, options: CompileOptions) => Executable<B>
}
/** What computes: operation by operation, or whole programs. */
export type Backend<B = unknown> = KernelBackend<B> | CompilingBackend<B>
export type { ClosedJaxpr }
