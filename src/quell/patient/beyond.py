"""Treatments beyond drugs, joined to the brain: temperature, diet, stimulators, shocks, the surgeon's knife.

A part is there only where a protocol or a scenario asks for it; without any, nothing here runs. `moved` gives the
constants of the brain as they stand under temperature, ketones, stimulators and a course of shocks; `felt` changes what
the fast layer feels; every line is one join with its reason, as in `brain.py`.
"""

from dataclasses import replace
from typing import Annotated, Any, NamedTuple

import jax
import jax.numpy as jnp

from quell.body.ketosis import Ketosis
from quell.body.ketosis import State as KetosisState
from quell.cell.energy import Needs as EnergyNeeds
from quell.cell.ketones import Ketones
from quell.cell.temperature import Temperature
from quell.circuit.electroshock import Electroshock
from quell.circuit.electroshock import State as ShockState
from quell.circuit.stimulation import Stimulation
from quell.circuit.vagus import State as VagusState
from quell.circuit.vagus import Vagus
from quell.engine import scheme
from quell.ground.card import from_card
from quell.ground.units import Allowed, degC, mM, mV, ratio, share
from quell.patient.warmth import warmed

KINDS = ("temperature", "diet", "vagus", "thalamus", "shock", "surgery")


class Kit(NamedTuple):
    """The mechanisms of the treatments that a run may see; none where it is not asked for."""

    temperature: Temperature | None = None
    ketosis: Ketosis | None = None
    ketones: Ketones | None = None
    vagus: Vagus | None = None
    stimulation: Stimulation | None = None
    shock: Electroshock | None = None
    surgery: ratio | None = None  # 1 where a surgeon may be called


class Beyond(NamedTuple):
    """Their state: `[lanes]`, of tissue `[lanes, patches]`."""

    ketosis: KetosisState | None = None
    vagus: VagusState | None = None
    shock: ShockState | None = None
    kept: Annotated[share, Allowed(0.0, 1.0)] | None = None  # 0 where tissue was taken out
    joined: Annotated[share, Allowed(0.0, 1.0)] | None = None  # 0 where it was cut off or taken out


class Acting(NamedTuple):
    """What they are to the brain during a macro step, `[lanes, 1]` or `[lanes, patches]`."""

    temperature: degC | None = None
    ketones: mM | None = None
    pull: mV | None = None  # of the vagus
    stimulated: share | None = None  # the thalamus
    surge: share | None = None
    built: share | None = None
    shock: share | None = None  # 1 in a macro step that begins with one
    kept: share | None = None
    joined: share | None = None


def kit(kinds: Any) -> Kit | None:
    """The mechanisms of these kinds (of `KINDS`), with the constants of their cards; none for no kind."""
    if not kinds:
        return None
    return Kit(
        temperature=from_card(Temperature) if "temperature" in kinds else None,
        ketosis=from_card(Ketosis) if "diet" in kinds else None,
        ketones=from_card(Ketones) if "diet" in kinds else None,
        vagus=from_card(Vagus) if "vagus" in kinds else None,
        stimulation=from_card(Stimulation) if "thalamus" in kinds else None,
        shock=from_card(Electroshock) if "shock" in kinds else None,
        surgery=1.0 if "surgery" in kinds else None,
    )


def rest(mine: Kit | None, lanes: int, patches: int) -> Beyond | tuple[()]:
    """Nobody treated; an empty place where no kind is asked for."""
    if mine is None:
        return ()
    whole = jnp.ones((lanes, patches)) if mine.surgery is not None else None
    state = Beyond(
        ketosis=mine.ketosis.rest() if mine.ketosis else None,
        vagus=mine.vagus.rest() if mine.vagus else None,
        shock=mine.shock.rest() if mine.shock else None,
    )
    one = jax.tree.map(lambda x: jnp.broadcast_to(jnp.asarray(x, jnp.float64), (lanes,)), state)
    return one._replace(kept=whole, joined=whole)


