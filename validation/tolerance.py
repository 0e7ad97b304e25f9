"""Sedation tolerance against anticonvulsant tolerance: the same receptors in a chain and in a web, with intervals.

    uv run python validation/tolerance.py [PEOPLE]

Writes validation/tolerance.json, docs/figures/tolerance.png and docs/tolerance.md. Circuits of four stations drawn from
people (study 101), each wired as a chain and side by side; population equations, receptors and drug are those of a
patient. Days of a drug are lived by the equations of `quell.receptors.tolerance`.
"""

import json
import sys
import time
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import tolerance_page as page  # noqa: E402
from tolerance_back import returned  # noqa: E402

from quell.circuit import relay  # noqa: E402
from quell.circuit.relay import Relay  # noqa: E402
from quell.ground import chance  # noqa: E402
from quell.ground.card import from_card  # noqa: E402
from quell.patient import adaptation, brain  # noqa: E402
from quell.patient.aetiology import OUTSIDE  # noqa: E402
from quell.patient.brain import Parts, Ports, World  # noqa: E402
from quell.patient.build import default_parts, with_traits  # noqa: E402
from quell.patient.person import draw_people  # noqa: E402
from quell.receptors.tolerance import Needs  # noqa: E402

STUDY, DRUG = 101, 10.0  # level of the benzodiazepine over its affinity: nine tenths of the sites held
KEPT, HEARD_HZ = 0.8, 3.0  # of the message a drug must stop before tolerance, and what must get through without it
LINKS = np.geomspace(0.2, 12.0, 40)
LEFT = np.arange(1.0, 0.499, -0.02)
DAYS = np.array([0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 11, 14, 21, 28])
FORMS = ("chain", "web")  # one after the other, all side by side
SUBUNITS = {
    "alpha1": (1.0, 0.0, 0.0),
    "alpha2, 3, 5": (0.0, 0.78, 0.22),
}  # shares of the brake; 0.35 to 0.10 as in a patch
OTHERS = {  # how far the result hangs on what was assumed
    "links a twentieth weaker than the drug can stop": {"margin": 0.95},
    "links a tenth weaker": {"margin": 0.9},
    "links a fifth weaker": {"margin": 0.8},
    "two stations": {"stations": 2},
    "eight stations": {"stations": 8},
    "stations alike": {"unlike": 0.0},
    "stations three times as unlike": {"unlike": 3.0},
}
FEW = 64  # people for each of these
HERE = Path(__file__).parent


