"""Harm by treatment over people, without a brain: the rows of harm that calibration was allowed to see.

Rows of calibration.csv, all read: ESETT_FOS_HYPOT, PUGIN_PRESS, PHTSE_LZP_RESP. What counts as harm there (treated,
life-threatening, complication) has no exact counterpart here; the sign taken for it stands beside each test.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.care import organs
from quell.care.bedside import FAR
from quell.care.scenario import Bodily
from quell.drugs.pk import Pharmacy
from quell.patient.person import draw_bodies

LANES, STEP = 300, 10.0
WHO = draw_bodies(1, np.arange(LANES))
WEIGHT = WHO["weight_kg"]


class Run(NamedTuple):
    """Signs `[time, people]` from the moment of the first drug."""

    pressure: np.ndarray
    PaCO2: np.ndarray


def treated(line, flow, *, seized_min, drug_min, hours, ventilated=False):
    """People who seize and convulse until `seized_min` and get `flow(minutes)` mg/s from `drug_min` on."""
    ids = np.arange(LANES)
    alive = organs.living(Bodily(), 1, ids, WHO)
    pharmacy = Pharmacy.build([line], WHO, study=1, patients=ids, step_s=STEP)
    minutes = jnp.arange(round(hours * 3600 / STEP)) * STEP / 60.0
    given = jnp.stack([jnp.asarray(flow(float(m)) + 0.0 * WEIGHT) for m in minutes])

    def step(carry, now):
        (body, drugs), (minute, dose) = carry, now
        drugs = pharmacy.step(drugs, {line: dose})
        there = jnp.full(LANES, minute >= drug_min)
        care = {"ventilated": there & ventilated, "dose.end": jnp.where(there, 0.0, FAR)}
        seizing = jnp.full(LANES, minute < seized_min) * 1.0
        acting = organs.inputs(
            alive,
            pharmacy.ports(drugs),
            care,
            lanes=LANES,
            activity=seizing,
            convulsing=seizing,
            held=there & ventilated,
        )
        body, signs, _ = organs.live(alive, body, acting, STEP)
        return (body, drugs), (signs.pressure, signs.PaCO2)

    start = (organs.start(alive, LANES)[0], pharmacy.rest(LANES))
    _, seen = jax.jit(lambda carry: jax.lax.scan(step, carry, (minutes, given)))(start)
    return Run(*(np.asarray(values)[np.asarray(minutes) >= drug_min] for values in seen))


def lasting(there, minutes=5.0):
    """Share of people in whom something lasted so long."""
    length = round(minutes * 60 / STEP)
    total = np.cumsum(there, axis=0)
    return float(((total[length:] - total[:-length]) == length).any(axis=0).mean())


def test_fosphenytoin_after_an_hour_of_status_rarely_threatens_the_pressure():
    """3.2 % (1.3-7.9) life-threatening hypotension; here: a mean pressure below 60 mmHg."""
    dose = np.minimum(20.0 * WEIGHT, 1500.0) / 600.0
    run = treated("fosphenytoin/IV", lambda m: dose * (60 <= m < 70), seized_min=60, drug_min=60, hours=2.5)
    assert 0.01 < (run.pressure < 60.0).any(axis=0).mean() < 0.10


def test_a_good_part_of_barbiturate_coma_needs_a_pressor():
    """29 % (16-47) hypotension requiring pressors; here: below 65 mmHg for 5 min."""
    run = treated(
        "pentobarbital/IV",
        lambda m: WEIGHT * (5.0 * (60 <= m < 120) + 1.0 * (m >= 120)) / 3600.0,
        seized_min=65,
        drug_min=60,
        hours=16,
        ventilated=True,
    )
    assert 0.13 < lasting(run.pressure < 65.0) < 0.47


def test_about_one_in_ten_breathes_too_little_after_lorazepam_at_half_an_hour():
    """10.6 % (5-20) respiratory or circulatory complication; here: carbon dioxide above 60 mmHg for 5 min."""
    run = treated("lorazepam/IV", lambda m: (34 <= m < 36) / 30.0, seized_min=39, drug_min=36, hours=1.5)
    assert 0.05 < lasting(run.PaCO2 > 60.0) < 0.20


@pytest.mark.parametrize("faster", [(1.0, 3.0)])
def test_phenytoin_lowers_pressure_by_its_speed(faster):
    slow, fast = (
        treated("phenytoin/IV", lambda m, f=f: f * 50.0 / 60.0 * (m < 24.0 / f), seized_min=0, drug_min=0, hours=1)
        for f in faster
    )
    assert np.median(fast.pressure.min(axis=0)) < np.median(slow.pressure.min(axis=0)) - 1.0
