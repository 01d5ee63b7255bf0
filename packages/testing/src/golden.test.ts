import { describe, expect, test } from 'vitest'
import { convert, Golden, GoldenArray, GoldenBoxed, GoldenKey, golden, goldenNames, parseGolden } from '@heddle/testing'

const header = { name: 'x/y', description: 'a test', reference: { jax: '0' } }

describe('golden', () => {
  test('reads every file, and each array has as many elements as its shape says', () => {
    const names = goldenNames()
    expect(names.length).toBeGreaterThan(50)
    for (const name of names) {
      const g = golden(name)
      expect(g.name).toBe(name)
      convert({ ...g.parts }, (leaf) => {
        if (leaf instanceof GoldenKey) expect(leaf.words).toHaveLength(2)
        else expect(leaf.data, `${name} ${leaf.dtype}`).toHaveLength(leaf.shape.reduce((n, m) => n * m, 1))
        return null
      })
    }
  })

  test('gives plain structures', () => {
    const g = golden('linen/dense')
    expect(g).toBeInstanceOf(Golden)
    const kernel = g.array('variables', 'params', 'kernel')
    expect(kernel.dtype).toBe('float32')
    expect(kernel.shape).toHaveLength(2)
    expect(g.array('args', 0)).toBeInstanceOf(GoldenArray)
    expect(golden('random/keys').key('key42').words).toEqual([0, 42])
  })

  test('decodes special numbers, null, lists, boxes and booleans', () => {
    const g = parseGolden(
      JSON.stringify({
        ...header,
        a: { $array: { dtype: 'float32', shape: [3], data: ['NaN', 'Infinity', '-Infinity'] } },
        b: { $array: { dtype: 'bool', shape: [2], data: [true, false] } },
        c: [null, 'NaN', 'text', { d: { $key: [1, 2] } }],
        e: { $boxed: { type: 'Partitioned', names: ['data', null], value: { $array: { dtype: 'int32', shape: [], data: [3] } } } },
      }),
    )
    expect(g.array('a').data).toEqual([NaN, Infinity, -Infinity])
    expect(g.array('b').data).toEqual([true, false])
    expect(g.value('c')).toEqual([null, NaN, 'text', { d: new GoldenKey([1, 2]) }])
    const box = g.value('e')
    expect(box).toBeInstanceOf(GoldenBoxed)
    expect((box as GoldenBoxed).names).toEqual(['data', null])
    expect((box as GoldenBoxed).value).toEqual(new GoldenArray('int32', [], [3]))
  })

  test('keeps the key order of the reference', () => {
    const g = parseGolden(JSON.stringify({ ...header, d: { z: null, a: null } }))
    expect(Object.keys(g.value('d') as object)).toEqual(['z', 'a'])
  })

  test('says what is there when something is not', () => {
    expect(() => golden('linen/none')).toThrow(/golden linen\/none: no such file \(there is: .*linen\/dense/)
    expect(() => golden('linen/dense').value('variables', 'parms')).toThrow(/no "parms" at variables \(there is: params\)/)
    expect(() => golden('linen/dense').array('variables')).toThrow(/variables is not an array/)
    expect(() => golden('linen/dense').key('variables')).toThrow(/variables is not a key/)
  })

  test('convert maps arrays and keys and leaves the rest', () => {
    const tree = { x: [new GoldenArray('int32', [1], [5]), null], k: new GoldenKey([0, 1]), s: 'text' }
    expect(convert(tree, (leaf) => (leaf instanceof GoldenKey ? leaf.words[1] : leaf.data[0]))).toEqual({ x: [5, null], k: 1, s: 'text' })
  })
})
