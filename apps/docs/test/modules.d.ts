declare module '*/blocks.mjs' {
  export interface Block {
    readonly page: string
    readonly n: number
    readonly line: number
    readonly code: string
    readonly throws?: string
  }
  export const blocks: (part?: string) => readonly Block[]
}
declare module '*/node.mjs' {
  export interface Run {
    readonly printed: readonly { readonly text: string; readonly line: number }[]
    readonly error?: unknown
  }
  export const run: (block: object, load?: (file: string) => Promise<unknown>) => Promise<Run>
  export const problem: (block: object, run: Run) => string | undefined
}
declare module '*/parity.mjs' {
  export interface Row {
    readonly name: string
    readonly kind: string
    readonly answer?: { readonly name: string; readonly address: string }
    readonly reason?: string
  }
  export const tables: readonly { readonly module: string; readonly rows: readonly Row[] }[]
  export const problems: () => readonly string[]
}
