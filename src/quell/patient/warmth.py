"""The brain at its temperature: every rate of its work, faster in the heat and slower in the cold.

Each line moves one constant of a mechanism by the coefficient of its kind (`cell.temperature`).
"""

from dataclasses import replace
from typing import Any

import jax.numpy as jnp

from quell.cell.temperature import Temperature
from quell.ground.units import degC, ratio

STRENGTHS = ("w_ampa", "w_nmda", "w_gaba", "w_far", "w_EI", "w_II")


def warmed(parts: Any, at: Temperature, T: degC) -> Any:
    """Every rate of the brain at its temperature."""
    membrane, synapse = (at.speed(q, T) for q in (at.membrane, at.synapse))
    release = at.speed(at.release, jnp.minimum(T, at.T_rest))  # at its best at body temperature
    pump, turnover, receptors = (at.speed(q, T) for q in (at.pump, at.turnover, at.receptors))
    ending, harm = at.speed(at.terminators, T), at.speed(at.injury, T)
    patch, wiring, ions = parts.patch, parts.wiring, parts.cations
    parts = parts._replace(
        patch=patch._replace(
            pyramidal=replace(patch.pyramidal, tau=patch.pyramidal.tau / membrane),
            interneuron=replace(patch.interneuron, tau=patch.interneuron.tau / membrane),
            ampa=_gate(patch.ampa, synapse),
            nmda=_gate(patch.nmda, synapse),
            gaba=_gate(patch.gaba, synapse),
            circuit=replace(
                patch.circuit, tau_ahp=patch.circuit.tau_ahp / synapse, tau_far=patch.circuit.tau_far / membrane
            ),
        ),
        wiring=replace(
            wiring,
            bias=wiring.bias + at.shift(T),  # warm cells sit nearer to firing
            **{name: getattr(wiring, name) * release for name in STRENGTHS},
        ),
        cations=replace(ions, J_max=ions.J_max * pump, glia_max=ions.glia_max * pump),
        chloride=_transport(parts.chloride, pump),
        chloride_weak=_transport(parts.chloride_weak, pump),
        energy=replace(parts.energy, tau=parts.energy.tau / turnover),
        trafficking=replace(parts.trafficking, speed=parts.trafficking.speed * receptors),
        termination=replace(
            parts.termination, tau_a=parts.termination.tau_a / ending, tau_p=parts.termination.tau_p / ending
        ),
        injury=replace(parts.injury, speed=parts.injury.speed * harm, threshold=parts.injury.threshold / harm),
    )
    return parts if parts.thalamus is None else _thalamus(parts, at, T)


def _thalamus(parts: Any, at: Temperature, T: degC) -> Any:
    membrane, synapse, t_type = (at.speed(q, T) for q in (at.membrane, at.synapse, at.t_type))
    nuclei = parts.thalamus
    return parts._replace(
        thalamus=nuclei._replace(
            soma=replace(nuclei.soma, tau=nuclei.soma.tau / membrane),
            relay_t=replace(nuclei.relay_t, speed=nuclei.relay_t.speed * t_type),
            reticular_t=replace(nuclei.reticular_t, speed=nuclei.reticular_t.speed * t_type),
            ampa=_gate(nuclei.ampa, synapse),
            gaba=_gate(nuclei.gaba, synapse),
            loop=replace(nuclei.loop, tau=nuclei.loop.tau / membrane),
        )
    )


def _gate(gate: Any, faster: ratio) -> Any:
    """Receptors that close faster; a spike opens as many as before."""
    return replace(gate, tau=gate.tau / faster, r_half=gate.r_half * faster)


def _transport(pump: Any, faster: ratio) -> Any:
    return replace(pump, tau_kcc2=pump.tau_kcc2 / faster, leak=pump.leak * faster)
