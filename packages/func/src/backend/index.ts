/** What a backend needs of func: types only, so that a backend never loads the engine. */
export type { Aval, Shape } from '../aval'
export type { DType, DTypeKind, StorageOf, TypedArray } from '../dtype'
export type { Atom, ClosedJaxpr, Eqn, Jaxpr, Literal, Var } from '../ir/jaxpr'
export type { LeafName, ParamsOf } from '../table'
export type * from '../primitives/params'
export type * from './backend'
