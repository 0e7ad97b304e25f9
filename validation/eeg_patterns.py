"""Names of patterns and seizures held against what is known: made pages, real pages, whole days.

    uv run python validation/eeg_patterns.py [pages] [days] [realism] [hours=24]

Writes docs/eeg_patterns.md from validation/eeg_patterns.json, in which each part replaces its own figures (all parts
where none is named; `hours` is the length of a day). Pages are those that `quell eeg` shows by default. Real pages are
those of the tests and, where the environment names a folder (QUELL_EEG) with a `labels.csv`, those in it.
"""

import csv
import json
import os
import sys
from pathlib import Path

import numpy as np
from eeg_day import Day
from eeg_realism import realism
from eeg_synthetic import CLASS, KINDS, make

from quell.eeg.analysis import named_pages
from quell.eeg.artefact import truth
from quell.eeg.block import bench
from quell.eeg.burden import Span, status_spans
from quell.eeg.channels import channels
from quell.eeg.opening import read
from quell.eeg.pattern_belief import CLASSES
from quell.eeg.record import Record
from quell.eeg.score import score
from quell.eeg.seizure import events
from quell.eeg.seizure_course import follow

HERE = Path(__file__).parent
STORE, PAGE = HERE / "eeg_patterns.json", HERE.parent / "docs" / "eeg_patterns.md"
COMMAND = "uv run python validation/eeg_patterns.py"
PAGE_S = 10.0  # the default of `quell eeg`
SEEDS = range(1000, 1040)  # none of those by which limits were looked at
HARDER = [("average", 200.0, 0.0), ("Cz", 256.0, 5.0), ("A1", 128.0, 0.0), ("average", 512.0, 8.0)]
SHORT = dict(zip(CLASSES, ("seizure", "LPD", "GPD", "LRDA", "GRDA", "BS", "low", "other"), strict=True))
DAYS = (("ward", 31), ("ward", 32), ("status", 33), ("status", 34), ("quiet", 35))  # none by which limits were set

BAND = "Held against the evidence, within a factor of two, 3 Hz, 1 of slope or 0.15 of a share:"

SEEN = """What the eye sees: simulated seizures are rhythmic, large, and larger with time as they take more of their
lobe; they run at 3 to 8 Hz where real ones slow down to 2 or 3, and each wave is rounder. Over the lobes that they
spare lie large slow waves, as long as the person does not answer. Sedation is slow as real slowing is, but smaller
and without its transients; burst suppression alternates as it should, its bursts rounder than real ones; the front
and the temples are too quiet. Healthy pages are alike. The half minute after a focal seizure is slow, as after most
real ones, and flatter only over the lobes that seized. After a seizure of the whole cortex
(`validation/eeg_generalised.toml`) it is all but flat, with a discharge here and there: adenosine withholds
background input until it has gone, within two minutes; a seizure so long that it has spent its terminators leaves
none of it. No real page of either is at hand, so they are held against diffuse slowing and against extreme low
voltage. Periodic discharges (after cardiac arrest, `validation/eeg_gpd.toml`) are generalised, sharp, about one a
second, with quiet between; few pages are of that kind, since they come slowly and then quicken into what is read as a
seizure. An isoelectric page shows what is not brain: heart, pulse, ventilator, muscle and mains, as the real one
beside it.

What makes a simulated seizure as large and as slow as a real one, set by these pages within what is known of each:
the lags of waves that cross a patch and the area that a seizure takes with time (`quell.eeg.territory`), the
afterhyperpolarisation that ends each volley (5 Hz at onset, 3 Hz after minutes), and the slow waves of cortex that a
seizure deprives of arousal (`Scalp.deprived`; Englot 2010). Real pages of seizures are few (four), and what is large
and slow in them is partly movement. An envelope that was set by the same pages is no independent test: it says that
one set of sizes serves all classes. The eight classes of size and spectrum are medians of pages; single pages scatter
more.

![Real and simulated pages side by side](figures/eeg_realism.png)"""


