/**
 * Half precision under every transformation: each function below, transformed in each way, gives in bfloat16 and float16 what it gives in
 * float32, to their digits and in their own type.
 */
import { setDefaultBackend, withBackend } from '../../backend/registry'
import type { ConcreteTensor } from '../../array'
import type { Backend } from '../../backend/backend'
import type { DType } from '../../dtype'
import * as lax from '../../lax'
import * as nn from '../../nn'
import * as np from '../../numpy'
import type { Tensor } from '../../tensor'
import { associativeScan } from '../../transforms/associative-scan'
import { checkpoint } from '../../transforms/checkpoint'
import { cond, switchCase } from '../../transforms/cond'
import { customJvp, customVjp } from '../../transforms/custom'
import { hessian, jacfwd, jacrev } from '../../transforms/jacobian'
import { jit } from '../../transforms/jit'
import { jvp } from '../../transforms/jvp'
import { linearize } from '../../transforms/linearize'
import { scan } from '../../transforms/scan'
import { grad, vjp } from '../../transforms/vjp'
import { vmap } from '../../transforms/vmap'
import { foriLoop, whileLoop } from '../../transforms/while-loop'
import { mustAgree, type Plain, plainOf, tensorOf } from '../data'

type Fn = (x: Tensor) => Tensor
/** Which derivatives there are: of all orders, only forward, only reverse and first. */
type Modes = 'all' | 'forward' | 'reverse'
const of = (value: number, x: Tensor): Tensor => tensorOf({ shape: [], dtype: x.dtype, values: [value] })
const sine: Fn = (x) => np.multiply(np.sin(x), x)
const isPositive = (x: Tensor): Tensor => np.greater(np.sum(x), 0)
const sineByJvp = customJvp((x: Tensor) => np.sin(x)).defjvp(([x]: Tensor[], [t]: Tensor[]) => [np.sin(x!), np.multiply(np.cos(x!), t!)])
const sineByVjp = customVjp((x: Tensor) => np.sin(x)).defvjp(
  (x) => [np.sin(x), x],
  (x: Tensor, ct: Tensor) => [np.multiply(np.cos(x), ct)],
)
const running: Fn = (x) => scan((c: Tensor, y: Tensor) => [np.multiply(np.sin(c), y), np.multiply(c, 2)], np.sum(x), x)[1]

const functions: Readonly<Record<string, readonly [f: Fn, modes?: Modes]>> = {
  arithmetic: [(x) => np.add(sine(x), 1.5)],
  'activations and softmax': [(x) => np.add(nn.gelu(nn.relu(x)), nn.softmax(x))],
  'selection and sorting': [
    (x) => np.add(np.multiply(np.sort(np.where(np.greater(x, 0), np.sqrt(np.abs(x)), sine(x))), np.max(x)), np.cumsum(x)),
  ],
  products: [(x) => np.matmul(np.outer(x, x), x)],
  'written slices': [(x) => lax.dynamicUpdateSlice(x, np.multiply(np.take(x, np.arange(1)), 2), [1])],
  cond: [(x) => cond(isPositive(x), sine, (y) => np.multiply(np.exp(y), of(0.5, y)), x)],
  'cond with a constant branch': [(x) => cond(isPositive(x), sine, (y) => np.zerosLike(y), x)],
  'cond that closes over a number': [
    (x) => {
      const three = of(3, x)
      return cond(
        isPositive(x),
        () => np.multiply(x, three),
        () => np.divide(x, three),
      )
    },
  ],
  switch: [(x) => switchCase(np.astype(isPositive(x), 'int32'), [(y) => y, (y) => np.multiply(sine(y), y), (y) => np.tanh(y)], x)],
  scan: [running],
  'scan backwards over what it closes over': [
    (x) =>
      scan((c: Tensor, y: Tensor) => [np.add(np.multiply(np.sin(c), y), np.sum(x)), np.multiply(c, y)], np.max(x), x, { reverse: true })[1],
  ],
  'scan of cond': [
    (x) => scan((c: Tensor, y: Tensor) => [cond(np.greater(y, 0), sine, (v) => np.multiply(v, 0.5), c), c], np.sum(x), x)[1],
  ],
  foriLoop: [(x) => foriLoop(0, 3, (_i, c: Tensor) => np.add(sine(c), 0.5), x)],
  whileLoop: [
    (x) =>
      whileLoop(
        ([i]: Tensor[]) => np.less(i!, 3),
        ([i, c]) => [np.add(i!, 1), np.multiply(np.sin(c!), 2)],
        [np.array(0), x],
      )[1]!,
    'forward',
  ],
  'whileLoop on its carry': [
    (x) =>
      whileLoop(
        (c: Tensor) => np.less(np.sum(c), 100),
        (c) => np.add(np.multiply(c, c), 2),
        x,
      ),
    'forward',
  ],
  jit: [(x) => jit((y: Tensor) => np.add(sine(y), of(2, y)))(x)],
  checkpoint: [(x) => checkpoint(sine)(x)],
  'checkpoint of scan': [(x) => checkpoint(running)(x)],
  customJvp: [(x) => sineByJvp(x)],
  customVjp: [(x) => sineByVjp(x), 'reverse'],
  associativeScan: [(x) => associativeScan((a: Tensor, b: Tensor) => np.multiply(a, b), x)],
}
const total =
  (f: Fn): Fn =>
  (x) =>
    np.sum(f(x))
