/** A tensor that is being differentiated does not become JavaScript numbers, which would lose its derivative without a word. */
import { inspect } from 'node:util'
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  customVjp,
  grad,
  hessian,
  isTensor,
  jacfwd,
  jvp,
  lax,
  linearize,
  LostDerivativeError,
  np,
  setDefaultBackend,
  type Tensor,
  valueAndGrad,
  vjp,
} from '../../src/index'

setDefaultBackend(hostBackend())

type F = (x: Tensor) => Tensor
const at3 = (): Tensor => np.array(3)
/** What differentiates at once: by each of them a number made of the argument would be a constant. */
const derivatives: Readonly<Record<string, (f: F) => unknown>> = {
  grad: (f) => grad(f)(at3()),
  'grad of a JavaScript number': (f) => grad(f)(3 as never),
  valueAndGrad: (f) => valueAndGrad(f)(at3()),
  vjp: (f) => vjp(f, at3()),
  jvp: (f) => jvp(f, [at3()], [np.array(1)]),
  linearize: (f) => linearize(f, at3()),
  jacfwd: (f) => jacfwd(f)(at3()),
  'grad of grad': (f) => grad((x: Tensor) => grad(f)(x))(at3()),
  hessian: (f) => hessian(f)(at3()),
  'concrete checkpoint': (f) => grad(checkpoint(f, { concrete: true }))(at3()),
}
// an operand of JavaScript's operators is no Tensor to TypeScript
const js = (x: Tensor): number => x as unknown as number
const conversions: Readonly<Record<string, F>> = {
  'Math.exp(x)': (x) => np.multiply(x, Math.exp(js(x))),
  'x * x': (x) => np.add(x, js(x) * js(x)),
  'x + 1': (x) => np.multiply(x, js(x) + 1),
  '-x': (x) => np.multiply(x, -js(x)),
  '+x': (x) => np.multiply(x, +js(x)),
  'Number(x)': (x) => np.multiply(x, Number(x)),
  'x ** 2': (x) => np.multiply(x, js(x) ** 2),
  'x.item()': (x) => x.mul(x.item()),
  'x.toArray()': (x) => x.mul(x.toArray() as number),
  'x.dataSync()': (x) => x.mul(x.dataSync().at(0)!),
  'of what was computed with it': (x) => x.mul(x.mul(2).sum().item()),
  'in an array': (x) => x.mul(np.array([js(x) * 1])).sum(),
  'x > 0': (x) => (js(x) > 0 ? x : x.neg()),
}
describe.each(Object.entries(derivatives))('under %s', (_, of) => {
  it.each(Object.entries(conversions))('%s is refused, with what to do', (_, f) => {
    expect(() => of(f)).toThrow(LostDerivativeError)
    expect(() => of(f)).toThrow(/x\.mul\(y\).*greater.*stopGradient/)
  })
})
describe('while a tensor is differentiated', () => {
  it('comparisons may be read, which have no derivative', () => {
    for (const [x, want] of [
      [2, 4],
      [-2, -1],
    ] as const) {
      const f: F = (y) => (y.greater(0).item() ? y.mul(y) : y.neg())
      expect(grad(f)(np.array(x)).item()).toBe(want)
      expect(jvp(f, [np.array(x)], [np.array(1)])[1].item()).toBe(want)
      expect(grad(checkpoint(f, { concrete: true }))(np.array(x)).item()).toBe(want)
    }
    expect(grad((y: Tensor) => (y.sum().lessEqual(1).toArray() === true ? y.sum() : y.mul(2).sum()))(np.array([1, 2])).toArray()).toEqual([
      2, 2,
    ])
    expect(grad((y: Tensor) => y.mul(y.astype('int32').item()))(np.array(3.7)).item()).toBe(3)
  })
  it('a value that is wanted without its derivative is read from stopGradient', () => {
    expect(grad((x: Tensor) => x.mul(lax.stopGradient(x).item()))(at3()).item()).toBe(3)
    expect(grad((x: Tensor) => x.mul(Number(lax.stopGradient(x))))(at3()).item()).toBe(3)
  })
  it('it prints, and tensors beside it are read', async () => {
    const seen: unknown[] = []
    const other = np.array([1, 2])
    const pending: Promise<unknown>[] = []
    const f: F = (x) => {
      seen.push(`${x}`, inspect(x), String(x), isTensor(x), other.toArray(), Number(other.sum()), other.at(1).item())
      pending.push(x.data())
      return x.mul(other.sum().item())
    }
    expect(grad(f)(at3()).item()).toBe(3)
    for (const text of seen.slice(0, 3)) expect(text).toMatch(/3\./)
    expect(seen.slice(3)).toEqual([true, [1, 2], 3, 2])
    expect(await Promise.all(pending)).toEqual([Float32Array.of(3)])
  })
  it('the rules of customVjp and the pullback see values', () => {
    const f = customVjp((x: Tensor) => x.mul(x)).defvjp(
      (x) => [x.mul(x), Number(x)] as const,
      (x: Tensor, ct: Tensor) => [ct.mul(2).mul(Number(x))],
    )
    expect(grad(f)(at3()).item()).toBe(6)
  })
  it('and afterwards its value is there', () => {
    let kept: Tensor | undefined
    grad((x: Tensor) => {
      kept = x
      return x.mul(x)
    })(at3())
    expect(kept!.item()).toBe(3)
  })
})
