"""Treatments beyond drugs as events: rewarming, each shock, devices and diets that end."""

from typing import Any

import numpy as np

from quell.care.tending import LOG
from quell.care.timeline import Event


def events(log: Any, begun_s: np.ndarray) -> list[Event]:
    """What happened of itself: the device lets go, each shock, the knife. `log` arrays `[time]`."""
    made: list[Event] = []
    if LOG + "cooled" in log:
        on, target = (np.asarray(log[LOG + name], np.float64) for name in ("cooled", "target"))
        before_on, before = np.concatenate([[0.0], on[:-1]]), np.concatenate([[target[0]], target[:-1]])
        rising = (on > 0) & (before_on > 0) & (target > before) & (target < before + 0.5)
        for at in np.flatnonzero(rising & ~np.concatenate([[False], rising[:-1]])):
            made.append(Event(float(begun_s[at]), "mark", "rewarming begins", f"from {before[at]:.3g} °C"))
        for at in np.flatnonzero((on == 0) & (before_on > 0)):
            made.append(Event(float(begun_s[at]), "mark", "rewarmed", "the device lets go"))
    if LOG + "shock" in log:
        for number, at in enumerate(np.flatnonzero(np.asarray(log[LOG + "shock"]) > 0), start=1):
            made.append(Event(float(begun_s[at]), "mark", f"electroconvulsive therapy, shock {number}"))
    for site in ("vagus", "thalamus", "diet"):
        if LOG + site in log:
            on = np.asarray(log[LOG + site]) > 0
            words = "ketogenic diet" if site == "diet" else f"stimulation of the {site}"
            for at in np.flatnonzero(~on & np.concatenate([[False], on[:-1]])):
                made.append(Event(float(begun_s[at]), "mark", f"{words} ends"))
    return made
