"""Stations that hand a message on: one after the other, as a chain, or side by side, as a web.

Every station is a population of the cortex (`population.step`) under its own drive; only who reaches whom differs.

    far_k -> sum_j C_kj ampa_j + message of the first row          C: each row reaches the next, weights 1 / row
    function of a drug = 1 - (what the message adds to the last row with it) / (what it adds without)

In series the gains of stations multiply, side by side they average: so a chain answers a drug all or none, and what
it loses of a drug's function when receptors are lost depends on how long it is. Stations excite principal cells alone.
"""

from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.circuit import cortex, population
from quell.circuit.population import Drive, Population
from quell.ground.contract import process
from quell.ground.units import Hz, ratio, second, share


@process
class Relay:
    """What belongs to a circuit of stations, and what a chain of them makes of sedation in a patient."""

    stations: ratio  # in a circuit, whatever its form
    message: share  # glutamate gate that the message opens
    far_to_I: share  # of it that interneurons get
    unlike: ratio  # mV, spread of excitability between stations
    settle: second
    watch: second
    steepness: ratio  # Hill exponent of a drug's function in a chain over that side by side

    def sharpened(self, sedation: ratio) -> ratio:
        """Sedation behind the chain: the same at half effect, steeper around it."""
        return jnp.maximum(sedation, 0.0) ** self.steepness


class Form(NamedTuple):
    """Who reaches whom, `[stations, stations]`, and which stations the message reaches and leaves, `[stations]`."""

    coupling: np.ndarray
    first: np.ndarray
    last: np.ndarray


def form(stations: int, width: int) -> Form:
    """Rows of `width` stations side by side, row after row; width 1 is a chain, `stations` one row alone."""
    coupling, rank = np.zeros((stations, stations)), np.arange(stations) // width
    for row in range(1, stations // width):
        coupling[np.ix_(rank == row, rank == row - 1)] = 1.0 / width
    return Form(coupling, (rank == 0).astype(float), (rank == rank[-1]) / width)


def answer(patch: Population, relay: Relay, drive: Drive, wired: Form, *, message: share, dt: second = 5e-4) -> Hz:
    """Mean rate of the last row, `[lanes]`; leaves of `drive` are `[stations, lanes]`, `g_far` the links' strength."""
    patch = patch._replace(circuit=replace(patch.circuit, far_to_I=relay.far_to_I))
    arriving = cortex.reach(wired.coupling)
    first, last = (jnp.asarray(x, drive.g_far.dtype)[:, None] for x in (wired.first, wired.last))
    steps, quiet = round((relay.settle + relay.watch) / dt), round(relay.settle / dt)
    still = jnp.zeros_like(drive.g_far)

    def one(number: jax.Array, carry: tuple) -> tuple:
        state, total = carry

        def reached(ampa: jax.Array) -> jax.Array:
            return arriving(ampa) + message * first

        state = population.step(patch, state, drive, dt=dt, kicks=(still, still), reach=reached)
        rate = population.firing(patch, state)[0]
        return state, total + jnp.where(number >= quiet, rate, 0.0)

    start = population.rest(patch, jnp.ones_like(drive.g_far)), still
    _, total = jax.lax.fori_loop(0, steps, one, start)
    return (total * last).sum(axis=0) / (steps - quiet)
