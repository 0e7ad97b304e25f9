"""Pages of simulated EEG of many people, by class; the state of the brain says which, not the eye."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

from quell.care.admission import admit  # noqa: E402
from quell.care.scenario import load_scenario  # noqa: E402
from quell.eeg import scalp  # noqa: E402
from quell.eeg.channels import Channel  # noqa: E402
from quell.eeg.leadfield import electrode_names  # noqa: E402
from quell.eeg.record import Record  # noqa: E402
from quell.engine.clock import FULL  # noqa: E402
from quell.patient.whole import atlas  # noqa: E402

HERE, FS, PAGE_S = Path(__file__).parent, 200.0, 10.0
BEDSIDE = ("ecg", "pulse", "ventilator", "line", "muscle")  # what a page without a brain still shows
KEPT = (
    "time",
    "seizing",
    "seizing_patch",
    "suppression",
    "responsiveness",
    "convulsing",
    "rate_E",
    "withheld",
    "source",
)
Lived = dict[str, np.ndarray]


def awake(lived: Lived) -> np.ndarray:
    """Before onset."""
    return (lived["time"] < 0)[:, None] & ~lived["seizing"]


def seizing(lived: Lived) -> np.ndarray:
    """Half a minute into a seizure, before any drug."""
    ran = np.stack([np.roll(lived["seizing"], k, axis=0) for k in range(4)]).all(axis=0)
    return ran & (lived["time"] < BEFORE_DRUG_S)[:, None] & (lived["time"] > 0)[:, None]


def ended(lived: Lived) -> np.ndarray:
    """10 to 40 s after a seizure of a minute or more that ended without a drug."""
    after, was = np.zeros_like(lived["seizing"]), lived["seizing"]
    for lane in range(was.shape[1]):
        steps = np.flatnonzero(was[:, lane])
        if len(steps) > LONG_STEPS and lived["time"][steps[-1]] < BEFORE_DRUG_S:
            after[steps[-1] + 2 : steps[-1] + 5, lane] = True
    return after


def sedated(lived: Lived) -> np.ndarray:
    """Unconscious under a drug, neither seizing nor suppressed."""
    deep = (lived["responsiveness"] < 0.3) & (lived["suppression"] < 0.05) & ~lived["seizing"]
    return deep & (lived["time"] > BEFORE_DRUG_S + 600.0)[:, None]


def bursting(lived: Lived) -> np.ndarray:
    """Suppressed for a fifth to four fifths of the last minute, and a burst and a suppression on the page itself."""
    now = lived["suppression"]
    share = np.stack([np.roll(now, k, axis=0) for k in range(6)]).mean(axis=0)
    both = (share > 0.2) & (share < 0.8) & (now > 0.05) & (now < 0.95)
    return both & ~lived["seizing"] & (lived["time"] > BEFORE_DRUG_S)[:, None]


def silent(lived: Lived) -> np.ndarray:
    """Suppressed without a burst for two minutes."""
    return np.stack([np.roll(lived["suppression"], k, axis=0) for k in range(12)]).min(axis=0) > 0.999


BEFORE_DRUG_S, LONG_STEPS, PER_PERSON = 300.0, 6, 2
CLASSES: dict[str, tuple[str, Callable[[Lived], np.ndarray], tuple[str, ...]]] = {
    "normal": ("seizure", awake, ()),
    "seizure": ("seizure", seizing, ()),
    "postictal": ("seizure", ended, ()),
    "postictal suppression": ("generalised", ended, BEDSIDE),
    "slow": ("sedation", sedated, ()),
    "burst suppression": ("propofol", bursting, ()),
    "isoelectric": ("isoelectric", silent, BEDSIDE),
}


def pages(people: int) -> dict[str, list[Record]]:
    """Up to two pages of 10 s of everybody in whom a class occurs."""
    found: dict[str, list[Record]] = {}
    for name, (run, where, artefacts) in CLASSES.items():
        lived = live(run, people)
        at = where(lived)
        for lane in range(people):
            steps = np.flatnonzero(at[:, lane])
            for step in sorted({int(steps[len(steps) * part // 4]) for part in (1, 3)} if len(steps) else ()):
                found.setdefault(name, []).append(seen(run, lived, lane, float(lived["time"][step]), artefacts))
    return found


def periodic(people: int, named: Callable[[Record], str], every_s: float = 300.0) -> list[Record]:
    """Pages after cardiac arrest that a reader names GPD, one every five minutes from half an hour on."""
    lived = live("gpd", people)
    times = np.arange(1800.0, lived["time"][-1], every_s)
    looked = [seen("gpd", lived, lane, float(at), ()) for lane in range(people) for at in times]
    return [page for page in looked if named(page) == "gpd"]


@cache
def live(run: str, people: int) -> Lived:
    """The record of people 0, 1, ... under validation/eeg_RUN.toml, arrays `[time, lanes, ...]`, with their source."""
    scenario = load_scenario(HERE / f"eeg_{run}.toml")
    course = admit(scenario, np.arange(people))
    chunks = course.chunks(course.start(), 0, course.steps(float(scenario.duration)), 6)
    parts = [{name: np.asarray(record[name]) for name in KEPT} for _, record in chunks]
    lived = {name: np.concatenate([part[name] for part in parts]) for name in KEPT}
    lived["source"] = lived["source"].reshape(-1, *lived["source"].shape[-2:])
    return lived


def seen(run: str, lived: Lived, lane: int, ends_s: float, artefacts: tuple[str, ...]) -> Record:
    """The page that ends at this time, as the scalp of one person shows it."""
    scenario = load_scenario(HERE / f"eeg_{run}.toml")
    course = scalp.Course(
        lived["time"],
        responsiveness=lived["responsiveness"][:, lane],
        rate=lived["rate_E"][:, lane],
        seizing=lived["seizing_patch"][:, lane].astype(float),
        withheld=lived["withheld"][:, lane],
    )
    signals = scalp.window(
        lived["source"][:, lane],
        FS,
        scenario.seed,
        lane,
        at_s=ends_s - PAGE_S,
        seconds=PAGE_S,
        patches=atlas(scenario.brain).names,
        course=course,
        start_s=float(lived["time"][0]) - FULL.macro,
        artefacts=artefacts,
    )
    channels = tuple(Channel(name, "eeg", name) for name in electrode_names())
    return Record(signals.T.astype(np.float32), FS, channels, simulated=True)
