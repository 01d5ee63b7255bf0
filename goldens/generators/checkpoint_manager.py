"""Which steps orbax's CheckpointManager saves and keeps, by its options: after each call of `save`, all steps, the latest and the best."""

import json
import pathlib
import random
import tempfile

import orbax.checkpoint as ocp

OUT = pathlib.Path(__file__).parents[2] / "packages" / "checkpoint" / "test" / "data" / "orbax.json"


def draw(rng):
    options = {}
    if rng.random() < 0.8:
        options["maxToKeep"] = rng.randint(1, 4)
    if rng.random() < 0.5:
        options["keepPeriod"] = rng.randint(2, 5)
    if rng.random() < 0.4:
        options["saveIntervalSteps"] = rng.randint(2, 4)
    if rng.random() < 0.3:
        options["saveOnSteps"] = sorted(rng.sample(range(1, 20), 3))
    if rng.random() < 0.5:
        options["best"] = rng.choice(["max", "min"])
        if rng.random() < 0.5:
            options["keepCheckpointsWithoutMetrics"] = rng.random() < 0.5
    steps = sorted(rng.sample(range(20), rng.randint(6, 10)))
    calls = []
    for step in steps:
        call = {"step": step, "force": rng.random() < 0.2}
        if "best" not in options or rng.random() < 0.8:
            call["loss"] = rng.randint(0, 5)
        calls.append(call)
    if rng.random() < 0.3:
        calls.append({"step": steps[len(steps) // 2], "force": False, "loss": 1})
    return options, calls


def run(options, calls):
    best = options.get("best")
    kwargs = {
        "max_to_keep": options.get("maxToKeep"),
        "keep_period": options.get("keepPeriod"),
        "save_interval_steps": options.get("saveIntervalSteps", 1),
        "save_on_steps": options.get("saveOnSteps"),
        "keep_checkpoints_without_metrics": options.get("keepCheckpointsWithoutMetrics", True),
        "enable_async_checkpointing": False,
    }
    if best is not None:
        kwargs |= {"best_fn": lambda m: m["loss"], "best_mode": best}
    after = []
    with tempfile.TemporaryDirectory() as folder:
        manager = ocp.CheckpointManager(folder, options=ocp.CheckpointManagerOptions(**kwargs))
        for call in calls:
            metrics = {"loss": call["loss"]} if "loss" in call else None
            saved = manager.save(call["step"], args=ocp.args.JsonSave({"a": 1}), metrics=metrics, force=call["force"])
            manager.wait_until_finished()
            after.append({
                "saved": bool(saved),
                "all": [int(s) for s in manager.all_steps()],
                "latest": manager.latest_step(),
                "best": manager.best_step(),
            })
        manager.close()
    return after


def main():
    rng = random.Random(0)
    cases = []
    for _ in range(40):
        options, calls = draw(rng)
        cases.append({"options": options, "calls": calls, "after": run(options, calls)})
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"orbax": ocp.__version__, "cases": cases}, separators=(",", ":")) + "\n")


main()