def main(parts: list[str]) -> None:
    """Make the parts named, keep the others, and write the page."""
    store = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}
    hours = next((float(part.removeprefix("hours=")) for part in parts if part.startswith("hours=")), 24.0)
    wanted = [part for part in parts if not part.startswith("hours=")]
    for name, make_part in (("pages", pages), ("days", lambda: days(hours)), ("realism", realism)):
        if not wanted or name in wanted:
            store[name] = make_part()
    STORE.write_text(json.dumps(store, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(store), encoding="utf-8")


def pages() -> dict:
    """Made pages of every kind, and the real ones."""
    table, hits = {}, {}
    for kind in KINDS:
        counts, mean = np.zeros(len(CLASSES), int), np.zeros(len(CLASSES))
        for seed in SEEDS:
            reference, fs, mains = HARDER[seed % len(HARDER)]
            made = make(kind, seed=seed, seconds=3 * PAGE_S, fs=fs, reference=reference, mains=mains)
            said, found = shown(Record(made.signals, made.fs, channels(made.channels)[0]), PAGE_S)
            p = np.array([said[name] for name in CLASSES])
            counts[p.argmax()] += 1
            mean += p / len(SEEDS)
            if made.hz and found:
                hits.setdefault(kind, []).append((made.hz, found))
        table[kind] = {"counts": counts.tolist(), "mean": mean.round(3).tolist()}
    hz = {
        kind: {
            "n": len(pairs),
            "within": float(np.mean([abs(np.log(b / a)) < np.log(1.15) for a, b in pairs])),
            "error": float(np.median([abs(b - a) for a, b in pairs])),
        }
        for kind, pairs in hits.items()
    }
    return {"made": table, "hz": hz, "real": real()}


def shown(record: Record, start: float) -> tuple[dict[str, float], float | None]:
    """Probabilities and frequency of the default page that begins at `start` s, as `quell eeg` shows them."""
    stop = min(start + PAGE_S, record.duration_s)
    return bench(record).block([(start, stop)], named_pages).said[0]


def real() -> list[dict]:
    """Default pages of every labelled file of the folder: all of those of 15 s, seconds 20 to 30 of longer ones."""
    folder = Path(os.environ.get("QUELL_EEG", ""))
    if not (folder / "labels.csv").is_file():
        return []
    rows = []
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["dataset"].startswith(("VE-CAM-S", "SPaRCNet", "PhysioNet")):
                record = read(folder / row["file"]).eeg()
                starts = (2 * PAGE_S,) if record.duration_s > 2 * PAGE_S else (0.0, PAGE_S)
                rows += [_real(record, start, row) for start in starts]
    return rows


def _real(record: Record, start: float, row: dict) -> dict:
    said, hz = shown(record, start)
    stop = min(start + PAGE_S, record.duration_s)
    made = {"file": f"{Path(row['file']).stem}, {start:g}-{stop:g} s", "label": row["label"], "hz": hz}
    return made | {"p": [round(float(said[name]), 3) for name in CLASSES], "votes": row["expert_votes"]}


def days(hours: float = 24.0) -> list[dict]:
    """Whole days: events, false alarms, burden, and when status epilepticus is told."""
    made = []
    for kind, patient in DAYS:
        day = Day(kind, patient, hours)
        seconds = day.samples / day.fs
        found = events(follow(day, _say))
        spans = [Span(event.start_s, event.stop_s) for event in found if event.kind == "seizure"]
        true, said = status_spans(day.plan.seizures, seconds), [e.start_s for e in found if e.kind == "status"]
        rare = truth(("physiotherapy", "percussion", "disconnection", "pop"), 4141, patient, seconds)
        made.append(
            {
                "kind": kind,
                "patient": patient,
                "hours": hours,
                **{name: _number(value) for name, value in score(day.plan.seizures, spans, seconds)._asdict().items()},
                "status_true": [round(span.start_s) for span in true],
                "status_said": [round(at) for at in said],
                "artefacts": {name: sum(one.kind == name for one in rare) for name in {one.kind for one in rare}},
            }
        )
    return made


def _say(done: float, total: float) -> None:
    if done % 7200 == 0:
        print(f"{done / 3600:.0f} of {total / 3600:.0f} h", flush=True, file=sys.stderr)


def _number(value: float) -> float | int | None:
    if isinstance(value, int):
        return value
    return round(float(value), 3) if np.isfinite(value) else None


def page(store: dict) -> str:
    """The page of the documentation: what is done, then the tables that are there."""
    text = (HERE / "eeg_patterns_head.md").read_text(encoding="utf-8")
    if "pages" in store:
        text += _made_tables(store["pages"]) + _real_table(store["pages"]["real"])
    if "days" in store:
        text += _day_table(store["days"])
    if "realism" in store:
        text += _realism_table(store["realism"])
    return text


def _made_tables(part: dict) -> str:
    head = "\n## Made pages\n\n"
    head += f"{len(SEEDS)} pages of 10 s of each kind with known pattern (`validation/eeg_synthetic.py`), from 30 s, "
    head += "128 to 512 Hz, three references, mains hum, heart. Rows: what was made; columns: the likeliest name.\n\n"
    rows = [["made", *SHORT.values(), "p of the truth", "within 15 % of its Hz"]]
    for kind, found in part["made"].items():
        truth_at = CLASSES.index(CLASS[kind])
        hz = f"{part['hz'][kind]['within']:.0%} of {part['hz'][kind]['n']}" if kind in part["hz"] else ""
        rows.append([kind, *(str(n) if n else "" for n in found["counts"]), f"{found['mean'][truth_at]:.2f}", hz])
    return head + _table(rows)


def _real_table(rows: list[dict]) -> str:
    if not rows:
        return ""
    head = "\n## Real pages\n\nFew, and looked at while the limits were set: a check of sense, not a score. "
    head += "Probabilities in per cent.\n\n"
    lines = [["page", "experts", *SHORT.values(), "Hz"]]
    for row in rows:
        experts = row["votes"] or row["label"]
        p = [f"**{100 * v:.0f}**" if v == max(row["p"]) else f"{100 * v:.0f}" for v in row["p"]]
        lines.append([row["file"], experts, *p, f"{row['hz']:.2f}" if row["hz"] else ""])
    return head + _table(lines)


def _day_table(rows: list[dict]) -> str:
    head = (
        f"\n## Days\n\n{rows[0].get('hours', 24):g} h of 19 channels at 200 Hz with every artefact switched on "
        "(`validation/eeg_day.py`): single "
    )
    head += "seizures on a ward; status epilepticus, cyclic seizures and burst suppression; no seizure at all. Events "
    head += "as SzCORE counts them. Goals: sensitivity 0.80 at 12 false alarms, burden within 2 min/h, status told "
    head += "within 60 s.\n\n"
    names = ["day", "events", "sensitivity", "false per 24 h", "F1", "seconds: sensitivity", "seconds: precision"]
    lines = [[*names, "burden error, min/h (worst hour)", "first status: true, told (s)"]]
    for row in rows:
        cells = [row["kind"], int(row["events"]), row["sensitivity"], row["false_per_day"], row["f1"]]
        cells += [row["second_sensitivity"], row["second_precision"], f"{row['burden_error']} ({row['burden_worst']})"]
        told = ", ".join(str(row[name][0]) if row[name] else "none" for name in ("status_true", "status_said"))
        lines.append(["" if cell is None else str(cell) for cell in [*cells, told]])
    return head + _table(lines)


def _realism_table(part: dict) -> str:
    head = "\n## Simulated beside real\n\nMedians over pages, average reference, 0.5-40 Hz. " + part["about"] + "\n\n"
    lines = [["class", "n", *part["columns"]]]
    lines += [[row["name"], str(row["n"]), *row["values"]] for row in part["rows"]]
    return head + _table(lines) + f"\n{BAND} {part['said']}\n\n{SEEN}\n"


def _table(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
