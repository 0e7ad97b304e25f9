"""neurolib: its numba loops, as a user runs them, default parameters (two populations per node, Euler, 0.1 ms)."""

from benchmarks import measure

measure.pin()

import warnings  # noqa: E402
from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
from neurolib.models.aln import ALNModel  # noqa: E402
from neurolib.models.wc import WCModel  # noqa: E402


def row(kind: type, nodes: int) -> dict[str, Any]:
    """A model of this many nodes, all joined (one node: alone)."""
    others = 1.0 - np.eye(nodes)
    model = kind() if nodes == 1 else kind(Cmat=others, Dmat=10.0 * others)

    def run(steps: int) -> None:
        model.params["duration"] = steps * model.params["dt"]
        model.run()

    return measure.per_step(run, units=2 * nodes, start=1000)


ROWS: dict[str, measure.Row] = {
    f"{name}-{nodes}": partial(row, kind, nodes)
    for name, kind in (("aln", ALNModel), ("wc", WCModel))
    for nodes in (1, 64)
}

if __name__ == "__main__":
    measure.answer(ROWS)
