/** Einstein summation. Source: numpy's and jax.numpy's einsum. */
import { range, sizeOf } from '../aval'
import { ArgumentError, ShapeError } from '../error'
import { func, isPlainObject, optionsOf, readArgument, string, type OptionsOf, of } from '../options'
import { squeeze } from '../primitives/structural'
import type { DotDimensionNumbers } from '../primitives/contraction'
import type { Tensor } from '../tensor'
import { productKinds, type ProductOptions } from './contraction'
import { diagonalOf } from './diagonal'
import { contract, type Labelled, ordered, type Product, productWith, summedTo } from './labelled'
import { precisionOf } from './precision'
import { promoteTypes, type TensorLike } from './promote'

/** The labels of an operand's axes: letters, and '.2' for the axes of an ellipsis, counted from the last. */
const labelsOf = (text: string, rank: number, subscripts: string): string[] => {
  const parts = text.split('...')
  if (parts.length > 2 || /[^a-zA-Z]/.test(parts.join('')))
    throw new ArgumentError('einsum', `${JSON.stringify(subscripts)}: labels are letters, with one '...' at most for each operand`)
  const [before, after] = [[...parts[0]!], [...(parts[1] ?? '')]]
  const rest = rank - before.length - after.length
  if (parts.length === 1 ? rest !== 0 : rest < 0)
    throw new ArgumentError('einsum', `${JSON.stringify(subscripts)}: ${JSON.stringify(text)} does not fit an operand of ${rank} axes`)
  return [...before, ...range(parts.length === 1 ? 0 : rest).map((i) => `.${rest - i}`), ...after]
}
/** Axes with one label become one, their diagonal. */
const distinct = ({ x, labels }: Labelled): Labelled => {
  const again = labels.findIndex((l, i) => labels.indexOf(l) < i)
  if (again < 0) return { x, labels }
  const first = labels.indexOf(labels[again]!)
  const rest = labels.filter((_, i) => i !== first && i !== again)
  return distinct({ x: diagonalOf(x, 0, first, again), labels: [...rest, labels[again]!] })
}
const sizesOf = (operands: readonly Labelled[], subscripts: string): Map<string, number> => {
  const sizes = new Map<string, number>()
  for (const { x, labels } of operands)
    for (const [i, l] of labels.entries()) {
      const [n, known] = [x.shape[i]!, sizes.get(l)]
      if (known !== undefined && known !== 1 && n !== 1 && n !== known)
        throw new ShapeError(
          'einsum',
          operands.map((o) => o.x.aval),
          `${JSON.stringify(subscripts)}: label ${l} has sizes ${known} and ${n}`,
        )
      if (known === undefined || known === 1) sizes.set(l, n)
    }
  return sizes
}
/** Axes of size 1 are left out where their label is larger elsewhere: they are broadcast. */
const withoutOnes = ({ x, labels }: Labelled, sizes: ReadonlyMap<string, number>): Labelled => {
  const dimensions = labels.flatMap((l, i) => (x.shape[i] === 1 && sizes.get(l) !== 1 ? [i] : []))
  return { x: squeeze(x, { dimensions }), labels: labels.filter((_, i) => !dimensions.includes(i)) }
}
const outputOf = (text: string | undefined, operands: readonly Labelled[], subscripts: string): string[] => {
  const all = operands.flatMap((o) => o.labels)
  const dots = [...new Set(all.filter((l) => l.startsWith('.')))].sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)))
  if (text === undefined)
    return [...dots, ...[...new Set(all)].filter((l) => !l.startsWith('.') && all.indexOf(l) === all.lastIndexOf(l)).sort()]
  const letters = text.replace('...', '')
  const labels = labelsOf(text, letters.length + (text.includes('...') ? dots.length : 0), subscripts)
  const strange = labels.find((l, i) => !all.includes(l) || labels.indexOf(l) < i)
  if (strange !== undefined)
    throw new ArgumentError('einsum', `${JSON.stringify(subscripts)}: label ${strange} of the result must stand in an operand, and once`)
  return labels
}

