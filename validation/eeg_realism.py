"""Simulated EEG beside real EEG: size, spectrum and bands of pages of each class, and a figure in one montage.

Simulated pages are of many people, chosen by the state of their brains (eeg_people.py). They are held against the
medians of real pages that the evidence gives (eeg_envelope.toml); real pages at hand are measured beside them.
"""

import csv
import os
import tomllib
from pathlib import Path

import eeg_people
import numpy as np

from quell.eeg.analysis import named_pages
from quell.eeg.block import bench
from quell.eeg.conditioning import Band, bridged
from quell.eeg.montage import bipolar
from quell.eeg.opening import read
from quell.eeg.quantity import bands
from quell.eeg.record import Record
from quell.eeg.spectrum import windows
from quell.ground.card import from_card

COLUMNS = ("RMS, uV", "p-p (99 %), uV", "SEF95, Hz", "slope 2-30 Hz", "delta", "theta", "alpha", "beta")
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "eeg_realism.png"
REAL = {
    "normal": ["eegmat_Subject02_1"],
    "slow": ["vecams_eFig07", "vecams_eFig31"],
    "seizure": ["sparcnet_SZ_sample2", "vecams_eFig53"],
    "GPD": ["sparcnet_GPD_sample2", "vecams_eFig38", "vecams_eFig47"],
    "burst suppression": ["vecams_eFig51"],
    "isoelectric": ["vecams_eFig57"],
}


ENVELOPE = tomllib.loads(Path(__file__).with_name("eeg_envelope.toml").read_text(encoding="utf-8"))["class"]
SIZES = 2  # columns, the first, that tell how large a page is
GIVEN = (0, 1, 2, 3, 4, 6)  # of the columns, those that the evidence gives
AGAINST = {  # simulated class: classes of the evidence; the first is the goal
    "normal": ("normal awake",),
    "slow": ("diffuse slow",),
    "postictal": ("diffuse slow",),
    "postictal suppression": ("extreme low voltage",),
    "seizure": ("seizure", "NCSE"),
    "GPD": ("GPD",),
    "burst suppression": ("burst suppression",),
    "isoelectric": ("extreme low voltage",),
}
BY_SIZE = {"postictal suppression"}  # no real page of it: low voltage of another cause tells how small, not which waves
CALLED = {
    "isoelectric": "extreme low voltage",
    "postictal": "slow",
    "postictal suppression": "extreme low voltage",
}  # what the real page beside a simulated one is


def measures(record: Record) -> list[float]:
    """The columns for one page: medians over channels of the average reference."""
    band = from_card(Band)
    signals = band.apply(bridged(record.signals)[0], record.fs)
    signals = signals - signals.mean(axis=0)
    f, spectra = windows(signals, band.rate_after(record.fs))
    power = (np.abs(spectra) ** 2).mean(axis=1)
    inside = (f >= 0.5) & (f <= 40)
    grown = np.cumsum(power[:, inside], axis=1)
    edge = f[inside][np.argmax(grown >= 0.95 * grown[:, -1:], axis=1)]
    line = (f >= 2) & (f <= 30)
    slope = [np.polyfit(np.log(f[line]), np.log(np.maximum(row[line], 1e-9)), 1)[0] for row in power]
    parts = bands(f, power)
    total = power[:, inside].sum(axis=1) * (f[1] - f[0])
    swing = np.subtract(*np.quantile(signals, [0.995, 0.005], axis=1))
    columns = [signals.std(axis=1), swing, edge, slope, *(parts[name] / total for name in parts)]
    return [float(np.median(column)) for column in columns]


def realism(people: int = 48) -> dict:
    """Rows of the table, the verdict, and the figure."""
    real = real_pages()
    simulated = eeg_people.pages(people)
    simulated["GPD"] = eeg_people.periodic(people, called)
    rows = [envelope_row(name) for name in ENVELOPE]
    rows += [_row(f"{CALLED.get(name, name)}, at hand", pages) for name, pages in real.items()]
    rows += [_row(f"{name}, simulated", simulated[name]) for name in AGAINST if simulated.get(name)]
    beside = real | {
        "postictal": real.get("slow", []),
        "postictal suppression": real.get("isoelectric", []),
    }
    draw({name: (beside.get(name, []), simulated[name]) for name in AGAINST if simulated.get(name)})
    about = (
        f"Simulated pages are of {people} people in full mode, up to two of each person in whom a class occurs, "
        "chosen by the state of the brain; median, and the central 80 % of pages. Those of the evidence are few."
    )
    said = " ".join(verdict(name, simulated[name]) for name in AGAINST if simulated.get(name))
    return {"about": about, "columns": list(COLUMNS), "rows": rows, "said": said}


