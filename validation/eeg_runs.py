"""Seizures of Quell's own brain, read back from its EEG: onset, sensitivity, burden and status against the states.

    uv run python validation/eeg_runs.py

Writes validation/eeg_runs.json, of which validation/eeg_reading.py makes a table in docs/eeg_measured.md. The runs are
those in the folder QUELL_RUNS; a run that is not there keeps its figures:

    quell demo --out $QUELL_RUNS/demo
    quell run examples/isoniazid.toml --out $QUELL_RUNS/isoniazid     (post_anoxic and nerve_agent likewise)
    quell run validation/eeg_seizure.toml --out $QUELL_RUNS/seizure
    quell run validation/eeg_propofol.toml --out $QUELL_RUNS/propofol
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr

from quell.eeg.analysis import named_pages
from quell.eeg.block import bench
from quell.eeg.burden import Span, marked, status_spans
from quell.eeg.opening import open_edf
from quell.eeg.score import score
from quell.eeg.seizure import detect
from quell.eeg.stream import Recording

PAGE_S, EVERY_S = 10, 60
STORE = Path(__file__).parent / "eeg_runs.json"
RUNS = {
    "demo, lorazepam at 40 min": "demo/at_40_min",
    "validation/eeg_seizure": "seizure",
    "examples/nerve_agent": "nerve_agent",
    "examples/post_anoxic": "post_anoxic",
    "examples/isoniazid": "isoniazid",
    "validation/eeg_propofol": "propofol",
}
SEEN = {  # what the eye finds in the bipolar chain
    "examples/nerve_agent": "a large rhythm of 8 to 9 Hz, slow waves where it does not reach, muscle",
    "examples/post_anoxic": "runs of one to three seconds of large waves of 4 to 6 Hz, plain between, longer with time",
    "examples/isoniazid": "large waves of 1 to 4 Hz in most derivations, a pause of a second now and then, muscle",
}


def main() -> None:
    """Read every run that is there, and keep the figures of the others."""
    folder = Path(os.environ.get("QUELL_RUNS", ""))
    store = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}
    for name, part in RUNS.items():
        if (folder / part / "eeg.edf").is_file():
            store[name] = figures(folder / part)
            print(name, store[name], flush=True)
    STORE.write_text(
        json.dumps({name: store[name] for name in RUNS if name in store}, indent=1) + "\n", encoding="utf-8"
    )


def figures(folder: Path) -> dict:
    """How the reader of the EEG did on one run. Times in s from the begin of its EEG."""
    recording = open_edf(folder / "eeg.edf")
    seconds = int(recording.duration_s)
    true = truth(folder, seconds)
    events = detect(recording)
    found = [Span(event.start_s, event.stop_s) for event in events if event.kind == "seizure"]
    scored, mark = score(true, found, seconds), marked(found, seconds) > 0.5
    was = marked(true, seconds) > 0.5
    status = [[span.start_s for span in status_spans(true, seconds)], [e.start_s for e in events if e.kind == "status"]]
    return {
        "true": [[round(a), round(b)] for a, b in true],
        "found": [[round(a), round(b)] for a, b in found],
        "onset": round(found[0].start_s - true[0].start_s) if found and true else None,
        "sensitivity": round(scored.sensitivity, 3),
        "seconds": round(float(mark[was].mean()), 3),
        "false_s": int((mark & ~was).sum()),
        "false": round(scored.false_per_day * seconds / 86400),
        "burden_error": round(scored.burden_error, 2),
        "status": [round(times[0]) if times else None for times in status],
        "pages": named(recording, was),
    }


def named(recording: Recording, was: np.ndarray) -> list[float | None]:
    """Share of pages called a seizure (one of 10 s a minute): of those that are one throughout, and of the rest."""
    table, called = bench(recording), []
    for start in range(0, len(was) - PAGE_S, EVERY_S):
        (said,) = table.block([(float(start), float(start + PAGE_S))], named_pages).said
        called.append(
            (was[start : start + PAGE_S].mean(), said is not None and max(said[0], key=said[0].get) == "seizure")
        )
    share, yes = np.array(called, float).T
    return [round(float(yes[these].mean()), 3) if these.any() else None for these in (share == 1.0, share == 0.0)]


def truth(folder: Path, seconds: int) -> list[Span]:
    """Seizures anywhere in the brain, by the states of the run, which begins with its EEG."""
    states = xr.open_zarr(folder / "states.zarr")
    ends = states["time"].values
    step = float(ends[1] - ends[0])
    mark = np.concatenate([[0], states["seizing"].values[0].astype(int), [0]])
    edges = np.flatnonzero(np.diff(mark)) * step
    return [Span(float(a), min(float(b), seconds)) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < seconds]


def table() -> Iterator[str]:
    """Lines of the table for docs/eeg_measured.md, from what was stored."""
    if not STORE.exists():
        return
    head = "| run | seizure, s | found, s | onset late by, s | events found | seconds found | false s | burden error, "
    yield head + "min/h | status: due, told (s) | pages in it, outside it called so |"
    yield "|---" * 10 + "|"
    for name, row in json.loads(STORE.read_text(encoding="utf-8")).items():
        due, told = (("none" if at is None else str(at)) for at in row["status"])
        cells = [name, _spans(row["true"]), _spans(row["found"]), row["onset"], f"{row['sensitivity']:.2f}"]
        cells += [f"{row['seconds']:.2f}", row["false_s"], row["burden_error"], f"{due}, {told}"]
        yield (
            "| "
            + " | ".join(
                str(cell)
                for cell in [*cells, ", ".join("none" if share is None else f"{share:.0%}" for share in row["pages"])]
            )
            + " |"
        )
    yield ""
    for name, words in SEEN.items():
        yield f"- By eye, {name}: {words}."


def _spans(spans: list[list[int]]) -> str:
    if len(spans) > 3:
        return f"{len(spans)} from {spans[0][0]} to {spans[-1][1]}"
    return ", ".join(f"{a}-{b}" for a, b in spans) or "none"


if __name__ == "__main__":
    main()
