"""Trains a small classifier with Flax and writes what it came to: the state in Flax's msgpack, and the answers to some points.

Run in an environment with jax, flax and optax: python two_moons.py
"""
import json
import pathlib

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import serialization

HERE = pathlib.Path(__file__).parent


class Classifier(nn.Module):
    hidden: int = 16

    @nn.compact
    def __call__(self, x, train):
        for _ in range(2):
            x = nn.Dense(self.hidden)(x)
            x = nn.relu(nn.BatchNorm(use_running_average=not train, momentum=0.9)(x))
        return nn.Dense(2)(x)


def two_moons(rng, n):
    """Two half circles that reach into each other."""
    label = rng.integers(0, 2, n)
    angle = rng.uniform(0, np.pi, n)
    x = np.where(label == 0, np.cos(angle), 1 - np.cos(angle))
    y = np.where(label == 0, np.sin(angle), 0.5 - np.sin(angle))
    points = np.stack([x, y], 1) + rng.normal(0, 0.15, [n, 2])
    return points.astype(np.float32), label.astype(np.int32)


model, tx = Classifier(), optax.adam(1e-2)
rng = np.random.default_rng(0)
variables = model.init(jax.random.key(0), jnp.zeros([1, 2]), train=False)
state = {"params": variables["params"], "batch_stats": variables["batch_stats"], "opt_state": tx.init(variables["params"]), "step": 0}


def loss_of(params, stats, x, labels):
    logits, updated = model.apply({"params": params, "batch_stats": stats}, x, train=True, mutable=["batch_stats"])
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean(), updated["batch_stats"]


@jax.jit
def step(state, x, labels):
    (loss, stats), grads = jax.value_and_grad(loss_of, has_aux=True)(state["params"], state["batch_stats"], x, labels)
    updates, opt_state = tx.update(grads, state["opt_state"], state["params"])
    params = optax.apply_updates(state["params"], updates)
    return {"params": params, "batch_stats": stats, "opt_state": opt_state, "step": state["step"] + 1}, loss


for _ in range(15):
    state, _ = step(state, *two_moons(rng, 64))
(HERE / "state.msgpack").write_bytes(serialization.to_bytes({**state, "step": int(state["step"])}))

points, labels = two_moons(np.random.default_rng(1), 200)
logits = model.apply({"params": state["params"], "batch_stats": state["batch_stats"]}, points, train=False)
# three steps more on these points: what who goes on should come to
losses = []
for _ in range(3):
    state, loss = step(state, points, labels)
    losses.append(float(loss))
rounded = lambda x: np.round(np.asarray(x, np.float64), 6).tolist()
facts = {"points": rounded(points), "labels": labels.tolist(), "logits": rounded(logits), "lossesAfter": losses}
(HERE / "facts.json").write_text(json.dumps(facts, separators=(",", ":")) + "\n")
print(f"accuracy {(np.argmax(logits, -1) == labels).mean():.3f}, losses after {losses}")
