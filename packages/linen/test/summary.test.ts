// Summaries of whole models: rows, what a limit of depth hides, repeated calls, and operations as Flax counts them.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import { classOf } from '../src/module/class-name'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const keys = { dropout: random.key(0), params: random.key(1) }
const type = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const
const counting = { computeFlops: true, computeVjpFlops: true } as const

class ConvBlock extends nn.Module<{ features: number; sows: boolean }> {
  declare conv: nn.Conv
  declare bn: nn.BatchNorm
  declare dropout: nn.Dropout
  setup(): void {
    this.conv = new nn.Conv({ features: this.props.features, kernelSize: [3, 3] })
    this.bn = new nn.BatchNorm({})
    this.dropout = new nn.Dropout({ rate: 0.5 })
  }
  block(x: Tensor, { training }: { training: boolean }): Tensor {
    const h = this.conv.call(x)
    if (this.props.sows) this.sow('intermediates', 'INTERM', h)
    const y = this.bn.call(h, { useRunningAverage: !training })
    return nn.relu(this.dropout.call(y, { deterministic: !training }))
  }
}
class CNN extends nn.Module<{ sows?: boolean }> {
  declare block1: ConvBlock
  declare block2: ConvBlock
  declare dense: nn.Dense
  setup(): void {
    const { sows = false } = this.props
    this.block1 = new ConvBlock({ features: 32, sows })
    this.block2 = new ConvBlock({ features: 64, sows })
    this.dense = new nn.Dense({ features: 10 })
  }
  call(x: Tensor, options: { training: boolean }): readonly [Tensor, { a: Tensor; b: Tensor }] {
    const h = np.mean(this.block2.block(this.block1.block(x, options), options), { axis: [1, 2] })
    if (this.props.sows) this.sow('intermediates', 'INTERM', h)
    const y = this.dense.call(h)
    return [y, { a: y, b: y.add(1) }]
  }
  named(x: Tensor, options: { training: boolean }): unknown {
    return this.call(x, options)
  }
}
const image = type(32, 28, 28, 1)
const training = { training: true }
const cnn = (options: nn.TableOptions = {}): nn.Table =>
  nn.moduleTable(new CNN({}), keys, [image, training], { showRepeated: true, mutable: true, ...counting, ...options })
const pathsOf = ({ rows }: nn.Table): readonly string[] => rows.map((r) => r.path.join('/'))

