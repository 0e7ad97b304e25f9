"""The page on tolerance: what the circuits and the days come to, with intervals, and a figure."""

import math
from pathlib import Path

import numpy as np

from quell.ground.card import from_card
from quell.outcome.proportion import wilson
from quell.receptors.gaba_a import GabaA, Ports

ONE = 0.6  # receptors left in the one station that loses any
ASKED = (0.05, 0.1, 0.2, 0.3)  # losses in the table
PATHS = {
    "both": ("chain, alpha1", "web, alpha2, 3, 5"),
    "wiring alone": ("chain, alpha1", "web, alpha1"),
    "subunits alone": ("web, alpha1", "web, alpha2, 3, 5"),
}

NAMES = {
    "chain, alpha1": "sedation: chain, alpha1",
    "web, alpha1": "sedation with the wiring off: web, alpha1",
    "web, alpha2, 3, 5": "seizure control: web, alpha2, 3, 5",
    "chain, alpha2, 3, 5": "for comparison: chain, alpha2, 3, 5",
}


def told(found: dict) -> dict:
    """The summaries: function left by loss, the loss and the day that halve it, pairs, steepness."""
    losses, days = np.array(found["losses"]), np.array(found["days"])
    curves = {form: relative(np.array(values)) for form, values in found["loss"].items()}
    courses = {path: relative(np.array(values)) for path, values in found["time"].items()}
    halved = {form: crossing(1.0 - losses, curve) for form, curve in curves.items()}
    half_day = {path: crossing(days, course) for path, course in courses.items()}
    used = np.all([np.isfinite(curve[0]) for curve in (*curves.values(), *courses.values())], axis=0)
    naive = {form: np.array(values)[0] for form, values in found["loss"].items()}
    rows = {
        form: {f"{loss:g}": median(at(1.0 - losses, curve, loss)[used]) for loss in ASKED}
        for form, curve in curves.items()
    }
    return {
        "used": int(used.sum()),
        "naive": {form: median(values[used]) for form, values in naive.items()},
        "left": rows,
        "one": {form: median((np.array(v) / naive[form])[used]) for form, v in found["one"].items()},
        "halved": {form: median(values[used]) for form, values in halved.items()},
        "sooner": sooner(halved["chain"][used], halved["web"][used]),
        "half_day": {path: median(values[used]) for path, values in half_day.items()},
        "pairs": {name: sooner(half_day[a][used], half_day[b][used]) for name, (a, b) in PATHS.items()},
        "steepness": steepness(halved, used),
        "at": {path: {f"{day:g}": median(at(days, c, day)[used]) for day in (1, 3, 14)} for path, c in courses.items()},
        "other": {name: summary(losses, one) for name, one in found["other"].items()},
        "days": days.tolist(),
        "losses": (1.0 - losses).tolist(),
        "curves": {form: quartiles(curve[:, used]) for form, curve in curves.items()},
        "courses": {path: quartiles(course[:, used]) for path, course in courses.items()},
    }


def summary(losses: np.ndarray, one: dict) -> dict:
    """The loss that halves the function in chain and web, and which halves first, for one other set of circuits."""
    halved = {form: crossing(1.0 - losses, relative(np.array(values))) for form, values in one.items()}
    used = np.isfinite(np.array(one["chain"])[0]) & np.isfinite(np.array(one["web"])[0])
    made = {form: median(values[used]) for form, values in halved.items()}
    return made | {"sooner": sooner(halved["chain"][used], halved["web"][used]), "steepness": steepness(halved, used)}


def relative(function: np.ndarray) -> np.ndarray:
    """Function `[steps, people]` over what it was before tolerance."""
    return function / function[0]


def crossing(along: np.ndarray, course: np.ndarray) -> np.ndarray:
    """Where the course first falls below a half, `[people]`; infinite where it does not, NaN where there is none."""
    below = course < 0.5
    first = np.argmax(below, axis=0)
    who = np.arange(course.shape[1])
    high, low = course[np.maximum(first - 1, 0), who], course[first, who]
    part = (high - 0.5) / np.where(high > low, high - low, 1.0)
    spot = along[np.maximum(first - 1, 0)] + part * (along[first] - along[np.maximum(first - 1, 0)])
    return np.where(np.isnan(course[0]), np.nan, np.where(below.any(axis=0), spot, np.inf))


