// An Expressive Code plugin: what TypeScript says of each name of a program, in an attribute that the page shows on hover. A type error
// fails the build. Twoslash asks TypeScript.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { definePlugin, ExpressiveCodeAnnotation } from '@expressive-code/core'
import { h } from '@expressive-code/core/hast'
import { createTwoslasher } from 'twoslash'
import { infoOf } from '../snippets/blocks.mjs'
import { options } from '../runtime/types.mjs'

const lib = dirname(createRequire(import.meta.url).resolve('typescript'))
const MOST = 600

class Hover extends ExpressiveCodeAnnotation {
  constructor(type, columnStart, length) {
    super({ inlineRange: { columnStart, columnEnd: columnStart + length }, renderPhase: 'latest' })
    this.type = type
  }
  render({ nodesToTransform }) {
    return nodesToTransform.map((node) => h('span', { 'data-type': this.type }, [node]))
  }
}

export const hovers = () => {
  const ask = createTwoslasher({ tsLibDirectory: lib, compilerOptions: options })
  return definePlugin({
    name: 'hovers',
    hooks: {
      annotateCode: ({ codeBlock }) => {
        if (codeBlock.language !== 'ts' || !infoOf(codeBlock.meta).run) return
        const seen = ask(codeBlock.code, 'ts')
        if (seen.code !== codeBlock.code && seen.code !== `${codeBlock.code}\n`)
          throw new Error('a program of a page may not use commands of twoslash')
        for (const { line, character, length, text } of seen.hovers) {
          const type = text.length > MOST ? `${text.slice(0, MOST)}…` : text
          codeBlock.getLine(line)?.addAnnotation(new Hover(type, character, length))
        }
      },
    },
  })
}
