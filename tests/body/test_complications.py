"""Kidney, liver, bowel, infection, lying still: what long illness does to them, and that nothing happens in health."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from living import quiet

from quell.ground.errors import InputError
from quell.patient import complications, physiology
from quell.patient.complications import Felt

DAY = 86400.0
CALM = {"pressure": 90.0, "delivery": 1.0, "CK": 100.0, "strain": 0.0, "sedation": 0.0, "pressor": 0.0}
CALM |= {"activity": 0.0, "ventilated": 0.0, "paralysed": 0.0}
LANES = 2000
PARTS = physiology.organs(1, np.arange(LANES), {"age_y": np.full(LANES, 40.0)}, late=True).late


@jax.jit
def _days(state, felt, count):
    return jax.lax.fori_loop(0, count, lambda _, now: complications.turn(PARTS, now, felt, 600.0), state)


def after(days, state=None, **changed):
    """The organs of many people after days (fixed surroundings), and what they are worth."""
    felt = Felt(**{name: jnp.full(LANES, value) for name, value in (CALM | changed).items()})
    start = complications.rest(PARTS) if state is None else state
    start = jax.tree.map(lambda x: jnp.broadcast_to(jnp.asarray(x, jnp.float64), (LANES,)), start)
    end = _days(start, felt, round(days * DAY / 600.0))
    return end, complications.working(PARTS, end, felt.pressure)


def test_in_health_nothing_happens_to_them():
    _, well = after(5)
    for name in ("kidney", "liver", "bowel", "strength"):
        np.testing.assert_allclose(getattr(well, name), 1.0, atol=1e-3, err_msg=name)
    assert not np.any(well.infection)


def test_about_half_of_those_with_rhabdomyolysis_lose_half_of_their_kidneys():
    """51 % acute renal failure above 5000 U/L (Veenstra1994); here three days at 15,000 U/L, function below a half."""
    state, ill = after(3, CK=15000.0)
    assert 0.35 < float((ill.kidney < 0.5).mean()) < 0.7
    assert float((after(3, CK=2000.0)[1].kidney < 0.5).mean()) < 0.05
    assert float(np.median(after(14, state)[1].kidney)) > 0.85  # and they heal


def test_low_pressure_takes_filtration_at_once_and_leaves_hurt_behind():
    state, shocked = after(0.25, pressure=50.0)
    _, later = after(1 / 144, state)
    assert float(np.median(shocked.kidney)) < 0.4 < float(np.median(later.kidney)) < 0.9


def test_shock_hurts_the_liver_within_hours_and_it_heals_in_days():
    state, shocked = after(0.5, delivery=0.2)
    assert float(shocked.liver[0]) < 0.4
    assert float(after(10, state)[1].liver[0]) > 0.9


def test_anaesthesia_stills_the_bowel_and_it_comes_back_slowly():
    state, still = after(1, sedation=4.0)
    half_day = float(after(0.5, state)[1].bowel[0])
    assert float(still.bowel[0]) < 0.45 < half_day < 0.9
    assert float(after(1, sedation=4.0, pressor=1.0)[1].bowel[0]) < float(still.bowel[0])


@pytest.mark.parametrize(
    ("days", "with_it", "low", "high"),
    [(10, {"sedation": 20.0, "ventilated": 1.0}, 0.314, 0.551), (4, {"activity": 1.0}, 0.065, 0.184)],
)
def test_infection_is_as_common_as_in_status_with_and_without_anaesthetics(days, with_it, low, high):
    """SUTTER_INF_ANES 43 % (31-55), SUTTER_INF_NONE 11 % (6-18); how many days is assumed."""
    state, _ = after(days, **with_it)
    assert low < float((state.infection.danger >= PARTS.luck).mean()) < high


def test_fever_comes_with_infection_and_goes_with_treatment():
    parts = physiology.organs(1, [0], {"age_y": np.array([40.0])}, late=True)
    parts = parts._replace(late=parts.late._replace(luck=jnp.zeros(1)))
    march = jax.jit(
        lambda body, n: jax.lax.fori_loop(0, n, lambda _, now: physiology.step(parts, now, quiet(), 10.0), body)
    )
    ill = march(physiology.rest(parts, 1), 8640)
    assert float(ill.metabolism.temperature[0]) > 38.0
    assert float(march(ill, 12 * 8640).metabolism.temperature[0]) < 37.3


def test_a_week_in_bed_takes_an_eighth_of_the_muscle():
    """2.1 % a day (Fazzini2023)."""
    assert float(after(7, ventilated=1.0)[1].strength[0]) == pytest.approx(np.exp(-0.021 * 7), abs=1e-3)


def test_a_constant_of_them_is_refused_where_they_are_off():
    with pytest.raises(InputError, match=r"kidney\.pigment"):
        physiology.organs(1, [0], {"age_y": np.array([40.0])}, {"kidney.pigment": 0.0})
    physiology.organs(1, [0], {"age_y": np.array([40.0])}, {"kidney.pigment": 0.0}, late=True)
