"""Reasons in words: each recorded mechanism, weighed for or against a drug that acts at a given port.

A weight says how far the mechanism alone could account for what happened (0 not at all, 1 fully). Weights only
order the sentences; they are judgement, not measurement.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from quell.outcome.acting import Acting
from quell.outcome.dose import Dose

THROUGH_GABA = {
    "gaba_a.bzd_site": 1.0,
    "gaba_a.direct_site": 0.6,
    "gaba_a.neurosteroid_site": 0.6,
    "gaba.turnover": 0.7,
}
ACTS = {
    "gaba_a.bzd_site": "makes GABA open its channel more often and can do nothing without GABA's own pull",
    "gaba_a.direct_site": "holds the GABA-A channel open longer, even without GABA",
    "gaba_a.neurosteroid_site": "holds GABA-A channels open longer, those outside synapses most",
    "gaba.turnover": "raises the supply of GABA",
    "gaba.synthesis": "gives the enzyme that makes GABA its cofactor back",
    "glutamate.release": "holds back the release of glutamate",
    "sodium_channel.inactivated": "keeps worn sodium channels shut",
    "nmda.pore": "plugs open NMDA channels",
    "calcium.t_type": "blocks T-type calcium channels",
    "ampa.channel": "blocks AMPA channels",
    "carbonic_anhydrase": "lowers bicarbonate in neurons, and E_GABA with it",
    "k2p": "opens potassium channels that hold cells at rest",
    "adenosine.receptor": "brakes at the receptors of adenosine",
    "nmda.magnesium": "adds magnesium to the NMDA pore",
    "vessels.brain": "relaxes tightened vessels of the brain",
    "muscarinic.receptor": "keeps acetylcholine from its receptors",
    "cholinesterase.reactivation": "frees the enzyme that breaks acetylcholine down",
    "extracellular.sodium": "draws water out of swollen cells",
    "energy.glucose": "feeds the pumps",
}


class Finding(NamedTuple):
    """One reason: which mechanism, how far it could account for the result (0-1), and the sentence."""

    mechanism: str
    weight: float
    words: str


def findings(met: dict[str, Any], how: Acting, marks: Any, *, worked: bool) -> list[Finding]:
    """All reasons for the result, weightiest first. `met` is a snapshot with "drive" added."""
    told = _for(met, how, marks) if worked else _against(met, how, marks)
    return sorted((f for f in told if f.weight > 0), key=lambda f: -f.weight)


class Told(NamedTuple):
    """What happened after a dose: the result, when the EEG fell silent, and which drugs were at work as well."""

    dose: Dose
    result: str
    stopped_s: float
    company: tuple[str, ...] = ()


def opening(told: Told) -> str:
    """The sentence that says what happened."""
    given = given_words(told.dose)
    after = "" if math.isnan(told.stopped_s) else span(told.stopped_s - told.dose.start_s)
    return {
        "stopped": f"{given} was followed by silence on the EEG {after} later.",
        "returned": f"{given} was followed by silence on the EEG {after} later, but the seizure came back.",
        "shared": f"{given}: the EEG fell silent {after} later, but {listed(told.company)} had come before that; "
        "this run cannot tell them apart.",
        "failed": f"{given} did not stop the seizure.",
        "too early to say": f"{given} had not stopped the seizure when the record ended.",
        "ended before": f"{given}: the seizure ended by itself, before this dose had reached its site.",
        "not seizing": f"{given} was given between seizures, so there was nothing to stop.",
    }[told.result]


def listed(names: Sequence[str]) -> str:
    """Names in a row: "atropine, pralidoxime and midazolam"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def given_words(dose: Dose) -> str:
    """A dose in words, the drug first."""
    if dose.is_infusion:
        return f"{dose.drug.capitalize()}, infused from {clock(dose.start_s)} to {clock(dose.end_s)}"
    return f"{dose.drug.capitalize()} {amount(dose.mg)} at {clock(dose.start_s)}"


def _through_gaba(met: dict[str, Any], how: Acting) -> float:
    """How far the drug depends on GABA (0-1): the mean over its ports by how much of each it holds."""
    drives = how.drives(met.get("drive", math.nan))
    held = {port: drive / (1 + drive) for port, drive in drives.items() if drive > 0}
    if not held:
        return THROUGH_GABA.get(how.main_port, 0.0)
    return sum(THROUGH_GABA.get(port, 0.0) * share for port, share in held.items()) / sum(held.values())


