/** `lax`: control flow. */
export { associativeScan } from '../transforms/associative-scan'
export { cond, switchCase as switch } from '../transforms/cond'
export { map, scan } from '../transforms/scan'
export { foriLoop, whileLoop } from '../transforms/while-loop'
