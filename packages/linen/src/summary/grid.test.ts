import { describe, expect, it } from 'vitest'
import { drawGrid } from './grid'

describe('drawGrid', () => {
  it('gives each column the width of its longest line', () => {
    const rows = [
      ['', 'one\nand more'],
      ['Dense_0', 'kernel: ☃'],
    ]
    expect(drawGrid({ head: ['path', 'params'], rows, label: 'Total', totals: ['8'] }).split('\n')).toEqual([
      '┌─────────┬───────────┐',
      '│ path    │ params    │',
      '├─────────┼───────────┤',
      '│         │ one       │',
      '│         │ and more  │',
      '├─────────┼───────────┤',
      '│ Dense_0 │ kernel: ☃ │',
      '├─────────┼───────────┤',
      '│   Total │ 8         │',
      '└─────────┴───────────┘',
    ])
  })
  it('has one cell for the label, over all columns that have no total', () => {
    expect(drawGrid({ head: ['a', 'b', 'c'], rows: [], label: 'Total', totals: [] }).split('\n')).toEqual([
      '┌───────┬───┬───┐',
      '│ a     │ b │ c │',
      '├───────┴───┴───┤',
      '│         Total │',
      '└───────────────┘',
    ])
  })
})
