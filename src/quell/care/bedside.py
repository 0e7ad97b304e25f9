"""The bedside: what is there to be seen, and what staff make of it.

`Sight` is what a perfect observer would note at the end of a macro step. Staff see less: no EEG before it
runs, a change on the EEG only after the reading lag, no movement under a muscle relaxant or deep sedation.
Where nothing can be seen (relaxed, no EEG) they know neither that the seizure goes on nor that it has ended.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp

from quell.care import watching
from quell.ground.contract import process
from quell.ground.units import ratio

State = dict[str, Any]
FAR = 1e12  # s; "never", finite so that differences stay numbers


class Sight(NamedTuple):
    """What there is to be seen, one array `[lanes]` each; bool but for time and suppression."""

    time_s: Any  # from seizure onset
    convulsing: Any  # movement, before any muscle relaxant
    eeg_seizing: Any  # an electrographic seizure, whether or not an EEG runs
    suppression: Any  # burst suppression ratio, 0-1
    responsive: Any  # answers when spoken to
    measured: Any = ()  # what monitor and laboratory would show, by name; empty without a body


class View(NamedTuple):
    """What staff believe at one moment, `[lanes]`."""

    time_s: Any
    seizing: Any
    known: Any  # whether there is anything to judge seizing by
    convulsing: Any
    visible: Any  # whether movement could be seen
    eeg_on: Any
    eeg_seizing: Any
    suppression: Any
    responsive: Any
    measured: Any = ()  # by name, as staff know it; below zero: not yet known


@process
class Movement:
    """How deep sedation hides the movement of a seizure that goes on."""

    lost_above: ratio  # sum of C/EC50 over the sedatives

    def visible(self, convulsing: Any, sedation: Any) -> Any:
        """Convulsions that can still be seen at a sedation (drive of the port `sedation`)."""
        return convulsing & (sedation < self.lost_above)


def rest(lanes: int, eeg_delay_s: Any) -> State:
    """The bedside before anything is seen: no EEG, no relaxant."""
    zero, never = jnp.zeros(lanes), jnp.full(lanes, FAR)
    return {
        "eeg.delay": jnp.asarray(eeg_delay_s, jnp.float64),
        "eeg.at": never,
        "eeg.belief": jnp.zeros(lanes, bool),
        "eeg.differs_since": never,
        "eeg.suppression": zero,
        "relaxed_until": jnp.full(lanes, -FAR),
        **watching.rest(lanes),
    }


def perceive(state: State, sight: Sight, step_s: float, lag_s: float) -> tuple[State, View]:
    """What staff believe after this sight; an EEG change counts once it has lasted the reading lag."""
    time = sight.time_s
    eeg_on = time >= state["eeg.at"]
    visible = time >= state["relaxed_until"]
    differs = eeg_on & (sight.eeg_seizing != state["eeg.belief"])
    since = jnp.where(differs, jnp.minimum(state["eeg.differs_since"], time), FAR)
    read = differs & (time - since >= lag_s)
    belief = jnp.where(read, sight.eeg_seizing, state["eeg.belief"]) & eeg_on
    share = 1.0 if lag_s <= 0 else -jnp.expm1(-step_s / lag_s)  # a running mean over the reading lag
    suppression = jnp.where(
        eeg_on, state["eeg.suppression"] + share * (sight.suppression - state["eeg.suppression"]), 0
    )
    convulsing = sight.convulsing & visible
    view = View(
        time_s=time,
        seizing=convulsing | belief,
        known=visible | eeg_on,
        convulsing=convulsing,
        visible=visible,
        eeg_on=eeg_on,
        eeg_seizing=belief,
        suppression=suppression,
        responsive=sight.responsive & visible,
    )
    changed = {
        "eeg.belief": belief,
        "eeg.differs_since": jnp.where(read, FAR, since),
        "eeg.suppression": suppression,
    }
    return state | changed, view
