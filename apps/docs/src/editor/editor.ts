/** An editor for a program: CodeMirror, with completion, errors and hovers of TypeScript when that has been loaded. */
import { autocompletion } from '@codemirror/autocomplete'
import { indentWithTab } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Compartment, Prec } from '@codemirror/state'
import { keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { tsAutocompleteWorker, tsFacetWorker, tsHoverWorker, tsLinterWorker, tsSyncWorker } from '@valtown/codemirror-ts'
import { basicSetup, EditorView } from 'codemirror'
import { initialized, language } from './language'

// colours of the theme, light or dark as the page is
const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.className], color: 'var(--code-type)' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--code-function)' },
])
const theme = EditorView.theme({
  '&': { fontSize: 'var(--sl-text-code)', backgroundColor: 'var(--sl-color-gray-7, var(--sl-color-gray-6))' },
  '.cm-content': { fontFamily: 'var(--__sl-font-mono)', caretColor: 'var(--sl-color-text-accent)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--sl-color-gray-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--sl-color-gray-5) 35%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--sl-color-text-accent)' },
  '.cm-tooltip': { backgroundColor: 'var(--sl-color-bg-nav)', color: 'var(--sl-color-text)', border: '1px solid var(--sl-color-gray-5)' },
})

let count = 0

export class Editor {
  readonly #view: EditorView
  constructor(place: HTMLElement, source: string, { run, changed }: { readonly run: () => void; readonly changed?: () => void }) {
    const path = `/program-${++count}.ts`
    const typescript = new Compartment()
    this.#view = new EditorView({
      doc: source,
      parent: place,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => (run(), true) }])),
        basicSetup,
        keymap.of([indentWithTab]),
        javascript({ typescript: true }),
        syntaxHighlighting(highlighting),
        theme,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Program' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed?.()
        }),
        typescript.of([]),
      ],
    })
    const extensions = () => [
      tsFacetWorker.of({ worker: language(), path }),
      tsSyncWorker(),
      tsLinterWorker(),
      autocompletion({ override: [tsAutocompleteWorker()] }),
      tsHoverWorker(),
    ]
    void initialized().then(() => {
      this.#view.dispatch({ effects: typescript.reconfigure(extensions()) })
      this.#view.dom.dataset.typescript = 'ready'
    })
  }
  get text(): string {
    return this.#view.state.doc.toString()
  }
  set text(text: string) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } })
  }
  /** The program without types. Errors: SyntaxError with its `line`. */
  async js(): Promise<string> {
    const answer = await language().javascript(this.text)
    if ('js' in answer) return answer.js
    throw Object.assign(new SyntaxError(answer.message), { line: answer.line })
  }
  focus(): void {
    this.#view.focus()
  }
  destroy(): void {
    this.#view.destroy()
  }
}