def step(mine: Any, state: Any, asked: Any, places: Any, dt: float) -> Any:
    """The state after a macro step under what is asked for: `[lanes]` by name, as `quell.care.tending` gives it.

    `places` gives the patches of a place, `[lanes, patches]`.
    """
    if mine is None:
        return state
    made = state
    if mine.ketosis:
        made = made._replace(ketosis=scheme.heun(lambda s: mine.ketosis.rates(s, asked["diet"]), state.ketosis, dt))
    if mine.vagus:
        made = made._replace(vagus=scheme.heun(lambda s: mine.vagus.rates(s, asked["vagus"]), state.vagus, dt))
    if mine.shock:
        made = made._replace(shock=scheme.heun(mine.shock.rates, mine.shock.shocked(state.shock, asked["shock"]), dt))
    if mine.surgery is not None:
        kept, joined = state.kept, state.joined
        for name, now in asked.items():
            what, _, place = name.partition(".")
            if what in ("resect", "disconnect"):
                cut = 1.0 - now[:, None] * places(place)
                joined = joined * cut
                kept = kept * cut if what == "resect" else kept
        made = made._replace(kept=kept, joined=joined)
    return made


def acting(mine: Any, state: Any, asked: Any, body: Any) -> Acting | None:
    """What they are to the brain now; `body` is that of `physiology`, whose temperature the brain has."""
    if mine is None:
        return None
    return Acting(
        temperature=body.metabolism.temperature[:, None] if mine.temperature else None,
        ketones=state.ketosis.ketones[:, None] if mine.ketosis else None,
        pull=mine.vagus.pull(state.vagus)[:, None] if mine.vagus else None,
        stimulated=asked["thalamus"][:, None] if mine.stimulation else None,
        surge=state.shock.surge[:, None] if mine.shock else None,
        built=state.shock.built[:, None] if mine.shock else None,
        shock=asked["shock"][:, None] if mine.shock else None,
        kept=state.kept,
        joined=state.joined,
    )


def moved(parts: Any, now: Acting | None) -> Any:
    """The parts of the brain with the constants that hold now; the same parts where nothing acts."""
    if now is None:
        return parts
    mine = parts.beyond
    if now.temperature is not None:
        parts = warmed(parts, mine.temperature, now.temperature)
    if now.ketones is not None:  # adenosine comes from ATP, of which there is more
        faster = 1.0 + mine.ketones.refill * mine.ketones.part(now.ketones)
        parts = parts._replace(termination=replace(parts.termination, tau_r=parts.termination.tau_r / faster))
    if now.pull is not None:  # noradrenaline holds pyramidal cells away from firing
        parts = parts._replace(wiring=replace(parts.wiring, bias=parts.wiring.bias - now.pull))
    if now.built is not None:  # a course of shocks leaves more GABA
        gain = 1.0 + mine.shock.gaba * now.built
        parts = parts._replace(wiring=replace(parts.wiring, w_gaba=parts.wiring.w_gaba * gain))
    if now.joined is not None:  # nobody hears of tissue that was cut off
        parts = parts._replace(patch=parts.patch._replace(joined=now.joined))
    if now.stimulated is not None:
        loop, on = parts.thalamus.loop, now.stimulated
        loop = replace(
            loop,
            up=loop.up * (1.0 - mine.stimulation.worn * on),  # synapses that fire so fast depress
            noise=loop.noise + mine.stimulation.jam * on,  # cells no longer beat together
        )
        parts = parts._replace(thalamus=parts.thalamus._replace(loop=loop))
    return parts


def lifted(parts: Any, setting: Any, now: Acting | None) -> Any:
    """What the thalamus feels while it is stimulated."""
    if now is None or now.stimulated is None:
        return setting
    device, on = parts.beyond.stimulation, now.stimulated
    return setting._replace(bias_T=setting.bias_T + device.lift_T * on, bias_R=setting.bias_R + device.lift_R * on)


def supply(mine: Any, now: Acting | None, usual: share) -> share:
    """Oxygen and glucose, and ketone bodies where they are burnt, 1 = normal."""
    if mine is None or now is None or now.ketones is None:
        return usual
    return usual + mine.ketones.fuel * mine.ketones.part(now.ketones)


def stimulus(mine: Any, now: Acting | None, usual: mV, since_s: Any) -> mV:
    """The drive from outside, with a shock where one is given; `since_s` from the start of its macro step."""
    if mine is None or now is None or now.shock is None:
        return usual
    return usual + now.shock * jnp.where(since_s < mine.shock.lasts, mine.shock.strength, 0.0)


