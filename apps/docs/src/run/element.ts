/** `<heddle-run>`: a program of a page with what runs, stops, edits and links to it. */
import type { Editor } from '../editor/editor'
import { copyLink } from './link'
import { Runner } from './runner'
import { flavourMenu } from './session'

interface Program {
  readonly source: string
  readonly js: string
}

class HeddleRun extends HTMLElement {
  #program!: Program
  #runner: Runner | undefined
  #editor: Editor | undefined

  connectedCallback(): void {
    if (this.#runner) return
    this.#program = JSON.parse(this.dataset.program ?? '{}') as Program
    this.#runner = new Runner(this, (name) => this.#part(name))
    this.#part('run').addEventListener('click', () => void this.run())
    this.#part('edit').addEventListener('click', () => void this.edit())
    this.#part('reset').addEventListener('click', () => this.reset())
    this.#part('link').addEventListener('click', () => void copyLink(this.#part('link'), this.#editor?.text ?? this.#program.source))
    this.#part('where').append(flavourMenu())
  }
  #part(name: string): HTMLElement {
    return this.querySelector<HTMLElement>(`[data-part="${name}"]`)!
  }
  /** Runs the program as it stands in the editor, or as it is; fulfilled when it ended. */
  async run(): Promise<void> {
    await this.#runner!.run(async () => (this.#editor && this.#editor.text !== this.#program.source ? this.#editor.js() : this.#program.js))
  }
  /** Puts an editor in the place of the program's text. */
  async edit(): Promise<void> {
    const edit = this.#part('edit')
    edit.toggleAttribute('disabled', true)
    const { Editor } = await import('../editor/editor')
    edit.toggleAttribute('disabled', false)
    const code = this.querySelector<HTMLElement>('.expressive-code')!
    const place = document.createElement('div')
    place.className = 'run-editor not-content'
    place.style.minHeight = `${code.offsetHeight}px`
    code.hidden = true
    code.after(place)
    this.#editor = new Editor(place, this.#program.source, { run: () => void this.run() })
    edit.hidden = true
    this.#part('reset').hidden = false
    this.#editor.focus()
  }
  /** The program as it was, and no output. */
  reset(): void {
    this.#editor?.destroy()
    this.querySelector('.run-editor')?.remove()
    this.#editor = undefined
    this.querySelector<HTMLElement>('.expressive-code')!.hidden = false
    this.#part('edit').hidden = false
    this.#part('reset').hidden = true
    this.#runner!.reset()
  }
}
customElements.define('heddle-run', HeddleRun)