def _besides(met: dict[str, Any], how: Acting, marks: Any) -> dict[str, float]:
    """The ports beside the main one where enough arrived, and how many times their half-effect level."""
    drives = how.drives(met.get("drive", math.nan))
    return {port: drive for port, drive in drives.items() if port != how.main_port and drive >= marks.little_drive}


def _tissue(met: dict[str, Any], how: Acting, marks: Any) -> Iterator[Finding]:
    """What the slow fire did against a drug."""
    if how.carried and met.get("efflux", 1.0) > marks.raised_pump:
        words = f"P-glycoprotein had risen {met['efflux']:.2g}-fold, and this drug is one that it throws out."
        yield Finding("efflux", 0.4, words)
    felt = met.get("il1_felt", met.get("il1", 0.0))
    if felt > marks.inflamed:
        words = "The tissue was inflamed: NMDA currents were raised and GABA-A receptors taken inside by cytokines."
        yield Finding("il1", 0.35, f"{words} (Interleukin-1 at {felt:.2g}; 1 is that of an epileptic brain.)")
    if met.get("kir4_1", 1.0) < marks.poor_buffering:
        words = f"Astrocytes had {met['kir4_1']:.0%} of their potassium buffering left behind a leaking barrier."
        yield Finding("kir4_1", 0.3, words)


def _against(met: dict[str, Any], how: Acting, marks: Any) -> Iterator[Finding]:
    port, place = how.main_port, place_words(met["focus"])
    lean = _through_gaba(met, how)
    if lean and "E_gaba" in met:
        yield _weak_brake(met["E_gaba"], place, lean, marks)
    if lean and met.get("gaba_a", 1.0) < marks.few_receptors:
        left = met["gaba_a"]
        words = f"Only {left:.0%} of the synaptic GABA-A receptors were left for it to work on."
        yield Finding("gaba_a", lean * min(1.0, 1.4 * (1 - left)), words)
    if lean and met.get("gaba_made", 1.0) < marks.few_receptors:
        words = (
            f"Only {met['gaba_made']:.0%} of the usual GABA was being made, and this drug strengthens what is there."
        )
        yield Finding("gaba_made", lean, words)
    yield _level(met, how, marks, worked=False)
    if port != "nmda.pore" and met.get("nmda", 1.0) > marks.strong_nmda:
        gain = met["nmda"] - 1
        words = f"NMDA receptors had grown by {gain:.0%}, so glutamate drove harder than this drug can answer."
        yield Finding("nmda", min(0.6, 0.2 + gain), words)
    if met.get("reserve", 1.0) < marks.spent_reserve:
        words = f"The brain's own seizure-ending reserve was down to {met['reserve']:.0%}, so little helped the drug."
        yield Finding("reserve", 0.45, words)
    if port == "gaba_a.bzd_site" and met.get("bzd_left", 1.0) < marks.tolerant:
        left = met["bzd_left"]
        words = (
            f"Receptors had adapted to a drug that had stayed: {left:.0%} of a benzodiazepine's potentiation was left."
        )
        yield Finding("tolerance", min(1.0, 0.3 + 1.4 * (1 - left)), words)
    yield from _tissue(met, how, marks)


def _for(met: dict[str, Any], how: Acting, marks: Any) -> Iterator[Finding]:
    port, place = how.main_port, place_words(met["focus"])
    lean = _through_gaba(met, how)
    e_gaba = met.get("E_gaba", math.nan)
    if lean and e_gaba < marks.threshold:
        low = "below rest" if e_gaba <= marks.rest else "below the firing threshold"
        words = f"GABA could still brake: E_GABA in the {place} was {volts(e_gaba)}, {low} ({_mark(e_gaba, marks)})."
        yield Finding("E_gaba", lean * (1.0 if e_gaba <= marks.rest else 0.6), words)
    elif e_gaba >= marks.threshold:
        words = f"E_GABA in the {place} was already {volts(e_gaba)}, above threshold"
        beyond = [ACTS[p] for p in _besides(met, how, marks) if p in ACTS and p not in THROUGH_GABA]
        if port in THROUGH_GABA and beyond:
            yield Finding("E_gaba", 0.4, f"{words}; but this drug also {listed(beyond)}, which needs no GABA.")
        elif port in THROUGH_GABA:
            yield Finding("E_gaba", 0.2, f"{words}; it worked although GABA there no longer braked.")
        else:
            yield Finding(
                "E_gaba", 0.6, f"{words}; this drug {ACTS.get(port, 'acts elsewhere')}, so that did not matter."
            )
    if lean and met.get("gaba_a", 0.0) >= marks.few_receptors:
        yield Finding(
            "gaba_a", 0.5 * lean, f"{met['gaba_a']:.0%} of the synaptic GABA-A receptors were still in place."
        )
    if port == "gaba.synthesis" and met.get("gaba_made", 1.0) < 1.0:
        words = f"Only {met['gaba_made']:.0%} of the usual GABA was being made; this drug {ACTS[port]}."
        yield Finding("gaba_made", 1.0, words)
    if port == "nmda.pore" and met.get("nmda", 1.0) > marks.strong_nmda:
        yield Finding(
            "nmda", 0.6, f"NMDA receptors had grown by {met['nmda'] - 1:.0%}: its target had become the driver."
        )
    yield _level(met, how, marks, worked=True)


