/** How what a program shows looks on the page. */
import type { Failure, Fold, Input, Output } from './messages'

const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...children)
  return element
}

const WORDS = /(\b(?:f16|bf16|f32|f64|[iu](?:8|16|32|64)|bool|c64|key)\[[^\]]*\])|\b(lambda|let|in)\b/g
/** A jaxpr, its words and types coloured. */
const jaxpr = (text: string): HTMLElement => {
  const pre = make('pre', 'out-jaxpr')
  let at = 0
  for (const match of text.matchAll(WORDS)) {
    pre.append(text.slice(at, match.index), make('span', match[1] ? 'type' : 'word', match[0]))
    at = match.index + match[0].length
  }
  pre.append(text.slice(at))
  return pre
}
const fold = (name: string, value: Fold, open: boolean): HTMLElement => {
  if (typeof value === 'string') return make('div', 'leaf', make('span', 'name', name ? `${name}: ` : ''), make('pre', '', value))
  const details = make(
    'details',
    '',
    make('summary', '', make('span', 'name', name || (value.kind === 'list' ? 'list' : 'tree')), ` (${value.parts.length})`),
  )
  details.open = open
  details.append(...value.parts.map(([part, inner]) => fold(part, inner, open && value.parts.length <= 8)))
  return details
}
const table = (columns: readonly string[], rows: readonly (readonly string[])[]): HTMLElement =>
  make(
    'table',
    '',
    make('thead', '', make('tr', '', ...columns.map((text) => make('th', '', text)))),
    make('tbody', '', ...rows.map((row) => make('tr', '', ...row.map((text) => make('td', '', text))))),
  )
const image = ({ width, height, scale, pixels, text }: Extract<Output, { kind: 'image' }>): HTMLElement => {
  const canvas = make('canvas', 'out-image')
  canvas.width = width
  canvas.height = height
  canvas.style.width = `${width * scale}px`
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', text)
  const data = new ImageData(width, height)
  data.data.set(pixels)
  canvas.getContext('2d')?.putImageData(data, 0, 0)
  return canvas
}
type Tell = (input: Omit<Input, 'kind'>) => void
const slider = ({ slot = '', min, max, step, value }: Extract<Output, { kind: 'slider' }>, tell: Tell): HTMLElement => {
  const input = make('input')
  Object.assign(input, { type: 'range', min, max, step })
  input.value = String(value)
  const shown = make('output', '', String(value))
  input.addEventListener('input', () => {
    shown.textContent = input.value
    tell({ slot, value: Number(input.value) })
  })
  return make('label', 'out-slider', `${slot} `, input, ' ', shown)
}
const pad = ({ slot = '', size }: Extract<Output, { kind: 'pad' }>, tell: Tell): HTMLElement => {
  const canvas = make('canvas', 'out-pad')
  canvas.width = canvas.height = size * 10
  canvas.setAttribute('aria-label', `${slot}: draw here`)
  canvas.setAttribute('role', 'img')
  const pen = canvas.getContext('2d', { willReadFrequently: true })!
  const clear = (): void => {
    pen.fillStyle = '#000'
    pen.fillRect(0, 0, canvas.width, canvas.height)
  }
  clear()
  Object.assign(pen, { lineWidth: 20, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff' })
  const read = (): void => {
    const small = new OffscreenCanvas(size, size).getContext('2d')!
    small.imageSmoothingQuality = 'high'
    small.drawImage(canvas, 0, 0, size, size)
    const { data } = small.getImageData(0, 0, size, size)
    tell({ slot, value: Float32Array.from({ length: size * size }, (_, i) => data[4 * i]! / 255) })
  }
  const place = (event: PointerEvent): [number, number] => {
    const { left, top, width } = canvas.getBoundingClientRect()
    return [((event.clientX - left) * canvas.width) / width, ((event.clientY - top) * canvas.width) / width]
  }
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId)
    pen.beginPath()
    pen.moveTo(...place(event))
  })
  canvas.addEventListener('pointermove', (event) => {
    if (event.buttons === 0) return
    pen.lineTo(...place(event))
    pen.stroke()
    read()
  })
  const button = make('button', '', 'Clear')
  button.type = 'button'
  button.addEventListener('click', () => {
    clear()
    read()
  })
  return make('div', '', make('div', 'out-label', slot), canvas, button)
}
const progress = ({ done, total, text }: Extract<Output, { kind: 'progress' }>): HTMLElement => {
  const bar = make('progress')
  bar.max = total
  bar.value = done
  bar.setAttribute('aria-label', text)
  return make('div', 'out-progress', bar, ` ${text}`)
}

const drawn = async (output: Output, tell: Tell): Promise<HTMLElement> => {
  switch (output.kind) {
    case 'text':
    case 'tensor':
      return make('pre', `out-${output.kind}`, output.text)
    case 'warning':
      return make('pre', 'out-warning', output.text)
    case 'jaxpr':
      return jaxpr(output.text)
    case 'tree':
      return make('div', 'out-tree', fold('', output.tree, true))
    case 'table':
      return table(output.columns, output.rows)
    case 'image':
      return image(output)
    case 'plot':
      return (await import('./plot')).plotOf(output.plot, output.text)
    case 'progress':
      return progress(output)
    case 'slider':
      return slider(output, tell)
    case 'pad':
      return pad(output, tell)
  }
}

/** The output of one program, in order; what is shown in a slot replaces what was there. */
export class Display {
  #slots = new Map<string, HTMLElement>()
  #last = Promise.resolve()
  #count = 0
  constructor(
    readonly place: HTMLElement,
    readonly tell: Tell,
  ) {}
  clear(): void {
    this.#slots.clear()
    this.#count = 0
    this.place.replaceChildren()
    this.place.hidden = true
  }
  add(output: Output): void {
    this.#last = this.#last.then(async () => {
      const cell = this.#cell(output.slot)
      cell?.replaceChildren(await drawn(output, this.tell))
      if (cell) cell.dataset.text = output.text
    })
  }
  /** Where the output goes. A program that prints without an end does not fill the page. */
  #cell(slot: string | undefined): HTMLElement | undefined {
    const known = slot === undefined ? undefined : this.#slots.get(slot)
    if (known) return known
    this.place.hidden = false
    if (++this.#count > 500) {
      if (this.#count === 501) this.place.append(make('div', 'out-note', 'more was printed than is shown here'))
      return undefined
    }
    const cell = make('div', 'out')
    this.place.append(cell)
    if (slot !== undefined) this.#slots.set(slot, cell)
    return cell
  }
  failed({ name, message, line, column, docs }: Failure): void {
    this.#last = this.#last.then(() => {
      this.place.hidden = false
      const where = line === undefined ? '' : ` (line ${line}${column === undefined ? '' : `, column ${column}`})`
      const error = make('div', 'out out-error', make('strong', '', name === 'stopped' ? 'stopped' : name), where, make('pre', '', message))
      error.dataset.error = name
      if (line !== undefined) error.dataset.line = String(line)
      if (docs) {
        const link = make('a', '', 'about this error')
        link.href = docs
        error.append(link)
      }
      this.place.append(error)
    })
  }
  /** When all before is on the page. */
  after(then: () => void): void {
    this.#last = this.#last.then(then)
  }
  note(text: string): void {
    this.#last = this.#last.then(() => {
      this.place.hidden = false
      this.place.append(make('div', 'out-note', text))
    })
  }
}
