/** What a backend needs of func: types, and the table of dtypes; never the engine. */
export type { Aval, Shape } from '../aval'
export type { DType, DTypeKind, StorageOf, TypedArray } from '../dtype'
export type { Atom, ClosedJaxpr, Eqn, Jaxpr, Literal, Var } from '../ir/jaxpr'
export type { LeafName, ParamsOf } from '../table'
export type * from './backend'
export { bytesOf, dtypes, isDType, isFloating, isInteger } from '../dtype'
export { BackendError } from '../error'
