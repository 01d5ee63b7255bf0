/** Calls of functions that reduce, accumulate or normalize along axes, and that sort. */
import type { Json } from '../call'
import { all, array, ascending, axes, axis, beside, type Domain, floats, ints, type Random, reals, shape } from '../draw'
import { type Signature, signature } from './signature'

type Options = { readonly [name: string]: Json }
const some = (r: Random, values: { readonly [name: string]: () => Json }): Options =>
  Object.fromEntries(Object.entries(values).flatMap(([k, v]) => (r.chance(0.4) ? [[k, v()]] : [])))
const axisOption = (r: Random, rank: number): Json =>
  rank === 0 ? null : r.chance(0.4) ? axis(r, rank) : r.chance(0.3) ? null : axes(r, rank)
const over = (
  fns: string,
  more: (r: Random, of: readonly number[]) => { readonly [name: string]: () => Json } = () => ({}),
  dtypes = all,
  domain: Domain = 'any',
): Signature[] =>
  fns.split(' ').map((fn) =>
    signature(fn, (r) => {
      const of = shape(r)
      return {
        args: [array(r, r.pick(dtypes), of, domain)],
        options: { axis: axisOption(r, of.length), ...some(r, { keepdims: () => true, ...more(r, of) }) },
      }
    }),
  )
const mask = (r: Random, of: readonly number[]) => ({ where: (): Json => array(r, 'bool', beside(r, of)) })
const start = (r: Random) => ({ initial: (): Json => r.pick([0, 1, 2.5, -1]) })
const along = (fns: string, dtypes = all, domain: Domain = 'any'): Signature[] =>
  fns.split(' ').map((fn) =>
    signature(fn, (r) => {
      const of = shape(r, 1)
      return {
        args: [
          array(r, r.pick(dtypes), of, domain),
          fn.startsWith('lax.') ? r.int(0, of.length - 1) : r.chance(0.2) ? null : axis(r, of.length),
        ],
      }
    }),
  )
const laxAxes = (fns: string, dtypes = reals): Signature[] =>
  fns.split(' ').map((fn) =>
    signature(fn, (r) => {
      const of = shape(r)
      return { args: [array(r, r.pick(dtypes), of, 'real'), axes(r, of.length).map((a) => (a < 0 ? a + of.length : a))] }
    }),
  )

