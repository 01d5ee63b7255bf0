"""Files of flax.serialization and of NumPy, and how ours are read by them.

`python checkpoint_files.py` writes packages/checkpoint/test/data; `python checkpoint_files.py read FILE...` prints what Flax reads in files.
"""
import collections
import io
import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import optax
from flax import linen as nn
from flax import serialization

here = pathlib.Path(__file__).resolve().parents[2] / 'packages/checkpoint/test/data'
dtypes = 'bool uint8 int8 int16 uint16 float16 bfloat16 int32 uint32 float32 float64 int64 uint64'.split()


def of(name):
  return np.dtype(ml_dtypes.bfloat16 if name == 'bfloat16' else name)


State = collections.namedtuple('State', 'mini_step inner acc_grads')
params = {'Dense_0': {'kernel': jnp.arange(6, dtype='float32').reshape(2, 3) / 8, 'bias': jnp.zeros(3)}, 'scale': jnp.ones((), 'bfloat16')}
grads = jax.tree.map(lambda x: (x + 1) / 4, params)


def values():
  arrays = {d: np.arange(4).astype(of(d)).reshape(2, 2) for d in dtypes}
  return {
      'zeta': 1,
      'arrays': arrays,
      'none': None,
      'true': True,
      'text': 'naïve \U0001f9f5',
      'long': 'x' * 300,
      'bytes': b'\x00\xff',
      'floats': [1.0, 0.5, -0.0, float('inf'), 1e300],
      'ints': [0, 127, 128, 255, 256, 65535, 65536, 2**31, 2**32, 2**53 + 1, 2**63 - 1, 2**64 - 1],
      'negative': [-1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1, -(2**63)],
      'whole': 3.0,
      'scalar': np.float32(1.5),
      'int64': np.int64(2**60 + 1),
      'zero_d': jnp.ones(()),
      'empty': np.zeros((0, 3), 'float32'),
      'nested': [[{'a': []}], {}],
      'tuple': serialization.to_state_dict((1, (2, State(3, (), [np.ones(2, 'int8')])))),
      'many': serialization.to_state_dict(list(range(12))),
      '10': 'after nine', '9': 'nine',
      'big': np.array([-(2**63), 2**63 - 1, 2**53 + 1], 'int64'),
      'key': jax.random.PRNGKey(7),
      'boxed': serialization.to_state_dict({'kernel': nn.Partitioned(jnp.ones((2, 2)), ('in', None))}),
  }


optimizers = {
    'sgd': optax.sgd(0.1, momentum=0.9, nesterov=True),
    'adam': optax.adam(1e-2),
    'adamw': optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(1e-2)),
    'schedule': optax.adam(optax.cosine_decay_schedule(1e-2, 100)),
    'rmsprop': optax.rmsprop(1e-2, momentum=0.9, centered=True),
    'adagrad': optax.adagrad(1e-2),
    'lamb': optax.lamb(1e-2),
    'lion': optax.lion(1e-2),
    'amsgrad': optax.amsgrad(1e-2),
    'multi_steps': optax.MultiSteps(optax.adam(1e-2), 2).gradient_transformation(),
    'apply_if_finite': optax.apply_if_finite(optax.adam(1e-2), 3),
    'ema': optax.ema(0.9),
    'masked': optax.masked(optax.adam(1e-2), {'Dense_0': True, 'scale': False}),
    'partition': optax.multi_transform({'a': optax.adam(1e-2), 'b': optax.sgd(1e-2)}, {'Dense_0': 'a', 'scale': 'b'}),
}


def state_of(optimizer):
  p, s = params, optimizer.init(params)
  for _ in range(2):
    u, s = optimizer.update(grads, s, p)
    p = optax.apply_updates(p, u)
  return s


def chunked():
  before = serialization.MAX_CHUNK_SIZE
  serialization.MAX_CHUNK_SIZE = 40
  out = serialization.to_bytes({'b': np.arange(24, dtype='float32').reshape(4, 6), 'a': np.arange(10, dtype='float32'), 'c': {'d': np.arange(11, dtype='int64')}})
  serialization.MAX_CHUNK_SIZE = before
  return out


