"""The report of an EEG: one offline page with a viewer of its pages, the trends, the hours and the events."""

import base64
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2

from quell.eeg.analysis import Analysis
from quell.eeg.answer import NOT_FOR_CARE, answer, clock, hours, whole
from quell.eeg.block import Source
from quell.eeg.timeline import WORDS
from quell.report.eeg_excerpt import packed
from quell.report.eeg_trend import CLASS_COLOURS, CLASS_WORDS

TEMPLATE = Path(__file__).with_suffix(".html")
PROGRAM = Path(__file__).with_suffix(".js")
GAINS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100)
BASES = (5, 10, 15, 20, 30, 60)
MOST_EVENTS = 200
PASSING = ("lpd", "gpd", "lrda", "grda", "low_voltage", "annotation")
METHOD = (
    "Band 0.5-40 Hz without delay, {montage} montage. Suppression: local standard deviation (memory 0.105 s), median "
    "over channels, below 2 uV until above 3 uV, at least 0.5 s. Suppression probability: a state that drifts "
    "and may jump; its interval holds a constant state in at least 9 of 10 records. Spectra: Hann windows of 4 s. "
    "Amplitude-integrated EEG: 2-15 Hz rising 12 dB per decade, peak to peak. {coherence}"
)


def page(source: Source, analysis: Analysis, picture: bytes, *, title: str) -> str:
    """The page as text; `picture` is the trend figure as PNG."""
    told = answer(analysis)
    loader = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    data = packed(source, analysis)
    events = [_event(event) for event in first_told(analysis.events)]
    return loader.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        title=title,
        about=_about(analysis),
        care=NOT_FOR_CARE,
        warnings=analysis.warnings,
        tiles=_tiles(analysis),
        gains=GAINS,
        chosen_gain=_gain(analysis),
        bases=BASES,
        key=[{"words": CLASS_WORDS[name], "colour": colour} for name, colour in CLASS_COLOURS.items()],
        rule=data["rule"],
        picture=base64.b64encode(picture).decode(),
        hours=[_hour(hour) for hour in hours(analysis)],
        patterns=[_pattern(kind, one) for kind, one in whole(analysis)["patterns"].items()],
        stages=[[clock(reached.time_s), reached.stage, reached.reason] for reached in analysis.stages],
        told_drugs=bool(analysis.drugs),
        events=events,
        more=max(0, len(analysis.events) - MOST_EVENTS),
        method=METHOD.format(montage=analysis.montage, coherence=_coherence(analysis)),
        version=metadata.version("quell"),
        data={**data, "pages": told["pages"], "events": told["events"], "colours": CLASS_COLOURS, "words": CLASS_WORDS},
        program=PROGRAM.read_text(encoding="utf-8"),
    )


def _about(analysis: Analysis) -> str:
    origin = "Simulated EEG" if analysis.simulated else "Recorded EEG"
    began = f", begun {analysis.start:%Y-%m-%d %H:%M:%S}" if analysis.start else ""
    return f"{origin}, {len(analysis.channels)} channels, {_lasts(analysis.duration_s)}, {analysis.fs:g} Hz{began}"


def _tiles(analysis: Analysis) -> list[dict[str, str]]:
    found = whole(analysis)
    likely = _likely(found["probabilities"])
    interval = f"{_percent(found['bsp_low'])} to {_percent(found['bsp_high'])}"
    tiles = [
        ("most probable over the record", likely),
        ("of the time suppressed", _percent(found["bsr"])),
        (f"suppression probability ({interval})", _percent(found["bsp"])),
        ("seizure burden", _percent(found["seizure_burden"])),
        ("background by its suppressed share", found["continuity"] or "unknown"),
        ("bursts per minute", _number(found["bursts_per_min"], "")),
        ("measured, gaps left out", _lasts(found["measured_s"])),
    ]
    return [{"name": name, "value": value} for name, value in tiles]


def _hour(hour: Mapping[str, Any]) -> list[str]:
    interval = f"{_percent(hour['bsp'])} ({_percent(hour['bsp_low'])} to {_percent(hour['bsp_high'])})"
    return [
        clock(hour["start_s"]),
        clock(hour["stop_s"]),
        _likely(hour["probabilities"]),
        _percent(hour["bsr"]),
        interval,
        _percent(hour["seizure_burden"]),
        hour["continuity"] or "unknown",
        "; ".join(f"{kind.replace('_', ' ')} {one['prevalence']}" for kind, one in hour["patterns"].items()) or "–",
        _number(hour["pattern_hz"], " Hz"),
        _number(hour["bursts_per_min"], ""),
        _number(hour["interburst_interval_s"], " s"),
    ]


def first_told(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The events that the page has room for, in order of time: seizures, stages and drugs before passing patterns."""
    order = sorted(range(len(events)), key=lambda k: (events[k]["kind"] in PASSING, k))[:MOST_EVENTS]
    return [events[k] for k in sorted(order)]


def _pattern(kind: str, one: Mapping[str, Any]) -> list[str]:
    return [WORDS[kind], one["prevalence"], _percent(one["share"]), _number(one["hz"], " Hz")]


def _event(event: Mapping[str, Any]) -> dict[str, str]:
    lasts = _lasts(event["duration_s"]) if event["duration_s"] else ""
    return {
        "at": clock(event["start_s"]),
        "lasts": lasts,
        "kind": event["kind"].replace("_", " "),
        "text": event["text"],
    }


def _likely(probabilities: Mapping[str, float | None]) -> str:
    known = {name: value for name, value in probabilities.items() if value is not None}
    if not known:
        return "unknown"
    best = max(known, key=lambda name: known[name])
    return f"{CLASS_WORDS[best]} {_percent(known[best])}"


def _coherence(analysis: Analysis) -> str:
    if analysis.floor is None or not analysis.synchrony:
        return "Coherence between channels: not measured."
    told = whole(analysis)["synchrony"]
    bands = ", ".join(f"{band} {told[band]['coherence']:.2f}" for band in ("delta", "theta", "alpha"))
    floor = f"conduction through the head alone gives {analysis.floor.median:.2f} (up to {analysis.floor.largest:.2f})"
    return f"Coherence between channels, average reference, median over pairs: {bands}; {floor}."


def _gain(analysis: Analysis) -> int:
    """The gain at which a usual page of this record can be read."""
    level = analysis.trends["level_uV"]
    known = sorted(value for value in level if value == value)
    usual = known[len(known) * 3 // 4] if known else 7.0
    return min(GAINS[3:], key=lambda gain: abs(gain - 0.8 * usual))


def _lasts(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"


def _number(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.3g}{unit}"
