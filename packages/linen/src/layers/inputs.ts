/**
 * What layers are called with: refused with the name of the layer where it can't be what it is to be.
 */
import { isTensor, type Tensor } from '@heddle/func'
import { describe } from '@heddle/tree/options'
import { classOf } from '../module/class-name'
import { LayerError } from '../error'
import type { Module } from '../module/module'

const shown = (x: Tensor): string => `${x.dtype}[${x.shape.join()}]`

/** Refuses what is no tensor, or one of too few axes; `form` says which axes there are to be. Errors: LayerError. */
export const checkInput = (layer: Module, x: unknown, { name = 'inputs', rank = 0, form = '[..., n]' } = {}): void => {
  if (!isTensor(x)) {
    const remedy = Array.isArray(x) || ArrayBuffer.isView(x) || typeof x === 'number' ? ' (np.array makes a tensor of it)' : ''
    throw new LayerError(classOf(layer), `${name} must be a tensor, got ${describe(x)}${remedy}`)
  }
  if (x.ndim < rank) throw new LayerError(classOf(layer), `${name} must be of shape ${form}, got ${shown(x)}`)
}

/** Refuses a carry of another size than the cell's. Errors: LayerError. */
export const checkCarry = (cell: Module, carry: unknown, features: number, name = 'the carry'): void => {
  checkInput(cell, carry, { name, rank: 1, form: `[..., ${features}]` })
  const { shape } = carry as Tensor
  if (shape.at(-1) !== features)
    throw new LayerError(
      classOf(cell),
      `${name} must be of shape [..., ${features}], the features of the cell, got [${shape.join()}] (cell.initializeCarry makes one)`,
    )
}

/** Refuses what is no pair of carries, or of another size than the cell's. Errors: LayerError. */
export const checkCarries = (cell: Module, carry: unknown, features: number): void => {
  if (!Array.isArray(carry) || carry.length !== 2)
    throw new LayerError(classOf(cell), `the carry must be a pair [c, h], got ${describe(carry)} (cell.initializeCarry makes one)`)
  checkCarry(cell, carry[0], features, 'c of the carry')
  checkCarry(cell, carry[1], features, 'h of the carry')
}
