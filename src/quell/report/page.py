"""The report: one offline HTML page with the picture, what happened, and why each drug did or did not work."""

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from quell.ground.sources import cards, rows
from quell.outcome.reason import amount, clock, span, volts
from quell.report.telling import told

TEMPLATE = Path(__file__).with_suffix(".html")
STYLE = TEMPLATE.with_suffix(".css")
SAID = {
    "stopped": ("good", "EEG silent"),
    "returned": ("mixed", "silent, then returned"),
    "shared": ("mixed", "silent after a second drug"),
    "failed": ("bad", "did not stop it"),
    "ended before": ("", "ended before it arrived"),
    "not seizing": ("", "nothing to stop"),
    "too early to say": ("", "no verdict yet"),
    "held": ("good", "held"),
    "broke through": ("bad", "seizures broke through"),
}
GRADES = {
    "A": "read in the source (A)",
    "B": "well supported (B)",
    "C": "indirect (C)",
    "D": "recalled or assumed (D)",
}


def page(
    summary: Mapping[str, Any],
    events: pd.DataFrame,
    picture: bytes,
    *,
    manifest: Mapping[str, Any] | None = None,
    title: str = "One patient",
    about: str = "",
    folder: str = "DIR",
    grades: Mapping[str, int] | None = None,
    patient: int = 0,
) -> str:
    """The page as text. `picture` is a PNG; `summary` as `outcome.summary` makes it; `patient` a position in it.

    `grades` counts constants by grade of their source; by default all cards of the package are counted.
    """
    one = summary["patients"][patient]
    return render(
        TEMPLATE,
        title=title,
        about=about,
        tiles=_tiles(one),
        picture=base64.b64encode(picture).decode(),
        closing=one.get("story", {}).get("closing", ""),
        chapters=_chapters(one),
        following=_next(one, folder),
        doses=_doses(one, folder),
        timeline=_timeline(events, one["patient"]),
        grades=_grades(count_grades() if grades is None else grades),
        provenance=_provenance(manifest or {}),
        folder=folder,
        version=(manifest or {}).get("versions", {}).get("quell", ""),
    )


def render(template: Path, **words: Any) -> str:
    """A template beside this file, filled in, with the style that all pages share; texts are escaped."""
    loader = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    css = Markup(STYLE.read_text(encoding="utf-8"))
    return loader.from_string(template.read_text(encoding="utf-8")).render(css=css, **words)


def count_grades() -> dict[str, int]:
    """How many constants of the package's cards carry each grade."""
    return dict(Counter(str(row.row.get("grade", "")) for card in cards() for row in rows(card)))


def _tiles(one: Mapping[str, Any]) -> list[dict[str, str]]:
    worst = max(one["injury"], key=lambda patch: one["injury"][patch], default="")
    met = [t["met"].get("E_gaba") for t in one["treatments"] if t["met"].get("E_gaba") is not None]
    after = " after the first dose" if one["treatments"] else ""
    tiles = [
        ("of electrographic seizing", span(one["seizing_min"] * 60.0)),
        (f"EEG falls silent{after}", _when(one["eeg_stopped_s"], "throughout" if not one["seizures"] else "")),
        (f"movement stops{after}", _when(one["movement_stopped_s"], "" if one["convulsed"] else "none seen")),
        ("patient answers", _when(one["responsive_from_s"], "" if one["lost_responsiveness"] else "throughout")),
    ]
    if met:
        tiles.append(("E_GABA at the first dose", volts(met[0])))
    if worst and one["injury"][worst] > 0.0005:
        tiles.append((f"of neurons lost, {worst.replace('_', ' ')}", f"{one['injury'][worst]:.1%}"))
    if one.get("harm"):
        tiles.append(("lowest mean pressure", f"{one['harm']['least_pressure']:.0f} mmHg"))
    return [{"name": name, "value": value} for name, value in tiles]


def _when(seconds: float | None, otherwise: str) -> str:
    if seconds is None:
        return otherwise or "not in this record"
    return clock(seconds)


def _dose(treatment: Mapping[str, Any]) -> dict[str, Any]:
    dose, met = treatment["dose"], treatment["met"]
    colour, said = ("", "acts over days") if treatment.get("immune") else SAID[treatment["result"]]
    facts = [
        ("E_GABA", "E_gaba", volts),
        ("GABA-A receptors", "gaba_a", _percent),
        ("NMDA receptors", "nmda", _percent),
        ("Cl⁻ inside", "Cl_i", _mM),
        ("K⁺ outside", "K_o", _mM),
        ("own reserve", "reserve", _percent),
    ]
    shown = [{"name": n, "value": as_words(met[k])} for n, k, as_words in facts if met.get(k) is not None]
    if treatment["drive"] is not None:
        shown.append({"name": "level reached", "value": f"{treatment['drive']:.2g} × half effect"})
    return {
        "name": f"{dose['drug'].capitalize()} {amount(dose['mg'])} at {clock(dose['start_s'])}",
        "said": said,
        "colour": colour,
        "words": treatment["words"],
        "clear": treatment["clear"],
        "facts": shown,
    }


def _timeline(events: pd.DataFrame, patient: int) -> list[dict[str, str]]:
    return [
        {"when": clock(line.time_s), "kind": line.kind, "what": line.what, "detail": line.detail}
        for line in told(events, patient)
    ]


def _chapters(one: Mapping[str, Any]) -> list[dict[str, str]]:
    told_in = one.get("story", {}).get("chapters", [])
    return [{"when": clock(c["from_s"]), "title": c["title"], "words": c["words"]} for c in told_in]


def _next(one: Mapping[str, Any], folder: str) -> list[dict[str, str]]:
    """Runs that would show more, as commands that work beside the folder."""
    following = one.get("story", {}).get("next", [])
    return [{"shows": proof["shows"], "command": _there(proof["command"], folder)} for proof in following]


def _there(command: str, folder: str) -> str:
    return command.replace("scenario.toml", f"{folder}/scenario.toml")


def _doses(one: Mapping[str, Any], folder: str) -> list[dict[str, Any]]:
    """A card for every dose; of drugs that act over days, one card for all doses of the drug."""
    made: list[dict[str, Any]] = []
    slow: dict[str, dict[str, Any]] = {}
    for treatment in one["treatments"]:
        dose = treatment["dose"]
        if treatment.get("immune") and dose["drug"] in slow:
            slow[dose["drug"]]["again"].append(clock(dose["start_s"]))
            continue
        card = _dose(treatment) | {"proof": _there(treatment.get("proof") or "", folder), "again": []}
        made.append(card)
        if treatment.get("immune"):
            slow[dose["drug"]] = card
    return made


def _grades(counted: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"name": words, "count": counted[grade]} for grade, words in GRADES.items() if counted.get(grade)]


def _provenance(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    names: Sequence[tuple[str, str]] = (
        ("seed", "seed"),
        ("mode", "mode"),
        ("population", "population"),
        ("command", "command"),
        ("versions", "versions"),
        ("hardware", "machine"),
        ("clocks_s", "clocks (s)"),
    )
    return [{"name": name, "value": _plainly(manifest[key])} for key, name in names if key in manifest]


def _plainly(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plainly(inner)}" for name, inner in value.items())
    return str(value)


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _mM(value: float) -> str:
    return f"{value:.1f} mM"
