import { afterEach, describe, expect, test, vi } from 'vitest'
import { errorClass } from './error-class'
import { framesOf, usersFrames } from './stack'

class Wrong extends errorClass(
  'Wrong',
  (said: string, options?: ErrorOptions) => ({ said, ...options }),
  ({ said }) => said,
) {}

const samples: Readonly<Record<string, readonly [frames: readonly string[], kept: readonly string[]]>> = {
  'V8, installed': [
    [
      '    at new ShapeError (file:///app/node_modules/@heddle/func/dist/error-x1.mjs:10:5)',
      '    at add (file:///app/node_modules/@heddle/func/dist/index.mjs:99:5)',
      '    at loss (file:///app/src/train.js:3:10)',
      '    at Array.map (<anonymous>)',
      '    at vmap (file:///app/node_modules/@heddle/func/dist/index.mjs:7:5)',
      '    at Array.forEach (<anonymous>)',
      '    at file:///app/src/train.js:9:1',
    ],
    ['    at loss (file:///app/src/train.js:3:10)', '    at Array.forEach (<anonymous>)', '    at file:///app/src/train.js:9:1'],
  ],
  'V8, pnpm': [
    [
      '    at add (/app/node_modules/.pnpm/@heddle+func@0.1.0_a/node_modules/@heddle/func/dist/index.mjs:99:5)',
      '    at main (/app/a.js:1:1)',
    ],
    ['    at main (/app/a.js:1:1)'],
  ],
  'V8, Windows': [
    [
      '    at add (file:///C:/app/node_modules/@heddle/func/dist/index.mjs:99:5)',
      '    at add (C:\\app\\node_modules\\@heddle\\func\\dist\\index.mjs:99:5)',
      '    at main (C:\\app\\a.js:1:1)',
    ],
    ['    at main (C:\\app\\a.js:1:1)'],
  ],
  'a server of packages': [
    ['    at add (https://esm.sh/@heddle/func@0.1.0/es2022/func.mjs:2:99)', '    at main (https://me.dev/a.js:1:1)'],
    ['    at main (https://me.dev/a.js:1:1)'],
  ],
  SpiderMonkey: [
    ['add@https://me.dev/node_modules/@heddle/func/dist/index.mjs:9:5', 'loss@https://me.dev/a.js:3:10', '@https://me.dev/a.js:9:1'],
    ['loss@https://me.dev/a.js:3:10', '@https://me.dev/a.js:9:1'],
  ],
  JavaScriptCore: [
    [
      'add@https://me.dev/node_modules/@heddle/func/dist/index.mjs:9:5',
      'loss@https://me.dev/a.js:3:10',
      'map@[native code]',
      'vmap@https://me.dev/node_modules/@heddle/func/dist/index.mjs:9:5',
      'module code@https://me.dev/a.js:9:1',
    ],
    ['loss@https://me.dev/a.js:3:10', 'module code@https://me.dev/a.js:9:1'],
  ],
  'a scope of the same name, and packages of the user': [
    ['    at add (/home/me/@heddle/app/src/a.ts:1:1)', '    at add (/home/me/packages/func/src/a.ts:1:1)'],
    ['    at add (/home/me/@heddle/app/src/a.ts:1:1)', '    at add (/home/me/packages/func/src/a.ts:1:1)'],
  ],
}

describe('heddle’s frames', () => {
  afterEach(() => vi.unstubAllEnvs())

  test.each(Object.entries(samples))('%s', (_, [frames, kept]) => {
    const shown = usersFrames(frames, 10)
    const hidden = frames.length - kept.length
    expect(shown.slice(0, kept.length)).toEqual(kept)
    expect(shown.slice(kept.length).join('')).toBe(
      hidden === 0 ? '' : `    (${hidden} frames of heddle are hidden; HEDDLE_TRACEBACK=full shows them)`,
    )
    vi.stubEnv('HEDDLE_TRACEBACK', 'full')
    expect(usersFrames(frames, 10)).toEqual(frames)
  })
  test('none left: all are shown; no more than asked for', () => {
    const ours = Array.from({ length: 20 }, (_, i) => `    at f (/a/node_modules/@heddle/func/dist/index.mjs:${i}:5)`)
    expect(usersFrames(ours, 10)).toEqual(ours.slice(0, 10))
    expect(usersFrames(['    at f (/a.js:1:1)', '    at g (/a.js:2:1)'], 1)).toEqual(['    at f (/a.js:1:1)'])
  })
  test('a message of several lines is no frame', () => {
    expect(framesOf('Wrong: a\n    at b (x.js:1:1)\n    at f (/a.js:1:1)', 'a\n    at b (x.js:1:1)')).toEqual(['    at f (/a.js:1:1)'])
  })
})

describe('HeddleError', () => {
  const make = (): Wrong => new Wrong('it is wrong')
  const deep = (n: number): Wrong => (n === 0 ? make() : deep(n - 1))

  test('a name, a class, a stack that begins here', () => {
    const e = make()
    expect(e).toBeInstanceOf(Error)
    expect([e.name, String(e)]).toEqual(['Wrong', 'Wrong: it is wrong'])
    const [head, first] = e.stack!.split('\n')
    expect(head).toBe('Wrong: it is wrong')
    expect(first).toContain('stack.test.ts')
    expect(e.fullStack.split('\n')[1]).not.toContain('stack.test.ts')
    expect(Object.keys(e)).not.toContain('stack')
    expect(Object.keys(e)).not.toContain('fullStack')
  })
  test('a message that changes is that of the stack', () => {
    const e = make()
    e.message = 'it is very wrong'
    expect(e.stack).toMatch(/^Wrong: it is very wrong\n/)
  })
  test('as many frames as the limit says, though more are captured', () => {
    const before = Error.stackTraceLimit
    try {
      Error.stackTraceLimit = 5
      const e = deep(40)
      expect(Error.stackTraceLimit).toBe(5)
      expect(e.stack!.split('\n    at ').length - 1).toBe(5)
      expect(e.fullStack.split('\n    at ').length).toBeGreaterThan(40)
    } finally {
      Error.stackTraceLimit = before
    }
  })
  test('a stack may be set, as frameworks do', () => {
    const e = make()
    e.stack = 'mine'
    expect(e.stack).toBe('mine')
  })
  test('a cause is kept', () => {
    const cause = new Error('why')
    expect(new Wrong('it', { cause }).cause).toBe(cause)
    expect(new Wrong('it')).not.toHaveProperty('cause')
  })
  test('an engine without a limit of stacks', () => {
    const before = Error.stackTraceLimit
    Reflect.deleteProperty(Error, 'stackTraceLimit')
    try {
      expect(make().message).toBe('it is wrong')
      expect(Error).not.toHaveProperty('stackTraceLimit')
    } finally {
      Error.stackTraceLimit = before
    }
  })
})
