"""Steps of Gymnasium's CartPole-v1 from a few states: what the tests of this example compare with. Run: python gymnasium_steps.py > steps.json"""
import json

import gymnasium
import numpy as np

env = gymnasium.make("CartPole-v1").unwrapped
rng = np.random.default_rng(0)
rows = []
for _ in range(4):
  env.reset(seed=0)
  env.state = start = rng.uniform(-0.05, 0.05, 4)
  actions, bodies, done = rng.integers(0, 2, 30).tolist(), [], []
  for action in actions:
    body, _, terminated, _, _ = env.step(action)
    bodies.append([round(float(x), 6) for x in body])
    done.append(terminated)
    if terminated:
      break
  rows.append({"start": start.tolist(), "actions": actions[: len(bodies)], "bodies": bodies, "fallen": done})
print(json.dumps(rows))
