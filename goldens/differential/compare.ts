/** What two answers to a call differ in. */
import type { DType } from '@heddle/func'
import { type Answer, type Call, kindOf, type Leaf, type Part, type Result, valuesOf } from './call'
import type { OwnAnswer } from './heddle'

/** `value: dtype`, `jit: value`, `vjp: refused`, ... */
export interface Difference {
  readonly kind: string
  readonly text: string
}

/** Relative to the element, or to the largest one where sums are rounded in another order. */
const relative: Partial<Record<DType, number>> = { float64: 1e-9, float32: 3e-5, float16: 8e-3, bfloat16: 6e-2 }
/** Below these, numbers are zero: XLA flushes subnormal ones. */
const tiny: Partial<Record<DType, number>> = { float64: 1e-300, float32: 1.2e-38, float16: 6.2e-5, bfloat16: 1.2e-38 }

const isResult = (x: Leaf): x is Result => typeof x === 'object' && x !== null
const close = (mine: Result, theirs: Result, looser: number): string | undefined => {
  const dtype = theirs.array[0]
  const [a, e] = [valuesOf(mine.array), valuesOf(theirs.array)]
  if (kindOf(dtype) !== 'float') {
    const at = Array.from(e, (_, i) => i).find((i) => BigInt(a[i]!) !== BigInt(e[i]!))
    return at === undefined ? undefined : `element ${at}: ${String(a[at])}, JAX ${String(e[at])}`
  }
  const sizes = Array.from(e as ArrayLike<number>, (x) => (Number.isFinite(x) ? Math.abs(x) : 0))
  const largest = sizes.reduce((x, y) => Math.max(x, y), 0)
  const rate = relative[dtype]! * looser
  for (let i = 0; i < e.length; i++) {
    const [x, y] = [Number(a[i]), Number(e[i])]
    if (Object.is(x, y) || x === y) continue
    const allowed = rate * Math.max(Math.abs(y), Math.min(largest, 1e4)) + tiny[dtype]!
    if (!(Math.abs(x - y) <= allowed)) return `element ${i}: ${x}, JAX ${y}`
  }
  return undefined
}
/** `wide`: JAX was asked with 64 bits on, which makes its integers of no given dtype int64. */
const same = (mine: Part, theirs: Part, looser: number, weak: boolean, wide: boolean): readonly Difference[] => {
  const refused = 'error' in theirs
  if ('error' in mine) return refused ? [] : [{ kind: 'refused', text: mine.error }]
  if (refused) return [{ kind: 'answered', text: `JAX: ${theirs.error}` }]
  if (mine.length !== theirs.length) return [{ kind: 'structure', text: `${mine.length} results, JAX ${theirs.length}` }]
  return mine.flatMap((a, i): Difference[] => {
    const e = theirs[i]!
    if (!isResult(a) || !isResult(e)) return a === e ? [] : [{ kind: 'plain', text: `${JSON.stringify(a)}, JAX ${JSON.stringify(e)}` }]
    const [[dtype, shape], [otherDtype, otherShape]] = [a.array, e.array]
    const found: Difference[] = []
    if (dtype !== otherDtype && !(wide && otherDtype === 'int64' && dtype === 'int32'))
      found.push({ kind: 'dtype', text: `${dtype}, JAX ${otherDtype}` })
    if (shape.join() !== otherShape.join()) return [...found, { kind: 'shape', text: `[${shape}], JAX [${otherShape}]` }]
    if (weak && found.length === 0 && dtype !== 'bool' && (a.weak ?? false) !== (e.weak ?? false))
      found.push({ kind: 'weak', text: `weak ${a.weak ?? false}, JAX ${e.weak ?? false}` })
    const text = kindOf(dtype) === kindOf(otherDtype) || dtype === otherDtype ? close(a, e, looser) : undefined
    return text === undefined ? found : [...found, { kind: 'value', text }]
  })
}

/** Every difference of a call's answers, named by the part and the kind. */
export const differences = (call: Call, mine: OwnAnswer, theirs: Answer): readonly Difference[] => {
  const named = (part: string, found: readonly Difference[]): Difference[] =>
    found.map((d) => ({ kind: `${part} ${d.kind}`, text: d.text }))
  const wide = /"(float64|u?int64)"/.test(JSON.stringify(call))
  const values = named('value', same(mine.value, theirs.value, 1, true, wide))
  const program = theirs.traced && 'error' in theirs.value === false ? named('jit', same(mine.program, theirs.value, 1, true, wide)) : []
  const parts = (['vjp', 'jvp', 'second'] as const).flatMap((part) => {
    const [a, e] = [mine[part], theirs[part]]
    if (a === undefined || e === undefined) return []
    return named(part, same(a, e, part === 'second' ? 20 : 4, false, wide))
  })
  const seen = new Set(values.map((d) => `${d.kind.slice(6)} ${d.text}`))
  return [...values, ...program.filter((d) => !seen.has(`${d.kind.slice(4)} ${d.text}`)), ...parts]
}