def main(people: int) -> None:
    """Match every circuit, lose receptors, live days of drug, and write the page."""
    began = time.monotonic()
    ward = Circuits(people)
    found = {"losses": LEFT.tolist(), "days": DAYS.tolist(), "loss": {}, "one": {}, "time": {}, "used": {}}
    curves, courses = {}, {}
    for form in FORMS:
        for kind in SUBUNITS:
            links = ward.matched(form, kind)
            courses[form, kind] = ward.function(form, kind, links, [ward.lived(kind, day) for day in DAYS])
            if kind == "alpha1":  # the same receptors in both
                curves[form] = ward.function(form, kind, links, [ward.thinned(kind, left) for left in LEFT])
                single = ward.thinned(kind, page.ONE, stations=1)
                found["one"][form] = ward.function(form, kind, links, [single])[0].tolist()
        print(f"{time.monotonic() - began:6.0f} s  {form}", file=sys.stderr)
    found["other"] = {name: others(min(people, FEW), **how) for name, how in OTHERS.items()}
    found["loss"] = {form: values.tolist() for form, values in curves.items()}
    found["time"] = {f"{form}, {kind}": values.tolist() for (form, kind), values in courses.items()}
    made = {
        "study": STUDY,
        "people": people,
        "date": date.today().isoformat(),
        "drug": DRUG,
        **page.told(found),
        "back": returned(people),
    }
    (HERE / "tolerance.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    page.write(made, HERE)


def others(people: int, margin: float = 1.0, **changed: float) -> dict[str, list]:
    """The same loss in circuits that are made or matched otherwise: functions `[losses][people]` by form."""
    ward = Circuits(people, **changed)
    drives = [ward.thinned("alpha1", left) for left in LEFT]
    return {
        form: ward.function(form, "alpha1", ward.matched(form, "alpha1", margin), drives).tolist() for form in FORMS
    }


class Circuits:
    """Circuits of the stations of `people` persons; one person's stations are the same in every form."""

    def __init__(self, people: int, **changed: float) -> None:
        """Stations with the person's own synapses; they differ in excitability. `changed` are constants of `Relay`."""
        drawn = draw_people(STUDY, np.arange(people))
        own = {name: x for name, x in drawn.traits.items() if name.partition(".")[0] not in OUTSIDE}
        self.parts, self.people = with_traits(default_parts(tolerance=True), own), people
        self.relay = from_card(Relay, **changed)
        self.stations = int(self.relay.stations)
        kicks = [np.asarray(chance.normal(STUDY, drawn.ids, f"station.{k}"))[:, 0] for k in range(self.stations)]
        self.unlike = self.relay.unlike * np.stack(kicks, axis=1)

    @cache  # noqa: B019
    def program(self, form: str):
        """The compiled circuit of a form; drives `[stations, lanes]`, message a number."""
        wired = relay.form(self.stations, 1 if form == "chain" else self.stations)
        patch = jax.tree.map(jnp.float32, self.parts.patch)
        return jax.jit(lambda drive, message: relay.answer(patch, self.relay, drive, wired, message=message))

    def drive(self, parts: Parts, person: brain.Brain, bzd: float) -> dict:
        """What stations feel, `[stations, people]` each, as `patient.brain` gives it."""
        none = jnp.zeros((1, 1))
        held = dict.fromkeys(("bzd", "bzd_a2", "bzd_a5"), none + bzd)  # the same level at every class
        ports = Ports(*(none for _ in Ports._fields))._replace(**held)
        felt = brain.drive(adaptation.coupled(parts, person.adapted), person, World(ports, none, none + 1.0))
        felt = felt._replace(bias_E=felt.bias_E + self.unlike)
        return jax.tree.map(lambda x: np.broadcast_to(np.asarray(x, np.float32), (self.people, self.stations)).T, felt)

    def of(self, kind: str) -> tuple[Parts, brain.Brain]:
        """The parts with a brake of these subunits alone, and a brain at rest."""
        shares = dict(zip(("share_a1", "share_a2", "share_a5"), SUBUNITS[kind], strict=True))
        parts = self.parts._replace(gaba=replace(self.parts.gaba, **shares))
        return parts, brain.rest(parts, jnp.ones((self.people, self.stations)))

    def thinned(self, kind: str, left: float, stations: int | None = None):
        """The drive under the drug when this share of the receptors is left (in the first so many stations)."""
        parts, person = self.of(kind)
        number = np.ones((self.people, self.stations))
        number[:, slice(stations)] = left
        pools = person.receptors.gaba._replace(a1=number, a2=number, a5=number)
        return self.drive(parts, person._replace(receptors=person.receptors._replace(gaba=pools)), DRUG)

    def lived(self, kind: str, day: float):
        """The drive under the drug on a day of it."""
        parts, person = self.of(kind)
        adapted = parts.tolerance.after(Needs(DRUG, 0.0), 86400.0 * day, 0.0)
        pools = parts.trafficking.settled(parts.tolerance.taken(adapted))
        adapted = jax.tree.map(lambda x: jnp.broadcast_to(x, (self.people, self.stations)), adapted)
        receptors = person.receptors._replace(gaba=pools)
        return self.drive(parts, person._replace(receptors=receptors, adapted=adapted), DRUG)

    def added(self, form: str, drive, links: np.ndarray) -> np.ndarray:
        """What the message adds to the last row (Hz), `[rows, people]` for links of that shape."""
        rows = len(links)
        wide = jax.tree.map(lambda x: np.tile(x, (1, rows)), drive)
        wide = wide._replace(g_far=np.broadcast_to(links.reshape(1, -1), wide.bias_E.shape).astype(np.float32))
        rates = [np.asarray(self.program(form)(wide, np.float32(m))) for m in (self.relay.message, 0.0)]
        return (rates[0] - rates[1]).reshape(rows, -1)

    def matched(self, form: str, kind: str, margin: float = 1.0) -> np.ndarray:
        """Per person the strongest links at which the drug still stops enough of the message, times `margin`.

        NaN where there are none.
        """
        parts, person = self.of(kind)
        links = np.broadcast_to(LINKS[:, None], (len(LINKS), self.people))
        for _ in range(2):  # once coarse, once between two coarse ones
            without = self.added(form, self.drive(parts, person, 0.0), links)
            with_it = self.added(form, self.drive(parts, person, DRUG), links)
            good = (without > HEARD_HZ) & (with_it <= (1.0 - KEPT) * without)
            last = len(links) - 1 - np.argmax(good[::-1], axis=0)
            low = np.take_along_axis(links, last[None], axis=0)
            high = np.take_along_axis(links, np.minimum(last + 1, len(links) - 1)[None], axis=0)
            links = np.where(good.any(axis=0), np.geomspace(low[0], high[0], 12), np.nan)
        return np.where(good.any(axis=0), margin * low[0], np.nan)

    def function(self, form: str, kind: str, links: np.ndarray, drives: list) -> np.ndarray:
        """The drug's function under each drive, `[drives, people]`."""
        parts, person = self.of(kind)
        fill, row = np.nan_to_num(links, nan=1.0), partial(self.added, form)
        without = row(self.drive(parts, person, 0.0), fill[None])[0]
        made = [1.0 - row(drive, fill[None])[0] / without for drive in drives]
        return np.where(np.isnan(links), np.nan, np.stack(made))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 240)
