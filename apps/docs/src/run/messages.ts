/** What a page and its worker tell each other. */

/** Flavours of tfjs that a page may choose from. */
export type PageFlavour = 'webgpu' | 'webgl' | 'wasm' | 'cpu'

/** A program to run: JavaScript whose lines and columns are those of its source. */
export interface Job {
  readonly kind: 'job'
  readonly id: number
  readonly js: string
  readonly flavour: PageFlavour
}

/** A value in a tree: a leaf as Node prints it, or named parts. */
export type Fold = string | { readonly kind: string; readonly parts: readonly (readonly [string, Fold])[] }

/** A drawing of numbers: series of points by name. */
export interface Plot {
  readonly mark: 'line' | 'dot'
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[]
  readonly x: string
  readonly y: string
  readonly log: boolean
}

/** One thing that a program shows. `text` is what Node prints for it; those of one `slot` take each other's place. */
export type Output = { readonly text: string; readonly slot?: string } & (
  | { readonly kind: 'text' | 'warning' | 'tensor' | 'jaxpr' }
  | { readonly kind: 'tree'; readonly tree: Fold }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'plot'; readonly plot: Plot }
  | { readonly kind: 'image'; readonly width: number; readonly height: number; readonly scale: number; readonly pixels: Uint8ClampedArray }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'slider'; readonly min: number; readonly max: number; readonly step: number; readonly value: number }
  | { readonly kind: 'pad'; readonly size: number }
)

/** What a reader did with a slider or a pad, by the slot of its output. */
export interface Input {
  readonly kind: 'input'
  readonly slot: string
  readonly value: number | Float32Array
}

/** What a program threw. `line` and `column` count from 1 in its source. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly line?: number
  readonly column?: number
  readonly docs?: string
}

/** What the worker answers, for the job of that id. */
export type Answer = { readonly id: number } & (
  | { readonly kind: 'begun'; readonly flavour: string }
  | { readonly kind: 'output'; readonly output: Output }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'done'; readonly seconds: number }
)