describe('the table of a model', () => {
  test('a row for each call, with inputs and outputs', () => {
    const { rows, ...table } = cnn()
    expect(pathsOf({ rows, ...table })).toEqual([
      '',
      'block1',
      'block1/conv',
      'block1/bn',
      'block1/dropout',
      'block2',
      'block2/conv',
      'block2/bn',
      'block2/dropout',
      'dense',
    ])
    expect(rows.map((r) => classOf(r.module)).slice(0, 5)).toEqual(['CNN', 'ConvBlock', 'Conv', 'BatchNorm', 'Dropout'])
    expect(rows.map((r) => r.method).slice(0, 3)).toEqual(['call', 'block', 'call'])
    expect(rows[0]!.inputs).toEqual([image, training])
    expect(rows[0]!.outputs).toEqual([type(32, 10), { a: type(32, 10), b: type(32, 10) }])
    for (const [i, n] of [
      [1, 32],
      [5, 64],
    ] as const) {
      const [block, conv, bn, dropout] = rows.slice(i, i + 4)
      const [before, after] = [type(32, 28, 28, n === 32 ? 1 : 32), type(32, 28, 28, n)]
      expect([block!.inputs, block!.outputs]).toEqual([[before, training], after])
      expect([conv!.inputs, conv!.outputs]).toEqual([[before], after])
      expect([bn!.inputs, bn!.outputs]).toEqual([[after, { useRunningAverage: false }], after])
      expect([dropout!.inputs, dropout!.outputs]).toEqual([[after, { deterministic: false }], after])
    }
    expect([rows[9]!.inputs, rows[9]!.outputs]).toEqual([[type(32, 64)], type(32, 10)])
    for (const row of rows) expect(row.variables).toEqual(row.counted)
  })

  test('a module takes at least the operations of its submodules', () => {
    const { rows } = cnn()
    const below = (row: nn.Row): readonly nn.Row[] =>
      rows.filter(({ path }) => path.length === row.path.length + 1 && row.path.every((name, i) => path[i] === name))
    for (const row of rows)
      for (const what of ['flops', 'vjpFlops'] as const)
        expect(row[what]).toBeGreaterThanOrEqual(below(row).reduce((sum, r) => sum + r[what]!, 0))
  })

  test('with a limit of depth: the rows above it count the variables below', () => {
    const table = cnn({ depth: 1 })
    expect(pathsOf(table)).toEqual(['', 'block1', 'block2', 'dense'])
    expect(table.rows.map((r) => JSON.stringify(r.variables) === JSON.stringify(r.counted))).toEqual([true, false, false, true])
    for (const what of ['flops', 'vjpFlops'] as const)
      expect(table.rows[0]![what]).toBeGreaterThan(table.rows.slice(1).reduce((sum, r) => sum + r[what]!, 0))
  })

  test('a module that is called three times takes three times its operations', () => {
    class Block extends nn.Module {
      call(x: Tensor): Tensor {
        const h = new nn.Conv({ features: 4, kernelSize: [3, 3] }).call(x)
        const y = new nn.BatchNorm({ useRunningAverage: true }).call(h)
        return nn.relu(new nn.Dropout({ rate: 0.5, deterministic: true }).call(y))
      }
    }
    class Thrice extends nn.Module {
      call(x: Tensor): Tensor {
        const block = new Block()
        return block.call(block.call(block.call(x)))
      }
    }
    const x = type(2, 6, 6, 4)
    const options = { showRepeated: true, mutable: true, ...counting } as const
    const [all, ...blocks] = nn.moduleTable(new Thrice(), keys, [x], { ...options, depth: 1 }).rows
    const [alone] = nn.moduleTable(new Block(), keys, [x], { ...options, depth: 1 }).rows
    expect(blocks).toHaveLength(3)
    for (const block of blocks) expect([block.flops, block.vjpFlops]).toEqual([alone!.flops, alone!.vjpFlops])
    expect([all!.flops, all!.vjpFlops]).toEqual([3 * alone!.flops!, 3 * alone!.vjpFlops!])
    const { rows } = nn.moduleTable(new Thrice(), keys, [x], options)
    const conv = rows.filter(({ path }) => path.join('/') === 'Block_0/Conv_0')
    expect(conv.map(({ variables }) => Object.keys(variables))).toEqual([['params'], [], []])
  })
})

