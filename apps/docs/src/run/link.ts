/** Programs in the hash of an address: deflated, in base64 for addresses. */
import { addressOf } from './address'

const through = async (bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer())

export const packed = async (source: string): Promise<string> => {
  const bytes = await through(new TextEncoder().encode(source), new CompressionStream('deflate-raw'))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
/** Nothing where the text is not a packed program. */
export const unpacked = async (text: string): Promise<string | undefined> => {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
    return new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw')))
  } catch {
    return undefined
  }
}
/** The playground's address with a program in it. */
const playLink = async (source: string): Promise<string> => addressOf(`play/#code=${await packed(source)}`)
/** Copies the address of a program; where a page may not, opens it. The button says that it is done. */
export const copyLink = async (button: HTMLElement, source: string): Promise<void> => {
  const link = await playLink(source)
  button.dataset.link = link
  await navigator.clipboard.writeText(link).catch(() => window.open(link))
  const { textContent } = button
  button.textContent = 'Copied'
  setTimeout(() => (button.textContent = textContent === 'Copied' ? 'Copy link' : textContent), 1500)
}