def _weak_brake(e_gaba: float, place: str, lean: float, marks: Any) -> Finding:
    here = f"E_GABA in the {place} stood at {volts(e_gaba)}"
    if e_gaba >= marks.threshold:
        words = f"{here}, above the firing threshold of {volts(marks.threshold)}: GABA excited where it should brake"
        tail = ", and more of it would not help." if lean == 1.0 else "; only its actions beyond GABA could help."
        return Finding("E_gaba", lean, words + tail)
    if e_gaba > marks.rest:
        lost = (e_gaba - marks.rest) / (marks.threshold - marks.rest)
        between = f"between rest ({volts(marks.rest)}) and threshold ({volts(marks.threshold)})"
        words = f"{here}, {between}: GABA's brake was weak."
        return Finding("E_gaba", lean * (0.2 + 0.6 * lost), words)
    return Finding("E_gaba", 0.0, "")


def _level(met: dict[str, Any], how: Acting, marks: Any, *, worked: bool) -> Finding:
    drive = met.get("drive", math.nan)
    if math.isnan(drive):
        return Finding("level", 0.05, "Its level at the site of action was not recorded, so the dose cannot be judged.")
    size = f"{drive:.2g} times the half-effect level"
    more = [
        f"{times:.2g} times where it {ACTS[port]}" for port, times in _besides(met, how, marks).items() if port in ACTS
    ]
    if more:
        size += f" where it {ACTS.get(how.main_port, 'acts first')} ({listed(more)})"
    if drive < marks.little_drive and not worked:
        lack = min(1.0, 0.5 + 0.5 * (1 - drive / marks.little_drive))
        return Finding("level", lack, f"Too little arrived: at most {size} at its site in the brain.")
    if drive < marks.little_drive:
        return Finding("level", 0.1, f"Little of it had arrived ({size}), which makes it a doubtful cause.")
    if worked:
        return Finding("level", 0.4, f"Enough arrived: {size} at its site in the brain.")
    if "short" in met:
        words = f"The dose was too small for a trial of the drug: {met['short']}. At its site {size} arrived."
        return Finding("level", 0.8, words)
    return Finding("level", 0.15, f"The dose was not the problem: {size} reached its site in the brain.")


def _mark(e_gaba: float, marks: Any) -> str:
    return f"rest {volts(marks.rest)}" if e_gaba <= marks.rest else f"threshold {volts(marks.threshold)}"


def volts(value: float) -> str:
    """A potential in words, with a true minus sign."""
    return f"{value:.0f} mV".replace("-", "−")


def amount(mg: float) -> str:
    """A dose in words: mg, or g from 10 g on."""
    return f"{mg / 1000:.3g} g" if mg >= 10_000 else f"{mg:.3g} mg" if mg < 1000 else f"{mg:.0f} mg"


def clock(seconds: float) -> str:
    """A time from onset in words: "40 min", "2 h 05 min"."""
    sign, minutes = ("−" if seconds < 0 else ""), abs(seconds) / 60.0
    if minutes < 9.95 and minutes % 1:
        return f"{sign}{minutes:.1f} min"
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return f"{sign}{rest} min"
    return f"{sign}{hours} h {rest:02d} min" if rest else f"{sign}{hours} h"


def moment(seconds: float) -> str:
    """A time from onset to the second, as commands read it: "50 h 1 min 20 s"."""
    hours, rest = divmod(round(seconds), 3600)
    parts = [(hours, "h"), (rest // 60, "min"), (rest % 60, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def span(seconds: float) -> str:
    """A length of time in words: seconds, minutes or hours."""
    return f"{seconds:.0f} s" if seconds < 120 else clock(round(seconds / 60) * 60)


def place_words(patch: str) -> str:
    """A patch in words: "left temporal lobe", "focus"."""
    lobe, _, side = patch.rpartition("_")
    sides = {"L": "left", "R": "right"}
    return f"{sides[side]} {lobe} lobe" if side in sides and lobe else patch
