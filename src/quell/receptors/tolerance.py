"""Tolerance: what receptors become when a drug holds them for days, and how they come back.

    da_j/dt = (load_j - a_j) / (on_j if load_j > a_j else off_j)        j: a1, a2 (with alpha3), a5, delta, nmda
    load    = 1 - (1 - b)(1 - w d)(1 - e)     alpha classes             b = x / (1 + x) at the benzodiazepine site
              1 - (1 - w d)(1 - e)            delta                     d = y / (y + half) at the direct openers'
              1 - (1 - echo held)(1 - e)      nmda                      e = alcohol's share; held = load without alcohol

a is the share of the whole adaptation that has come about, 0 to 1. It takes receptors of its class inside through the
same endocytosis as seizing does (`trafficking`; diazepam drives it through calcineurin, Nicholson2018), uncouples
GABA's site from the benzodiazepine's, lowers delta receptors and raises NMDA receptors. At a lasting load the number
at the synapse is 1 - lost_j a_j. Numbers are of rats and mice; alpha5 rises in some regions and falls in others.
"""

from dataclasses import replace
from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share
from quell.receptors.gaba_a import GabaA
from quell.receptors.trafficking import Taken

adapted = Annotated[share, Allowed(0.0, 1.0)]


class Needs(NamedTuple):
    """Drugs at the two GABA-A sites (concentration over affinity), and the share of its effect that alcohol has."""

    bzd: ratio
    direct: ratio
    alcohol: share = 0.0


class State(NamedTuple):
    """How far each kind of receptor has adapted."""

    a1: adapted
    a2: adapted
    a5: adapted
    delta: adapted
    nmda: adapted


@process
class Tolerance:
    """Adaptation of receptors to drugs that stay."""

    on_a1: second
    on_a2: second
    on_a5: second
    on_delta: second
    on_nmda: second
    off_a1: second
    off_a2: second
    off_a5: second
    off_delta: second
    off_nmda: second
    lost_a1: ratio  # of the receptors at the synapse, when fully adapted; below zero they grow in number
    lost_a2: ratio
    lost_a5: ratio
    lost_delta: ratio
    grown_nmda: ratio
    uncoupled: share  # of the benzodiazepine's potentiation
    half_direct: ratio  # port of direct openers at which half the adaptation follows
    weight_direct: share
    echo: share  # how much of what GABA-A receptors feel NMDA receptors answer

    def rest(self) -> State:
        """Nobody has taken anything."""
        none = jnp.zeros_like(self.on_a1 * 1.0)
        return State(none, none, none, none, none)

    def load(self, needs: Needs) -> State:
        """Where adaptation goes while the drugs stay as they are."""
        free = 1.0 / (1.0 + needs.bzd)
        kept = 1.0 - self.weight_direct * needs.direct / (needs.direct + self.half_direct)
        sober = 1.0 - needs.alcohol
        alpha, delta = 1.0 - free * kept * sober, 1.0 - kept * sober
        nmda = 1.0 - (1.0 - self.echo * (1.0 - free * kept)) * sober
        return State(alpha, alpha, alpha, delta, nmda)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        return State(
            *(
                (load - now) / jnp.where(load > now, on, off)
                for now, load, on, off in zip(state, self.load(needs), self._on(), self._off(), strict=True)
            )
        )

    def after(self, needs: Needs, lasted: second, since: second) -> State:
        """The same equation solved: a load for a time from nothing, then none of it for another."""
        made = zip(self.load(needs), self._on(), self._off(), strict=True)
        return State(*(load * -jnp.expm1(-lasted / on) * jnp.exp(-since / off) for load, on, off in made))

    def taken(self, state: State) -> Taken:
        """What adaptation adds to the internalisation of each class, and takes from delta receptors."""

        def push(lost: ratio) -> ratio:
            return lost / (1.0 - lost)  # leaves 1 - lost at the synapse

        a1, a2, a5 = self.lost_a1 * state.a1, self.lost_a2 * state.a2, self.lost_a5 * state.a5
        return Taken(push(a1), push(a2), push(a5), self.lost_delta * state.delta)

    def grown(self, state: State) -> ratio:
        """NMDA receptors gained, relative to control."""
        return self.grown_nmda * state.nmda

    def coupled(self, gate: GabaA, state: State) -> GabaA:
        """The gate with what is left of the benzodiazepine's potentiation in each class."""

        def left(ceiling: ratio, a: share) -> ratio:
            return 1.0 + (ceiling - 1.0) * (1.0 - self.uncoupled * a)

        return replace(
            gate,
            ceiling_a1=left(gate.ceiling_a1, state.a1),
            ceiling_a2=left(gate.ceiling_a2, state.a2),
            ceiling_a5=left(gate.ceiling_a5, state.a5),
        )

    def sedation_left(self, state: State, needs: Needs) -> share:
        """What is left of a sedative's effect through alpha1 receptors of arousal, which do not seize."""
        number = 1.0 - self.lost_a1 * state.a1
        allosteric, opened = needs.bzd, needs.direct / self.half_direct
        both = allosteric + opened
        lost = allosteric * (1.0 - number * (1.0 - self.uncoupled * state.a1)) + opened * (1.0 - number)
        return 1.0 - jnp.where(both > 0.0, lost / jnp.where(both > 0.0, both, 1.0), 0.0)

    def _on(self) -> tuple:
        return self.on_a1, self.on_a2, self.on_a5, self.on_delta, self.on_nmda

    def _off(self) -> tuple:
        return self.off_a1, self.off_a2, self.off_a5, self.off_delta, self.off_nmda