describe('operations are those that Flax counts', () => {
  class MLP extends nn.Module {
    call(x: Tensor): Tensor {
      const h = new nn.Dense({ features: 4 }).call(x)
      return new nn.Dense({ features: 2 }).call(h)
    }
  }
  class Classifier extends nn.Module {
    call(x: Tensor): Tensor {
      const kernelInit = nn.withPartitioning(nn.initializers.lecunNormal(), [null, 'data'])
      const hidden = new nn.Dense({
        features: 1024,
        name: 'hidden',
        kernelInit,
        biasInit: nn.withPartitioning(nn.initializers.zeros, [null]),
      })
      const h = nn.relu(hidden.call(x.div(255).reshape([x.shape[0]!, -1])))
      return new nn.Dense({ features: 10, name: 'head' }).call(h)
    }
  }
  class Block extends nn.Module {
    call(x: Tensor): Tensor {
      const h = new nn.Conv({ features: 32, kernelSize: [3, 3] }).call(x)
      const y = new nn.BatchNorm({ useRunningAverage: false }).call(h)
      return nn.relu(new nn.Dropout({ rate: 0.5, deterministic: true }).call(y))
    }
  }
  class LSTM extends nn.Module {
    call(x: Tensor): unknown {
      const cell = new nn.LSTMCell({ features: 16 })
      const carry = cell.initializeCarry(random.key(0), [x.shape[0]!, x.shape[2]!])
      const Scan = nn.scan(nn.LSTMCell, { variableBroadcast: 'params', splitRngs: { params: false }, inAxes: 1, outAxes: 1 })
      return new Scan({ features: 16 }).call(carry, x)
    }
  }
  const gates = ['ii', 'hi', 'if', 'hf', 'ig', 'hg', 'io', 'ho'].map(
    (gate) => [`ScanLSTMCell_0/${gate}`, ...(gate.startsWith('i') ? [768, 2432] : [1584, 4960])] as const,
  )
  test.each([
    [
      'layers',
      new MLP(),
      type(16, 9),
      [
        ['', 1504, 4460],
        ['Dense_0', 1216, 3620],
        ['Dense_1', 288, 840],
      ],
    ],
    [
      'a classifier',
      new Classifier(),
      type(1, 28, 28, 1),
      [
        ['', 1628954, 5698100],
        ['hidden', 1606656, 5621760],
        ['head', 20490, 71700],
      ],
    ],
    [
      'convolution and normalization',
      new Block(),
      type(4, 28, 28, 32),
      [
        ['', 55886176, 167366688],
        ['Conv_0', 55183360, 165458944],
        ['BatchNorm_0', 602464, 1606688],
        ['Dropout_0', 0, 0],
      ],
    ],
    // 1,104 more than Flax in reverse: derivatives of tanh and sigmoid that are exact in the tails
    ['a step of a loop', new LSTM(), type(3, 12, 8), [['ScanLSTMCell_0', 10224, 32904], ...gates]],
    ['normalization', new nn.LayerNorm({}), type(2, 5, 8), [['', 600, 1770]]],
  ] as const)('%s', (_, module, x, expected) => {
    const { rows } = nn.moduleTable(module, key, [x], { mutable: true, ...counting })
    const counts = rows.map((r) => [r.path.join('/'), r.flops, r.vjpFlops])
    expect(counts.slice(-expected.length)).toEqual(expected)
  })

  test('a loop takes those of all its steps', () => {
    const [whole, step] = nn.moduleTable(new LSTM(), key, [type(3, 12, 8)], { mutable: true, ...counting }).rows
    expect(whole!.flops).toBeGreaterThanOrEqual(12 * step!.flops!)
  })

  test('0 back through what has no reverse', () => {
    class Loop extends nn.Module {
      call(x: Tensor): Tensor {
        const steps = np.asarray(3)
        return nn.whileLoop(
          (_, [i]) => np.less(i, steps),
          (_, [i, y]) => [i.add(1), y.mul(2)] as const,
          this as nn.Module,
          [np.asarray(0), x] as const,
        )[1]
      }
    }
    const [row] = nn.moduleTable(new Loop(), key, [type(3)], counting).rows
    expect([row!.flops! > 0, row!.vjpFlops]).toEqual([true, 0])
  })
})

