"""Goldens of the rules of primitives: value, tangent, cotangents and batched value of randomly drawn applications.

python rules.py    Versions in requirements.txt. One case a line; `sub` are the operands that are differentiated by,
`dims` where the batch axis of `batched` is. Where JAX has no rule, `jvp` and `vjp` are its message.
"""
import json, pathlib, random
import numpy as np, jax, jax.numpy as jnp
from jax import lax
from jax._src.lax import windowed_reductions as W

DATA = pathlib.Path(__file__).parent.parent / "data" / "rules"
R = random.Random(0)
rng = np.random.default_rng(0)
ri = R.randint
B = 2

def num(v): return ("NaN" if v != v else "Infinity" if v > 0 else "-Infinity") if v - v != 0 else float(f"{v:.7g}")
def arr(x):
  x = np.asarray(x)
  return dict(shape=list(x.shape), dtype=str(x.dtype), data=[num(float(v)) if x.dtype.kind == "f" else int(v) for v in x.ravel()])
def fl(*shape): return np.round(rng.standard_normal(shape), 3).astype(np.float32)

def case(op, params, inputs, f, unique=False):
  y = f(*inputs)
  if y.size == 0 or y.size > 60 or max(x.size for x in inputs) > 100: raise ValueError("size")
  c = dict(op=op, params=params, inputs=[arr(x) for x in inputs], out=arr(y))
  floats = [i for i, x in enumerate(inputs) if x.dtype.kind == "f"]
  sub = c["sub"] = [i for i in floats if R.random() < .7] or floats[:1]
  def g(*fs):
    xs = list(inputs)
    for i, v in zip(sub, fs): xs[i] = v
    return f(*xs)
  at, ts, ct = [inputs[i] for i in sub], [fl(*inputs[i].shape) for i in sub], fl(*y.shape)
  c["tangents"], c["cotangent"] = [arr(t) for t in ts], arr(ct)
  try: c["jvp"] = arr(jax.jvp(g, at, ts)[1])
  except NotImplementedError as e: c["jvp"] = str(e)
  try: c["vjp"] = [arr(v) for v in jax.vjp(g, *at)[1](ct)]
  except NotImplementedError as e: c["vjp"] = str(e)
  dims = c["dims"] = [R.choice([None, ri(0, x.ndim)]) for x in inputs]
  if all(d is None for d in dims): dims[0] = ri(0, inputs[0].ndim)
  def rep(x, d):
    if d is None: return x
    if x.dtype.kind == "f": return fl(*x.shape[:d], B, *x.shape[d:])
    return np.stack([x] + [x if unique else np.roll(x.ravel(), k).reshape(x.shape) for k in range(1, B)], d)
  bx = [rep(x, d) for x, d in zip(inputs, dims)]
  c["batched"] = [None if d is None else arr(x) for x, d in zip(bx, dims)]
  c["outs"] = arr(jax.vmap(f, in_axes=tuple(dims))(*bx))
  return c

def dot():
  nb,nc,nl,nr=ri(0,2),ri(0,2),ri(0,2),ri(0,2)
  bs=[ri(1,3) for _ in range(nb)]; cs=[ri(1,3) for _ in range(nc)]
  def side(n):
    labels=[('b',i) for i in range(nb)]+[('c',i) for i in range(nc)]+[('f',i) for i in range(n)]
    R.shuffle(labels)
    shape=[bs[i] if k=='b' else cs[i] if k=='c' else ri(1,3) for k,i in labels]
    return shape,[labels.index(('c',i)) for i in range(nc)],[labels.index(('b',i)) for i in range(nb)]
  ls,lc,lb=side(nl); rs,rc,rb=side(nr)
  dn=((tuple(lc),tuple(rc)),(tuple(lb),tuple(rb)))
  return case('dotGeneral',dict(dimensionNumbers=[[lc,rc],[lb,rb]],preferredElementType=None),[fl(*ls),fl(*rs)],lambda x,y: lax.dot_general(x,y,dn))
