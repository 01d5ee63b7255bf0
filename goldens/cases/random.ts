/** Random numbers: keys and draws. */
import { nn, np, random } from '@heddle/func'
import type { Case } from './case'

const { key } = random
const I = nn.initializers

export const cases: readonly Case[] = [
  {
    name: 'random/keys',
    run: () => ({
      key0: key(0),
      key42: key(42),
      key_big: key(2 ** 31 + 5),
      split2: Array.from(random.split(key(0))),
      split5: Array.from(random.split(key(7), 5)),
      fold_1: random.foldIn(key(0), 1),
      fold_big: random.foldIn(key(0), 123456789),
    }),
  },
  {
    name: 'random/samples',
    run: () => ({
      bits: random.bits(key(1), [7]),
      bits_2d: random.bits(key(1), [3, 5]),
      uniform: random.uniform(key(2), [9]),
      uniform_range: random.uniform(key(2), [4, 3], { minval: -2, maxval: 3 }),
      normal: random.normal(key(3), [11]),
      truncated_normal: random.truncatedNormal(key(4), -2, 2, [10]),
      bernoulli: random.bernoulli(key(5), 0.3, [20]),
      randint: random.randint(key(6), [12], -5, 17),
      gumbel: random.gumbel(key(7), [6]),
      categorical: random.categorical(key(8), np.log(np.array(Array.from({ length: 8 }, () => [0.1, 0.2, 0.7])))),
      permutation: random.permutation(key(9), 10),
      choice: random.choice(key(10), 20, [5], { replace: false }),
      exponential: random.exponential(key(11), [5]),
    }),
  },
  {
    name: 'linen/initializers',
    run: () => {
      const k = key(0)
      const shape = [6, 4]
      return {
        lecun_normal: I.lecunNormal()(k, shape),
        lecun_uniform: I.lecunUniform()(k, shape),
        glorot_normal: I.glorotNormal()(k, shape),
        glorot_uniform: I.glorotUniform()(k, shape),
        he_normal: I.heNormal()(k, shape),
        he_uniform: I.heUniform()(k, shape),
        normal: I.normal(0.02)(k, shape),
        uniform: I.uniform(0.5)(k, shape),
        truncated_normal: I.truncatedNormal(0.1)(k, shape),
        orthogonal: I.orthogonal()(k, shape),
        constant: I.constant(3)(k, [2, 2]),
        zeros: I.zerosInit()(k, [2, 2]),
        ones: I.onesInit()(k, [2, 2]),
        conv_kernel_3x3x2x5_lecun_normal: I.lecunNormal()(k, [3, 3, 2, 5]),
        variance_scaling_fan_avg: I.varianceScaling(2, 'fan_avg', 'uniform')(k, shape),
        delta_orthogonal_3x4x4: I.deltaOrthogonal()(k, [3, 4, 4]),
      }
    },
  },
]
