/** The family of indexing primitives: dynamic slices, gather, scatters. */
export { type DynamicSliceParams, dynamicSlice, dynamicUpdateSlice } from './dynamic-slice'
export { gather, type GatherParams } from './gather'
export { scatter, scatterAdd, scatterMax, scatterMin, scatterMul } from './scatter'
