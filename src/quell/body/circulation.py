"""Circulation: mean pressure as output times resistance, what raises it and what takes it away.

    d e/dt     = ((sensitivity x)^h / (1 + (sensitivity x)^h) - e) / tau_depressed     x: drive of depressant drugs
    resistance = (1 + surge, pressor, ketamine) (1 - vessels e) (1 - tired (1 - reserve)) (1 + reflex)
    output     = (1 + surge, ketamine) (1 - heart e) pump_left filling (1 + reflex / 2) (rhythm)
    d pressure/dt = (usual resistance output - pressure) / tau
    d reflex/dt   = (gain (1 - e) (1 - pressure / usual) - reflex) / tau_reflex
    d volume/dt   = fluids - (volume - 1) / tau_volume

Resistance, output and filling are relative to the person's own rest. The reflex is blunted by what depresses.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, litre_per_minute, mmHg, per_minute, per_second, ratio, second, share


class Needs(NamedTuple):
    """What acts on heart and vessels."""

    surge: share
    reserve: share
    depression: ratio  # drive of depressant drugs, concentration over that of half effect
    pressor: ratio  # drive of vasopressors
    stimulation: ratio  # drive of drugs that excite the circulation (ketamine)
    pump: share  # strength of the heart muscle that energy, acid and oxygen leave
    arrhythmia: share  # 1 while the rhythm has failed
    fluids: per_second  # share of the blood volume given per second


class State(NamedTuple):
    """Mean arterial pressure, answer of the reflex, circulating volume relative to rest, depression by drugs."""

    pressure: Annotated[mmHg, Allowed(0.0, 600.0)]
    reflex: Annotated[ratio, Allowed(-2.0, 2.0)]
    volume: Annotated[share, Allowed(0.3, 3.0)]
    depressed: Annotated[share, Allowed(-0.01, 1.01)]  # of the largest effect of depressant drugs


@process
class Circulation:
    """Heart and vessels of one person; `usual` and `sensitivity` differ between people."""

    usual: mmHg  # mean pressure at rest
    sensitivity: ratio  # to depressant drugs, 1 = typical
    rate_rest: per_minute
    output_rest: litre_per_minute
    slope: ratio
    vessels: share  # of resistance that depressants can take
    heart: share  # of output that depressants can take
    surge_resistance: ratio
    surge_output: ratio
    surge_rate: ratio
    tired: share  # of resistance lost with an empty sympathetic reserve
    tired_heart: share
    pressor_most: ratio
    stimulation_most: ratio
    stimulation_rate: ratio
    lost_to_rhythm: share
    gain: ratio
    filling: ratio  # change of output per change of volume
    acid_from: ratio  # pH below which the heart weakens
    acid_weakens: ratio  # per unit of pH
    oxygen_from: share  # saturation below which the heart weakens
    tau: second
    tau_reflex: second
    tau_depressed: second
    tau_volume: second

    def rest(self) -> State:
        """The person's own pressure, nothing to correct."""
        zero = 0.0 * self.usual
        return State(pressure=1.0 * self.usual, reflex=zero, volume=zero + 1.0, depressed=zero)

    def settled(self, needs: Needs) -> share:
        """Share of the largest depressant effect that the drugs there are come to."""
        powered = (self.sensitivity * jnp.maximum(needs.depression, 0.0)) ** self.slope
        return powered / (1.0 + powered)

    def heart_left(self, pH: ratio, saturation: share) -> share:
        """Strength that acid and want of oxygen leave to the heart."""
        sour = self.acid_weakens * jnp.maximum(self.acid_from - pH, 0.0)
        blue = jnp.maximum(self.oxygen_from - saturation, 0.0) / self.oxygen_from
        return jnp.clip(1.0 - sour, 0.2, 1.0) * jnp.clip(1.0 - blue, 0.2, 1.0)

    def resistance(self, state: State, needs: Needs) -> ratio:
        """Resistance of the vessels relative to rest."""
        up = self.surge_resistance * needs.surge + self.pressor_most * _taken(needs.pressor)
        up = up + 0.5 * self.stimulation_most * _taken(needs.stimulation)
        left = (1.0 - self.vessels * state.depressed) * (1.0 - self.tired * (1.0 - needs.reserve))
        return (1.0 + up) * left * (1.0 + state.reflex)

    def output(self, state: State, needs: Needs) -> ratio:
        """Output of the heart relative to rest."""
        up = self.surge_output * needs.surge + 0.5 * self.stimulation_most * _taken(needs.stimulation)
        left = (1.0 - self.heart * state.depressed) * (1.0 - self.tired_heart * (1.0 - needs.reserve))
        beating = 1.0 - self.lost_to_rhythm * needs.arrhythmia
        full = 1.0 + self.filling * (state.volume - 1.0)
        return (1.0 + up) * left * needs.pump * full * (1.0 + 0.5 * state.reflex) * beating

    def heart_rate(self, state: State, needs: Needs) -> per_minute:
        """Beats per minute; the reflex answers low pressure with speed."""
        up = self.surge_rate * needs.surge + self.stimulation_rate * _taken(needs.stimulation)
        return self.rate_rest * (1.0 + up) * (1.0 + state.reflex)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        wanted = self.usual * self.resistance(state, needs) * self.output(state, needs)
        missing = 1.0 - state.pressure / self.usual
        reflex = self.gain * (1.0 - state.depressed) * jnp.clip(missing, -1.0, 1.0)
        return State(
            pressure=(wanted - state.pressure) / self.tau,
            reflex=(reflex - state.reflex) / self.tau_reflex,
            volume=needs.fluids - (state.volume - 1.0) / self.tau_volume,
            depressed=(self.settled(needs) - state.depressed) / self.tau_depressed,
        )


def _taken(drive: ratio) -> share:
    return jnp.maximum(drive, 0.0) / (1.0 + jnp.maximum(drive, 0.0))
