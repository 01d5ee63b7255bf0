/** Reading ahead: the next values are made, and put on the device, while the last one is used. */
import { devicePut, dispose, getDefaultBackend, isStatic, isTensor, tree } from '@heddle/func'
import { END, type End, type Json, type Maybe, type Source } from './pull'

/** The tensors of a value on the default backend; what else there is stays. */
const onDevice = (value: unknown): unknown => {
  const backend = getDefaultBackend()
  return tree.map((x: unknown) => (isTensor(x) && !isStatic(x) ? devicePut(x, backend) : x), value)
}

interface Ahead {
  readonly value: unknown
  readonly position: Json
}
/** Values of a source, `size` of them ahead. Where the value of the last answer stands is its position, not what was read ahead. */
export const ahead = (
  source: Source<unknown>,
  load: (item: unknown) => Maybe<unknown>,
  size: number,
  toDevice: boolean,
): Source<unknown> => ({
  length: source.length,
  text: source.text,
  open: (epoch, from) => {
    const inner = source.open(epoch, from)
    let position = inner.position()
    let reading: Promise<void> | undefined
    const state = { closed: false }
    let failed: { readonly error: unknown } | undefined
    let ended = false
    const queue: Ahead[] = []
    const waiting: (() => void)[] = []
    const wake = (): void => {
      for (const resume of waiting.splice(0)) resume()
    }
    const read = async (): Promise<void> => {
      try {
        while (!state.closed && queue.length < size) {
          const item = await inner.next()
          if (item === END) {
            ended = true
            return
          }
          const at = inner.position()
          const made = await load(item)
          const value = toDevice ? onDevice(made) : made
          if (state.closed) return toDevice ? dispose(value) : undefined
          queue.push({ value, position: at })
          wake()
        }
      } catch (error) {
        failed = { error }
      } finally {
        reading = undefined
        wake()
      }
    }
    const more = (): void => {
      if (reading === undefined && !ended && failed === undefined && !state.closed) reading = read()
    }
    const next = async (): Promise<unknown | End> => {
      for (;;) {
        const first = queue.shift()
        if (first !== undefined) {
          position = first.position
          more()
          return first.value
        }
        if (failed !== undefined) throw failed.error
        if (ended || state.closed) return END
        more()
        if (queue.length === 0 && reading !== undefined) await new Promise<void>((resume) => waiting.push(resume))
      }
    }
    return {
      next,
      position: () => position,
      close: async () => {
        state.closed = true
        await reading
        if (toDevice) for (const { value } of queue) dispose(value)
        queue.length = 0
        await inner.close()
      },
    }
  },
})
