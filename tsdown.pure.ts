/**
 * Makes a built chunk one that bundlers can take apart: what nobody uses of it is dropped statement by statement.
 *
 * - What a `const` at the level of the module is computed from has no effect that matters, by the convention of this repository; bundlers
 *   can't know, so calls there are marked `@__PURE__`, and what no mark is for (a property read, a spread, a chain) stands in a marked function.
 * - The namespaces of `@heddle/func` are modules of their own (`@heddle/func/np`): of a namespace that is exported by name esbuild keeps all.
 *
 * The build may not be minified after this, not even of dead code: that takes the marks out again.
 */
import MagicString from 'magic-string'
import type { Rolldown } from 'tsdown'

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}
const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && typeof (x as Node).type === 'string'
const childrenOf = (node: Node): readonly Node[] => Object.values(node).flat().filter(isNode)
const nodesOf = (x: unknown): readonly Node[] => (Array.isArray(x) ? x : [x]).filter(isNode)

const isFunction = ({ type }: Node): boolean => type === 'FunctionExpression' || type === 'ArrowFunctionExpression'
const isCall = ({ type }: Node): boolean => type === 'CallExpression' || type === 'NewExpression'
const isClass = ({ type }: Node): boolean => type === 'ClassDeclaration' || type === 'ClassExpression'

/** A name, or names joined by dots. */
const isPath = (node: Node): boolean =>
  node.type === 'Identifier' || (node.type === 'MemberExpression' && !node.computed && nodesOf(node.object).every(isPath))

/** What is evaluated at once in a class: what it extends, and its static fields. */
const evaluatedIn = (node: Node): readonly Node[] => {
  const [body] = nodesOf(node.body)
  const fields = nodesOf(body?.body).filter(({ type, static: own }) => type === 'PropertyDefinition' && own === true)
  return [...nodesOf(node.superClass), ...fields.flatMap(({ value }) => nodesOf(value))]
}
/** The calls of an expression that are made when it is evaluated; undefined where marking these does not make it free of effects. */
const callsOf = (node: Node): readonly Node[] | undefined => {
  const all = (nodes: readonly Node[]): readonly Node[] | undefined => {
    const found = nodes.map(callsOf)
    return found.some((calls) => calls === undefined) ? undefined : found.flatMap((calls) => calls ?? [])
  }
  if (isFunction(node)) return []
  if (isClass(node)) return all(evaluatedIn(node))
  if (isCall(node)) {
    if (!nodesOf(node.callee).every(isPath)) return undefined
    const calls = all(nodesOf(node.arguments))
    return calls && [node, ...calls]
  }
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
      return []
    case 'ObjectExpression':
      return all(nodesOf(node.properties))
    case 'Property':
      return node.computed ? undefined : all(nodesOf(node.value))
    case 'ArrayExpression':
      return all(nodesOf(node.elements))
    default:
      return undefined
  }
}
const awaits = (node: Node): boolean => node.type === 'AwaitExpression' || (!isFunction(node) && childrenOf(node).some(awaits))

const mark = '/* @__PURE__ */ '
const purify = (code: MagicString, expression: Node): void => {
  const calls = callsOf(expression)
  if (calls) for (const call of calls) code.prependLeft(call.start, mark)
  else if (!awaits(expression)) code.prependLeft(expression.start, `${mark}(() => (`).appendRight(expression.end, '))()')
}

const namespaces = ['lax', 'nn', 'np', 'random', 'special']
/** `import { np, jit } from '@heddle/func'` as `import * as np from '@heddle/func/np'` and the rest. */
const split = (code: MagicString, node: Node): void => {
  const whole = nodesOf(node.specifiers).filter(({ type }) => type === 'ImportSpecifier')
  const nameOf = (x: unknown): string => nodesOf(x).map(({ name }) => String(name))[0] ?? ''
  const [spaces, rest] = [true, false].map((wanted) => whole.filter(({ imported }) => namespaces.includes(nameOf(imported)) === wanted))
  if (!spaces?.length || !rest) return
  const lines = spaces.map(({ imported, local }) => `import * as ${nameOf(local)} from "@heddle/func/${nameOf(imported)}";`)
  const others = rest.map(({ start, end }) => code.slice(start, end)).join(', ')
  code.overwrite(node.start, node.end, [...lines, ...(others ? [`import { ${others} } from "@heddle/func";`] : [])].join(' '))
}

/** For the chunks of a package of that name. */
export const pure = (name: string): Rolldown.Plugin => ({
  name: 'heddle:pure',
  renderChunk(text, chunk) {
    if (!chunk.fileName.endsWith('.mjs')) return null
    const code = new MagicString(text)
    for (const statement of this.parse(text).body as unknown as readonly Node[]) {
      const [source] = nodesOf(statement.source)
      if (source?.value === '@heddle/func' && statement.type === 'ImportDeclaration') split(code, statement)
      // its own entries lie beside it
      if (typeof source?.value === 'string' && source.value.startsWith(`${name}/`))
        code.overwrite(source.start, source.end, `"./${source.value.slice(name.length + 1)}.mjs"`)
      const [declared = statement] = nodesOf(statement.declaration)
      if (declared.type === 'VariableDeclaration')
        for (const { init } of nodesOf(declared.declarations)) for (const expression of nodesOf(init)) purify(code, expression)
      if (isClass(declared)) for (const expression of evaluatedIn(declared)) purify(code, expression)
    }
    return { code: code.toString(), map: code.generateMap({ hires: 'boundary' }) }
  },
})
