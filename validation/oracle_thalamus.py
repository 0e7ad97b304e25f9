"""Our thalamus beside that of Schellenberger Costa et al. (2016): values printed, and neurolib run here.

oracles.py puts the rows into its table. neurolib runs in a process and an environment of its own
(neurolib_thalamus.py); where that cannot be, one sentence says so and thalamus_neurolib.json keeps the last numbers.
thalamus.toml says what is done to both.
"""

import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import thalamus_reading as reading
from oracle_rows import row, told

from quell.circuit import thalamus as circuit
from quell.patient.build import default_thalamus

HERE = Path(__file__).parent
KEPT = HERE / "thalamus_neurolib.json"
ALONE = ("run", "--isolated", "--frozen", "--only-group", "peers", "python", "validation/neurolib_thalamus.py")
LIMIT_S = 1200.0  # the environment may have to be fetched first
OWN_STEP_S = 5e-4
SILENT, STEADY = "none", "does not pause"
AGAIN = {"hz": 0.5, "V_mean": 0.1, "V_low": 1.0, "V_high": 1.0}  # neurolib's spindles: 4 s once, 20 s here

Runs = dict[str, dict[str, float | None]]


def printed() -> list[dict]:
    """The values printed earlier: neurolib run here, then ours."""
    return rows_printed(renewed()["runs"], ours())


def beside() -> list[dict]:
    """Everything else that thalamus.toml compares, against neurolib run here."""
    return rows_beside(renewed()["runs"], ours())


def kept() -> dict[str, Any]:
    """The last numbers of neurolib."""
    return json.loads(KEPT.read_text(encoding="utf-8"))


def told_of(found: dict[str, Any]) -> str:
    """Which neurolib, and when."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return f"{versions}; {found['date']}"


@cache
def renewed() -> dict[str, Any]:
    """neurolib's numbers, made anew where it can run, else the last ones."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    command = [str(HERE.parent / "scripts" / "uv"), *ALONE]
    try:
        made = subprocess.run(
            command, cwd=HERE.parent, env=environment, capture_output=True, text=True, check=True, timeout=LIMIT_S
        )
        found = json.loads(made.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as fault:
        last = kept()
        print(f"neurolib cannot run here ({_why(fault)}), so its numbers of {last['date']} are kept.", flush=True)
        return last
    found = {"date": date.today().isoformat()} | found
    KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return found


def _why(fault: Exception) -> str:
    """The line that says most: uv ends with hints, Python with the fault itself."""
    said = getattr(fault, "stderr", None)
    lines = [line.strip() for line in (said if isinstance(said, str) else "").splitlines()]
    lines = [line for line in lines if line and not line.startswith("hint")]
    return lines[-1] if lines else str(fault)


@cache
def ours() -> Runs:
    """Our thalamus under every run of the card, as it ships otherwise; without noise and cortex."""
    card = reading.card()
    changed = in_our_names(card)
    thalamus, like = default_thalamus(), jnp.ones(len(changed))
    plain = circuit.setting(thalamus, 1.0, noise=0.0)._asdict()
    now = circuit.Setting(**plain | _columns(changed.values(), plain))
    thalamus = thalamus._replace(
        loop=replace(thalamus.loop, **_columns(changed.values(), vars(thalamus.loop), but=plain)),
        h=replace(thalamus.h, **_columns(changed.values(), vars(thalamus.h))),
    )

    def step(state, _):
        state = circuit.step(thalamus, state, now, dt=OWN_STEP_S, kicks=(0.0 * like,) * 2, cortex=0.0 * like)
        return state, (state.V_T, *circuit.firing(thalamus, state))

    length = round(card["seconds"] / OWN_STEP_S)
    seen = jax.jit(lambda start: jax.lax.scan(step, start, None, length=length)[1])(circuit.rest(thalamus, like))
    every = round(card["sample_ms"] / (1e3 * OWN_STEP_S))
    samples = [np.asarray(one)[::every] for one in seen]
    return {name: reading.read(card, *(one[:, k] for one in samples)) for k, name in enumerate(changed)}


def in_our_names(card: dict[str, Any]) -> dict[str, dict[str, float]]:
    """What each run sets, in our names and units, and what it sets in ours alone."""
    names, alone = card["names"], {run["name"]: run.get("ours", {}) for run in card["run"]}
    return {
        run: {names[name]["ours"]: value / names[name]["per"] for name, value in values.items()} | alone.get(run, {})
        for run, values in reading.every_run(card).items()
    }


def _columns(changed: Iterable[dict], plain: dict[str, Any], but: Iterable[str] = ()) -> dict[str, jax.Array]:
    """One value per run of everything in `plain` that some run changes."""
    runs = list(changed)
    wanted = {name for one in runs for name in one if name in plain} - set(but)
    return {name: jnp.asarray([one.get(name, float(plain[name])) for one in runs]) for name in sorted(wanted)}


def rows_printed(theirs: Runs, mine: Runs) -> list[dict]:
    """Each printed value beside neurolib run here, then beside ours."""
    card, rows = reading.card(), []
    for run in card["run"]:
        for name, value in run.get("printed", {}).items():
            value, what = (None if value == SILENT else value), card["quantities"][name]
            again = what | {"within": AGAIN[name]}
            rows.append(_line(f"neurolib run here, {run['name']}", again, value, theirs[run["name"]], name))
            rows.append(_line(run["name"], what, value, mine[run["name"]], name))
    return rows


def rows_beside(theirs: Runs, mine: Runs) -> list[dict]:
    """What the card compares, run by run, then how far each edge lies."""
    card, rows = reading.card(), []
    for run in card["run"]:
        found = theirs[run["name"]]
        rows += [
            _line(run["name"], card["quantities"][name], found[name], mine[run["name"]], name, found)
            for name in run["compare"]
        ]
    for edge in card["edge"]:
        ends = [reading.last_with_rhythm(edge, runs) for runs in (theirs, mine)]
        fits = abs(ends[0] - ends[1]) <= edge["within"]
        tolerance = f"{edge['within']:g} {edge['unit']}".strip()
        rows.append(told(edge["name"], *(_end(edge, end) for end in ends), fits, tolerance))
    return rows


def _end(edge: dict, end: float) -> str:
    """Where a rhythm was last seen, in words; it may go on where the card stops."""
    return f"{end:g} {edge['unit']}".strip() + (", the last tried" if end == edge["factors"][-1] else "")


def _line(where: str, what: dict, oracle: float | None, mine: dict, name: str, theirs: dict | None = None) -> dict:
    """A quantity of a run, or that there is none of it."""
    quantity, found = f"{where}: {what['says']}", mine[name]
    if oracle is not None and found is not None:
        relative = what.get("relative", False)
        return row(quantity, oracle, found, unit=what["unit"], within=what["within"], relative=relative)
    said = _said(what, oracle, theirs), _said(what, found, mine)
    return told(quantity, *said, said[0] == said[1], "same")


def _said(what: dict, value: float | None, of: dict | None) -> str:
    """A value, or what stands in its place: a rhythm without pauses has no spindles to count."""
    if value is not None:
        return f"{value:.4g} {what['unit']}"
    return STEADY if of and of["hz"] is not None else SILENT
