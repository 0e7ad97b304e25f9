"""A bedside without a brain: the machine of a protocol is shown a written course of seizing."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.care.bedside import Sight
from quell.care.protocol import read_protocol

STEP = 10.0  # s
HEAD = 'name = "trial"\nabout = "for a test"\nsource = "assumed"\ngrade = "D"\n'


class Shown(NamedTuple):
    """What came of a written course: time at the start of each step [time], orders and log [time, lanes]."""

    time_s: np.ndarray
    orders: dict
    log: dict
    machine: object
    state: dict

    def mg(self, line: str) -> np.ndarray:
        """All that ran in through a line, per lane."""
        return np.asarray(self.orders[line]).sum(0) * STEP

    def fired(self, step: str, lane: int = 0) -> list[float]:
        """When a step gave something, in minutes."""
        return (self.time_s[np.asarray(self.log[f"fired.{step}"])[:, lane] > 0] / 60).tolist()


def people(lanes):
    """Persons as the kinetics want them."""
    return {
        "weight_kg": np.linspace(60.0, 90.0, lanes),
        "age_y": np.linspace(30.0, 70.0, lanes),
        "height_cm": np.full(lanes, 172.0),
        "male": np.zeros(lanes),
        "albumin_g_L": np.full(lanes, 40.0),
        "crcl_mL_min": np.full(lanes, 100.0),
    }


def protocol(*steps: str, head: str = ""):
    """A protocol from the tables of its steps; source and grade are filled in."""
    body = "".join(f'[[step]]\nsource = "assumed"\ngrade = "D"\n{step}\n' for step in steps)
    return read_protocol(f"{HEAD}{head}\n{body}")


def show(
    machine,
    minutes: float,
    *,
    seizing=True,
    eeg=None,
    suppression=0.0,
    responsive=None,
    weight=70.0,
    patients=(0,),
    study=1,
):
    """Run a machine over a course. `seizing`, `eeg`, `suppression`: a value or a function of the time in minutes."""
    lanes, time = len(patients), np.arange(0.0, minutes * 60.0, STEP)

    def course(what, kind):
        values = [what(t / 60.0) if callable(what) else what for t in time]
        return jnp.asarray(np.broadcast_to(np.asarray(values, kind).reshape(len(time), -1), (len(time), lanes)))

    moves, waves = course(seizing, bool), course(seizing if eeg is None else eeg, bool)
    weights = np.broadcast_to(np.asarray(weight, float), (lanes,))
    persons = {"weight_kg": weights, "age_y": np.full(lanes, 40.0)}
    state = machine.rest(persons, study, np.asarray(patients))

    def body(state, now):
        t, move, wave, still, answers = now
        sight = Sight(jnp.full(lanes, t), move, wave, still, answers)
        state, orders, log = machine.step(state, sight, STEP)
        return state, (orders, log)

    awake = ~moves if responsive is None else course(responsive, bool)
    script = (jnp.asarray(time), moves, waves, course(suppression, float), awake)
    state, (orders, log) = jax.jit(lambda s: jax.lax.scan(body, s, script))(state)
    return Shown(time, orders, log, machine, state)
