"""The course of illness: patients, drugs and staff joined in one compiled loop.

Every macro step: staff look (`Sight`) and order, drugs move, the brain lives through its beats, and what can be seen
is noted for the next step. One XLA program advances a chunk of macro steps; the host only writes and watches.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.care import diagnosis, mixing, organs, tending, touching
from quell.care.bedside import Movement, Sight
from quell.care.machine import Machine
from quell.care.remedies import Tended, soothing, tended
from quell.care.states import states
from quell.cell.temperature import Temperature
from quell.circuit.cortex import Atlas
from quell.drugs.pk import Pharmacy
from quell.engine import doctor, scheme
from quell.engine.clock import Clocks
from quell.ground.card import from_card
from quell.ground.compute import wide_vectors
from quell.patient import adaptation, beyond, fire, full, whole
from quell.patient.arousal import Needs as ArousalNeeds
from quell.patient.brain import World
from quell.patient.person import People
from quell.patient.whole import Patients, Whole

SETTLE_S = 120.0  # before onset, so that every brain has found its own rest


class State(NamedTuple):
    """Everything that a course remembers; a checkpoint holds exactly this."""

    whole: Whole
    drugs: dict[str, jax.Array]
    care: dict[str, jax.Array]
    sight: Sight
    body: Any = ()  # quell.patient.physiology.Body, or nothing
    beyond: Any = ()  # quell.patient.beyond.Beyond, or nothing


class Constants(NamedTuple):
    """Everything the compiled loop reads but never changes."""

    patients: Patients
    pharmacy: Pharmacy | None
    supply: jax.Array
    alive: organs.Living | None = None


@dataclass(frozen=True, eq=False)
class Course:
    """The course of one block of patients under one protocol."""

    people: People
    machine: Machine
    constants: Constants
    atlas: Atlas
    clocks: Clocks
    study: int
    eeg: bool = False
    fast_dtype: Any = jnp.float32
    movement: Movement = field(default_factory=lambda: from_card(Movement))
    programs: dict[int, Any] = field(default_factory=dict, repr=False)  # compiled, by number of macro steps

    def start(self) -> State:
        """Healthy people, no drugs, staff waiting, `SETTLE_S` before onset."""
        lanes = len(self.people.ids)
        resting = whole.rest(self.constants.patients, lanes, len(self.atlas.names), self.fast_dtype)
        no = jnp.zeros(lanes, bool)
        body, measured = organs.start(self.constants.alive, lanes)
        aids = beyond.rest(self.constants.patients.parts.beyond, lanes, len(self.atlas.names))
        sight = Sight(jnp.full(lanes, -SETTLE_S), no, no, jnp.zeros(lanes), ~no, measured)
        drugs = self.constants.pharmacy.rest(lanes) if self.constants.pharmacy else {}
        care = self.machine.rest(self.people.persons, self.study, self.people.ids)
        # Without weak types the state that comes back has the types that went in: one program, compiled once.
        return jax.tree.map(lambda x: jnp.asarray(np.asarray(x)), State(resting, drugs, care, sight, body, aids))

    def steps(self, until_s: float) -> int:
        """Macro steps from the start of the run to a time from onset."""
        return round((until_s + SETTLE_S) / self.clocks.macro)

    def advance(
        self, state: State, first: int, count: int, *, watch: bool = True
    ) -> tuple[State, dict[str, np.ndarray]]:
        """`count` macro steps from number `first`; returns the state and the record, arrays `[count, lanes, ...]`.

        Raises RangeError (the NaN doctor) naming the first state that left its range, unless `watch` is off.
        """
        after, record, flags = self.compiled(count)(self.constants, state, jnp.int32(first))
        if watch and np.asarray(flags).any():
            raise diagnosis.found(self, state, first, np.asarray(flags))
        return after, {name: np.asarray(values) for name, values in record.items()}

    def chunks(self, state: State, first: int, last: int, size: int) -> Iterator[tuple[State, dict]]:
        """The steps `first` to `last` in chunks of `size` (the last one may be shorter)."""
        while first < last:
            count = min(size, last - first)
            state, record = self.advance(state, first, count)
            first += count
            yield state, record

    def compiled(self, count: int):
        """The program of `count` macro steps, compiled once."""
        if count not in self.programs:
            self.programs[count] = jax.jit(partial(self._march, count=count), compiler_options=wide_vectors())
        return self.programs[count]

    def _march(self, constants: Constants, state: State, first: jax.Array, *, count: int):
        def body(state: State, number: jax.Array):
            state, record = self._macro(constants, state, number)
            return state, (record, doctor.check(diagnosis.watched(state)))

        numbers = first + jnp.arange(count, dtype=jnp.int32)
        state, (record, flags) = jax.lax.scan(body, state, numbers)
        return state, record, flags

    def _macro(self, constants: Constants, state: State, number: jax.Array) -> tuple[State, dict]:
        step_s = self.clocks.macro
        care, orders, log = self.machine.step(state.care, state.sight, step_s)
        drugs, drive = state.drugs, {}
        if constants.pharmacy:
            clearing = organs.clearing(constants.alive, state.body)
            drugs = constants.pharmacy.step(state.drugs, orders, filtered=log.get("filtered", 0.0), organs=clearing)
            drive = constants.pharmacy.ports(drugs)
        none = jnp.zeros(len(self.people.ids))
        parts, tissue = constants.patients.parts, state.whole.brain.tissue
        drugs, drive, here, treated = tended(Tended(drugs, drive), constants.pharmacy, parts, tissue, none)
        drive = touching.lulled(constants.patients.arousal, drive, none)
        ports = touching.ports(drive, here, none)
        sedation = adaptation.felt(parts.tolerance, state.whole.brain.adapted, drive, drive.get("sedation", none))
        supply = organs.supply(constants.alive, state.body, constants.supply)
        blood = organs.blood(constants.alive, state.body)
        asked = tending.asked_in(log, none)
        aided = beyond.acting(parts.beyond, state.beyond, asked, state.body)
        outside, soothed = (
            World(ports, none, supply, remedies=treated, blood=blood, beyond=aided),
            soothing(drive, none),
        )
        person, seen, trace = self._live(constants, state.whole, outside, sedation, number, soothed)
        time = (number + 1).astype(jnp.float64) * step_s - SETTLE_S
        sight, shown = self._look(constants, person, seen, sedation, time, outside)
        shown |= fire.shown(parts.fire, person.brain.tissue, treated)
        shown |= adaptation.shown(parts.tolerance, person.brain.adapted, parts.gaba)
        shown |= beyond.shown(parts, person.brain, state.beyond, aided)
        aids = beyond.step(parts.beyond, state.beyond, asked, self._places(constants), step_s)
        record = shown | mixing.shown(constants.pharmacy, drugs) | {f"log.{name}": value for name, value in log.items()}
        made = parts.targets.gaba_made(ports.synthesis)
        record["gaba_made"] = jnp.broadcast_to(made, record["E_gaba"].shape).astype(jnp.float32)
        blocked = drive.get("neuromuscular.block", none) > 1.0  # more than half of the effect
        record["relaxed"] = relaxed = blocked | (care["relaxed_until"] > sight.time_s)
        body, alive = state.body, constants.alive
        if alive:
            active = parts.reading.activity(person.brain.smooth_rate).mean(axis=1)
            told = {"activity": active, "convulsing": sight.convulsing, "held": relaxed} | asked
            acting = organs.inputs(alive, drive, care | {"fluids.flow": log["fluids"]}, lanes=len(none), **told)
            body, measured, noted = organs.live(alive, body, acting, step_s)
            sight, record = sight._replace(measured=measured), record | noted
        record |= {f"order.{line}": rate * step_s for line, rate in orders.items()}
        record |= {f"port.{port}": x.astype(jnp.float32) for port, x in drive.items()}
        if self.eeg:
            record["source"] = trace.reshape(-1, *trace.shape[2:])
        return State(person, drugs, care, sight, body, aids), record

    def _places(self, constants: Constants):
        return tending.masks(self.atlas, constants.patients.insult.site)

    def _live(self, constants, person: Whole, outside: World, sedation, number, soothed):
        mine = constants.patients

        waking = 1.0
        if mine.parts.thalamus is not None:
            active = mine.parts.reading.activity(person.brain.smooth_rate).max(axis=1)
            waking = mine.arousal.responsiveness(person.arousal, active, adaptation.relayed(mine.parts, sedation))[
                :, None
            ]

        aids, aided = mine.parts.beyond, outside.beyond
        begins = number.astype(jnp.float64) * self.clocks.macro

        def world(time_s):
            since, (relaxed, fed) = time_s - SETTLE_S, soothed
            insult = beyond.stimulus(aids, aided, mine.insult.at(since, relaxed, fed), time_s - begins)
            supply = beyond.supply(aids, aided, outside.supply * mine.shortage.supply(since, fed))
            begun = jnp.where(since > 0.0, 1.0, 0.0)
            return outside._replace(insult=insult, supply=supply, waking=waking, spoilt=begun)

        after, seen, trace = full.macro_step(
            beyond.moved(mine.parts, aided),
            person.brain,
            world,
            clocks=self.clocks,
            noise=mine.noise,
            number=number,
            coupling=self.atlas.coupling,
            fast_dtype=self.fast_dtype,
        )
        active = mine.parts.reading.activity(after.smooth_rate).max(axis=1)
        arousal = scheme.rosenbrock(
            lambda s: mine.arousal.rates(s, ArousalNeeds(activity=active)), person.arousal, self.clocks.macro
        )
        return Whole(after, arousal), seen, trace

    def _look(self, constants, person: Whole, seen, sedation, time, outside: World) -> tuple[Sight, dict]:
        parts, now = constants.patients.parts, person.brain
        patch_seizing = parts.reading.is_seizing(seen.smooth_rate, seen.suppressed)
        seizing = patch_seizing.any(axis=1)
        moving = beyond.reaching(outside.beyond, patch_seizing & jnp.asarray(self.atlas.motor)).any(axis=1)
        convulsing = self.movement.visible(moving, sedation)
        active = parts.reading.activity(now.smooth_rate).max(axis=1)
        answers = constants.patients.arousal.responsiveness(person.arousal, active, adaptation.relayed(parts, sedation))
        suppression = beyond.present(outside.beyond, seen.suppressed)
        answers = answers * constants.patients.shortage.answering(time).reshape(-1) * (1.0 - suppression)
        lanes_time = jnp.full(seizing.shape, time)
        sight = Sight(lanes_time, convulsing, seizing, suppression, answers > constants.patients.arousal.awake_above)
        shown = states(parts, now, seen, outside) | {
            "seizing_patch": patch_seizing,
            "suppression": suppression,
            "responsiveness": answers,
            "sedation": sedation,
        }
        shown = {name: v.astype(jnp.float32) if v.dtype == jnp.float64 else v for name, v in shown.items()}
        return sight, shown | {"time": time, "seizing": seizing, "convulsing": convulsing}


def build_course(
    people: People,
    machine: Machine,
    *,
    study: int,
    clocks: Clocks,
    patches: int = 2,
    cause: str = "unprovoked",
    severity: float = 1.0,
    site: str | None = None,
    onset: dict[str, float] | None = None,
    overrides: dict[str, float] | None = None,
    inflammation: bool | None = None,
    tolerance: bool | None = None,
    bottleneck: bool = False,
    variants: dict[str, str] | None = None,
    extra_lines: Sequence[str] = (),
    eeg: bool = False,
    body: organs.Bodily | None = None,
    thalamus: bool = False,
    temperature: bool | None = None,
    fast_dtype: Any = jnp.float32,
) -> Course:
    """A course for these people, bodies only where `body`. Arguments as in `whole.patients`, `Pharmacy.build`."""
    if body and body.fever is not None:
        overrides = {**(overrides or {}), "fever.rise": body.fever - from_card(Temperature).T_rest}
    block, where = whole.patients(
        study,
        people,
        cause=cause,
        severity=severity,
        patches=patches,
        site=site,
        onset=onset,
        overrides=overrides,
        thalamus=thalamus,
        inflammation=inflammation,
        tolerance=tolerance,
        bottleneck=bottleneck,
        temperature=temperature,
        beyond=tending.kinds(machine.plans),
    )
    tending.check(machine.plans, where, thalamus=thalamus, warm=block.fever is not None, body=body)
    pharmacy = None
    if lines := tuple(dict.fromkeys([*extra_lines, *machine.lines])):
        who, step_s = people.persons, clocks.macro
        how = {"step_s": step_s, "variants": variants, "machines": machine.clears}
        how["living"] = bool(body and body.on and body.feeds_kinetics)
        pharmacy = Pharmacy.build(lines, who, study=study, patients=people.ids, **how)
    alive = organs.living(body, study, people.ids, people.persons, fever=block.fever) if body else None
    constants = Constants(block, pharmacy, jnp.ones((1, 1)), alive)
    return Course(people, machine, constants, where, clocks, study, eeg and clocks.full, fast_dtype)
