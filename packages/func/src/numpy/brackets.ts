/**
 * Brackets, as Python writes them: `x[0]` of a tensor is no element, and `x[0] = 5` writes none. Types say so; in plain JavaScript the one would
 * be undefined and the other a property that nothing reads, so both are refused. The first places are enough, since loops begin there.
 */
import { ArgumentError } from '../error'
import { Tensor } from '../tensor'

const PLACES = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

export const refuseBrackets = (): void => {
  for (const i of PLACES)
    Object.defineProperty(Tensor.prototype, i, {
      get() {
        throw new ArgumentError(`x[${i}]`, `brackets do not reach into a tensor: use x.at(${i})`)
      },
      set() {
        throw new ArgumentError(`x[${i}] = value`, `a tensor is never written: use x.setAt([${i}], value), which answers another one`)
      },
      configurable: true,
    })
}
