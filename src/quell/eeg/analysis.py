"""The whole analysis of an EEG, simulated or real, in memory or on disk: pages, trends, bursts, events, warnings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from quell.eeg.adult import few_electrodes
from quell.eeg.block import Measured, Source, bench
from quell.eeg.bsp import Probability, SuppressionProbability, looks
from quell.eeg.coherence import Floor, conduction_floor
from quell.eeg.montage import LONGITUDINAL_NAME, Derivation
from quell.eeg.opening import open_edf
from quell.eeg.pattern import SHORTEST_S as SHORTEST_PAGE_S
from quell.eeg.pattern import judge_all
from quell.eeg.pattern_belief import CLASSES, unknown
from quell.eeg.pattern_rows import Look
from quell.eeg.prepared import Prepared
from quell.eeg.seizure import Event, events
from quell.eeg.seizure_course import course_of, parts_of
from quell.eeg.stage import Given, Reached
from quell.eeg.suppression import Span, Suppression, spans
from quell.eeg.timeline import timeline
from quell.eeg.unreadable import Readable, readable
from quell.ground.card import from_card
from quell.ground.errors import InputError

Reporter = Callable[[float, float], None]
SHORTEST_S = 1.0  # of a record, and of a last page that stands alone
PAGE_S = (1.0, 600.0)
TRAILING_S = 60.0
TOO_SHORT = "the record is too short for its pages to be named: they are called other"


@dataclass(frozen=True)
class Analysis:
    """What an EEG shows.

    Parameters
    ----------
    duration_s, fs, start, simulated : of the record; `fs` of its samples in Hz
    channels : names of the EEG channels
    montage : in which suppression and spectra were measured
    edges : start and stop of each page in seconds, float64 `[pages, 2]`
    trends : by name (quell.eeg.page.TRENDS), float64 `[pages]`, NaN where unknown
    spectra : left and right, float32 `[pages, 2, f]` uV^2/Hz, at `frequencies` `[f]` Hz
    probabilities : by class, float64 `[pages]`
    pattern_hz : frequency of the pattern of each page in Hz, NaN where there is none, `[pages]`
    bsr_60 : suppressed share of the last 60 s at the end of every second, NaN until they are full, `[seconds]`
    bsp : suppression probability with its 95 % interval at every second
    bursts : bursts and suppressions one after the other
    events : what happened when, as plain values; `found` the same as it was found, without remarks and gaps
    drugs, stages : drugs as told, and the stages of status epilepticus that follow
    synchrony : coherence between channels by minute; `floor` is what conduction through the head alone gives
    """

    duration_s: float
    fs: float
    start: datetime | None
    simulated: bool
    channels: tuple[str, ...]
    montage: str
    edges: np.ndarray
    trends: dict[str, np.ndarray]
    spectra: np.ndarray
    frequencies: np.ndarray
    probabilities: dict[str, np.ndarray]
    pattern_hz: np.ndarray
    bsr_60: np.ndarray
    bsp: Probability
    bursts: list[Span]
    events: list[dict[str, Any]]
    warnings: tuple[str, ...]
    synchrony: list[dict[str, Any]] = field(default_factory=list)
    floor: Floor | None = None
    found: list[Event] = field(default_factory=list)
    drugs: tuple[Given, ...] = ()
    stages: list[Reached] = field(default_factory=list)

    def bsp_of(self, page: int) -> tuple[float, float, float]:
        """Suppression probability, low and high end of its interval, at the middle of a page (NaN if unknown)."""
        second = min(int(self.edges[page].mean()), len(self.bsp.value) - 1)
        if second < 0 or np.isnan(self.trends["bsr"][page]):
            return (np.nan, np.nan, np.nan)
        return (float(self.bsp.value[second]), float(self.bsp.low[second]), float(self.bsp.high[second]))


def analyse(
    record: Source | str | Path,
    *,
    page_s: float = 10.0,
    drugs: Sequence[Given] = (),
    progress: Reporter | None = None,
) -> Analysis:
    """Analyse an EEG: a Record, a Recording read in stretches, or the path of an EDF file.

    Parameters
    ----------
    record : what to analyse
    page_s : length of a page in seconds (1 to 600). The last page may be shorter; a rest of less than 1 s joins the
        page before it
    drugs : what was given when, for the stages of status epilepticus
    progress : called with seconds done and in all

    Raises
    ------
    InputError where there is nothing that can be analysed.
    """
    source = readable(open_edf(record) if isinstance(record, str | Path) else record)
    duration = source.samples / source.fs
    edges = page_edges(duration, page_s)
    table = bench(source)
    told = progress or (lambda done, total: None)
    blocks, course, seconds = [], [], int(duration)
    for pages in table.groups(edges):
        begin, end = pages[0][0], pages[-1][1]
        stretch = table.stretch(begin, end)
        course += parts_of(stretch, seconds)
        told((begin + end) / 2, duration)
        blocks.append(table.measured(stretch, pages, named_pages))
        told(end, duration)
    return _whole(source, blocks, edges, found=events(course_of(course, seconds)), drugs=tuple(drugs))


def named_pages(seen: Prepared, looks: Sequence[Look]) -> list[tuple[dict[str, float], float | None]]:
    """Probabilities of the classes and the frequency of the pattern of pages of one stretch.

    Where too little is there, `other` carries them: ignorance spread over all classes alike would be read as a seizure
    by whoever takes the first of the likeliest.
    """
    long = [look.whole.stop - look.whole.start >= round(SHORTEST_PAGE_S * seen.fs) for look in looks]
    readings = iter(judge_all(seen, [look for look, enough in zip(looks, long, strict=True) if enough]))
    nothing: dict[str, float] = dict(zip(CLASSES, unknown().tolist(), strict=True))
    return [next(readings)[:2] if enough else (dict(nothing), None) for enough in long]


def page_edges(duration_s: float, page_s: float) -> list[tuple[float, float]]:
    """Start and stop of every page: the last may be shorter; a rest below 1 s joins the page before it."""
    if not PAGE_S[0] <= page_s <= PAGE_S[1]:
        raise InputError(f"pages of {page_s:g} s cannot be", field="page length", allowed="1 to 600 s")
    if duration_s < SHORTEST_S:
        raise InputError(f"a record of {duration_s:.2g} s is too short", allowed=f"{SHORTEST_S:g} s or more")
    count = max(1, int(duration_s / page_s + (1 if duration_s % page_s >= SHORTEST_S else 0)))
    stops = [page_s * (k + 1) for k in range(count - 1)] + [duration_s]
    return [(page_s * k, stop) for k, stop in enumerate(stops)]


def _whole(
    source: Readable,
    blocks: list[Measured],
    edges: list[tuple[float, float]],
    *,
    found: list[Event],
    drugs: tuple[Given, ...],
) -> Analysis:
    suppression = from_card(Suppression)
    states = np.concatenate([block.states for block in blocks])
    trends = [row for block in blocks for row in block.trends]
    said = [page for block in blocks for page in block.said]
    spectra = [page for block in blocks for page in block.spectra]
    widest = max(page.shape[1] for page in spectra)
    table = bench(source)
    names = tuple(source.channels[row].name for row in table.rows)
    fs, duration = table.fs, source.samples / source.fs
    bursts = spans(states, fs)
    probabilities = {name: np.array([page[0][name] if page else np.nan for page in said]) for name in CLASSES}
    pattern_hz = np.array([page[1] if page and page[1] is not None else np.nan for page in said])
    pages = (np.array(edges), probabilities, pattern_hz)
    told = timeline(
        source.annotations, found, pages=pages, states=bursts, hum=source.hum_spans(), drugs=drugs, duration_s=duration
    )
    return Analysis(
        duration_s=duration,
        fs=source.fs,
        start=source.start,
        simulated=source.simulated,
        channels=names,
        montage=table.derivation.name,
        edges=np.array(edges),
        trends={name: np.array([row[name] for row in trends]) for name in trends[0]},
        spectra=np.stack([_padded(page, widest) for page in spectra]),
        frequencies=np.arange(widest) / table.quantity.window,
        probabilities=probabilities,
        pattern_hz=pattern_hz,
        bsr_60=suppression.trailing_ratio(states, fs, TRAILING_S),
        bsp=from_card(SuppressionProbability).smoothed(looks(states, fs)),
        bursts=bursts,
        events=told.events,
        warnings=(*source.warnings, *_cautions(source, table.derivation)),
        synchrony=[minute for block in blocks for minute in block.synchrony],
        floor=conduction_floor(names),
        found=told.found,
        drugs=drugs,
        stages=told.stages,
    )


def _cautions(source: Readable, derivation: Derivation) -> list[str]:
    """What a reader should know before trusting the numbers."""
    hum = float(sum(span.stop_s - span.start_s for span in source.hum_spans()))
    told = [TOO_SHORT] if source.samples < SHORTEST_PAGE_S * source.fs else []
    told += few_electrodes([channel.name for channel in source.channels if channel.kind == "eeg"])
    if derivation.name != LONGITUDINAL_NAME:
        told.append(f"measured {derivation.name}: the levels of suppression hold for the longitudinal bipolar montage")
    if hum:
        told.append(f"{hum:g} s show mains hum and nothing else and are not read: electrodes or amplifier are in doubt")
    if source.still_s:
        told.append(
            f"{source.still_s:g} s in which all EEG channels stand still, as no amplifier does, are taken as gaps"
        )
    return told


def _padded(spectra: np.ndarray, width: int) -> np.ndarray:
    """A page shorter than a window has another grid of frequencies: shown as unknown."""
    if spectra.shape[1] == width:
        return spectra
    return np.full((len(spectra), width), np.nan, np.float32)
