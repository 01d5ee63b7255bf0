/**
 * A run in one file: settings, vocabulary, losses, variables and the optimizer's state.
 *
 * It is msgpack as `flax.serialization` writes it: an array is extension 1 with (shape, dtype, bytes), so Flax can read it.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConcreteTensor, type DType, isDType, type Tensor, tree } from '@heddle/func'
import { decode, encode, ExtensionCodec } from '@msgpack/msgpack'
import { UserError } from './options'

export interface SavedRun {
  readonly settings: { readonly hidden: number; readonly layers: number }
  readonly vocabulary: readonly string[]
  readonly step: number
  readonly losses: readonly (readonly [step: number, loss: number])[]
  /** A tree of tensors: params and optimizer. */
  readonly state: unknown
}
interface PlainArray {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly bytes: Uint8Array
}
class Stored {
  constructor(readonly array: PlainArray) {}
}
const NDARRAY = 1
const codec = new ExtensionCodec()
codec.register({
  type: NDARRAY,
  encode: (x) => (x instanceof Stored ? encode([x.array.shape, x.array.dtype, x.array.bytes]) : null),
  decode: (data) => {
    const [shape, dtype, bytes] = decode(data) as [number[], unknown, Uint8Array]
    if (!isDType(dtype)) throw new Error(`unknown dtype ${String(dtype)}`)
    return new Stored({ shape, dtype, bytes })
  },
})
const toStored = async (x: Tensor): Promise<Stored> => {
  const data = await x.data()
  return new Stored({ shape: x.shape, dtype: x.dtype, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() })
}
const storage = { float32: Float32Array, int32: Int32Array, uint32: Uint32Array } as const
const toTensor = ({ array: { shape, dtype, bytes } }: Stored): Tensor => {
  if (!(dtype in storage)) throw new Error(`no tensors of ${dtype} are expected`)
  // what is decoded lies somewhere in the file's buffer
  const copy = Uint8Array.from(bytes)
  const data = new storage[dtype as keyof typeof storage](copy.buffer)
  return ConcreteTensor.ofHost({ shape, dtype, data })
}
/** Writes beside the file first and renames then, so that a file is whole or not there. */
export const saveRun = async (file: string, run: SavedRun): Promise<void> => {
  const { leaves, treedef } = tree.flatten(run.state)
  const stored = await Promise.all(leaves.map((x) => toStored(x as Tensor)))
  const bytes = encode({ format: 'heddle/char-lm', ...run, state: treedef.unflatten(stored) }, { extensionCodec: codec })
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.part`, bytes)
  renameSync(`${file}.part`, file)
}
/** Errors: UserError where the file can't be read or is no saved run. */
export const readRun = (file: string): SavedRun => {
  let run: SavedRun & { readonly format?: unknown }
  try {
    run = decode(readFileSync(file), { extensionCodec: codec }) as typeof run
  } catch (e) {
    throw new UserError(`--resume ${file}: it can't be read (${(e as Error).message.split('\n')[0]})`)
  }
  if (run?.format !== 'heddle/char-lm' || !Array.isArray(run.vocabulary) || !Number.isInteger(run.step))
    throw new UserError(`--resume ${file}: it is no saved run of this program`)
  return run
}
/** The saved state in the structure of a new one. Errors: UserError where shapes differ. */
export const restoreState = <S>(file: string, saved: unknown, fresh: S): S => {
  const have = tree.leavesWithPath(saved).map(([path, x]) => [tree.keystr(path), x] as const)
  const byPath = new Map(have)
  const { treedef } = tree.flatten(fresh)
  const leaves = tree.leavesWithPath(fresh).map(([path, x]) => {
    const key = tree.keystr(path)
    const found = byPath.get(key)
    const want = (x as Tensor).shape
    if (!(found instanceof Stored) || found.array.shape.join() !== want.join())
      throw new UserError(
        `--resume ${file}: ${key} is ${found instanceof Stored ? `[${found.array.shape.join(',')}]` : 'absent'} there and [${want.join(',')}] in this model`,
      )
    return toTensor(found)
  })
  return treedef.unflatten<S>(leaves)
}