const two = (x: Tensor): Tensor => np.stack([x, np.negative(x)])
const tangent =
  (f: Fn): Fn =>
  (x) =>
    jvp(f, [x], [np.onesLike(x)])[1]

const transformed: Readonly<Record<string, readonly [by: (f: Fn) => Fn, needs: 'nothing' | 'forward' | 'reverse' | 'both']>> = {
  'the value': [(f) => f, 'nothing'],
  jit: [(f) => jit(f), 'nothing'],
  vmap: [(f) => (x) => vmap(f)(two(x)), 'nothing'],
  'vmap of jit': [(f) => (x) => vmap(jit(f))(two(x)), 'nothing'],
  jvp: [tangent, 'forward'],
  'jit of jvp': [(f) => jit(tangent(f)), 'forward'],
  jacfwd: [(f) => (x) => jacfwd(f)(x), 'forward'],
  grad: [(f) => grad(total(f)), 'reverse'],
  'jit of grad': [(f) => jit(grad(total(f))), 'reverse'],
  'grad of jit': [(f) => grad(total(jit(f))), 'reverse'],
  'grad of checkpoint': [(f) => grad(total(checkpoint(f))), 'reverse'],
  'vmap of grad': [(f) => (x) => vmap(grad(total(f)))(two(x)), 'reverse'],
  'grad of vmap': [(f) => (x) => grad((z: Tensor) => np.sum(vmap(f)(z)))(two(x)), 'reverse'],
  vjp: [
    (f) => (x) => {
      const [y, pull] = vjp(f, x)
      return pull(np.onesLike(y))[0]
    },
    'reverse',
  ],
  jacrev: [(f) => (x) => jacrev(f)(x), 'reverse'],
  linearize: [(f) => (x) => linearize(f, x)[1](np.onesLike(x)), 'both'],
  'grad of grad': [(f) => grad(total(grad(total(f)))), 'both'],
  hessian: [(f) => (x) => hessian(total(f))(x), 'both'],
}
const has = (modes: Modes, needs: 'nothing' | 'forward' | 'reverse' | 'both'): boolean =>
  modes === 'all' || needs === 'nothing' || needs === modes

const typed = (dtype: DType): Tensor => tensorOf({ shape: [3], dtype, values: [0.5, -0.25, 0.75] })
/** The scale of a result's numbers, to which their errors are relative. */
const scaled = ({ values, ...type }: Plain, scale: number): Plain => ({ ...type, dtype: 'float32', values: values.map((v) => v / scale) })
const tolerance = { bfloat16: 0.06, float16: 0.01 } as const

/** `reference` computes what is expected, in float32. */
export const halfTests = (backend: Backend, reference: Backend): readonly { readonly name: string; readonly run: () => Promise<void> }[] =>
  Object.entries(functions).map(([name, [f, modes = 'all']]) => ({
    name: `half precision: ${name}`,
    run: async () => {
      setDefaultBackend(backend)
      for (const [how, [by, needs]] of Object.entries(transformed)) {
        if (!has(modes, needs)) continue
        const want = await plainOf(withBackend(reference, () => by(f)(typed('float32'))))
        const scale = Math.max(1, ...want.values.map(Math.abs))
        for (const dtype of ['bfloat16', 'float16'] as const) {
          if (!backend.dtypes.has(dtype)) continue
          const what = `${how} in ${dtype}`
          const out = by(f)(typed(dtype)) as ConcreteTensor
          if (out.dtype !== dtype) throw new Error(`${what}: the result is ${out.dtype}`)
          mustAgree([scaled(await plainOf(out), scale)], [scaled(want, scale)], tolerance[dtype], what)
        }
      }
    },
  }))