/** The pair whose product is smallest against what it replaces. */
const bestPair = (terms: readonly Labelled[], output: readonly string[], sizes: ReadonlyMap<string, number>): [number, number] => {
  let best: [number, number] = [0, 1]
  let least = Number.POSITIVE_INFINITY
  for (const i of range(terms.length))
    for (const j of range(terms.length - i - 1, i + 1)) {
      const kept = keptOf(terms, [i, j], output)
      const result = [...new Set([...terms[i]!.labels, ...terms[j]!.labels])].filter((l) => kept.has(l))
      const cost = sizeOf(result.map((l) => sizes.get(l)!)) - terms[i]!.x.size - terms[j]!.x.size
      if (cost < least) [best, least] = [[i, j], cost]
    }
  return best
}
const keptOf = (terms: readonly Labelled[], pair: readonly [number, number], output: readonly string[]): Set<string> =>
  new Set([...output, ...terms.flatMap((t, k) => (pair.includes(k) ? [] : t.labels))])

/** What computes sums of products over pairs of axes: lax.dotGeneral, or another in its place. */
export type DotGeneral = (lhs: Tensor, rhs: Tensor, dimensionNumbers: DotDimensionNumbers, options: ProductOptions) => Tensor
const einsumOptions = optionsOf({ ...productKinds, dotGeneral: of<DotGeneral>()(func) })
/** Options of `einsum`. */
export interface EinsumOptions extends OptionsOf<typeof einsumOptions> {}
const reduceTerms = (
  terms: readonly Labelled[],
  output: readonly string[],
  sizes: ReadonlyMap<string, number>,
  product: Product,
): Labelled => {
  if (terms.length === 1) return summedTo(terms[0]!, new Set(output))
  const [i, j] = terms.length === 2 ? [0, 1] : bestPair(terms, output, sizes)
  const term = contract(terms[i]!, terms[j]!, keptOf(terms, [i, j], output), terms.length === 2 ? output : [], product)
  return reduceTerms([...terms.filter((_, k) => k !== i && k !== j), term], output, sizes, product)
}
/**
 * Products of operands summed over labels: `einsum('bij,bjk->bik', x, y)`.
 *
 * Labels are letters, one for each axis; a label twice in one operand is its diagonal; labels that the result (after '->') leaves out are
 * summed; without '->' the result has the labels that stand once, in alphabetical order. '...' stands for any axes, which are
 * broadcast. More than two operands are multiplied pair by pair, the pair that makes the least first.
 * Errors: ArgumentError for subscripts that don't fit, ShapeError for sizes that differ.
 */
export const einsum = (subscripts: string, ...args: readonly [...TensorLike[], TensorLike | EinsumOptions]): Tensor => {
  readArgument('einsum', 'subscripts', string, subscripts)
  const last = args.at(-1)
  const given = isPlainObject(last) || last === undefined
  const options = einsumOptions('einsum', given ? last : undefined)
  const xs = (given ? args.slice(0, -1) : args) as readonly TensorLike[]
  const [inputs, result, ...more] = subscripts.replaceAll(/\s/g, '').split('->')
  const texts = inputs!.split(',')
  if (more.length > 0 || texts.length !== xs.length)
    throw new ArgumentError('einsum', `${JSON.stringify(subscripts)} is for ${texts.length} operands, got ${xs.length}`)
  const tensors = promoteTypes('einsum', xs)
  const raw = tensors.map((x, i): Labelled => ({ x, labels: labelsOf(texts[i]!, x.ndim, subscripts) }))
  const single = raw.map(distinct)
  const sizes = sizesOf(single, subscripts)
  const output = outputOf(result, raw, subscripts)
  const terms = single.map((t) => withoutOnes(t, sizes))
  return ordered(reduceTerms(terms, output, sizes, productOf(options)), output)
}
const productOf = ({ precision, preferredElementType, dotGeneral }: EinsumOptions): Product =>
  dotGeneral
    ? (lhs, rhs, dims) => dotGeneral(lhs, rhs, dims, { precision, preferredElementType })
    : productWith({ precision: precisionOf('einsum', precision), preferredElementType: preferredElementType ?? null })