def called(page: Record) -> str:
    """The likeliest name that Quell's reader has for a page."""
    (said,) = bench(page).block([(0.0, page.duration_s)], named_pages).said
    return "" if said is None else max(said[0], key=said[0].__getitem__)


def envelope_row(name: str) -> dict:
    """A class of the evidence in the columns of the table; empty where it gives nothing."""
    values: list[str] = [""] * len(COLUMNS)
    for column, value in zip(GIVEN, ENVELOPE[name]["values"], strict=True):
        values[column] = f"{value:.3g}"
    return {"name": f"{name}, evidence", "n": ENVELOPE[name]["n"], "values": values}


def _row(name: str, pages: list[Record]) -> dict:
    low, median, high = np.quantile([measures(page) for page in pages], [0.1, 0.5, 0.9], axis=0)
    many = len(pages) > 3
    cells = [f"{m:.3g} ({a:.2g} to {b:.2g})" if many else f"{m:.3g}" for a, m, b in zip(low, median, high, strict=True)]
    return {"name": name, "n": len(pages), "values": cells}


def middle(pages: list[Record]) -> Record:
    """The page of the middle size."""
    sizes = [measures(page)[0] for page in pages]
    return pages[int(np.argsort(sizes)[len(sizes) // 2])]


def verdict(name: str, pages: list[Record]) -> str:
    """Where a simulated class leaves the band around the evidence: a factor of two, 3 Hz, 1 of slope or 0.15."""
    found = np.median([measures(page) for page in pages], axis=0)
    said = []
    for against in AGAINST[name]:
        given = list(zip(GIVEN, ENVELOPE[against]["values"], strict=True))[: SIZES if name in BY_SIZE else None]
        wrong = [COLUMNS[column] for column, value in given if not _near(COLUMNS[column], value, found[column])]
        alone = ", size alone" if name in BY_SIZE else ""
        said.append(f"{'all within' if not wrong else 'outside in ' + ', '.join(wrong)} ({against}{alone})")
    return f"{name}: {'; '.join(said)}."


def real_pages() -> dict[str, list[Record]]:
    """Pages of 10 s of the labelled folder by class."""
    folder = Path(os.environ.get("QUELL_EEG", ""))
    if not (folder / "labels.csv").is_file():
        return {}
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        at = {Path(row["file"]).stem: folder / row["file"] for row in csv.DictReader(file)}
    made = {}
    for name, stems in REAL.items():
        records = [read(at[stem]).eeg() for stem in stems if stem in at]
        made[name] = [record.page(20, 30) if record.duration_s > 15 else record.page(0, 10) for record in records]
    return made


def _near(column: str, a: float, b: float) -> bool:
    if "SEF" in column:
        return abs(a - b) <= 3
    if "slope" in column:
        return abs(a - b) <= 1
    if "uV" in column:
        return 0.5 <= b / max(a, 1e-9) <= 2
    return abs(a - b) <= 0.15


def draw(shown: dict[str, tuple[list[Record], list[Record]]]) -> None:
    """A real and a simulated page of each class side by side, in the longitudinal montage, 100 uV between rows."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(len(shown), 2, figsize=(16, 4.2 * len(shown)), squeeze=False)
    for row, (name, pages) in zip(axes, shown.items(), strict=True):
        titles = (f"{CALLED.get(name, name)}, real", f"{name}, simulated, of the middle size")
        for ax, title, some in zip(row, titles, pages, strict=True):
            ax.set_axis_off()
            if some:
                _page(ax, middle(some))
                ax.set_title(f"{title}: 10 s, rows 100 uV apart", fontsize=9)
    figure.tight_layout()
    FIGURE.parent.mkdir(exist_ok=True)
    figure.savefig(FIGURE, dpi=60)
    plt.close(figure)


def _page(ax, record: Record) -> None:
    band = from_card(Band)
    waves = bipolar(record.names).apply(band.apply(bridged(record.signals)[0], record.fs))
    t = np.arange(waves.shape[1]) / band.rate_after(record.fs)
    for k, wave in enumerate(waves):
        ax.plot(t, np.clip(wave / 100, -1.5, 1.5) - k, lw=0.5, color="black")
    ax.set_xlim(0, 10)