def raised(parts: Any, ions: Any, now: Acting | None) -> Any:
    """Ions as a brain feels them in which something else makes adenosine and its kin."""
    if now is None or (now.surge is None and now.ketones is None):
        return ions
    mine, left = parts.beyond, 1.0 - ions.termination.terminator
    if now.surge is not None:  # a seizure of the whole brain frees what the focus has spent
        left = left * (1.0 - now.surge)
    if now.ketones is not None:  # so does a cell that burns ketone bodies
        left = left * (1.0 - mine.ketones.adenosine * mine.ketones.part(now.ketones))
    return ions._replace(termination=ions.termination._replace(terminator=1.0 - left))


def felt(parts: Any, drive: Any, now: Acting | None) -> Any:
    """The drive of the fast layer under the treatments."""
    if now is None:
        return drive
    if now.ketones is not None:  # the membrane's own ATP comes from sugar, and K-ATP channels open for want of it
        mine = parts.beyond.ketones
        drive = drive._replace(g_potassium=drive.g_potassium + mine.channel * mine.part(now.ketones))
    return drive if now.kept is None else _cut(parts.patch.circuit, drive, now)


def frozen(before: Any, after: Any, now: Acting | None) -> Any:
    """Ions after a beat; those of tissue that was taken out stay as they were when it was."""
    kept = None if now is None else now.kept
    if kept is None:
        return after
    return jax.tree.map(lambda old, new: jnp.where(kept > 0.0, new, old), before, after)


def depth(parts: Any, usual: ratio, now: Acting | None) -> ratio:
    """How far the cortex is held down, cold included."""
    if now is None or now.temperature is None:
        return usual
    return usual * parts.beyond.temperature.depth_gained(now.temperature)


def present(now: Acting | None, values: Any) -> Any:
    """The mean over patches `[lanes]` of what is still in the head; the plain mean where nobody was operated on."""
    if now is None or now.kept is None:
        return values.mean(axis=1)
    patches = range(values.shape[1])
    left = sum((now.kept[:, k] for k in patches), jnp.zeros(len(values)))
    total = sum((now.kept[:, k] * values[:, k] for k in patches), jnp.zeros(len(values)))
    return total / jnp.maximum(left, 1.0)


def reaching(now: Acting | None, there: Any) -> Any:
    """Where patches that are active `there` still reach the body."""
    return there if now is None or now.joined is None else there & (now.joined > 0.0)


def shown(parts: Any, brain: Any, state: Any, now: Acting | None) -> dict[str, Any]:
    """What a record keeps of them, float32 `[lanes]` or `[lanes, patches]`; nothing where nothing is asked for."""
    if now is None:
        return {}
    kept: dict[str, Any] = {}
    if now.temperature is not None:
        kept["metabolic_rate"] = _metabolic(parts, moved(parts, now), brain)
    if state.ketosis:
        kept["ketones"] = state.ketosis.ketones
    if state.vagus:
        kept |= {"noradrenaline": state.vagus.noradrenaline, "vagal_tone": state.vagus.settled}
    if state.shock:
        kept |= {"shock_surge": state.shock.surge, "shock_gaba": state.shock.built}
    if state.kept is not None:
        kept |= {"kept": state.kept, "joined": state.joined}
    return {name: value.astype(jnp.float32) for name, value in kept.items()}


def _metabolic(parts: Any, warm: Any, brain: Any) -> ratio:
    """ATP used, relative to a quiet brain at its usual temperature."""
    ions = brain.ions
    pump = warm.cations.work(ions.cations, warm.energy.fuel(ions.energy)) - warm.cations.work(warm.cations.rest(), 1.0)
    used = warm.energy.used(ions.energy, EnergyNeeds(pump=pump, rate=brain.smooth_rate, supply=1.0))
    calm = EnergyNeeds(pump=0.0, rate=parts.cations.rate_rest, supply=1.0)
    return used / parts.energy.used(parts.energy.rest(), calm)


def _cut(circuit: Any, drive: Any, now: Any) -> Any:
    """Tissue cut off hears nobody and is not heard; tissue taken out is silent and makes no field."""
    silent = -circuit.bias_limit * (1.0 - now.kept)
    gone = ("g_ampa", "g_nmda", "g_gaba", "g_tonic", "g_ahp", "g_EI", "g_II", "noise")
    return drive._replace(
        **{name: getattr(drive, name) * now.kept for name in gone},
        g_far=drive.g_far * now.joined,
        bias_E=drive.bias_E * now.kept + silent,
        bias_I=drive.bias_I * now.kept + silent,
    )
