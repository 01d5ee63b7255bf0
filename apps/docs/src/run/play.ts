/** `<heddle-play>`: the playground. The program is in the hash of the address, as it is written. */
import { Editor } from '../editor/editor'
import { copyLink, packed, unpacked } from './link'
import { Runner } from './runner'
import { flavourMenu } from './session'

const FIRST = `import '@heddle/backend-tfjs/auto'
import { grad, np, type Tensor } from '@heddle/func'

const f = (x: Tensor): Tensor => np.sum(np.square(x))
console.log(grad(f)(np.array([1, 2, 3])))
`
/** The program of the address's hash. */
const asked = async (): Promise<string | undefined> => {
  const [, code] = location.hash.match(/^#code=(.*)$/) ?? []
  return code === undefined ? undefined : unpacked(code)
}

class HeddlePlay extends HTMLElement {
  async connectedCallback(): Promise<void> {
    const part = (name: string): HTMLElement => this.querySelector<HTMLElement>(`[data-part="${name}"]`)!
    const runner = new Runner(this, part)
    const run = (): void => void runner.run(() => editor.js())
    let waiting = 0
    const changed = (): void => {
      clearTimeout(waiting)
      waiting = window.setTimeout(() => void packed(editor.text).then((code) => history.replaceState(null, '', `#code=${code}`)), 500)
    }
    const editor = new Editor(part('editor'), (await asked()) ?? FIRST, { run, changed })
    part('run').addEventListener('click', run)
    part('link').addEventListener('click', () => void copyLink(part('link'), editor.text))
    part('where').append(flavourMenu())
    const examples = part('examples') as HTMLSelectElement
    examples.addEventListener('change', () => {
      if (examples.value) editor.text = examples.value
      examples.value = ''
    })
    window.addEventListener(
      'hashchange',
      () => void asked().then((code) => code !== undefined && code !== editor.text && (editor.text = code)),
    )
    this.dataset.state = 'idle'
  }
}
customElements.define('heddle-play', HeddlePlay)
