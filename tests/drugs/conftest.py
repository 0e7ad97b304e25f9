"""Drugs are computed in float64; a small pharmacy of typical or drawn patients."""

import sys
from pathlib import Path

import jax
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for drug_oracle, the second solver
jax.config.update("jax_enable_x64", True)


@pytest.fixture
def pharmacy():
    """Build a pharmacy for the reference person (some measures replaced), one lane unless told."""
    from quell.drugs.body import reference_persons
    from quell.drugs.pk import Pharmacy

    def build(*lines, step_s=10.0, study=None, lanes=1, patients=None, variants=None, interacting=False, **measures):
        patients = np.arange(lanes) if patients is None else patients
        persons = reference_persons(lanes, **measures)
        how = {"study": study, "patients": patients, "step_s": step_s, "variants": variants}
        return Pharmacy.build(lines, persons, interacting=interacting, **how)

    return build


@pytest.fixture
def give():
    """States after every step for one order in words, or for pieces (start s, end s, mg/s) of one line."""
    from quell.drugs.events import Piece, rates
    from quell.drugs.examination import course

    def run(pharmacy, line, pieces, *, until_s, step_s=10.0, lanes=1):
        written = [Piece(i, line, a, b - a, speed) for i in range(lanes) for a, b, speed in pieces]
        orders = rates(written, range(lanes), start_s=0.0, step_s=step_s, steps=round(until_s / step_s))
        return course(pharmacy, {name: jax.numpy.asarray(table) for name, table in orders.items()})

    return run
