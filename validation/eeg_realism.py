"""Simulated EEG beside real EEG: size, spectrum and bands of pages of each class, and a figure in one montage.

Simulated pages come from full-mode runs in the folder QUELL_RUNS, NAME being propofol, seizure, sedation, gpd and
isoelectric:

    quell run validation/eeg_NAME.toml --out $QUELL_RUNS/NAME
"""

import csv
import os
from pathlib import Path

import numpy as np

from quell.eeg.conditioning import Band, bridged
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
    "low voltage": ["vecams_eFig57"],
}


SIMULATED = {  # run and second of its EEG, by what its own timeline says; onset is at 120 s
    "normal": [("propofol", 30.0), ("propofol", 60.0), ("seizure", 30.0), ("seizure", 80.0)],
    "slow": [("sedation", 1630.0), ("sedation", 1750.0), ("sedation", 2000.0)],
    "seizure": [("propofol", 200.0), ("seizure", 300.0), ("seizure", 500.0), ("seizure", 640.0)],
    "GPD": [("gpd", 2200.0), ("gpd", 2400.0), ("gpd", 2600.0), ("gpd", 2800.0)],
    "postictal": [("seizure", 690.0), ("seizure", 720.0), ("seizure", 760.0)],
    "burst suppression": [("propofol", 840.0), ("propofol", 1170.0), ("propofol", 1440.0), ("propofol", 1530.0)],
    "isoelectric": [("isoelectric", 1000.0), ("isoelectric", 1100.0), ("isoelectric", 1250.0)],
}
BESIDE = {"isoelectric": "low voltage"}  # the real class that a simulated one is held against


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


def realism() -> dict:
    """Rows of the table, and the figure if both folders are there."""
    rows, shown = [], {}
    for name, pages in real_pages().items():
        rows.append(_row(f"{name}, real", pages))
        shown[f"{name}, real"] = pages[0]
    for name, pages in simulated_pages().items():
        rows.append(_row(f"{name}, simulated", pages))
        shown[f"{BESIDE.get(name, name)}, simulated"] = pages[0]
    if shown:
        draw(shown)
    about = "Simulated pages are of full-mode runs, real ones as above; a handful each, so factors of two mean nothing."
    return {"about": about, "columns": list(COLUMNS), "rows": rows, "said": _verdict(rows)}


def _row(name: str, pages: list[Record]) -> dict:
    values = np.median([measures(page) for page in pages], axis=0)
    return {"name": name, "n": len(pages), "values": [round(float(value), 3) for value in values]}


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


def simulated_pages() -> dict[str, list[Record]]:
    """Pages of 10 s of the runs in the folder QUELL_RUNS, by class."""
    folder = Path(os.environ.get("QUELL_RUNS", ""))
    made: dict[str, list[Record]] = {}
    for name, pages in SIMULATED.items():
        for run, second in pages:
            if (folder / run / "eeg.edf").is_file():
                record = read(folder / run / "eeg.edf").eeg()
                made.setdefault(name, []).append(record.page(second, second + 10.0))
    return made


def _verdict(rows: list[dict]) -> str:
    """Where a simulated class leaves the band around its real one: a factor of two, 3 Hz, or 1 of slope."""
    by, said = {row["name"]: row["values"] for row in rows}, []
    for name, measured in by.items():
        kind = next((one for one, real in BESIDE.items() if name == f"{real}, real"), name.removesuffix(", real"))
        other = by.get(f"{kind}, simulated")
        if not name.endswith("real") or other is None:
            continue
        wrong = [column for column, a, b in zip(COLUMNS, measured, other, strict=True) if not _near(column, a, b)]
        said.append(f"{kind}: {'all within' if not wrong else 'outside in ' + '; '.join(wrong)}")
    return "Within a factor of two (0.15 of a share, 3 Hz, 1 of slope) of the real pages: " + ". ".join(said) + "."


def _near(column: str, a: float, b: float) -> bool:
    if "SEF" in column:
        return abs(a - b) <= 3
    if "slope" in column:
        return abs(a - b) <= 1
    if "uV" in column:
        return 0.5 <= b / max(a, 1e-9) <= 2
    return abs(a - b) <= 0.15


def draw(shown: dict[str, Record]) -> None:
    """Every page in the longitudinal montage, 100 uV between rows, real and simulated of a class side by side."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    from quell.eeg.montage import bipolar

    kinds = list(dict.fromkeys(name.rpartition(", ")[0] for name in shown))
    figure, axes = plt.subplots(len(kinds), 2, figsize=(16, 4.2 * len(kinds)), squeeze=False)
    band = from_card(Band)
    for row, kind in zip(axes, kinds, strict=True):
        for ax, origin in zip(row, ("real", "simulated"), strict=True):
            record = shown.get(f"{kind}, {origin}")
            ax.set_axis_off()
            if record is None:
                continue
            derivation = bipolar(record.names)
            waves = derivation.apply(band.apply(bridged(record.signals)[0], record.fs))
            t = np.arange(waves.shape[1]) / band.rate_after(record.fs)
            for k, wave in enumerate(waves):
                ax.plot(t, np.clip(wave / 100, -1.5, 1.5) - k, lw=0.5, color="black")
            ax.set_title(f"{kind}, {origin}: 10 s, rows 100 uV apart", fontsize=9)
            ax.set_xlim(0, 10)
    figure.tight_layout()
    FIGURE.parent.mkdir(exist_ok=True)
    figure.savefig(FIGURE, dpi=60)
    plt.close(figure)
