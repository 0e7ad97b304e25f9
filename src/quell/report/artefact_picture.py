"""A page of EEG for every artefact: what each looks like in the double banana, on the same quiet background."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from quell.eeg.artefact import Artefact, truth
from quell.eeg.kinds import KINDS
from quell.eeg.leadfield import patch_names
from quell.eeg.montage import longitudinal
from quell.eeg.scalp import Course, scalp_eeg
from quell.ground.card import from_card
from quell.report import style

FS, SECONDS, WARM_S, GAP_UV, FINE_UV = 200.0, 10.0, 24.0, 90.0, 14.0
ASLEEP = ("ventilator", "physiotherapy", "percussion")  # shown in an unresponsive person
FINE = ("ecg", "pulse", "line")  # small ones: shown over a suppressed brain, where they matter, at a finer gain
COLUMNS, CELL_PX = 4, (400, 430)


def artefact_picture(*, study: int = 1, patient: int = 7) -> Figure:
    """Ten seconds of each kind; rare ones are drawn from a bed where they are frequent."""
    rows = -(-len(KINDS) // COLUMNS)
    often: dict[str, Any] = {"pop_every": 8.0, "disconnection_every": 20.0}
    often |= {f"disconnection_{end}": 6.0 for end in ("shortest", "longest")}
    for kind in ("physiotherapy", "percussion"):
        often |= {f"{kind}_every": 60.0, f"{kind}_shortest": 55.0, f"{kind}_longest": 55.0}
    card = from_card(Artefact, **often)
    with style.look():
        figure = style.canvas(COLUMNS * CELL_PX[0], rows * CELL_PX[1])
        for k, kind in enumerate(KINDS):
            ax = figure.add_subplot(rows, COLUMNS, k + 1)
            page = _page(kind, study, patient, card)
            pairs, names = longitudinal(page)
            time, gap = np.arange(len(pairs)) / FS, FINE_UV if kind in FINE else GAP_UV
            for row in range(len(names)):
                drawn = np.clip(pairs[:, row], -2.2 * gap, 2.2 * gap) - gap * row
                ax.plot(time, drawn, color=style.INK, lw=0.45)
            ax.set_ylim(-gap * len(names), 1.5 * gap)
            ax.set_xlim(0, SECONDS)
            ax.set_yticks([-gap * row for row in range(len(names))], names, fontsize=5)
            ax.set_xticks(range(0, 11, 2))
            ax.tick_params(length=0, labelsize=5.5)
            ax.grid(axis="x", color=style.GRID, lw=0.6)
            ax.set_title(f"{kind} ({gap:.0f} µV a line)")
        figure.subplots_adjust(left=0.045, right=0.99, top=0.97, bottom=0.025, wspace=0.22, hspace=0.12)
    return figure


def _page(kind: str, study: int, patient: int, card: Artefact) -> np.ndarray:
    """The ten seconds shown, `[samples, 19]` in uV; of what is brief, the moment it begins."""
    times = truth([kind], study, patient, 60.0, card=card) if kind in ("pop", "disconnection") else []
    begin = next((one.start_s - 2.0 for one in times if one.start_s > 2.0), WARM_S)
    ends = np.array([-1e3, 1e6])
    awake = np.full(2, 0.0 if kind in ASLEEP else 1.0)
    silent = np.zeros((int((begin + SECONDS) * FS), len(patch_names())), np.float32)
    firing = np.full((2, len(patch_names())), 0.0 if kind in FINE else 5.0)
    course = Course(ends, responsiveness=awake, rate=firing)
    options = {"patches": patch_names(), "course": course, "artefacts": [kind], "artefact_card": card}
    return scalp_eeg(silent, FS, study, patient, **options)[int(begin * FS) :]
