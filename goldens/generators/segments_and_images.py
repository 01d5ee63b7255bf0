"""Regenerates data/numpy/segments_and_images: pip install -r requirements.txt && python segments_and_images.py

jax.ops, jax.image, jax.flatten_util and what lax has beside arithmetic. The table in packages/func/test/segments-and-images.test.ts has the
same expressions.
"""
import pathlib
import jax, jax.numpy as jnp, numpy as np
from jax import image, lax, ops
from jax.flatten_util import ravel_pytree
from encode import write

DATA = pathlib.Path(__file__).parent.parent / "data"
rng = np.random.default_rng(13)
f = lambda *s: jnp.array(np.round(rng.normal(size=s), 3), jnp.float32)
rows, vec, img, small, t = f(6, 2), f(6), f(2, 5, 4, 2), f(3, 3), f(7, 5)
ids = jnp.array([0, 2, 2, 5, -1, 0], jnp.int32)
ints = jnp.array([[3, -1], [7, 2], [5, 5]], jnp.int32)
pair = jnp.array([[0, 1], [1, 3], [0, 0]], jnp.int32)
inputs = dict(rows=rows, vec=vec, img=img, small=small, t=t, ids=ids, ints=ints, pair=pair)
resized = {f"{m}_{k}_{'anti' if a else 'plain'}".replace("-", "_"): image.resize(img, s, m, antialias=a) for m in ["linear", "cubic", "cubic-pytorch", "lanczos3", "lanczos5", "area"] for k, s in [("up", (2, 9, 7, 2)), ("down", (2, 2, 3, 2))] for a in [True, False]}
st = lambda s, m="linear", a=True: image.scale_and_translate(img, (2, 6, 5, 2), (1, 2), s[:2], s[2:], m, antialias=a)
s4 = jnp.array([1.3, 0.7, 0.4, -0.6], jnp.float32)
outputs = dict(**resized,
  nearest_up=image.resize(img, (2, 9, 7, 2), "nearest"), nearest_down=image.resize(img, (2, 2, 3, 1), "nearest"), nearest_ints=image.resize(ints, (7, 3), "nearest"), linear_ints=image.resize(ints, (5, 3), "bilinear"), same=image.resize(small, (3, 3), "lanczos3"), grow_channels=image.resize(small, (6, 6), "bicubic"),
  translated=st(s4), translated_cubic=st(s4, "cubic", False), translated_area=st(s4, "area"), translated_pytorch=st(s4, "cubic-pytorch", False), g_translated=jax.grad(lambda s: (st(s, "cubic") ** 2).sum())(s4), g_resize=jax.grad(lambda x: (image.resize(x, (5, 2), "linear") ** 2).sum())(small),
  seg_sum=ops.segment_sum(rows, ids, 4), seg_more=ops.segment_sum(rows, ids, 7), seg_prod=ops.segment_prod(vec, ids, 4), seg_max=ops.segment_max(rows, ids, 4), seg_min=ops.segment_min(vec, ids, 4), seg_max_int=ops.segment_max(ints, jnp.array([1, 1, 0]), 3), seg_min_int=ops.segment_min(ints, jnp.array([1, 1, 0]), 3), seg_sorted=ops.segment_sum(vec, jnp.array([0, 0, 1, 1, 3, 3]), 4, indices_are_sorted=True), seg_clip=ops.segment_sum(rows, ids, 4, mode="clip"), seg_pair=ops.segment_sum(ints, pair[:, 0], 4),
  g_seg=jax.grad(lambda x: (ops.segment_sum(x, ids, 4) ** 3).sum())(rows), g_seg_max=jax.grad(lambda x: jnp.where(jnp.isfinite(y := ops.segment_max(x, ids, 4)), y, 0).sum())(vec),
  ravel=ravel_pytree({"b": [rows, ints], "a": vec})[0], ravel_ints=ravel_pytree([ints, ids])[0],
)
write(DATA, "numpy/segments_and_images", "segments, images, trees as vectors", inputs=inputs, outputs=outputs)
