/**
 * Faults to plant in the rules, one at a time: a text and what takes its place. Each must be caught by the laws on the rows
 * of the primitives named; a text that is no longer there must be replaced by one that is.
 */

export interface Fault {
  /** Relative to packages/func/src. */
  readonly file: string
  readonly from: string
  readonly to: string
  /** Rows that must notice. */
  readonly rows: readonly string[]
}
const inFile =
  (file: string) =>
  (rows: string, from: string, to: string): Fault => ({ file, from, to, rows: rows.split(' ') })

const structural = inFile('primitives/structural.ts')
const pointwise = inFile('primitives/pointwise.ts')
const arithmetic = inFile('primitives/arithmetic.ts')
const piecewise = inFile('primitives/piecewise.ts')
const transcendental = inFile('primitives/transcendental.ts')
const reduction = inFile('primitives/reduction.ts')
const cumulative = inFile('primitives/cumulative.ts')
const layout = inFile('primitives/layout.ts')
const sort = inFile('primitives/sort.ts')
const contraction = inFile('primitives/contraction.ts')
const slices = inFile('primitives/dynamic-slice.ts')
const gather = inFile('primitives/gather.ts')
const indices = inFile('primitives/index-shapes.ts')
const scatter = inFile('primitives/scatter.ts')
const convolution = inFile('primitives/convolution.ts')
const window = inFile('primitives/window.ts')
const linalg = inFile('primitives/linalg.ts')
const random = inFile('primitives/random.ts')
const scan = inFile('primitives/control/scan.ts')
const scanSums = inFile('primitives/control/scan-sums.ts')
const scanCut = inFile('primitives/control/scan-partial-eval.ts')
const whileLoop = inFile('primitives/control/while.ts')
const cond = inFile('primitives/control/cond.ts')
const jit = inFile('primitives/call/jit.ts')
const customJvp = inFile('primitives/call/custom-jvp.ts')
const customVjp = inFile('primitives/call/custom-vjp.ts')
const collective = inFile('primitives/collective.ts')
const batch = inFile('interpreters/batch.ts')
const backward = inFile('interpreters/transpose.ts')
const partial = inFile('interpreters/partial-eval.ts')
const jaxprs = inFile('interpreters/jaxprs.ts')
const dce = inFile('ir/dce.ts')
const graph = inFile('plan/graph.ts')
const plan = inFile('plan/plan.ts')
const linearize = inFile('transforms/linearize.ts')
const vmap = inFile('transforms/vmap.ts')

