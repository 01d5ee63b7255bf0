// A remark plugin: a block of `ts run` becomes the element that runs it, with the program's JavaScript in it. Types are blanked, so that a
// place in the JavaScript is the same place in the program.
import { erased } from './erase.mjs'
import { infoOf, programIn } from '../snippets/blocks.mjs'

const visit = (node, change) => {
  if (!node.children) return
  node.children = node.children.map((child) => change(child) ?? child)
  for (const child of node.children) if (child.type !== 'runnable') visit(child, change)
}

export const runnable = () => (tree, file) => {
  let n = 0
  visit(tree, (node) => {
    if (node.type !== 'code' || node.lang !== 'ts' || !infoOf(node.meta).run) return undefined
    n++
    const { file: path } = infoOf(node.meta)
    if (path) node.value = programIn(path).trimEnd()
    const { js, problem } = erased(node.value)
    if (problem) file.fail(`program ${n}: ${problem}`, node)
    const data = JSON.stringify({ n, source: node.value, js, throws: infoOf(node.meta).throws })
    return {
      type: 'runnable',
      data: { hName: 'heddle-run', hProperties: { 'data-program': data } },
      children: [node],
    }
  })
}
