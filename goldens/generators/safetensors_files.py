"""Files of the reference implementation of safetensors: `python safetensors_files.py`. Needs safetensors, numpy, ml_dtypes."""
import pathlib

import ml_dtypes
import numpy as np
from safetensors.numpy import save

here = pathlib.Path(__file__).resolve().parents[2] / 'packages/checkpoint/test/data'
dtypes = 'bool uint8 int8 int16 uint16 float16 bfloat16 int32 uint32 float32 float64 int64 uint64'.split()


def of(name):
  return np.dtype(ml_dtypes.bfloat16 if name == 'bfloat16' else name)


tensors = {}
for i, name in enumerate(dtypes):
  tensors[f'x_{name}'] = np.arange(i, i + 6).reshape(2, 3).astype(of(name))
  tensors[f'a_{name}'] = np.array(i % 2 + 1).astype(of(name))
tensors['é"\n\x01 \U0001f9f5'] = np.zeros((0, 3), 'float32')
tensors['big'] = np.array([-(2**63), 2**63 - 1, 2**53 + 1], 'int64')
here.mkdir(parents=True, exist_ok=True)
(here / 'all.safetensors').write_bytes(save(tensors, {'format': 'np'}))
