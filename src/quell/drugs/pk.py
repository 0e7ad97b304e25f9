"""The pharmacy: every drug of a run in every patient, from orders (mg/s) to levels and ports.

    pharmacy = Pharmacy.build(["lorazepam/IV"], persons, study=1, patients=ids, step_s=10.0)
    state = pharmacy.rest(lanes)
    state = pharmacy.step(state, {"lorazepam/IV": mg_per_s})        # jit-able; order of one macro step
    pharmacy.levels(state)["lorazepam"].plasma                      # mg/L [lanes]
    pharmacy.ports(state)["gaba_a.bzd_site"]                        # sum of free level at the site / EC50

Orders are in the unit that was prescribed (phenytoin: mg of sodium salt; fosphenytoin: mg PE); the salt factor
is applied here. The state is a flat dict of float64 `[lanes]`. Efflux by P-glycoprotein acts on substrates only,
by its steady state Kp,uu = 1 / (1 + (1/K0 - 1) gain): it changes over hours, the site over minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from quell.drugs import clearance, library, removal
from quell.drugs.assembly import build_drug
from quell.drugs.binding import Bound, Free, free
from quell.drugs.card import DrugCard, load
from quell.drugs.late import Late, late_lines
from quell.drugs.meeting import Factors, Meetings, meetings
from quell.drugs.port import recorded
from quell.drugs.saturable import REMOVAL, Saturable
from quell.drugs.scheme import Exact, State
from quell.drugs.touch import ANTAGONIST, Touch, by_class, touches
from quell.drugs.traits import Traits, traits
from quell.ground.errors import InputError


class Levels(NamedTuple):
    """Total plasma, free plasma and free at the site of action, mg/L `[lanes]`."""

    plasma: jax.Array
    free: jax.Array
    brain: jax.Array


class Balance(NamedTuple):
    """Where a drug is, mg of active drug `[lanes]`: given = waiting + body + eliminated + lost + removed."""

    given: jax.Array
    waiting: jax.Array
    body: jax.Array
    eliminated: jax.Array
    lost: jax.Array
    removed: jax.Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Substance:
    """A drug or metabolite as levels see it: central volume (L), binding, unbound partition into brain."""

    V1: jax.Array
    free: Free
    kp_uu: jax.Array


@jax.tree_util.register_static
@dataclass(frozen=True)
class Plan:
    """What does not change in a run: lines, drugs with their rooms, substances carried by P-glycoprotein."""

    lines: tuple[str, ...]
    rooms: tuple[str, ...]
    drugs: tuple[str, ...]
    carried: tuple[str, ...]
    timed: tuple[str, ...]
    ports: tuple[str, ...]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Pharmacy:
    """All drugs of a run; a JAX tree of its constants `[lanes]`. See the module's caption for its use."""

    solvers: dict[str, Exact | Saturable]
    substances: dict[str, Substance]
    touches: tuple[tuple[Touch, jax.Array], ...]
    plan: Plan
    late: Late
    meetings: Meetings = field(default_factory=Meetings)
    bound: dict[str, Bound] = field(default_factory=dict)  # saturable bindings that are not the usual ones

    @staticmethod
    def build(
        lines: Sequence[str],
        persons: Mapping[str, object],
        *,
        study: int | None,
        patients: object,
        step_s: float,
        variants: Mapping[str, str] | None = None,
        factors: Mapping[str, Mapping[str, object]] | None = None,
        interacting: bool = True,
        machines: bool = False,
        living: bool = False,
    ) -> "Pharmacy":
        """Draw every patient's kinetics and solve them for one step length.

        `lines` are "drug/route"; `persons` float64 `[lanes]` (age_y, weight_kg, height_cm, male, albumin_g_L,
        crcl_mL_min); `patients` their numbers; `study` None means typical values without draws; `variants` names
        another structural model of a card, such as {"midazolam": "icu"}; `factors` are what medicines of long standing
        do to the drugs of the run, from `interaction.multipliers` (constant over the run); `interacting` false leaves
        out what drugs of the run do to each other; `machines` lets `step` clear drugs from outside (a plasma exchange
        among the lines always does); `living` lets organs and temperature change clearance. Raises InputError.
        """
        who = traits(persons, study, patients, factors)
        fed = _by_active_drug(lines)
        chosen = {library.entry(name).name: variant for name, variant in (variants or {}).items()}
        met = meetings(fed, chosen, step_s) if interacting else Meetings()
        solvers, schemes, substances, rooms, touched, held = {}, {}, {}, [], [], {}
        machines = machines or removal.EXCHANGE in lines
        for name, tubes in fed.items():
            machine = machines and removal.leaves_by_machine(name)
            changes = bool({*met.parameters.get(name, ())} - {"EC50", "fu"}) or (living and clearance.changes(name))
            built = build_drug(
                name, tubes, who, step_s=step_s, variant=chosen.get(name), changes=changes, machine=machine
            )
            solvers[name], schemes[name] = built.solver, built.scheme
            held |= {name: built.bound} if built.bound is not None else {}
            rooms += built.rooms
            substances |= _substances(load(name), built.V1, who)
            touched += touches(name, tubes, who)
        touched = by_class(touched)
        plan = Plan(
            lines=tuple(dict.fromkeys(lines)),
            rooms=tuple(rooms),
            drugs=tuple(fed),
            carried=tuple(name for name in fed if (site := load(name).site) and site.pgp_substrate),
            timed=tuple(dict.fromkeys(touch.substance for touch, _ in touched if touch.by_rate)),
            ports=recorded({touch.port for touch, _ in touched}),
        )
        return Pharmacy(solvers, substances, tuple(touched), plan, late_lines(schemes, step_s), met, held)

    def rest(self, lanes: int) -> State:
        """No drug anywhere: a flat dict of float64 `[lanes]` (mg; sites mg/L; rates mg/s; efflux gain 1).

        Orders of late lines wait in `[lanes, steps]`, see `late`.
        """
        state = {room: jnp.zeros(lanes, jnp.float64) for room in self.plan.rooms}
        state |= {f"{name}.rate": jnp.zeros(lanes, jnp.float64) for name in self.plan.timed}
        state |= {f"{name}.efflux": jnp.ones(lanes, jnp.float64) for name in self.plan.carried}
        return state | self.late.rest(lanes) | self.meetings.rest(lanes)

    def step(
        self,
        state: State,
        orders: Mapping[str, jax.Array],
        efflux_gain: jax.Array | None = None,
        filtered: jax.Array | float = 0.0,
        organs: clearance.Organs | None = None,
    ) -> State:
        """One step under constant orders (mg/s `[lanes]` per line; a missing line gives nothing).

        `filtered` is the plasma (L/s) that dialysis or haemofiltration clears of unbound drug: `removal.Removal.flow`;
        `organs` is what kidney, liver, bowel and temperature are worth, for a pharmacy built `living`.
        """
        if unknown := set(orders) - set(self.plan.lines):
            raise InputError(
                f"no line {', '.join(sorted(unknown))} in this pharmacy", allowed=", ".join(self.plan.lines)
            )
        queues, arriving = self.late.joined(state, orders)
        new: State = queues | self.meetings.step(state, self._culprits(state))
        factors = self._with_removal(self.factors(state), state, filtered, removal.exchange(orders))
        if organs is not None:
            factors = clearance.joined(factors, {name: clearance.factors(name, organs) for name in self.plan.drugs})
        factors = clearance.joined(factors, self._bound_otherwise(state))
        for name, solver in self.solvers.items():
            changed = (factors[name],) if name in factors and isinstance(solver, Saturable) else ()
            new |= solver.step(state, arriving, *changed)
        for name in self.plan.timed:
            rates = [rate for line, rate in orders.items() if line.startswith(f"{name}/IV")]
            new[f"{name}.rate"] = sum(rates, jnp.zeros_like(state[f"{name}.rate"]))
        kept = {f"{name}.efflux": state[f"{name}.efflux"] for name in self.plan.carried}
        return new | kept if efflux_gain is None else self.with_efflux(new | kept, efflux_gain)

    def with_efflux(self, state: State, gain: jax.Array) -> State:
        """The state with another efflux of P-glycoprotein's substrates (1 in health, 0 all blocked, `[lanes]`)."""
        names = [f"{name}.efflux" for name in self.plan.carried]
        return state | {name: jnp.maximum(gain, 0.0) + jnp.zeros_like(state[name]) for name in names}

    def levels(self, state: State) -> dict[str, Levels]:
        """Concentrations of every drug and metabolite, mg/L `[lanes]`."""
        factors = self.factors(state)
        freed = {name: factors.get(name, {}).get("fu") for name in self.substances}
        return {name: self._level(name, one, state, freed[name]) for name, one in self.substances.items()}

    def factors(self, state: State) -> Factors:
        """What the drugs of the run now do to each other: factors `[lanes]` by drug and parameter."""
        return self.meetings.factors(state, self._culprits(state))

    def ports(self, state: State) -> dict[str, jax.Array]:
        """Drive of every port, dimensionless `[lanes]`: sum over drugs of free level at the site / EC50.

        An antagonist f at the benzodiazepine site leaves x / (1 + f) of every drive that goes through that site,
        which is competition: x / (1 + f) over 1 + x / (1 + f) is x over 1 + x + f.
        """
        levels, factors = self.levels(state), self.factors(state)
        lanes = next(values for values in state.values() if values.ndim == 1)  # late lines hold more
        drive = {port: jnp.zeros_like(lanes) for port in self.plan.ports}
        rival = 1.0
        for touch, EC50 in sorted(self.touches, key=lambda pair: pair[0].port != ANTAGONIST):
            level = state[f"{touch.substance}.rate"] if touch.by_rate else levels[touch.substance].brain
            EC50 = EC50 * factors.get(touch.substance, {}).get("EC50", 1.0)
            added = level / EC50 / (rival if touch.rivalled else 1.0)
            drive[touch.port] = drive[touch.port] + added
            rival = rival + added if touch.port == ANTAGONIST else rival
        return drive

    def balance(self, state: State) -> dict[str, Balance]:
        """Where every ordered drug is, mg of active drug; see Balance."""
        return {name: self._balance(name, state) for name in self.plan.drugs}

    def _with_removal(self, factors: Factors, state: State, filtered: Any, exchanged: Any) -> Factors:
        """The factors with the clearance from outside (L/min) of every drug that machines can reach."""
        reached = [name for name in self.plan.drugs if f"{name}.removed" in state]
        if not reached:
            return factors
        levels, made = self.levels(state), dict(factors)
        for name in reached:
            how = {"filtered": filtered, "exchanged": exchanged, "total": levels[name].plasma}
            made[name] = factors.get(name, {}) | {REMOVAL: removal.cleared(name, unbound=levels[name].free, **how)}
        return made

    def _bound_otherwise(self, state: State) -> Factors:
        """Factors on the clearance of drugs whose saturable sites are not the usual ones, at their levels now."""
        made: Factors = {}
        for name, held in self.bound.items():
            by = load(name).elimination
            assert by is not None
            made[name] = {
                "CL": clearance.by_binding(by, held.relative(state[f"{name}.central"] / self.substances[name].V1))
            }
        return made

    def _culprits(self, state: State) -> dict[str, jax.Array]:
        return {name: state[f"{name}.central"] / self.substances[name].V1 for name in self.meetings.perpetrators}

    def _level(self, name: str, substance: Substance, state: State, freed: jax.Array | None) -> Levels:
        plasma = state[f"{name}.central"] / substance.V1
        partition = substance.kp_uu
        if name in self.plan.carried:
            partition = 1.0 / (1.0 + (1.0 / partition - 1.0) * state[f"{name}.efflux"])
        site = state[f"{name}.site"]
        in_plasma, at_site = substance.free.of(plasma), substance.free.of(site)
        if freed is not None:
            in_plasma, at_site = jnp.minimum(in_plasma * freed, plasma), jnp.minimum(at_site * freed, site)
        return Levels(plasma, in_plasma, partition * at_site)

    def _balance(self, name: str, state: State) -> Balance:
        def total(*kinds: str) -> jax.Array:
            found = [state[room] for room in self.plan.rooms if room.startswith(tuple(f"{name}.{k}" for k in kinds))]
            return sum(found, jnp.zeros_like(state[f"{name}.given"]))

        body, waiting = total("central", "peripheral", "deep"), total("depot_", "lag", "prodrug")
        gone = state[f"{name}.eliminated"], state[f"{name}.lost"], total("removed")
        return Balance(state[f"{name}.given"], waiting, body, *gone)


