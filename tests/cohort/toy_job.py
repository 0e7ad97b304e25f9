"""Toy jobs: noisy leaky integrators by address, and the same with workers that wait, die or misbehave."""

import os
import signal
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from quell.ground.chance import Address, address, normal, two_kicks

STEPS = 400


def noise(settings: dict, patients: np.ndarray) -> dict[str, np.ndarray]:
    """Ornstein-Uhlenbeck noise of `pull` per step: end, mean of its square and whether it ends above `bar`."""
    where = address(settings["seed"], patients, "noise")
    level = normal(settings["seed"], patients, "level")[:, 0]
    end, square = _march(Address(where.first[:, 0], where.second[:, 0]), level, settings["pull"])
    return {"end": end, "square": square, "above": end > settings.get("bar", 0.0)}


@jax.jit
def _march(where: Address, level: jax.Array, pull: float) -> tuple[jax.Array, jax.Array]:
    def step(count, carried):
        state, square = carried
        kick, _ = two_kicks(where, count.astype(jnp.uint32))
        state = state + pull * (jnp.tanh(level) - state) + jnp.sqrt(2.0 * pull) * kick * jnp.exp(-0.1 * state**2)
        return state, square + state**2 / STEPS

    return jax.lax.fori_loop(0, STEPS, step, (level, jnp.zeros_like(level)))


def one_extra_dose(settings: dict, patients: np.ndarray) -> dict[str, np.ndarray]:
    """The same noise, and one patient's end is shifted."""
    told = noise(settings, patients)
    return told | {"end": told["end"] + np.where(patients == settings["dosed"], 0.5, 0.0)}


def held_back(settings: dict, patients: np.ndarray) -> dict[str, np.ndarray]:
    """Noise; blocks from patient `hold_from` on wait until the file `gate` exists, and tell who waits."""
    if patients[0] >= settings["hold_from"]:
        gate = Path(settings["gate"])
        gate.with_name(f"waiting-{os.getpid()}").touch()
        while not gate.exists():
            time.sleep(0.02)
    return noise(settings, patients)


def deadly(settings: dict, patients: np.ndarray) -> dict[str, np.ndarray]:
    """Noise; the worker of the block that starts at `deadly` kills itself, `deaths` times in all."""
    if patients[0] == settings["deadly"]:
        for number in range(settings["deaths"]):
            grave = Path(settings["graves"]) / str(number)
            if not grave.exists():
                grave.touch()
                os.kill(os.getpid(), signal.SIGKILL)
    return noise(settings, patients)


def shouting(settings: dict, patients: np.ndarray) -> dict[str, np.ndarray]:
    """Prints what looks like an answer before it answers."""
    print('{"record": {}}', flush=True)
    os.write(1, b'{"record": {}}\n')
    return noise(settings, patients)


def failing(settings: dict, patients: np.ndarray) -> dict[str, np.ndarray]:
    """Divides by zero."""
    return {"end": patients / (1 // settings.get("zero", 0))}


def misshapen(settings: dict, patients: np.ndarray) -> dict:
    """Answers with what the settings name."""
    wrong = {
        "list": [1, 2],
        "empty": {},
        "short": {"end": np.zeros(3)},
        "text": {"end": np.array(["a"] * len(patients))},
    }
    return wrong[settings["answer"]]