def conv():
  n=ri(0,3)
  kind=R.choice(['','f','b']); g=1 if kind=='' else ri(2,3)
  batch=ri(1,3)*(g if kind=='b' else 1); inf=ri(1,2); outf=ri(1,2)*g
  feats=inf*(g if kind=='f' else 1)
  sp=[ri(1,5) for _ in range(n)]; ks=[ri(1,3) for _ in range(n)]
  def spec(): 
    p=list(range(n+2)); R.shuffle(p); return p
  l,r,o=spec(),spec(),spec()
  def lay(sizes,spec):
    s=[0]*(n+2)
    for v,a in zip(sizes,spec): s[a]=v
    return s
  st=[ri(1,3) for _ in range(n)]; pd=[(ri(-1,3),ri(-1,3)) for _ in range(n)]; ld=[ri(1,3) for _ in range(n)]; rd=[ri(1,2) for _ in range(n)]
  dn=lax.ConvDimensionNumbers(tuple(l),tuple(r),tuple(o))
  fg=g if kind=='f' else 1; bg=g if kind=='b' else 1
  f=lambda x,y: lax.conv_general_dilated(x,y,st,pd,ld,rd,dn,feature_group_count=fg,batch_group_count=bg)
  return case('convGeneralDilated',dict(windowStrides=st,padding=pd,lhsDilation=ld,rhsDilation=rd,dimensionNumbers=dict(lhsSpec=l,rhsSpec=r,outSpec=o),featureGroupCount=fg,batchGroupCount=bg,preferredElementType=None),
    [fl(*lay([batch,feats]+sp,l)),fl(*lay([outf,inf]+ks,r))],f)
def gs_config(unique):
  # operand shape, indices, window, dimension numbers and mode of a gather or scatter
  rank=ri(1,4); shape=[ri(1,4) for _ in range(rank)]
  dims=list(range(rank)); R.shuffle(dims)
  nb=ri(0,min(1,rank-1)) if R.random()<.5 else 0
  batching=sorted(dims[:nb]); rest=dims[nb:]
  k=ri(0,len(rest)) if R.random()<.15 else ri(1,len(rest)); m=rest[:k]; R.shuffle(m)
  collapsed=sorted([d for d in rest if (d in m) and R.random()<.6])
  sizes=[1 if (i in collapsed or i in batching) else (ri(1,shape[i]) if i in m else shape[i] if R.random()<.8 else ri(1,shape[i])) for i in range(rank)]
  ni=ri(0,2); ish=[1 if unique else ri(1,3) for _ in range(ni)]
  ib=[]
  for b in batching:
    pos=ri(0,len(ish)); ish.insert(pos,shape[b]); ib=[p+(p>=pos) for p in ib]+[pos]
  nw=rank-len(collapsed)-len(batching); orank=len(ish)+nw
  offset=sorted(R.sample(range(orank),nw))
  idx=np.zeros(ish+[k],np.int32)
  for j,d in enumerate(m):
    oob=R.random()<.3
    idx[...,j]=rng.integers(-2 if oob else 0,(shape[d]+2) if oob else shape[d]-sizes[d]+1,size=ish)
  mode=R.choice(['clip','fill','fill'])
  return shape,idx,sizes,dict(offset=offset,collapsed=collapsed,map=m,ob=batching,ib=ib),mode
MODE={'clip':lax.GatherScatterMode.CLIP,'fill':lax.GatherScatterMode.FILL_OR_DROP}
def gath():
  shape,idx,sizes,d,mode=gs_config(False)
  dn=lax.GatherDimensionNumbers(tuple(d['offset']),tuple(d['collapsed']),tuple(d['map']),tuple(d['ob']),tuple(d['ib']))
  fv=R.choice([None,2.5]) if mode=='fill' else None
  return case('gather',dict(dimensionNumbers=dict(offsetDims=d['offset'],collapsedSliceDims=d['collapsed'],startIndexMap=d['map'],operandBatchingDims=d['ob'],startIndicesBatchingDims=d['ib']),sliceSizes=sizes,mode=mode,fillValue=fv),
    [fl(*shape),idx],lambda x,i: lax.gather(x,i,dn,tuple(sizes),mode=MODE[mode],fill_value=fv))
