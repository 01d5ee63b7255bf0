// A remark plugin: a block of `ts run` becomes the element that runs it, with the program's JavaScript in it. Types are blanked, so that a
// place in the JavaScript is the same place in the program.
import { erased } from './erase.mjs'
import { infoOf, programIn } from '../snippets/blocks.mjs'

const visit = (node, change) => {
  if (!node.children) return
  node.children = node.children.map((child) => change(child) ?? child)
  for (const child of node.children) if (child.type !== 'runnable') visit(child, change)
}

const element = (hName, hProperties, children) => ({ type: 'runnable', data: { hName, hProperties }, children })
const button = (part, text, title, more = {}) =>
  element('button', { type: 'button', 'data-part': part, title, ...more }, [{ type: 'text', value: text }])

export const runnable = () => (tree, file) => {
  let n = 0
  visit(tree, (node) => {
    if (node.type !== 'code' || node.lang !== 'ts' || !infoOf(node.meta).run) return undefined
    n++
    const { file: path } = infoOf(node.meta)
    if (path) node.value = programIn(path).trimEnd()
    const { js, problem } = erased(node.value)
    if (problem) file.fail(`program ${n}: ${problem}`, node)
    const data = JSON.stringify({ n, source: node.value, js, throws: infoOf(node.meta).throws, node: infoOf(node.meta).node })
    return element('heddle-run', { 'data-program': data, 'data-n': n, ...(infoOf(node.meta).demo ? { 'data-demo': '' } : {}) }, [
      node,
      element('div', { class: 'run-bar not-content' }, [
        button('run', 'Run', 'Run this program (Ctrl+Enter in the editor)'),
        button('stop', 'Stop', 'Stop this program', { hidden: true }),
        button('edit', 'Edit', 'Edit this program'),
        button('reset', 'Reset', 'The program as it was', { hidden: true }),
        button('link', 'Copy link', 'Copy a link to the playground with this program'),
        element('span', { class: 'run-where', 'data-part': 'where' }, []),
      ]),
      element(
        'div',
        { class: 'run-output not-content', 'data-part': 'output', role: 'log', 'aria-label': 'Output', tabindex: 0, hidden: true },
        [],
      ),
    ])
  })
}
