/**
 * A file on a server, read by ranges. A server that ignores them sends the whole file at once, which is then kept.
 */
import { CheckpointError } from '../error'
import type { ByteSource } from './source'

const sizeIn = (contentRange: string | null): number | undefined => {
  const [, size] = /^bytes \d+-\d+\/(\d+)$/.exec(contentRange ?? '') ?? []
  return size === undefined ? undefined : Number(size)
}
const startIn = (contentRange: string | null): number | undefined => {
  const [, start] = /^bytes (\d+)-/.exec(contentRange ?? '') ?? []
  return start === undefined ? undefined : Number(start)
}

/** The first bytes that are asked for: a header of safetensors is most often in them. */
const FIRST = 1 << 16

/** Errors: CheckpointError with the address and the server's status. */
export const urlSource = async (operation: string, url: URL, signal?: AbortSignal): Promise<ByteSource> => {
  const shown = `${url.origin === 'null' ? url.protocol : url.origin}${url.pathname}`
  const ask = async (start: number, end: number): Promise<Response> => {
    let response: Response
    try {
      // a range is one of bytes as they are in the file
      const headers = { Range: `bytes=${start}-${end - 1}`, 'Accept-Encoding': 'identity' }
      response = await fetch(url, { headers, ...(signal === undefined ? {} : { signal }) })
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause)
      throw new CheckpointError(operation, 'unreadable', `${shown} can't be fetched: ${said}`, { cause })
    }
    // 416: a file of no bytes has no ranges
    if (!response.ok && response.status !== 416)
      throw new CheckpointError(
        operation,
        'unreadable',
        `${shown} can't be fetched: the server says ${response.status} ${response.statusText}`.trimEnd(),
      )
    return response
  }
  const bytesIn = async (response: Response): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await response.arrayBuffer())
    } catch (cause) {
      throw new CheckpointError(operation, 'unreadable', `${shown}: the connection broke while it was read`, { cause })
    }
  }
  const first = await ask(0, FIRST)
  const contentRange = first.headers.get('content-range')
  const size = sizeIn(contentRange)
  const whole = (bytes: Uint8Array): ByteSource => ({
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
  })
  if (first.status === 416) return whole(new Uint8Array(0))
  const head = await bytesIn(first)
  if (first.status !== 206) return whole(head)
  if (size === undefined || startIn(contentRange) !== 0) {
    // a server that does not say how long the file is: the whole of it, by a request without a range
    const response = await fetch(url, signal === undefined ? {} : { signal })
    if (!response.ok) throw new CheckpointError(operation, 'unreadable', `${shown} can't be fetched: the server says ${response.status}`)
    return whole(await bytesIn(response))
  }
  return {
    size,
    read: async (start, end) => {
      if (end <= head.length) return head.subarray(start, end)
      if (start === end) return new Uint8Array(0)
      const response = await ask(start, end)
      const bytes = await bytesIn(response)
      if (response.status !== 206) return bytes.subarray(start, end)
      if (startIn(response.headers.get('content-range')) !== start || sizeIn(response.headers.get('content-range')) !== size)
        throw new CheckpointError(
          operation,
          'corrupt',
          `${shown}: the server answered another range than was asked for; has the file changed?`,
        )
      return bytes
    },
  }
}
