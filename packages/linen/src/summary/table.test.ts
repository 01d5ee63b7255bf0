import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

class Encoder extends nn.Module {
  call(x: Tensor): Tensor {
    return nn.relu(new nn.Dense({ features: 4 }).call(x))
  }
}

class Model extends nn.Module {
  static readonly compact = ['encode']
  call(x: Tensor, { train }: { readonly train: boolean }): { readonly y: Tensor } {
    const h = new nn.BatchNorm({ useRunningAverage: !train }).call(this.encode(x))
    return { y: new nn.Dense({ features: 2 }).call(h) }
  }
  encode(x: Tensor): Tensor {
    const encoder = new Encoder()
    return encoder.call(encoder.call(x))
  }
}

const key = random.key(0)
const x = { shape: [16, 4], dtype: 'float32' } as const

describe('tabulate', () => {
  it('shows modules, inputs, outputs and variables, without computing', () => {
    const text = new Model().tabulate(key, [x, { train: true }])
    expect(text).toContain('Model Summary')
    expect(text.split('\n').filter((line) => /Encoder_0\/Dense_0/.test(line))).toEqual([
      expect.stringMatching(/Dense .*│ float32\[16,4] *│ float32\[16,4] .*│ bias: float32\[4]/),
    ])
    expect(text).toContain('train: true')
    expect(text).toMatch(/Total *│ 8 \(32 B\) *│ 38 \(152 B\)/)
    expect(text).toContain('Total Parameters: 46 (184 B)')
  })

  it('counts what a limit of depth hides', () => {
    const text = nn.tabulate(new Model(), key, [np.ones([16, 4]), { train: false }], { depth: 1 })
    expect(text).not.toContain('Encoder_0/Dense_0')
    expect(text).toContain('20 (80 B)')
    expect(text).toContain('Total Parameters: 46 (184 B)')
  })

  it('shows repeated calls when asked', () => {
    const rows = (showRepeated: boolean): string[] =>
      nn.moduleTable(new Model(), key, [x, { train: true }], { showRepeated }).rows.map((r) => `${r.path.join('/')}.${r.method}`)
    expect(rows(false)).toEqual(['.call', 'Encoder_0.call', 'Encoder_0/Dense_0.call', 'BatchNorm_0.call', 'Dense_0.call'])
    expect(rows(true).slice(1, 6)).toEqual([
      '.encode',
      'Encoder_0.call',
      'Encoder_0/Dense_0.call',
      'Encoder_0.call',
      'Encoder_0/Dense_0.call',
    ])
  })
})

describe('modulePaths', () => {
  it('answers the modules that a call runs', () => {
    const paths = new Model().modulePaths(key, [x, { train: true }])
    expect(Object.keys(paths)).toEqual(['', 'Encoder_0', 'Encoder_0/Dense_0', 'BatchNorm_0', 'Dense_0'])
    expect(paths['Dense_0']).toBeInstanceOf(nn.Dense)
    expect(paths['Dense_0']!.scope).toBeUndefined()
  })
})
