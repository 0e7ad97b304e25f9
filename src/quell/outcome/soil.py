"""What a brain was like when seizures came back: each recorded mechanism, at fault or in order, in words.

The thinning of a drug is what changed; the soil is what it had covered. Weights sort, as in `reason`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quell.outcome.reason import Finding, volts


class Soil(NamedTuple):
    """Mechanisms at fault, weightiest first, and those in order (in words)."""

    at_fault: tuple[Finding, ...]
    in_order: tuple[str, ...]


def soil(met: Mapping[str, Any], marks: Any) -> Soil:
    """The state of the focus sorted by the marks of why.toml."""
    faults = sorted((found for found in _faults(met, marks) if found.weight > 0), key=lambda f: -f.weight)
    return Soil(tuple(faults), tuple(_in_order(met, {fault.mechanism for fault in faults})))


def _faults(met: Mapping[str, Any], marks: Any) -> Iterator[Finding]:
    yield _brake(met, marks)
    yield from _receptors(met, marks)
    yield from _tissue(met, marks)
    if met.get("reserve", 1.0) < marks.spent_reserve:
        yield Finding("reserve", 0.45, f"its own seizure-ending reserve was down to {met['reserve']:.0%}")
    if met.get("gaba_made", 1.0) < marks.few_receptors:
        yield Finding("gaba_made", 1.0, f"only {met['gaba_made']:.0%} of the usual GABA was made")
    if met.get("ATP", 1.0) < marks.little_energy:
        yield Finding("ATP", 0.4, f"its pumps had {met['ATP']:.0%} of their ATP")


def _brake(met: Mapping[str, Any], marks: Any) -> Finding:
    e_gaba = met.get("E_gaba", float(marks.rest))
    if e_gaba >= marks.threshold:
        return Finding("E_gaba", 1.0, f"GABA excited (E_GABA {volts(e_gaba)}, above threshold)")
    if e_gaba > marks.rest:
        lost = (e_gaba - marks.rest) / (marks.threshold - marks.rest)
        return Finding("E_gaba", 0.2 + 0.6 * lost, f"GABA's brake was weak (E_GABA {volts(e_gaba)}, above rest)")
    return Finding("E_gaba", 0.0, "")


def _receptors(met: Mapping[str, Any], marks: Any) -> Iterator[Finding]:
    if met.get("gaba_a", 1.0) < marks.few_receptors:
        left = met["gaba_a"]
        yield Finding(
            "gaba_a", min(1.0, 1.4 * (1 - left)), f"only {left:.0%} of the synaptic GABA-A receptors were left"
        )
    if met.get("nmda", 1.0) > marks.strong_nmda:
        gain = met["nmda"] - 1
        yield Finding("nmda", min(0.6, 0.2 + gain), f"NMDA receptors had grown by {gain:.0%}")
    if met.get("bzd_left", 1.0) < marks.tolerant:
        left = met["bzd_left"]
        words = f"receptors had adapted to a drug that had stayed ({left:.0%} of a benzodiazepine's potentiation left)"
        yield Finding("tolerance", min(1.0, 0.3 + 1.4 * (1 - left)), words)


def _tissue(met: Mapping[str, Any], marks: Any) -> Iterator[Finding]:
    felt = met.get("il1_felt", met.get("il1", 0.0))
    if felt > marks.inflamed:
        yield Finding("il1", 0.3 + 0.5 * min(1.0, felt), f"the tissue was inflamed (interleukin-1 {felt:.2g})")
    if met.get("kir4_1", 1.0) < marks.poor_buffering:
        yield Finding("kir4_1", 0.3, f"astrocytes buffered only {met['kir4_1']:.0%} of the usual potassium")
    if met.get("nmda_held", 0.0) > marks.held_inside:
        yield Finding("nmda_held", 0.4, f"antibodies held {met['nmda_held']:.0%} of the NMDA receptors inside")


def _in_order(met: Mapping[str, Any], at_fault: set[str]) -> Iterator[str]:
    shown = {
        "E_gaba": lambda: f"E_GABA {volts(met['E_gaba'])}",
        "gaba_a": lambda: f"GABA-A receptors {met['gaba_a']:.0%}",
        "nmda": lambda: f"NMDA receptors {met['nmda']:.0%}",
        "reserve": lambda: f"own reserve {met['reserve']:.0%}",
        "ATP": lambda: f"ATP {met['ATP']:.0%}",
    }
    yield from (words() for name, words in shown.items() if name in met and name not in at_fault)
    if "il1" in met and "il1" not in at_fault:
        kept = met["il1_felt"] < 0.9 * met["il1"]
        yield f"interleukin-1 {met['il1']:.2g}" + (
            f", of which drugs let {met['il1_felt']:.2g} through to its receptors" if kept else ""
        )