def scat():
  unique=R.random()<.5
  shape,idx,sizes,d,mode=gs_config(unique)
  gd=lax.GatherDimensionNumbers(tuple(d['offset']),tuple(d['collapsed']),tuple(d['map']),tuple(d['ob']),tuple(d['ib']))
  ushape=jax.eval_shape(lambda x,i: lax.gather(x,i,gd,tuple(sizes)),jnp.zeros(shape),idx).shape
  dn=lax.ScatterDimensionNumbers(tuple(d['offset']),tuple(d['collapsed']),tuple(d['map']),tuple(d['ob']),tuple(d['ib']))
  name,fn=R.choice([('scatter',lax.scatter),('scatterAdd',lax.scatter_add),('scatterMul',lax.scatter_mul),('scatterMin',lax.scatter_min),('scatterMax',lax.scatter_max)])
  if name in('scatterMin','scatterMax'): mode='fill'
  return case(name,dict(dimensionNumbers=dict(updateWindowDims=d['offset'],insertedWindowDims=d['collapsed'],scatterDimsToOperandDims=d['map'],operandBatchingDims=d['ob'],scatterIndicesBatchingDims=d['ib']),indicesAreSorted=False,uniqueIndices=unique,mode=mode),
    [fl(*shape),idx,fl(*ushape)],lambda x,i,u: fn(x,i,u,dn,unique_indices=unique,mode=MODE[mode]), unique)
def dyn():
  rank=ri(0,3); shape=[ri(1,4) for _ in range(rank)]; sizes=[ri(1,n) for n in shape]
  starts=[np.asarray(ri(-2,4),np.int32) for _ in shape]
  if R.random()<.5: return case('dynamicSlice',dict(sliceSizes=sizes),[fl(*shape)]+starts,lambda x,*s: lax.dynamic_slice(x,s,sizes,allow_negative_indices=False))
  else: return case('dynamicUpdateSlice',{},[fl(*shape),fl(*sizes)]+starts,lambda x,u,*s: lax.dynamic_update_slice(x,u,s,allow_negative_indices=False))
def win():
  rank=ri(1,4); shape=[ri(1,5) for _ in range(rank)]
  wd=[ri(1,3) for _ in range(rank)]; st=[ri(1,3) for _ in range(rank)]; pd=[(ri(0,2),ri(0,2)) for _ in range(rank)]
  dil=R.random()<.4
  bd=[ri(1,2) if dil else 1 for _ in range(rank)]; wdil=[ri(1,2) if dil and R.random()<.5 else 1 for _ in range(rank)]
  name,fn=R.choice([('reduceWindowSum',W._reduce_window_sum),('reduceWindowMax',W._reduce_window_max),('reduceWindowMin',W._reduce_window_min)])
  # avoid windows wholly in the padding for max/min
  if name!='reduceWindowSum' and any(max(p)>=w for p,w in zip(pd,wd)): pd=[(0,0)]*rank
  return case(name,dict(windowDimensions=wd,windowStrides=st,padding=pd,baseDilation=bd,windowDilation=wdil),[fl(*shape)],lambda x: fn(x,tuple(wd),tuple(st),tuple(pd),tuple(bd),tuple(wdil)))

def draw(name, n, *families):
  cases, i = [], 0
  while len(cases) < n:
    f = families[i % len(families)]; i += 1
    try: cases.append(f())
    except (TypeError, ValueError, AssertionError): pass
  head = dict(name=f"rules/{name}", reference={"jax": jax.__version__}, description="randomly drawn applications: see generate.py")
  body = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
  (DATA / f"{name}.json").write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
  print(name, len(cases))

if __name__ == "__main__":
  draw("contraction", 20, dot); draw("convolution", 40, conv); draw("indexing", 70, gath, scat, scat, dyn); draw("window", 30, win)
