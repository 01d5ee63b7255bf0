/** Weights of others: the tensors of Hugging Face's files as parameters of a model whose layers are scanned. */
import { np, type Tensor, tidy, tree } from '@heddle/func'
import { UserError } from '@heddle/example-program'

/** Where tensors are read by name: what `openSafetensors` answers. */
export interface TensorSource {
  readonly names: readonly string[]
  readonly typeOf: (name: string) => { readonly shape: readonly number[] }
  readonly read: (name: string) => Promise<Tensor>
}
/** How a model's parameters are found among the tensors. */
export interface Naming {
  /** Whether the tensor is `[out, in]`, as of PyTorch's Linear, where the parameter is `[in, out]`. */
  readonly isTransposed?: (path: readonly string[]) => boolean
  /** Whether the parameters of a module are stacked over the layers. */
  readonly isStacked: (path: readonly string[]) => boolean
  /** What stands before the names in some files. */
  readonly prefixes: readonly string[]
  /** Tensors that are no parameters. */
  readonly ignored: RegExp
}
/** The name of a parameter's tensor in the files of Hugging Face, where modules have their names; `layer` where the parameter is stacked over the layers. */
const tensorName = (path: readonly string[], layer?: number): string => {
  const kind = { kernel: 'weight', scale: 'weight', embedding: 'weight' }[path.at(-1)!] ?? path.at(-1)!
  const [first, ...rest] = path.slice(0, -1)
  return [first, ...(layer === undefined ? [] : [layer]), ...rest, kind].join('.')
}
type Shaped = { readonly shape: readonly number[] }
const isType = (x: unknown): boolean => typeof x === 'object' && x !== null && 'shape' in x && Array.isArray(x.shape)

/**
 * Reads the parameters of a model, a tensor at a time, as float32.
 *
 * `types` are the shapes of the parameters, as `evalShape` answers them. Errors: UserError for a tensor that is missing, of another shape, or that the model has no place for.
 */
export const readWeights = async <P>(file: TensorSource, types: P, naming: Naming): Promise<P> => {
  const { isTransposed = () => false, isStacked, prefixes, ignored } = naming
  const there = new Set(file.names)
  const used = new Set<string>()
  const find = (name: string): string => {
    const found = [...prefixes, ''].map((prefix) => prefix + name).find((full) => there.has(full))
    if (found === undefined) throw new UserError(`the weights lack ${name}: the file has ${file.names.slice(0, 4).join(', ')}, ...`)
    used.add(found)
    return found
  }
  const one = async (path: readonly string[], shape: readonly number[], layer?: number): Promise<Tensor> => {
    const name = find(tensorName(path, layer))
    const want = isTransposed(path) ? shape.toReversed() : shape
    const have = file.typeOf(name).shape
    if (have.join() !== want.join())
      throw new UserError(`${name} is [${have.join(', ')}] in the file, and [${want.join(', ')}] in this model`)
    const x = await file.read(name)
    return tidy(() => (isTransposed(path) ? x.T : x).astype('float32'))
  }
  const leaves: Tensor[] = []
  for (const [path, leaf] of tree.leavesWithPath(types, isType)) {
    const [keys, { shape }] = [path as readonly string[], leaf as Shaped]
    if (!isStacked(keys)) leaves.push(await one(keys, shape))
    else {
      const layers: Tensor[] = []
      for (let i = 0; i < shape[0]!; i++) layers.push(await one(keys, shape.slice(1), i))
      leaves.push(tidy(() => np.stack(layers)))
    }
  }
  const left = file.names.filter((name) => !used.has(name) && !ignored.test(name))
  if (left.length > 0) throw new UserError(`the file has tensors that this model has no place for: ${left.slice(0, 6).join(', ')}`)
  return tree.flatten(types, isType).treedef.unflatten<P>(leaves)
}
