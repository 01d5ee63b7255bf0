/** The value of a term by plain arithmetic, one number at a time: no tensors, no tracing, no rules. */
import { abs, add, derivative, logistic, max, min, mul, type Num, neg, sin, sub, tanh, valueOf } from './dual'
import { type Binary, matrix, picked, shrink, type Term, type Unary, width } from './term'

type Vec = readonly Num[]
const total = (x: Vec): Num => x.reduce(add, 0)
const spread = (x: Num): Vec => Array.from({ length: width }, () => x)
const unary: { readonly [F in Unary]: (x: Vec) => Vec } = {
  neg: (x) => x.map(neg),
  sin: (x) => x.map(sin),
  tanh: (x) => x.map(tanh),
  logistic: (x) => x.map(logistic),
  square: (x) => x.map((v) => mul(v, v)),
  sum: (x) => spread(total(x)),
  dot: (x) => matrix.map((row) => total(row.map((m, i) => mul(m, x[i]!)))),
  cumsum: (x) => x.map((_, i) => total(x.slice(0, i + 1))),
  rev: (x) => [...x].reverse(),
  pick: (x) => picked.map((i) => x[i]!),
  sort: (x) => [...x].sort((a, b) => valueOf(a) - valueOf(b)),
  max: (x) => {
    const top = Math.max(...x.map(valueOf))
    const ties = x.filter((v) => valueOf(v) === top)
    return spread(mul(total(ties), 1 / ties.length))
  },
  abs: (x) => x.map(abs),
  hold: (x) => x.map(valueOf),
}
const binary: { readonly [F in Binary]: (x: Vec, y: Vec) => Vec } = {
  add: (x, y) => x.map((v, i) => add(v, y[i]!)),
  sub: (x, y) => x.map((v, i) => sub(v, y[i]!)),
  mul: (x, y) => x.map((v, i) => mul(v, y[i]!)),
  max: (x, y) => x.map((v, i) => max(v, y[i]!)),
  min: (x, y) => x.map((v, i) => min(v, y[i]!)),
  write: (x, y) => [x[0]!, y[0]!, y[1]!],
}
const bounded = (x: Vec): Vec => x.map((v) => mul(shrink, tanh(v)))

export const plain = (term: Term, env: readonly Vec[]): Vec => {
  const here = (t: Term): Vec => plain(t, env)
  switch (term.op) {
    case 'arg':
      return env[term.index % env.length]!
    case 'const':
      return spread(term.value)
    case 'unary':
      return unary[term.f](here(term.x))
    case 'binary':
      return binary[term.f](here(term.x), here(term.y))
    case 'where': {
      const [x, y, a, b] = [here(term.x), here(term.y), here(term.a), here(term.b)]
      return x.map((v, i) => (valueOf(v) < valueOf(y[i]!) ? a[i]! : b[i]!))
    }
    case 'let':
      return plain(term.body, [here(term.value), ...env])
    case 'scan': {
      const xs = here(term.xs)
      let carry = here(term.init)
      const sums: Num[] = []
      for (const i of term.reverse ? [2, 1, 0] : [0, 1, 2]) {
        carry = bounded(plain(term.body, [carry, spread(xs[i]!), ...env]))
        sums[i] = mul(0.1, total(carry))
      }
      return carry.map((c, i) => add(c, sums[i]!))
    }
    case 'cond':
      return valueOf(total(here(term.x))) > 0 ? here(term.yes) : here(term.no)
    case 'switch': {
      const sum = valueOf(total(here(term.x)))
      return here(term.cases[(sum > 0 ? 1 : 0) + (sum > 0.5 ? 1 : 0)]!)
    }
    case 'repeat': {
      let x = here(term.init)
      for (let i = 0; i < 3 && valueOf(total(x)) < 1; i++) x = bounded(plain(term.body, [x, ...env]))
      return x
    }
    case 'custom':
      return here(term.x).map(sin)
    case 'call':
      return here(term.body)
    case 'grad': {
      const x = here(term.x)
      return x.map((_, i) => {
        const along = x.map((_v, k) => (k === i ? 1 : 0))
        const out = derivative((v) => [total(plain(term.body, [v, ...env]))], x, along)
        return out[0]![1]
      })
    }
    case 'tangent':
      return derivative((v) => plain(term.body, [v, ...env]), here(term.x), here(term.t)).map(([, t]) => t)
    case 'vmap': {
      const x = here(term.x)
      const rows = [x, x.map((v) => mul(0.5, v))]
      const mean = x.map((_, i) => mul(0.5, add(rows[0]![i]!, rows[1]![i]!)))
      const outs = rows.map((row) => {
        const y = plain(term.body, [row, ...env])
        return term.named ? y.map((v, i) => mul(v, mean[i]!)) : y
      })
      return x.map((_, i) => add(outs[0]![i]!, outs[1]![i]!))
    }
  }
}
