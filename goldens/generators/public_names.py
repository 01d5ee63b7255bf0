"""Public names of JAX, Flax and optax, with what each is: the other side of the parity tables of the site.

Run: python public_names.py > ../public-names.json
"""
import importlib
import importlib.metadata
import inspect
import json
import types
import warnings

import numpy as np

MODULES = [
  "flax.linen", "flax.core.lift", "flax.traverse_util", "flax.struct", "flax.serialization", "flax.training.train_state", "flax.training.early_stopping",
  "flax.training.common_utils", "flax.training.dynamic_scale", "flax.training.checkpoints", "jax", "jax.numpy", "jax.numpy.linalg", "jax.lax", "jax.nn", "jax.nn.initializers",
  "jax.random", "jax.scipy.special", "jax.tree",
  "jax.debug", "jax.experimental.checkify",
  "optax", "optax.contrib",
  "jax.ops", "jax.image", "jax.flatten_util", "jax.custom_batching", "jax.scipy.linalg",
  "optax.losses", "optax.projections", "optax.second_order", "optax.assignment", "optax.perturbations", "optax.tree_utils", "optax.schedules", "optax.transforms",
  "optax.microbatching",
]


def kind(module, name):
  """What a name is; 'deprecated' where it is gone, or warns."""
  with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
      value = getattr(module, name)
    except AttributeError:
      return "deprecated"
    if any(issubclass(w.category, DeprecationWarning) for w in caught):
      return "deprecated"
  if isinstance(value, types.ModuleType):
    return "module"
  if isinstance(value, (np.dtype, type)) or type(value).__name__ == "_ScalarMeta":
    dtype = type(value).__name__ == "_ScalarMeta" or (isinstance(value, type) and issubclass(value, np.generic))
    return "dtype" if dtype else "class"
  if callable(value):
    return "function"
  return "constant"


def own(module, name, what):
  """Whether a name is the module's: not a module of Python's, and not what a future import leaves behind."""
  value = getattr(module, name, None)
  if what == "module":
    return value.__name__.split(".")[0] == module.__name__.split(".")[0]
  if type(value).__name__ == "_Feature" or getattr(value, "__module__", "") in ("typing", "functools", "collections.abc"):
    return False
  if what == "class" and module.__name__.startswith("flax.core") and not value.__module__.startswith("flax"):
    return False
  return True


def names(path):
  module = importlib.import_module(path)
  said = getattr(module, "__all__", None)
  found = {n for n in dir(module) if not n.startswith("_") or n in (said or [])}
  if path == "flax.core.lift" or path.startswith("flax.training."):
    # a file, not a namespace: what it defines
    found = {n for n in found if inspect.getmodule(getattr(module, n)) is module and callable(getattr(module, n))}
  kinds = {n: kind(module, n) for n in sorted(found)}
  return {n: k for n, k in kinds.items() if k == "deprecated" or own(module, n, k)}


versions = {name: importlib.metadata.version(name) for name in ("jax", "flax", "optax")}
print(json.dumps({"versions": versions, "modules": {path: names(path) for path in MODULES}}, indent=1))
