import { lax, nn, np, type Tensor } from '../index'
import { runTable } from '../../test/table'

type Inputs = Readonly<Record<'a' | 'b' | 'a2' | 'col' | 'p' | 'i' | 'j' | 'u' | 'm' | 'n' | 'h', Tensor>>
type Table = Record<string, (x: Inputs) => Tensor | readonly Tensor[]>
const functions = np as unknown as Record<string, (...xs: readonly Tensor[]) => Tensor>
const camel = (name: string): string => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase())
/** Rows for functions that are called alike. */
const rows = (names: string, suffix: string, args: (x: Inputs) => readonly Tensor[]): Table =>
  Object.fromEntries(names.split(' ').map((n) => [`${n}${suffix}`, (x: Inputs) => functions[camel(n)]!(...args(x))]))

runTable<Inputs>(
  'numpy/elementwise',
  {
    ...rows(
      'exp exp2 expm1 sin cos tan arctan sinh tanh arcsinh cbrt square negative absolute fabs sign floor ceil trunc rint reciprocal deg2rad rad2deg sinc isnan isfinite signbit logical_not positive',
      '',
      ({ a }) => [a],
    ),
    ...rows('log log2 log10 log1p sqrt arcsin arccos arctanh', '', ({ p }) => [p]),
    ...rows(
      'add subtract multiply divide floor_divide remainder fmod maximum minimum fmax fmin arctan2 hypot logaddexp logaddexp2 copysign heaviside equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor',
      '_ab',
      ({ a, b }) => [a, b],
    ),
    ...rows(
      'add subtract multiply divide floor_divide remainder fmod maximum minimum bitwise_and bitwise_or bitwise_xor left_shift right_shift power',
      '_ij',
      ({ i, j }) => [i, j],
    ),
    ...rows('add multiply maximum', '_acol', ({ a, col }) => [a, col]),
    ...rows('isnan isinf isfinite isposinf isneginf nan_to_num sign absolute floor', '_n', ({ n }) => [n]),
    arccosh: ({ p }) => np.arccosh(p.add(1)),
    exp_int: ({ i }) => np.exp(i),
    sqrt_bool: ({ m }) => np.sqrt(m),
    add_int_weak: ({ i }) => i.add(2),
    add_int_float: ({ i }) => i.add(2.5),
    add_half: ({ h }) => h.add(2.5),
    mul_half_int: ({ h }) => h.mul(3),
    add_bool: ({ m }) => m.add(m),
    mul_bool: ({ m }) => m.mul(m),
    add_bool_int: ({ m }) => m.add(1),
    sub_u8: ({ u }) => u.sub(3),
    div_int: ({ i }) => i.div(4),
    add_f_i: ({ a, i }) => a.add(i),
    add_h_f: ({ h, b }) => h.add(b),
    where_int: ({ m }) => np.where(m, 1, 0),
    where_weak: ({ m, a }) => np.where(m, a, 0),
    where_col: ({ m, col }) => np.where(m, col, 2.5),
    power_2: ({ a }) => a.pow(2),
    power_3: ({ a }) => a.pow(3),
    power_neg: ({ a }) => a.pow(-2),
    power_half: ({ p }) => p.pow(0.5),
    power_pq: ({ p, a }) => p.pow(a),
    float_power: ({ j }) => np.floatPower(j, 2),
    int_power_neg_base: ({ i }) => i.pow(3),
    round2: ({ a }) => np.round(a, 1),
    round_neg: ({ a }) => np.round(a.mul(100), -1),
    clip: ({ a }) => np.clip(a, -1, 1),
    clip_int: ({ i }) => np.clip(i, null, 3),
    clip_b: ({ a, b }) => np.clip(a, b.sub(1), b.add(1)),
    divmod: ({ a, b }) => np.divmod(a, b),
    divmod_int: ({ i, j }) => np.divmod(i, j),
    invert: ({ i }) => np.invert(i),
    invert_bool: ({ m }) => np.invert(m),
    isclose: ({ a }) => np.isclose(a, a.add(1e-9)),
    isclose_n: ({ n }) => np.isclose(n, n),
    isclose_nan: ({ n }) => np.isclose(n, n, { equalNan: true }),
    allclose: ({ a }) => np.allclose(a, a),
    array_equal: ({ a, a2 }) => np.arrayEqual(a, a2),
    ldexp: ({ a, j }) => np.ldexp(a, j),
    select: ({ a, i }) => np.select([a.gt(1), a.lt(-1)], [a, i], 5),
    count_nonzero: ({ i }) => np.countNonzero(i),
    nan_to_num: ({ n }) => np.nanToNum(n, { nan: 3, posinf: 9, neginf: -9 }),
    bitwise_count: ({ u }) => np.bitwiseCount(u),
    log1mexp: ({ p }) => nn.log1mexp(p),
    fmax_n: ({ n }) => np.fmax(n, 1),
    maximum_n: ({ n }) => lax.max(n, 1),
  },
  { tolerances: { add_half: { rtol: 1e-3 } } },
)