def at(along: np.ndarray, course: np.ndarray, where: float) -> np.ndarray:
    """The course at one place, `[people]`."""
    return np.array([np.interp(where, along, one) for one in course.T])


def median(values: np.ndarray) -> list[float | None]:
    """Median over circuits and its 95 % interval from ranks (distribution-free); None for infinity."""
    ordered, n = np.sort(values), len(values)
    reach = 0.98 * math.sqrt(n)
    low, high = ordered[max(0, math.floor(n / 2 - reach))], ordered[min(n - 1, math.ceil(n / 2 + reach))]
    found = float(ordered[n // 2]), float(low), float(high)
    return [None if math.isinf(value) else round(value, 4) for value in found]


def sooner(one: np.ndarray, other: np.ndarray) -> list[int]:
    """In how many circuits one came first, in how many the other did, of how many."""
    return [int((one < other).sum()), int((other < one).sum()), len(one)]


def quartiles(course: np.ndarray) -> list[list[float]]:
    """Lower quartile, median, upper quartile `[3][steps]`."""
    return np.round(np.quantile(course, [0.25, 0.5, 0.75], axis=1), 4).tolist()


def steepness(halved: dict[str, np.ndarray], used: np.ndarray) -> list[float | None]:
    """Per circuit the Hill exponent of a chain over that of a web: how much of the added brake halves the function."""
    gain = float(from_card(GabaA).synaptic_gain(Ports(10.0, 0.0), 1.0, 1.0, 1.0))

    def fall(loss: np.ndarray) -> np.ndarray:
        return np.log((gain - 1.0) / np.maximum(gain * (1.0 - loss) - 1.0, 1e-3))

    return median((fall(halved["web"]) / fall(halved["chain"]))[used])


def write(made: dict, here: Path) -> None:
    """The page and its figure."""
    docs = here.parent / "docs"
    head, tail = ((here / f"tolerance_{part}.md").read_text(encoding="utf-8") for part in ("head", "tail"))
    (docs / "tolerance.md").write_text(
        head + tables(made) + tail.replace("{withdrawal}", withdrawal(made)), encoding="utf-8"
    )
    draw(made, docs / "figures" / "tolerance.png")


def tables(made: dict) -> str:
    """Both tables, with intervals."""
    lines = [
        f"{made['used']} of {made['people']} people's circuits, each wired both ways; in the others no strength of "
        "links lets the message through without the drug and stops it with it. Medians over circuits, 95 % interval "
        "of the median in brackets.",
        "",
        "| The same receptors lost in every station | Function left, chain | Function left, web |",
        "|---|---|---|",
    ]
    for loss in made["left"]["chain"]:
        chain, web = (share(made["left"][form][loss]) for form in ("chain", "web"))
        lines.append(f"| {float(loss):.0%} | {chain} | {web} |")
    chain, web = (share(made["one"][form]) for form in ("chain", "web"))
    lines.append(f"| {1 - ONE:.0%} in one station, none in the others | {chain} | {web} |")
    first, _, of = made["sooner"]
    chain, web = (share(made["halved"][form]) for form in ("chain", "web"))
    lines += [
        "",
        f"Half of the function is gone when {chain} of the receptors are gone in a chain, {web} in a web; the chain is "
        f"first in {pairs(first, of)}.",
        "",
        "## Days of a benzodiazepine",
        "",
        "Receptors adapt by their own subunits, the level stays. Sedation runs over alpha1 receptors, seizure control "
        "over alpha2, 3 and 5. With the wiring off both circuits are webs, and the difference of subunits is left.",
        "",
        "| Circuit and receptors | Left after a day | After 3 days | After 14 days | Halved on day |",
        "|---|---|---|---|---|",
    ]
    for path, name in NAMES.items():
        left = " | ".join(share(made["at"][path][day]) for day in ("1", "3", "14"))
        lines.append(f"| {name} | {left} | {number(made['half_day'][path])} |")
    lines += ["", "| Sedation against seizure control | Sedation halved first |", "|---|---|"]
    lines += [f"| {name} | {pairs(made['pairs'][name][0], made['pairs'][name][2])} |" for name in PATHS]
    lines += [
        "",
        "## How far this hangs on what was assumed",
        "",
        "| Circuits | Loss that halves, chain | Web | Chain first | Chain steeper, times |",
        "|---|---|---|---|---|",
        row("as above", made["halved"] | {"sooner": made["sooner"], "steepness": made["steepness"]}),
    ]
    lines += [row(name, one) for name, one in made["other"].items()]
    return "\n".join(lines) + "\n"


def withdrawal(made: dict) -> str:
    """Who seizes untreated, by the time since the last drink."""
    back = made["back"]
    lines = ["| Alcohol gone for | Seizing 9 to 10 min after onset, untreated | alpha1 left |", "|---|---|---|"]
    for name, ill, left in back["rows"]:
        found = wilson(ill, back["people"])
        count = f"{ill} of {back['people']} = {found.share:.0%} ({found.low:.0%} to {found.high:.0%})"
        lines.append(f"| {name} | {count} | {left:.0%} |")
    return "\n".join(lines)


def row(name: str, one: dict) -> str:
    """A row of the last table."""
    chain, web = (share(one[form]) for form in ("chain", "web"))
    return f"| {name} | {chain} | {web} | {pairs(one['sooner'][0], one['sooner'][2])} | {number(one['steepness'])} |"


def share(found: list[float | None]) -> str:
    """A median share with its interval, in per cent."""
    middle, low, high = ("none" if value is None else f"{value:.0%}" for value in found)
    return f"{middle} ({low} to {high})"


def number(found: list[float | None]) -> str:
    """A median with its interval."""
    middle, low, high = ("never" if value is None else f"{value:.2g}" for value in found)
    return f"{middle} ({low} to {high})"


def pairs(first: int, of: int) -> str:
    """A count of circuits with the interval of its share."""
    found = wilson(first, of)
    return f"{first} of {of} circuits ({found.low:.0%} to {found.high:.0%})"


def draw(made: dict, path: Path) -> None:
    """Function by loss, and by day for sedation and seizure control."""
    import matplotlib

    from quell.report.style import BRAKE, EXCITE, LETTERS, NMDA

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with matplotlib.rc_context(LETTERS):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
        for form, colour in (("chain", EXCITE), ("web", BRAKE)):
            band(left, 100 * np.array(made["losses"]), made["curves"][form], colour=colour, label=form)
        left.set(xlabel="receptors lost in every station, %", ylabel="function left, %", xlim=(0, 50))
        left.set_title("The same loss in both circuits")
        told = (
            ("chain, alpha1", EXCITE, "sedation: chain, alpha1"),
            ("web, alpha1", NMDA, "wiring off: web, alpha1"),
            ("web, alpha2, 3, 5", BRAKE, "seizure control: web, alpha2, 3, 5"),
        )
        for name, colour, label in told:
            band(right, np.array(made["days"]), made["courses"][name], colour=colour, label=label)
        right.set(xlabel="days of a benzodiazepine", xlim=(0, 14))
        right.set_title("Days of the same drug level")
        for ax in (left, right):
            ax.set_ylim(0, 105)
            ax.axhline(50, color="#8a909c", lw=0.7, ls=":")
            ax.legend(loc="upper right")
        figure.savefig(path, dpi=150)
        plt.close(figure)


def band(ax, along: np.ndarray, found: list[list[float]], *, colour: str, label: str) -> None:
    """Median and quartiles over circuits."""
    low, middle, high = (100 * np.array(row) for row in found)
    ax.fill_between(along, low, high, color=colour, alpha=0.15, lw=0)
    ax.plot(along, middle, color=colour, label=label)