export const reduce: readonly Signature[] = [
  ...over(
    'np.sum np.prod',
    (r, of) => ({ ...mask(r, of), ...start(r), dtype: () => r.pick(['float32', 'int32', 'float16']) }),
    all,
    'real',
  ),
  ...over('np.max np.min np.amax np.amin', (r, of) => (r.chance(0.5) ? start(r) : r.chance(0.3) ? mask(r, of) : {})),
  ...['np.max', 'np.min'].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r)
      return {
        args: [array(r, r.pick(all), of)],
        options: { axis: axisOption(r, of.length), initial: r.pick([0, 1, 2.5, -1]), where: array(r, 'bool', beside(r, of)) },
      }
    }),
  ),
  ...over(
    'np.mean np.nansum np.nanprod np.nanmean',
    (r, of) => (r.chance(0.5) ? mask(r, of) : { dtype: () => r.pick(['float32', 'float16']) }),
    all,
    'real',
  ),
  ...over('np.nansum np.nanmean np.nanprod np.nanmax np.nanmin np.ptp np.median np.nanmedian'),
  ...over('np.all np.any', mask),
  ...over('np.var np.std np.nanvar np.nanstd', () => ({ ddof: () => 1 }), all, 'real'),
  ...over('np.var np.std', mask, all, 'real'),
  ...['np.argmax', 'np.argmin', 'np.nanargmax', 'np.nanargmin'].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r)
      return { args: [array(r, r.pick(all), of), r.chance(0.5) || of.length === 0 ? null : axis(r, of.length)] }
    }),
  ),
  ...['np.argmax', 'np.argmin'].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r)
      return { args: [array(r, r.pick(all), of)], options: { axis: of.length === 0 ? null : axis(r, of.length), keepdims: true } }
    }),
  ),
  ...['np.quantile', 'np.percentile', 'np.nanquantile', 'np.nanpercentile'].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r)
      const q = r.pick([0.3, 0.5, 0, 1, 0.75])
      return {
        args: [array(r, r.pick(all), of), q],
        options: {
          axis: of.length === 0 || r.chance(0.3) ? null : axis(r, of.length),
          ...some(r, {
            keepdims: () => true,
            ...(fn.includes('nan') ? {} : { method: () => r.pick(['linear', 'lower', 'higher', 'nearest', 'midpoint']) }),
          }),
        },
      }
    }),
  ),
  signature('np.quantile', (r) => {
    const of = shape(r, 1)
    return { args: [array(r, r.pick(all), of, 'real'), array(r, r.pick(floats), [3], 'unit')], options: { axis: axis(r, of.length) } }
  }),
  signature('np.average', (r) => {
    const of = shape(r, 1)
    const at = axis(r, of.length)
    return {
      args: [array(r, r.pick(all), of, 'real')],
      options: {
        axis: at,
        weights: r.chance(0.5) ? array(r, r.pick(reals), of, 'positive') : array(r, r.pick(reals), [of.at(at)!], 'positive'),
      },
    }
  }),
  signature('np.countNonzero', (r) => {
    const of = shape(r)
    return { args: [array(r, r.pick(all), of, 'small'), axisOption(r, of.length)] }
  }),
  ...['np.cov', 'np.corrcoef'].map((fn) =>
    signature(fn, (r) => ({
      args: [array(r, r.pick(all), shape(r, 1, 2), 'real')],
      ...(r.chance(0.4) ? { options: { rowvar: false } } : {}),
    })),
  ),
  ...along('np.cumsum np.cumprod np.nancumsum np.nancumprod'),
  ...along('lax.cumsum lax.cumprod lax.cummax lax.cummin', reals, 'real'),
  ...along('lax.cumlogsumexp', floats, 'real'),
  ...['lax.cumsum', 'lax.cummax', 'lax.cumprod', 'lax.cummin'].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r, 1)
      return { args: [array(r, r.pick(reals), of, 'real'), r.int(0, of.length - 1), true] }
    }),
  ),
  signature('np.diff', (r) => {
    const of = shape(r, 1)
    const at = axis(r, of.length)
    const edge = (): Json =>
      r.chance(0.5)
        ? r.pick([0, 2, 1.5])
        : array(
            r,
            r.pick(all),
            of.map((n, i) => (i === (at + of.length) % of.length ? r.int(1, 2) : n)),
            'real',
          )
    return { args: [array(r, r.pick(all), of, 'real')], options: { axis: at, n: r.int(0, 2), ...some(r, { prepend: edge, append: edge }) } }
  }),
  signature('np.ediff1d', (r) => ({ args: [array(r, r.pick(all), shape(r), 'real')] })),
  signature('np.trapezoid', (r) => {
    const of = shape(r, 1)
    const at = axis(r, of.length)
    return {
      args: [array(r, r.pick(all), of, 'real')],
      options: { axis: at, ...(r.chance(0.5) ? { dx: 0.5 } : { x: array(r, r.pick(reals), [of.at(at)!], 'real') }) },
    }
  }),
  ...over('nn.logsumexp', (r, of) => ({ ...mask(r, of), b: () => array(r, r.pick(floats), beside(r, of), 'positive') }), all, 'real'),
  ...over('nn.logmeanexp', mask, all, 'real'),
  ...['nn.softmax', 'nn.logSoftmax', 'nn.standardize'].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r, 1)
      return {
        args: [array(r, r.pick(all), of, 'real')],
        options: { axis: r.chance(0.7) ? axis(r, of.length) : axes(r, of.length), ...some(r, mask(r, of)) },
      }
    }),
  ),
  signature('nn.oneHot', (r) => ({
    args: [array(r, r.pick([...ints, 'bool']), shape(r, 0, 2), 'small'), r.int(0, 4)],
    options: some(r, { dtype: () => r.pick(all), axis: () => r.pick([0, -1]) }),
  })),
  ...laxAxes('lax.reduceSum lax.reduceProd lax.reduceMax lax.reduceMin'),
  ...laxAxes('lax.reduceAnd lax.reduceOr', [...ints, 'bool', 'bool']),
  signature('lax.reduce', (r) => {
    const of = shape(r)
    const name = r.pick(['add', 'mul', 'max', 'min', 'and', 'or'])
    return {
      args: [
        array(r, r.pick(name === 'and' || name === 'or' ? [...ints, 'bool'] : reals), of, 'real'),
        r.int(0, 2),
        name,
        axes(r, of.length).map((a) => (a < 0 ? a + of.length : a)),
      ],
    }
  }),
  ...['lax.argmax', 'lax.argmin'].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r, 1)
      return { args: [array(r, r.pick(all), of), r.int(0, of.length - 1), r.pick(['int32', 'uint8'])] }
    }),
  ),
  ...['np.sort', 'np.argsort'].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r, 1)
      return {
        args: [array(r, r.pick(all), of)],
        options: { axis: r.chance(0.2) ? null : axis(r, of.length), ...some(r, { descending: () => true }) },
      }
    }),
  ),
  signature('lax.sort', (r) => {
    const [of, dtype] = [shape(r, 1), r.pick(all)]
    return {
      args: [[array(r, dtype, of), array(r, r.pick(all), of), array(r, r.pick(all), of)]],
      options: { dimension: axis(r, of.length), numKeys: r.int(1, 2), isStable: true },
    }
  }),
  signature('lax.sortKeyVal', (r) => {
    const of = shape(r, 1)
    return { args: [array(r, r.pick(all), of), array(r, r.pick(all), of), axis(r, of.length)] }
  }),
  signature('lax.topK', (r) => {
    const of = shape(r, 1)
    return { args: [array(r, r.pick(all), of), r.int(0, Math.min(2, of.at(-1)!))] }
  }),
  signature('np.lexsort', (r) => ({ args: [[array(r, r.pick(all), [5], 'small'), array(r, r.pick(all), [5], 'small')]] })),
  signature('np.searchsorted', (r) => {
    const dtype = r.pick(reals)
    return {
      args: [ascending(r, dtype, r.int(0, 6)), array(r, r.chance(0.6) ? dtype : r.pick(reals), shape(r, 0, 2), 'small')],
      options: { side: r.pick(['left', 'right']) },
    }
  }),
  signature('np.digitize', (r) => ({
    args: [array(r, r.pick(reals), shape(r, 0, 2), 'real'), ascending(r, r.pick(reals), r.int(0, 4))],
    options: { right: r.chance(0.5) },
  })),
  signature('np.interp', (r) => {
    const n = r.int(1, 5)
    return {
      args: [array(r, r.pick(reals), shape(r, 0, 2), 'real'), ascending(r, r.pick(floats), n), array(r, r.pick(reals), [n], 'real')],
      options: some(r, { left: () => -9, right: () => 9.5 }),
    }
  }),
]
