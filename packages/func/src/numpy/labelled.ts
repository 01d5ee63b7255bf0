/** Contraction of tensors whose axes have labels: what einsum, matmul and tensordot come down to. */
import { type DotDimensionNumbers, dotGeneral, type DotParams } from '../primitives/contraction'
import { reduceSum, transpose } from '../primitives/structural'
import type { Tensor } from '../tensor'

/** A tensor and one label for each of its axes. */
export interface Labelled {
  readonly x: Tensor
  readonly labels: readonly string[]
}
/** A product over pairs of axes; result axes are batch, free of lhs, free of rhs. */
export type Product = (lhs: Tensor, rhs: Tensor, dimensionNumbers: DotDimensionNumbers) => Tensor
/** dot_general with these parameters. */
export const productWith =
  (params: Pick<DotParams, 'precision' | 'preferredElementType'>): Product =>
  (lhs, rhs, dimensionNumbers) =>
    dotGeneral(lhs, rhs, { ...params, dimensionNumbers })
/** Axes put in the order of `labels`. */
export const ordered = ({ x, labels }: Labelled, wanted: readonly string[]): Tensor =>
  transpose(x, { permutation: wanted.map((l) => labels.indexOf(l)) })
/** Axes summed that are not wanted. */
export const summedTo = ({ x, labels }: Labelled, wanted: ReadonlySet<string>): Labelled => ({
  x: reduceSum(x, { axes: labels.flatMap((l, i) => (wanted.has(l) ? [] : [i])) }),
  labels: labels.filter((l) => wanted.has(l)),
})

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((l, i) => l === b[i])
/**
 * One product of two tensors: labels of both are multiplied, and summed unless kept. Result axes are in the order that
 * dot_general gives, which is the wanted one if either order of the operands makes it so.
 */
export const contract = (a: Labelled, b: Labelled, kept: ReadonlySet<string>, wanted: readonly string[], product: Product): Labelled => {
  const [x, y] = [summedTo(a, new Set([...kept, ...b.labels])), summedTo(b, new Set([...kept, ...a.labels]))]
  const shared = x.labels.filter((l) => y.labels.includes(l))
  const contracted = shared.filter((l) => !kept.has(l))
  const first = wanted.filter((l) => shared.includes(l))
  const batch = [...first, ...shared.filter((l) => kept.has(l) && !first.includes(l))]
  const free = (o: Labelled): string[] => o.labels.filter((l) => !shared.includes(l))
  const straight = [...batch, ...free(x), ...free(y)]
  const swapped = [...batch, ...free(y), ...free(x)]
  const swap = !same(straight, wanted) && same(swapped, wanted)
  const [lhs, rhs] = swap ? [y, x] : [x, y]
  const axes = (o: Labelled, ls: readonly string[]): number[] => ls.map((l) => o.labels.indexOf(l))
  const out = product(lhs.x, rhs.x, [
    [axes(lhs, contracted), axes(rhs, contracted)],
    [axes(lhs, batch), axes(rhs, batch)],
  ])
  return { x: out, labels: swap ? swapped : straight }
}
