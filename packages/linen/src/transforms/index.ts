/**
 * Transformations of modules.
 */
export { cond, switchModule as switch, whileLoop } from './control'
export { customVjp, type CustomVjpOptions } from './custom-vjp'
export { grad, jvp, valueAndGrad, vjp, type Backward, type GradOptions, type JvpOptions, type VjpOptions } from './derivatives'
export { foldRngs, type FoldRngsOptions } from './fold-rngs'
export { jit, type JitOptions } from './jit'
export { liftDirectTransform, liftTransform, type LiftTransformOptions, type ScopesFn } from './lift-transform'
export { addMetadataAxis, mapVariables, type AddMetadataAxisOptions, type MapVariablesOptions } from './map-variables'
export { checkpoint, remat, type CheckpointOptions } from './remat'
export { rematScan, type RematScanOptions } from './remat-scan'
export { scan, type ScanOptions } from './scan'
export type { Target } from './target'
export { vmap, type VmapOptions } from './vmap'