export const faults: readonly Fault[] = [
  structural('broadcast_in_dim', '...otherAxes(shape.length, dims), ...stretched]', '...otherAxes(shape.length, dims)]'),
  structural(
    'broadcast_in_dim',
    'broadcastDimensions: [0, ...up(broadcastDimensions)]',
    'broadcastDimensions: [0, ...broadcastDimensions]',
  ),
  structural('transpose', 'permutation.map((_, i) => permutation.indexOf(i))', 'permutation'),
  structural('transpose', '...permutation.map((p) => rest[p]!)', '...permutation.map((p) => (p < d! ? rest[p]! : p))'),
  structural('reshape', 'newSizes: [axis.size, ...newSizes]', 'newSizes: [...newSizes, axis.size]'),
  structural('squeeze', 'dimensions: up(dimensions)', 'dimensions'),
  structural('squeeze', 'squeeze(x!, p)], [onlyTangent(ts, (t) => squeeze(t, p))]', 'squeeze(x!, p)], [null]'),
  structural('reduce_sum', '[d! - moved.filter((a) => a < d!).length]', '[d!]'),
  structural(
    'reduce_sum',
    'broadcastDimensions: otherAxes(inShape(x!).length, axes)',
    'broadcastDimensions: otherAxes(inShape(x!).length, axes).reverse()',
  ),
  structural('add_any', '[ct ?? null, ct ?? null]', '[ct ?? null, null]'),
  structural('add_any', 's && t ? addAny(s, t)', 's && t ? s'),
  structural('convert_element_type', '[bind(convertP, [x!], p), [d!]]', '[bind(convertP, [x!], p), [0]]'),
  structural(
    'convert_element_type',
    'newDtype: x!.aval.dtype, weakType: false }) : null]',
    'newDtype: ct.aval.dtype, weakType: false }) : null]',
  ),

  pointwise(
    'mul add',
    'reduceSum(ct, { axes: ct.aval.shape.map((_, i) => i) })',
    'reduceSum(ct, { axes: ct.aval.shape.slice(1).map((_, i) => i + 1) })',
  ),
  pointwise('mul add', 'broadcastDimensions: [at] })', 'broadcastDimensions: [shape.length - 1] })'),
  pointwise('add mul', 'batchAt(size, x, dim, at)', 'batchAt(size, x, dim)'),
  pointwise('add', '[[out], [sumTangents(a, b)]]', '[[out], [a ?? b]]'),
  pointwise('add mul', 'spread(dx(s, out, x!, y!), out.shape)', 'dx(s, out, x!, y!)'),

  arithmetic('neg', "unary('neg', numbers, (t) => neg(t)", "unary('neg', numbers, (t) => t"),
  arithmetic('neg', '{ transpose: neg }', '{ transpose: (ct) => ct }'),
  arithmetic('sub', '[(t) => t, (t) => neg(t)]', '[(t) => t, (t) => t]'),
  arithmetic('sub', 'isLinear(y) ? neg(ct) : null', 'isLinear(y) ? ct : null'),
  arithmetic('mul', '[mul(ct, known(y)), null]', '[ct, null]'),
  arithmetic('mul', '(t, _z, x) => mul(x, t)]', '(t, _z, x) => mul(x, x)]'),
  arithmetic('div', 'mul(mul(neg(t), x)', 'mul(mul(t, x)'),
  arithmetic('div', '[div(ct, known(y)), null]', '[mul(ct, known(y)), null]'),
  arithmetic('rem', 'mul(neg(t), truncated(div(x, y)))', 'mul(neg(t), div(x, y))'),
  arithmetic('integer_pow', 'integerPow(x, { y: y - 1 })', 'integerPow(x, { y })'),
  arithmetic('corners', 'if (y === 0) return null', ''),
  arithmetic('square', 'mul(constant(x, 2), x)', 'x'),

  piecewise('corners', 'ge(x, constant(x, 0)), neg(t), t', 'gt(x, constant(x, 0)), neg(t), t'),
  piecewise('abs', 'ge(x, constant(x, 0)), neg(t), t', 'ge(x, constant(x, 0)), t, neg(t)'),
  piecewise('corners', 'selectN(eq(y, z), one, constant(z, 2))', 'selectN(eq(y, z), one, one)'),
  piecewise('max', '(t, z, x, y) => mul(t, share(y, z, x))]', '(t, z, x, y) => mul(t, share(x, z, y))]'),
  piecewise('clamp', 'keep(and(gt(x!, lo!), lt(x!, hi!)), t)', 'keep(gt(x!, lo!), t)'),
  piecewise('corners', 'keep(and(gt(x!, lo!), lt(x!, hi!)), t)', 'keep(and(ge(x!, lo!), lt(x!, hi!)), t)'),
  piecewise('clamp', 'th ? keep(lt(hi!, x!), th)', 'th ? keep(gt(hi!, x!), th)'),
  piecewise('clamp', '[[clamp(lo!, spread(x!, shape), hi!)], [dim]]', '[[clamp(lo!, x!, hi!)], [dim]]'),
  piecewise('select_n', '? selectN(selector, ct, zero)', '? selectN(selector, zero, ct)'),
  piecewise('select_n', 'eq(selector, constant(selector, i))', 'eq(selector, constant(selector, 0))'),
  piecewise('copy', '{ transpose: (ct) => ct })', '{ transpose: (ct) => neg(ct) })'),

  transcendental('exp', "of('exp', (t, z) => mul(t, z))", "of('exp', (t, _z, x) => mul(t, x))"),
  transcendental('exp2', 'constant(z, Math.LN2)', 'constant(z, Math.LOG2E)'),
  transcendental('cos', 'neg(mul(t, sin(x)))', 'mul(t, sin(x))'),
  transcendental('tan', 'add(one(x), square(z))', 'add(one(x), square(x))'),
  transcendental('tanh', 'sub(one(x), z)', 'sub(one(x), x)'),
  transcendental(
    'asin',
    "of('asin', (t, _z, x) => mul(t, rsqrt(sub(one(x), square(x)))))",
    "of('asin', (t, _z, x) => mul(t, rsqrt(add(one(x), square(x)))))",
  ),
  transcendental('acosh', 'rsqrt(sub(square(x), one(x)))', 'rsqrt(add(square(x), one(x)))'),
  transcendental('logistic', 'mul(z, sub(one(z), z))', 'mul(z, z)'),
  transcendental('erfc', '-2 / Math.sqrt(Math.PI)', '2 / Math.sqrt(Math.PI)'),
  transcendental('erf_inv', 'exp(square(z))', 'exp(square(x))'),
  transcendental('atan2', 'div(neg(y), add(square(y), square(x)))', 'div(y, add(square(y), square(x)))'),
  transcendental('pow', 'mul(log(withoutZero(x)), z)', 'mul(log(withoutZero(x)), y)'),
  transcendental('corners', 'log(withoutZero(x))', 'log(x)'),

  reduction('corners', 'div(reduceSum(mul(t, places), { axes }), reduceSum(places, { axes }))', 'reduceSum(mul(t, places), { axes })'),
  reduction(
    'reduce_max',
    'broadcastDimensions: otherAxes(x.ndim, axes) })',
    'broadcastDimensions: otherAxes(x.ndim, axes).map((_, i) => i) })',
  ),
  reduction('reduce_prod', 'add(mul(t1, x2), mul(x1, t2))', 'mul(x1, t2)'),
  reduction('reduce_max', '[d! - moved.filter((a) => a < d!).length]', '[Math.max(0, d! - 1)]'),
  reduction('argmax', '[moved < d! ? d! - 1 : d!]', '[d!]'),
  reduction('argmin', 'const moved = a < d! ? a : a + 1', 'const moved = a + 1'),

  cumulative('cumsum', '{ axis, reverse: !reverse }', '{ axis, reverse }'),
  cumulative('cumsum', '{ axis: otherAxes(x!.ndim, [d!])[axis]!, reverse }', '{ axis, reverse }'),
  cumulative('cumprod', 'add(mul(s, y), mul(x, t))', 'add(mul(s, y), mul(y, t))'),
  cumulative('cummax', 'mul(s, share(x, z, y)), mul(t, share(y, z, x))', 'mul(s, share(y, z, x)), mul(t, share(x, z, y))'),
  cumulative('cumlogsumexp', 'mul(s, weight(x))', 's'),
  cumulative('cumprod', '(reverse ? both(a, (y) => rev(y, { dimensions: [axis] })) : a)', 'a'),

  layout('slice', 'stride - 1] as const', 'stride - 2 < 0 ? 0 : 0] as const'),
  layout('slice', 'startIndices: insert(startIndices, d!, 0)', 'startIndices: insert(startIndices, 0, 0)'),
  layout('concatenate', 'ts.map((t, i) => t ?? zerosLike(xs[i]!))', 'ts.map((t, i) => t ?? xs[i]!)'),
  layout('concatenate', '{ dimension: dimension + 1 }', '{ dimension }'),
  layout('concatenate', 'end += x.aval.shape[dimension]!', 'end += x.aval.shape[0]!'),
  layout('pad', 'isLinear(value!) ? sub(total(ct), total(inner))', 'isLinear(value!) ? total(ct)'),
  layout('pad', '[-low, -high, 0]', '[-high, -low, 0]'),
  layout('pad', 'interior + 1)', 'interior)'),
  layout('pad', 'selectN(broadcastAxis(inside, axis.size, at), around, out)', 'selectN(broadcastAxis(inside, axis.size, at), out, around)'),
  layout('rev', 'params.dimensions.length === 0 ? x', 'params.dimensions.length !== 0 ? x'),
  layout('rev', 'dimensions: dimensions.map((a) => rest[a]!)', 'dimensions'),

  sort('sort', 'takeAlong(t, places, dimension)', 'sort([t], params)[0]!'),
  sort('sort', 'dimension: at <= dimension ? dimension + 1 : dimension', 'dimension: dimension + 1'),
  sort('top_k', 'axis: d! <= axis ? axis + 1 : axis', 'axis: d! < axis ? axis + 1 : axis'),
  sort('sort', 'takeAlong(t, places, dimension) : t', 'takeAlong(t, places, 0) : t'),

  contraction('dot_general', 'order.map((_, i) => order.indexOf(i))', 'order'),
  contraction(
    'dot_general',
    'const contractByY = range(yContract.length).sort((i, j) => yContract[i]! - yContract[j]!)',
    'const contractByY = range(yContract.length)',
  ),
  contraction('dot_general', 'range(yKept.length, swapped ? b : b + xKept.length)', 'range(yKept.length, b + xKept.length)'),
  contraction('dot_general', '[r, ...batch[1]]', '[...batch[1], r]'),
  contraction(
    'dot_general',
    'const out = l !== null ? lb.length + freeBefore(ranks[0] - 1, l, lc, lb)',
    'const out = l !== null ? lb.length',
  ),
  contraction('dot_general', 't ? dotGeneral(x!, t, params) : null)', 't ? dotGeneral(x!, y!, params) : null)'),

  slices(
    'dynamic_slice',
    'dynamicUpdateSlice(zerosLike(x!), ct, starts.map(known))',
    'dynamicUpdateSlice(zerosLike(x!), ct, starts.map(zeroStart))',
  ),
  slices('dynamic_slice', "mode: 'clip',\n    fillValue: null", "mode: 'fill',\n    fillValue: null"),
  slices('dynamic_slice', 'startIndexMap: axes,', 'startIndexMap: [...axes].reverse(),'),
  slices('dynamic_update_slice', 'dynamicUpdateSlice(ct, zerosLike(update!), at)', 'ct'),
  slices('dynamic_update_slice', 'u ?? zerosLike(update!), starts)', 'u ?? update!, starts)'),

  gather('gather', 'gather(t, indices!, { ...p, fillValue: 0 })', 'gather(t, indices!, p)'),
  gather('gather', 'mode: p.mode,\n        })', "mode: 'clip',\n        })"),
  gather('gather', '? [Math.min(1, axis.size)] : [axis.size]', '? [axis.size] : [axis.size]'),
  gather('scatter-add', 'ct && isLinear(x!) ? ct : null', 'ct && isLinear(x!) ? gatherLike(ct, known(indices), ct, p) : null'),
  gather(
    'scatter-add',
    'ct && isLinear(updates!) ? gatherLike(ct, known(indices), updates, p)',
    'ct && isLinear(updates!) ? zerosLike(updates)',
  ),
  indices(
    'gather',
    'offsetDims: operand && !indices ? [0, ...up(d.offsetDims)] : up(d.offsetDims)',
    'offsetDims: operand && !indices ? [0, ...up(d.offsetDims)] : d.offsetDims',
  ),
  indices('gather', '...shifted(d.startIndicesBatchingDims, indices)', '...shifted(d.startIndicesBatchingDims, operand)'),
  indices('gather', 'startIndexMap: shifted(d.startIndexMap, operand)', 'startIndexMap: d.startIndexMap'),

  scatter('scatter', 'scatter(ct, known(indices), zerosLike(updates!), p)', 'ct'),
  scatter('scatter', 'const won = eq(ids, gatherLike(left, indices!, updates!, p))', 'const won = eq(ids, ids)'),
  scatter('scatter', 'where(untouched, operand, zerosLike(operand))', 'operand'),
  scatter('scatter-mul', 'mul(x!, scatterAdd(zerosLike(x!), indices!, u, p))', 'scatterAdd(zerosLike(x!), indices!, u, p)'),
  scatter('scatter-mul', 'gatherLike(mul(ct, known(x)), known(indices), updates, p)', 'gatherLike(ct, known(indices), updates, p)'),
  scatter('corners', 'where(kept, share, zero)', 'where(kept, one, zero)'),
  scatter('scatter-min', 'mul(read(t), ofOperand)', 'mul(read(t), share)'),

  convolution(
    'conv_general_dilated',
    'const kernel = convert(rev(grouped, { dimensions: rhsSpec.slice(2) }), ct.dtype)',
    'const kernel = convert(grouped, ct.dtype)',
  ),
  convolution('conv_general_dilated', 'const before = kernel - p.padding[i]![0] - 1', 'const before = kernel - p.padding[i]![1] - 1'),
  convolution('conv_general_dilated', 'lhsDilation: p.windowStrides', 'lhsDilation: p.lhsDilation'),
  convolution('conv_general_dilated', 'rhsDilation: p.windowStrides', 'rhsDilation: p.rhsDilation'),
  convolution('conv_general_dilated', 'batchGroupCount: p.featureGroupCount', 'batchGroupCount: 1'),
  convolution('conv_general_dilated', 'groups > 1 ? mergeAxis(splitAxis(rhs, rhsSpec[0]!, groups), rhsSpec[0]!, rhsSpec[1]!) : rhs', 'rhs'),
  convolution(
    'conv_general_dilated',
    'p.batchGroupCount > 1 ? mergeAxis(splitAxis(typed, lhsSpec[1]!, groups), lhsSpec[1]!, lhsSpec[0]!) : typed',
    'typed',
  ),
  convolution('conv_general_dilated', 'mergeBelow(lhs, d, lhsSpec[0]!, p.batchGroupCount)', 'mergeAxis(lhs, d, lhsSpec[0]!)'),
  convolution('conv_general_dilated', 'featureGroupCount: inBatch ? 1 : p.featureGroupCount * n', 'featureGroupCount: inBatch ? 1 : n'),
  convolution('conv_general_dilated', 'outSpec: swap(rhsSpec) }', 'outSpec: rhsSpec }'),

  window('reduce_window_sum', 'windowStrides: w.baseDilation', 'windowStrides: w.windowStrides'),
  window('reduce_window_sum', 'w.windowStrides[i]! - 1]', '0]'),
  window('reduce_window_sum', 'const before = window - w.padding[i]![0] - 1', 'const before = window - 1'),
  window(
    'reduce_window_max',
    "extremum('reduce_window_max', 'ge', reduceWindowMax)",
    "extremum('reduce_window_max', 'le', reduceWindowMax)",
  ),
  window('reduce_window_min', '[[self(x!, withAxis(w, d!))], [d!]]', '[[self(x!, withAxis(w, 0))], [d!]]'),
  window(
    'select_and_scatter_add',
    'ct ? selectAndGatherAdd(ct, known(x), { ...w,',
    "ct ? selectAndGatherAdd(ct, known(x), { ...w, select: 'ge',",
  ),
  window('select_and_gather_add', 'return selectAndScatterAdd(ct, x, w)', 'return selectAndScatterAdd(ct, ct, w)'),

  linalg('qr', 'const skew = sub(strict, matrixTranspose(strict))', 'const skew = strict'),
  linalg('qr', 'matmul(sub(inner, skew), r)', 'matmul(inner, r)'),
  linalg('cholesky', 'add(constant(l, 1), eyeLike(l))', 'constant(l, 1)'),
  linalg('triangular_solve', '{ ...params, transposeA: !params.transposeA }', 'params'),
  linalg('triangular_solve', 'const triangle = neg(lower', 'const triangle = (lower'),
  linalg('triangular_solve', 'const k = unitDiagonal ? 1 : 0', 'const k = 0'),
  linalg('triangular_solve', 'const at = params.leftSide ? b.ndim - 1 : b.ndim - 2', 'const at = b.ndim - 1'),
  random('threefry2x32', 'return [bind(threefryP, ys, noParams), [dim, dim]]', 'return [bind(threefryP, ys, noParams), [dim, 0]]'),

  scan('scan', 'reverse: !p.reverse', 'reverse: p.reverse'),
  scan('scan', 'addAny(a, r[i]!)', 'r[i]!'),
  scan('scan', 'moveAxis(x, d, 1)', 'moveAxis(x, d, 0)'),
  scan('scan', 'ts[i] ?? zerosLike(xs[i]!)', 'ts[i] ?? xs[i]!'),
  scan('scan', '(b ? (i < p.numCarry ? 0 : 1) : null)', '(b ? 0 : null)'),
  scan('scan', '(c) => batchJaxpr(p.jaxpr, axis, [...constB, ...c, ...xsB], [...c, ...noYs]).outBatched)', '(c) => c)'),
  scanCut('scan', "sources.push({ _tag: 'Slice', index: slice })", "sources.push({ _tag: 'Slice', index: 0 })"),
  scanCut('scan', 'stackedOuts.push(i) - 1 })', 'stackedOuts.push(i) - 1 - (stackedOuts.length > 1 ? 1 : 0) })'),
  inFile('primitives/control/scan-interpret.ts')('scan', 'reverse ? length - 1 - step : step', 'step'),
  whileLoop('while', 'initTs[i] ?? zerosLike(init[i]!)', 'initTs[i] ?? init[i]!'),
  whileLoop('while', 'return selectN(mask, old, next[i]!)', 'return next[i]!'),
  whileLoop('while', 'broadcastDimensions: [0] })', 'broadcastDimensions: [shape.length - 1] })'),
  cond('cond', 'union(branches.map((b) => jvpJaxpr(b, nz).outNonzero))', 'jvpJaxpr(branches[0]!, nz).outNonzero'),
  cond('cond', '!taken.has(k) && sameType(t, r)', 'sameType(t, r)'),
  scanSums('scan', 'dot!.ins[1]!, dot!.ins[0]!', 'dot!.ins[0]!, dot!.ins[1]!'),
  scanSums('scan', 'addAny(p.take(stack), q.take(stack))', 'p.take(stack)'),
  scanSums('scan', 'axes.map((a) => a + 1)', 'axes'),
  cond('cond', 'outs.map((o) => o[i]!))', 'outs.map((o) => o[i]!).reverse())'),
  jit('jit', 'if (input >= 0) return { input }', 'if (input >= 0) return { input: 0 }'),
  jit('jit', 'output: output >= 0 ? output : outs.push(residual) - 1', 'output: outs.push(residual) - 2'),
  jit('jit', 'derived.outBatched.map((b) => (b ? 0 : null))', 'derived.outBatched.map((b) => (b ? 0 : 0))'),
  customJvp('custom_jvp_call', 't ?? zerosLike(xs[numConsts + i]!)', 't ?? xs[numConsts + i]!'),
  customVjp('custom_vjp_call', 'd === null ? forAll(o) : reduceSum(o, { axes: [d] })', 'd === null ? o : reduceSum(o, { axes: [d] })'),
  customVjp('custom_vjp_call', 'bwd(rs, cts).filter((_, i) => kinds[i])', 'bwd(rs, cts)'),
  collective('psum', 'ct ? self(ct, p) : null', 'ct ?? null'),
  collective('psum', 'mul(x, literal(n, x.dtype, x.weakType))', 'mul(x, literal(1, x.dtype, x.weakType))'),
  collective('ppermute', 'perm: p.perm.map(([s, d]) => [d, s] as const)', 'perm: p.perm'),
  collective(
    'all_gather',
    'ct ? scatterSum(ct, { ...p, scatterDimension: allGatherDimension }) : null',
    'ct ? scatterSum(ct, { ...p, scatterDimension: 0 }) : null',
  ),
  collective('all_gather', 'allGatherDimension: d! <= at ? at + 1 : at', 'allGatherDimension: at + 1'),
  collective('all_to_all', 'splitAxis: p.concatAxis, concatAxis: p.splitAxis', 'splitAxis: p.splitAxis, concatAxis: p.concatAxis'),
  collective('psum_scatter', '[d! <= at || tiled ? d! : d! - 1]', '[d!]'),
  batch('psum', '!named && at.every((d) => d === null)', 'at.every((d) => d === null)'),
  backward('mul add', 'sums.set(a, before ? addAny(before, ct) : ct)', 'sums.set(a, ct)'),
  backward('scan cond', 'cts.filter((_, i) => r.knownOuts[i] === null)', 'cts.filter(() => true)'),
  backward('jit cond', 'c ?? zerosLike({ aval: linearTypes[i]! })', 'c ?? zerosLike({ aval: linearTypes[0]! })'),
  partial('scan cond', 'outs.push(promotedVars[fromKnown++]!)', 'outs.push(promotedVars[0]!)'),
  jaxprs('scan while', 't ?? zerosLike(outs[i]!)', 't ?? outs[i]!'),
  jaxprs('scan', 'outBatched[i] ? batchAt(axis.size, o, r.dims[i]!) : o', 'o'),
  jaxprs('cond', '`jvp:${bits(nonzero)}:${bits(forced)}`', '`jvp:${bits(nonzero)}`'),
  jaxprs('jit', '`batch:${axis.size}:', '`batch:'),
  dce('jit scan', 'e.outs.filter((_, i) => keptOuts[i])', 'e.outs.filter((_, i) => keptOuts[keptOuts.length - 1 - i])'),
  graph('jit', "|${ins.join(',')}|", '|'),
  graph('jit', '${keyOf(e.primitive, e.params as object)}`', '`'),
  plan('mul scan', 'if (!seen.has(v)) {', 'if (seen.has(v)) {'),
  plan('jit', 'if (!owned(id) || given.has(id)) return backend.storage.share(b)', 'if (!owned(id)) return backend.storage.share(b)'),
  plan('jit', 'for (const id of unreadDonated) free(backend, env, id)', ''),
  linearize('jit', 'nz ? tangents[next++]! : zerosLike(outs[i]!)', 'nz ? tangents[next++]! : outs[i]!'),
  vmap('add', 'a < 0 ? a + rank : a', 'a < 0 ? a + rank - 1 : a'),
  collective('ppermute', 'parts.length === 0 ? x : concatenate', 'parts.length !== 0 ? x : concatenate'),
  transcendental('digamma', 's ? add(constant(x, b), s)', 's ? sub(constant(x, b), s)'),
  transcendental('digamma', 'sin(mul(constant(x, Math.PI), fraction))', 'sin(add(constant(x, Math.PI), fraction))'),
  window('reduce_window_max', 'baseDilation.map((d) => [0, 0, d - 1] as const)', 'baseDilation.map((d) => [0, d - 1, 0] as const)'),
  linalg('qr', 'add(thin, matmul(columns(q, n, m), z))', 'sub(thin, matmul(columns(q, n, m), z))'),
]