def npys():
  for d in dtypes:
    if d != 'bfloat16':
      yield d, np.arange(6).reshape(2, 3).astype(d)
  yield 'bfloat16', np.arange(6).reshape(2, 3).astype(of('bfloat16'))
  yield 'big_endian', np.arange(6).reshape(2, 3).astype('>f8')
  yield 'big_endian_int', np.arange(6).reshape(2, 3).astype('>i2')
  yield 'fortran', np.asfortranarray(np.arange(24, dtype='int32').reshape(2, 3, 4))
  yield 'zero_d', np.array(2.5)
  yield 'empty', np.zeros((0, 2), 'float32')


def write():
  here.mkdir(parents=True, exist_ok=True)

  def put(name, data):
    (here / name).write_bytes(data)

  jax.config.update('jax_enable_x64', True)
  put('values.msgpack', serialization.msgpack_serialize(values(), in_place=True))
  put('sorted.msgpack', serialization.msgpack_serialize(serialization.to_state_dict([np.float32(i) for i in range(11)])))
  jax.config.update('jax_enable_x64', False)
  put('chunked.msgpack', chunked())
  put('complex.msgpack', serialization.to_bytes({'a': {'b': np.ones(2, 'complex64')}}))
  put('complex_scalar.msgpack', serialization.to_bytes({'a': [1j]}))
  put('float8.msgpack', serialization.to_bytes({'a': jnp.ones(2, 'float8_e4m3fn')}))
  put('params.msgpack', serialization.to_bytes(params))
  states = {k: serialization.to_bytes(state_of(o)).hex() for k, o in optimizers.items()}
  put('optimizers.json', (json.dumps(states, indent=0) + '\n').encode())
  out = {}
  for name, x in npys():
    for version in ((1, 0), (2, 0), (3, 0)) if name == 'float32' else ((1, 0),):
      f = io.BytesIO()
      np.lib.format.write_array(f, x, version)
      out[name if version == (1, 0) else f'{name}_v{version[0]}'] = f.getvalue().hex()
  for name, x in (('object', np.array([{}], dtype=object)), ('complex', np.ones(2, 'complex64')), ('text', np.array(['a'])), ('struct', np.zeros(2, 'i4,f4'))):
    f = io.BytesIO()
    np.save(f, x)
    out[name] = f.getvalue().hex()
  for name, save in (('stored', np.savez), ('deflated', np.savez_compressed)):
    f = io.BytesIO()
    save(f, kernel=np.arange(600, dtype='float32').reshape(20, 30) // 7, bias=np.ones(3, 'int8'))
    out[f'npz_{name}'] = f.getvalue().hex()
  put('numpy.json', (json.dumps(out, indent=0) + '\n').encode())


def shown(x):
  if isinstance(x, dict):
    return {k: shown(v) for k, v in x.items()}
  if isinstance(x, (list, tuple)):
    return [shown(v) for v in x]
  if isinstance(x, (np.ndarray, np.generic)):
    return [type(x).__name__ == 'ndarray', x.dtype.name, list(x.shape), np.asarray(x).tobytes().hex()]
  return x.hex() if isinstance(x, bytes) else x if isinstance(x, (str, bool)) or x is None else repr(x)


def read(file):
  data = pathlib.Path(file).read_bytes()
  if file.endswith('.npy'):
    return shown(np.load(io.BytesIO(data)))
  if file.endswith('.npz'):
    return shown(dict(np.load(io.BytesIO(data))))
  return [shown(serialization.msgpack_restore(data)), serialization.msgpack_serialize(serialization.msgpack_restore(data), in_place=True) == data]


if __name__ == '__main__':
  if sys.argv[1:2] == ['read']:
    print(json.dumps([read(f) for f in sys.argv[2:]]))
  else:
    write()
