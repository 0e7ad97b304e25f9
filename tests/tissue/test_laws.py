"""The slow fire, mechanism by mechanism: rest, laws that no parameter may break, and the direction of each effect."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quell.engine.scheme import heun
from quell.ground.card import from_card
from quell.ground.units import allowed_of
from quell.tissue import antibody, astrocyte, barrier, efflux, inflammation, remodelling
from quell.tissue.antibody import Antibody
from quell.tissue.astrocyte import Astrocyte
from quell.tissue.barrier import Barrier
from quell.tissue.efflux import Efflux
from quell.tissue.inflammation import Inflammation
from quell.tissue.remodelling import Remodelling

HOUR, DAY = 3600.0, 86400.0
FIRE, BARRIER, ASTROCYTE, EFFLUX = (from_card(kind) for kind in (Inflammation, Barrier, Astrocyte, Efflux))
REMODELLING, ANTIBODY = from_card(Remodelling), from_card(Antibody)
CALM = inflammation.Needs(*(0.0 for _ in inflammation.Needs._fields))
UNTREATED = antibody.Needs(leak=0.0, immunoglobulin=0.0, depletion=0.0, exchange=0.0)
QUIET = [
    (FIRE, CALM),
    (BARRIER, barrier.Needs(0.0, 0.0)),
    (ASTROCYTE, astrocyte.Needs(0.0)),
    (EFFLUX, efflux.Needs(0.0, 0.0)),
    (REMODELLING, remodelling.Needs(0.0, 0.0)),
    (ANTIBODY, UNTREATED),
]


def march(process, state, needs, seconds, dt=60.0):
    state = jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), state)
    return jax.lax.fori_loop(0, round(seconds / dt), lambda _, s: heun(lambda x: process.rates(x, needs), s, dt), state)


@pytest.mark.parametrize(("process", "needs"), QUIET, ids=lambda x: type(x).__name__)
def test_rest_is_rest_and_health_is_left_alone(process, needs):
    assert process.rates(process.rest(), needs) == pytest.approx((0.0,) * len(process.rest()), abs=1e-15)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(0.0, 3.0), min_size=3, max_size=3), st.floats(0.0, 1.0))
def test_no_state_leaves_its_range_under_any_history(levels, activity):
    """A fortnight of anything from nothing to seizing without pause, and every state stays where it is declared."""
    histories = [
        (FIRE, inflammation.Needs(activity, levels[0], 0.3 * activity, levels[1], *levels, levels[2])),
        (BARRIER, barrier.Needs(activity, levels[0])),
        (ASTROCYTE, astrocyte.Needs(levels[0])),
        (EFFLUX, efflux.Needs(activity, levels[0])),
        (REMODELLING, remodelling.Needs(levels[0], levels[1])),
        (replace(ANTIBODY, titre=levels[2]), antibody.Needs(levels[0], *levels)),
    ]
    for process, needs in histories:
        after = march(process, process.rest(), needs, 14 * DAY, dt=600.0)
        for name, hint in type(after).__annotations__.items():
            allowed = allowed_of(hint)
            assert allowed.low <= float(getattr(after, name)) <= allowed.high, f"{type(process).__name__}.{name}"


def test_loops_and_leak_add_up_to_the_gain_of_the_published_model():
    """Batulin 2022: a unit of leak, and the seizures that hold it open, keep up a unit of inflammation (k_BI = 1)."""
    seizing = (1.0 - BARRIER.by_cytokines) / BARRIER.by_seizing
    settled = march(FIRE, FIRE.rest(), CALM._replace(albumin=1.0, activity=seizing), 60 * DAY, dt=600.0)
    assert settled.tnf == pytest.approx(1.0, rel=0.06)
    assert settled.il1 == pytest.approx(1.0, rel=0.06)


@pytest.mark.parametrize("blocker", ["il1_blocker", "il6_blocker", "tnf_blocker", "steroid"])
def test_every_immune_drug_lowers_the_fire_and_none_puts_it_out(blocker):
    lit = CALM._replace(albumin=1.0)
    treated = march(FIRE, FIRE.rest(), lit._replace(**{blocker: 50.0}), 30 * DAY, dt=600.0)
    assert 0.05 < treated.microglia < 0.97


def test_a_blocker_takes_its_own_cytokine_from_the_receptors_and_no_other():
    felt = FIRE.felt(FIRE.rest()._replace(il1=1.0, tnf=1.0, il6=1.0), CALM._replace(il1_blocker=3.0))
    assert felt == pytest.approx((0.25, 1.0, 1.0))


def test_debris_lights_the_fire_until_it_is_cleared():
    dying = CALM._replace(dead=0.1)
    early, late = (march(FIRE, FIRE.rest(), dying, t, dt=600.0) for t in (1 * DAY, 60 * DAY))
    assert early.il1 > 0.05 > 1e-3 > late.il1


def test_an_attack_from_outside_is_settled_at_onset_and_wanes():
    norse = replace(FIRE, stimulus=0.5)
    assert norse.rates(norse.rest(), CALM).microglia == pytest.approx(0.0, abs=1e-15)
    assert march(norse, norse.rest(), CALM, 28 * DAY, dt=600.0).tnf < 0.25 * float(norse.rest().tnf)


def test_the_barrier_opens_with_seizing_and_with_cytokines_and_has_an_end():
    assert march(BARRIER, BARRIER.rest(), barrier.Needs(0.0, 1.0), 100 * DAY, dt=3600.0).leak == pytest.approx(
        BARRIER.by_cytokines, rel=1e-3
    )
    assert march(BARRIER, BARRIER.rest(), barrier.Needs(1.0, 0.0), 100 * DAY, dt=3600.0).leak < BARRIER.most


def test_astrocytes_lose_potassium_and_glutamate_clearance_by_24_h_of_albumin_and_get_them_back():
    """David 2009: both are down 24 h after albumin."""
    ill = march(ASTROCYTE, ASTROCYTE.rest(), astrocyte.Needs(1.0), 24 * HOUR)
    assert ill.kir < 0.8 and ill.uptake < 0.85
    healed = march(ASTROCYTE, ill, astrocyte.Needs(0.0), 10 * DAY, dt=600.0)
    assert healed.kir > 0.99 and healed.uptake > 0.99


def test_blocking_the_pump_and_a_leak_both_let_substrates_in():
    up = EFFLUX.rest()._replace(pgp=3.0)
    assert EFFLUX.efflux(up, 0.0, 0.0) == 3.0
    assert EFFLUX.efflux(up, 2.0, 0.0) == pytest.approx(1.0)
    assert EFFLUX.efflux(up, 0.0, 1.0) < 3.0


def test_an_exchange_of_one_plasma_volume_takes_63_percent_of_plasma_and_tissue_refills_it():
    """Removal of what does not return is 1 - exp(-1); IgG is 55 % outside the vessels, so plasma climbs again."""
    ill = replace(ANTIBODY, titre=1.0)
    after = march(ill, ill.rest(), UNTREATED._replace(exchange=1.0), HOUR, dt=10.0)
    assert after.plasma == pytest.approx(np.exp(-1.0), abs=0.015)
    later = march(ill, after, UNTREATED, 2 * DAY)
    assert later.plasma > 1.5 * float(after.plasma)


def test_antibody_is_neither_made_nor_lost_by_spreading():
    ill = replace(ANTIBODY, titre=1.0, half_life=1e12)
    state = ill.rest()._replace(plasma=0.2)
    after = march(ill, state, UNTREATED, 5 * DAY)
    body = [ill.inside * s.plasma + (1 - ill.inside) * s.tissue for s in (state, after)]
    assert float(body[0]) == pytest.approx(float(body[1]), rel=1e-6)
    assert float(after.plasma) == pytest.approx(float(after.tissue), rel=0.02)


def test_depleting_b_cells_is_slow_and_spares_what_long_lived_cells_make():
    ill = replace(ANTIBODY, titre=1.0)
    week, months = (
        march(ill, ill.rest(), UNTREATED._replace(depletion=5.0), t, dt=600.0) for t in (7 * DAY, 120 * DAY)
    )
    assert week.b_cells < 0.1
    assert week.plasma > 0.95
    assert ill.long_lived < months.makers < 0.5


def test_immunoglobulin_halves_the_life_of_antibody_at_a_drive_of_one():
    ill = replace(ANTIBODY, titre=1.0)
    shorter = march(ill, ill.rest(), UNTREATED._replace(immunoglobulin=1.0), 200 * DAY, dt=3600.0)
    assert shorter.plasma == pytest.approx(0.5, rel=0.02)


def test_receptors_return_within_days_once_antibody_is_gone():
    """Hughes 2010: the loss is by titre and reversible."""
    state = replace(ANTIBODY, titre=1.0).rest()._replace(plasma=0.0, tissue=0.0, brain=0.0)
    assert float(state.held) > 0.3
    assert march(ANTIBODY, state, UNTREATED, 3 * DAY).held < 0.01


def test_a_thousand_patches_are_one_patch_mapped():
    levels = jnp.linspace(0.0, 3.0, 1000)
    together = march(ASTROCYTE, jax.tree.map(lambda x: x + 0 * levels, ASTROCYTE.rest()), astrocyte.Needs(levels), HOUR)
    alone = march(ASTROCYTE, ASTROCYTE.rest(), astrocyte.Needs(float(levels[317])), HOUR)
    assert together.kir[317] == pytest.approx(float(alone.kir), rel=1e-12)
