import { transformSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { pinNames } from './pin'
import { tokensOf } from './tokens'

/** The names that are pinned, in order; what is put in leaves a program. */
const names = (code: string, loader: 'ts' | 'tsx' | 'js' = 'ts'): readonly string[] => {
  const pinned = pinNames(code)
  if (pinned === undefined) return []
  expect(() => transformSync(pinned, { loader })).not.toThrow()
  return [...pinned.matchAll(/\{ static moduleName = "([^"]*)";/g)].map(([, name]) => name!)
}

describe('pinNames', () => {
  it.each<[string, string, readonly string[]]>([
    ['a declaration', 'class MLP extends nn.Module { call(x) { return x } }', ['MLP']],
    ['type arguments', 'class MLP extends nn.Module<{ widths: readonly number[]; f: (x: A<B>) => C }> implements D<E>, F {}', ['MLP']],
    ['type parameters', 'export class MLP<T extends { a: number } = { a: 1 }> extends Base<T> {}', ['MLP']],
    ['exports', 'export default class MLP extends nn.Module {}\nexport abstract class Two extends MLP {}', ['MLP', 'Two']],
    ['a default export without a name', 'export default class extends nn.Module {}', ['default']],
    ['expressions', 'const A = class extends Base {}, B = (class extends Base {})\nlet C\nC = class extends Base {}', ['A', 'B', 'C']],
    ['an expression with a name of its own', 'const A = class B extends Base {}', ['B']],
    ['an expression with a type', 'export const MLP: typeof nn.Module<{ a: number }> = class extends nn.Module<{ a: number }> {}', ['MLP']],
    ['properties', "const o = { MLP: class extends Base {}, 'two': class extends Base {} }", ['MLP', 'two']],
    ['fields and defaults', 'class X { Y = class extends Base {} }\nconst f = (Z = class extends Base {}) => Z', ['Y', 'Z']],
    ['a conditional assignment', 'let A\nA ??= class extends Base {}', ['A']],
    ['no name to pin', 'const mixin = (B) => class extends B {}\nexports.A = class extends Base {}\nf(class extends Base {})', []],
    ['nested classes', 'class A extends B { make() { return class C extends A {} } }', ['A', 'C']],
    ['superclasses that are calls', 'class A extends nn.vmap(nn.Dense, { inAxes: 0 }) {}\nclass B extends (c ? D : E) {}', ['A', 'B']],
    ['a name that is pinned', "class A extends B { static readonly moduleName = 'C' }\nclass D extends A {}", ['D']],
    [
      'a name pinned otherwise',
      "class A extends B { static get moduleName() { return 'C' } }\nclass D extends B { static 'moduleName' = 'E' }",
      [],
    ],
    ['a moduleName that is not static', 'class A extends B { moduleName = 1; static f() { return { moduleName: 1 } } }', ['A']],
    ['no superclass', 'class A {}\nclass B<T extends C> {}', []],
    [
      'classes of the language',
      'class MyError extends Error {}\nclass L extends Map<string, number> {}\nclass E extends HTMLElement {}',
      [],
    ],
    ['ambient ones', 'declare class A extends B {}\ndeclare abstract class C extends D {}', []],
    [
      'comments and strings',
      "// class A extends B {}\n/* class A extends B {} */ const s = 'class A extends B {}' + `class A extends B {}`",
      [],
    ],
    ['values in templates', 'const s = `a ${class A extends B {}} b ${`c ${1}`} {`\nclass C extends D {}', ['A', 'C']],
    ['regular expressions', 'const r = /class A extends B {"/\nif (x) /["\'`]/.test(y)\nclass C extends D {}', ['C']],
    ['divisions', 'const q = a / b; const r = (a) / 2 + "/"\nconst s = x[0] / 2 / y\nclass C extends D {}', ['C']],
    ['decorators', '@dec({ a: 1 }) class A extends B {}', ['A']],
    ['a property called class', 'const a = { class: 1 }; a.class\nclass C extends D {}', ['C']],
  ])('%s', (_, code, wanted) => {
    expect(names(code)).toEqual(wanted)
  })
  it('JSX', () => {
    const code = "const a = <p class=\"x\">don't {b ? `y` : 'z'} it's 1 / 2</p>\nclass A extends B { call() { return <A.B /> } }"
    expect(names(code, 'tsx')).toEqual(['A'])
  })
  it('minified sources', () => {
    expect(names('var e=class extends t{call(e){return e}};class r extends e{}', 'js')).toEqual(['e', 'r'])
  })
  it('changes no line', () => {
    const code = 'const a = 1\nclass A extends B {\n  call() {}\n}\n'
    expect(pinNames(code)!.split('\n')).toHaveLength(code.split('\n').length)
  })
  it('gives each class the name that it has without a minifier', () => {
    const code =
      'class B0 {}; let C\nclass A extends B0 {}\nconst D = class extends A {}\nC = (class extends D {})\nconst o = { E: class extends A {} }\nreturn [A, D, C, o.E]'
    const run = (text: string): { readonly name: string; readonly moduleName?: string }[] => new Function(text)()
    expect(run(pinNames(code)!).map((c) => c.moduleName)).toEqual(run(code).map((c) => c.name))
  })
})
describe('tokensOf', () => {
  it('ends on anything', () => {
    for (const code of ['`', '"', "'", '/', '/*', '${', '}', '`${', '\\', '#!/usr/bin/env node', '🙂', 'class', '`${`${'])
      expect(() => tokensOf(code)).not.toThrow()
  })
})
