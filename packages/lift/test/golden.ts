// Goldens as tensors, and results held to them.
import { np, type Tensor } from '@heddle/func'
import { convert, expectTreesClose, GoldenArray, type Golden, type GoldenLeaf, type Tolerance } from '@heddle/testing'
import type { Variables } from '../src/index'

const toTensor = (leaf: GoldenLeaf): Tensor => {
  if (!(leaf instanceof GoldenArray)) return np.array([...leaf.words], 'uint32')
  return np.array(leaf.data as number[], leaf.dtype as 'float32').reshape(leaf.shape)
}
const read = (x: Tensor | number) => {
  const t = np.asarray(x)
  return { dtype: t.dtype, shape: t.shape, data: t.dataSync() }
}

/** The arguments of a golden. */
export const argsOf = (g: Golden): never[] => convert(g.value('args'), toTensor) as never[]
/** Its variables. */
export const variablesOf = (g: Golden): Variables => convert(g.value('variables'), toTensor) as unknown as Variables
/** Is this a part of it? */
export const expectClose = (actual: unknown, g: Golden, part: string, tolerance?: Tolerance): void =>
  void expectTreesClose(actual, g.value(part), read, tolerance)