describe('as text', () => {
  const text = (module: nn.Module & { call: (...args: never[]) => unknown }, args: readonly unknown[], options: nn.TabulateOptions = {}) =>
    nn.tabulate(module, keys, args, { ...counting, ...options })
  const linesOf = (s: string): readonly string[] => s.split('\n')
  const cells = (s: string, path: string): readonly string[] =>
    linesOf(s)
      .map((line) => line.split('│').map((c) => c.trim()))
      .find(([, first]) => first === path) ?? []

  test('title, columns, totals', () => {
    const shown = text(new CNN({}), [image, training])
    const lines = linesOf(shown)
    expect(lines[1]!.trim()).toBe('CNN Summary')
    expect(cells(shown, 'path').slice(1, -1)).toEqual([
      'path',
      'module',
      'inputs',
      'outputs',
      'flops',
      'vjp flops',
      'batch_stats',
      'params',
    ])
    const total = lines.find((line) => line.includes('Total '))!
    for (const part of ['192 (768 B)', '19,658 (78.6 KB)']) expect(total).toContain(part)
    expect(lines.at(-2)!.trim()).toBe('Total Parameters: 19,850 (79.4 KB)')
    expect(new CNN({}).tabulate(keys, [image, training], counting)).toBe(shown)
  })

  test('values that are sown, with the names of methods other than call', () => {
    const shown = text(new CNN({ sows: true }), [image, training], { mutable: true, method: 'named' })
    for (const part of ['intermediates', 'INTERM', '(named)', '(block)']) expect(shown).toContain(part)
  })

  test('rows of repeated calls have no variables', () => {
    class Twice extends nn.Module {
      call(x: Tensor): Tensor {
        const layer = new nn.Dense({ features: 3 })
        return layer.call(layer.call(x))
      }
    }
    const shown = linesOf(text(new Twice(), [type(2, 3)], { showRepeated: true })).filter((line) => line.includes('Dense_0'))
    expect(shown.map((line) => line.includes('bias: float32[3]'))).toEqual([true, false])
  })

  test('a transformed class: the original one, at the path that it has', () => {
    class Model extends nn.Module<{ as?: string | undefined }> {
      call(x: Tensor): unknown {
        const Scan = nn.scan(nn.LSTMCell, { variableBroadcast: 'params', splitRngs: { params: false }, inAxes: 1, outAxes: 1 })
        const cell = new Scan({ features: 4 }, { name: this.props.as })
        return cell.call(cell.initializeCarry(random.key(0), [x.shape[0]!, x.shape[2]!]), x)
      }
    }
    for (const name of [undefined, 'ScanLSTM']) {
      const shown = text(new Model({ as: name }), [type(2, 5, 3)])
      expect(cells(shown, name ?? 'ScanLSTMCell_0')[2]).toBe('LSTMCell')
      expect(cells(shown, `${name ?? 'ScanLSTMCell_0'}/ii`)[2]).toBe('Dense')
    }
  })

  test('no inputs, and outputs that are numbers', () => {
    class Empty extends nn.Module {
      call(): number {
        return 1
      }
    }
    expect(cells(text(new Empty(), []), '')).toEqual(['', '', 'Empty', '', '1', '0', '0', ''])
    class Adds extends nn.Module {
      call(x: number): number {
        return x + 1
      }
    }
    class Outer extends nn.Module {
      call(): number {
        return new Adds().call(Math.PI)
      }
    }
    const shown = text(new Outer(), [])
    expect(cells(shown, '').slice(4, 7)).toEqual([String(Math.PI + 1), '0', '0'])
    expect(cells(shown, 'Adds_0').slice(3, 7)).toEqual([String(Math.PI), String(Math.PI + 1), '0', '0'])
  })

  test('the names of axes of partitioned parameters', () => {
    class Model extends nn.Module {
      call(x: Tensor): Tensor {
        const kernelInit = nn.withPartitioning(nn.initializers.lecunNormal(), [null, 'data'])
        return new nn.Dense({ features: 4, kernelInit, biasInit: nn.withPartitioning(nn.initializers.zeros, [null]), name: 'hidden' }).call(
          x,
        )
      }
    }
    const shown = text(new Model(), [type(1, 3)])
    expect(shown).toContain('kernel: float32[3,4] P(null, data)')
    expect(shown).toContain('bias: float32[4] P(null)')
    expect(shown).toContain('Total Parameters: 16 (64 B)')
  })

  test('variables that are no tensors', () => {
    class Foo extends nn.Module {
      call(): void {
        this.sow('foo', 'bar', { names: ['baz', 'qux'] })
      }
    }
    const shown = text(new Foo(), [])
    for (const part of ['names:', '- baz', '- qux']) expect(shown).toContain(part)
    expect(cells(shown, '').slice(5, 7)).toEqual(['0', '0'])
  })

  test('inputs in objects, keys of enums too', () => {
    enum Input {
      x = 'x',
    }
    class Net extends nn.Module {
      call(inputs: Readonly<Record<Input, Tensor>>): Tensor {
        return np.sum(new nn.Dense({ features: 2 }).call(inputs[Input.x]))
      }
    }
    expect(text(new Net(), [{ [Input.x]: np.ones([1, 1]) }])).toContain('│ x: float32[1,1] │')
  })

  test('layers that wrap others', () => {
    class Sub extends nn.Module {
      call(x: Tensor): Tensor {
        const a = new nn.SpectralNorm({ layerInstance: new nn.Dense({ features: 5 }) }).call([x], { updateStats: false })
        const b = new nn.Dense({ features: 6 }).call(a)
        return new nn.WeightNorm({ layerInstance: new nn.Dense({ features: 7 }) }).call(b)
      }
    }
    class Model extends nn.Module {
      call(x: Tensor): Tensor {
        const a = new nn.WeightNorm({ layerInstance: new nn.Dense({ features: 3 }) }).call(x)
        return new Sub().call(new nn.Dense({ features: 4 }).call(a))
      }
    }
    const shown = text(new Model(), [type(1, 2)])
    for (const path of ['WeightNorm_0', 'Dense_0', 'Dense_1', 'Sub_0', 'Sub_0/SpectralNorm_0', 'Sub_0/Dense_0', 'Sub_0/Dense_1'])
      expect(cells(shown, path)[1]).toBe(path)
    for (const variable of ['Dense_0/kernel/scale', 'Dense_0/kernel/sigma', 'Dense_0/kernel/u', 'Dense_2/kernel/scale'])
      expect(shown).toContain(variable)
  })
})