def _by_active_drug(lines: Sequence[str]) -> dict[str, list[str]]:
    """Lines grouped by the drug that arrives in plasma; every name and route checked."""
    fed: dict[str, list[str]] = {}
    for line in dict.fromkeys(lines):
        name, _, route = line.partition("/")
        entry = library.entry(name, field=line)
        if entry.name != name or library.route_of(entry.name, route, field=line) != route:
            raise InputError(f"{line!r} is not a line", allowed=f"{entry.name}/{' or /'.join(entry.routes)}")
        fed.setdefault(load(name).delivers or name, []).append(line)
    return fed


def _substances(card: DrugCard, V1: dict[str, jax.Array], who: Traits) -> dict[str, Substance]:
    assert card.binding is not None and card.site is not None
    partition = jnp.asarray(who.value(card.site.kp_uu, card.name, "kp_uu"))
    mass = card.molar_mass.read("g/mol")[0]
    made = {card.name: Substance(V1[card.name], free(card.binding, who, card.name, molar_mass=mass), partition)}
    for product in card.metabolite:
        share = jnp.asarray(who.value(product.fu, product.name, "fu"))
        nothing = jnp.zeros_like(share)
        made[product.name] = Substance(V1[product.name], Free(share, nothing, nothing), jnp.ones_like(share))
    return made
