"""The folder of an analysed EEG: numbers, events, trends and the page that shows them, whole or not at all."""

from importlib import metadata
from pathlib import Path

import numpy as np

from quell.cohort import store
from quell.eeg.analysis import Analysis
from quell.eeg.answer import NOT_FOR_CARE, summary
from quell.eeg.block import Source
from quell.report import style
from quell.report.eeg_page import page
from quell.report.eeg_table import lines
from quell.report.eeg_trend import trends

EVENTS, TRENDS, PICTURE, REPORT = "events.tsv", "trends.csv", "trends.png", "report.html"


def write(folder: Path, source: Source, analysis: Analysis, *, title: str = "", replace: bool = False) -> Path:
    """Write `summary.json`, `events.tsv`, `trends.csv`, `trends.png` and `report.html`; gives the folder.

    Raises InputError if the folder exists and `replace` is not set.
    """
    with store.prepared(Path(folder), replace=replace) as part:
        store.write_json(part / store.SUMMARY, summary(analysis))
        store.write_bytes(part / EVENTS, events_tsv(analysis).encode())
        store.write_bytes(part / TRENDS, trends_csv(analysis).encode())
        picture = style.png(trends(analysis))
        store.write_bytes(part / PICTURE, picture)
        store.write_bytes(part / REPORT, page(source, analysis, picture, title=title or "EEG").encode())
        about = {"quell": "eeg", "about": NOT_FOR_CARE, "version": metadata.version("quell"), "file": title}
        store.write_json(part / store.MANIFEST, about)
    return Path(folder)


def events_tsv(analysis: Analysis) -> str:
    """Events as BIDS writes them: onset and duration in seconds, trial_type, value."""
    rows = [(e["start_s"], e["duration_s"], e["kind"], e["text"]) for e in analysis.events]
    return lines(("onset", "duration", "trial_type", "value"), rows)


def trends_csv(analysis: Analysis) -> str:
    """One line per page: its edges, probabilities, trends, and suppression probability with its interval."""
    names = ["start_s", "stop_s", *analysis.probabilities, *analysis.trends, "bsp", "bsp_low", "bsp_high", "pattern_hz"]
    columns = [*analysis.edges.T, *analysis.probabilities.values(), *analysis.trends.values()]
    columns += [*np.array([analysis.bsp_of(page) for page in range(len(analysis.edges))]).T, analysis.pattern_hz]
    rows = [["" if np.isnan(value) else f"{value:.6g}" for value in row] for row in zip(*columns, strict=True)]
    return lines(names, rows, ",")
