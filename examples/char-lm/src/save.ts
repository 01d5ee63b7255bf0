/**
 * A run in one file: settings, vocabulary, losses, variables and the optimizer's state.
 *
 * It is msgpack as `flax.serialization` writes it: an array is extension 1 with (shape, dtype, bytes), so Flax can read it.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { bytesOf, ConcreteTensor, type DType, isDType, type Tensor, tree } from '@heddle/func'
import { decode, encode, ExtensionCodec } from '@msgpack/msgpack'
import { UserError } from '@heddle/example-program'

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
/** Nothing in a file can be longer than the file: what says so is not made room for. */
const limitsOf = (bytes: number) => ({
  maxStrLength: bytes,
  maxBinLength: bytes,
  maxArrayLength: bytes,
  maxMapLength: bytes,
  maxExtLength: bytes,
})
const codec = new ExtensionCodec()
codec.register({
  type: NDARRAY,
  encode: (x) => (x instanceof Stored ? encode([x.array.shape, x.array.dtype, x.array.bytes]) : null),
  decode: (data) => {
    const [shape, dtype, bytes] = decode(data, limitsOf(data.length)) as [unknown, unknown, unknown]
    if (!isDType(dtype)) throw new Error(`unknown dtype ${String(dtype)}`)
    if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) throw new Error('an array without a shape')
    const size = shape.reduce((a: number, b: number) => a * b, bytesOf(dtype))
    if (!(bytes instanceof Uint8Array) || bytes.length !== size) throw new Error(`an array of [${shape.join()}] without its ${size} bytes`)
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
/** Writes beside the file first and renames then, so that a file is whole or not there, though two programs write it. Errors: UserError. */
export const saveRun = async (file: string, run: SavedRun): Promise<void> => {
  const { leaves, treedef } = tree.flatten(run.state)
  const stored = await Promise.all(leaves.map((x) => toStored(x as Tensor)))
  const bytes = encode({ format: 'heddle/char-lm', ...run, state: treedef.unflatten(stored) }, { extensionCodec: codec })
  const part = `${file}.${process.pid}.part`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(part, bytes)
    renameSync(part, file)
  } catch (e) {
    rmSync(part, { force: true })
    throw new UserError(`${file}: it can't be written (${(e as Error).message})`)
  }
}
/** Finds out before the training whether the run can be saved after it. Errors: UserError. */
export const checkWritable = (file: string): void => {
  const part = `${file}.${process.pid}.part`
  try {
    mkdirSync(dirname(file), { recursive: true })
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('it is a folder')
    writeFileSync(part, '')
    rmSync(part)
  } catch (e) {
    throw new UserError(`--out ${dirname(file)}: it can't be written (${(e as Error).message.split('\n')[0]})`)
  }
}
const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) > 0
/** Whether a file of this size can hold a model of these settings. */
const fits = ({ settings, vocabulary }: SavedRun, bytes: number): boolean =>
  isCount(settings?.hidden) &&
  isCount(settings.layers) &&
  4 * settings.hidden * (vocabulary.length + 8 * settings.layers * settings.hidden) <= bytes
const isCurve = (x: unknown): boolean =>
  Array.isArray(x) && x.every((p) => Array.isArray(p) && p.length === 2 && p.every((n) => typeof n === 'number'))
/** Errors: UserError where the file can't be read or is no saved run. */
export const readRun = (file: string): SavedRun => {
  let run: SavedRun & { readonly format?: unknown }
  let size = 0
  try {
    if (!statSync(file).isFile()) throw new Error('it is no file')
    const bytes = readFileSync(file)
    size = bytes.length
    run = decode(bytes, { extensionCodec: codec, ...limitsOf(size) }) as typeof run
  } catch (e) {
    throw new UserError(`--resume ${file}: it can't be read (${(e as Error).message.split('\n')[0]})`)
  }
  if (
    run?.format !== 'heddle/char-lm' ||
    !Array.isArray(run.vocabulary) ||
    !Number.isSafeInteger(run.step) ||
    !isCurve(run.losses) ||
    !fits(run, size)
  )
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
