"""Treatments beyond drugs at the brain: which state or coupling each moves, which way, and that off is off."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.circuit import population
from quell.ground.card import from_card
from quell.patient import beyond, brain, thalamocortical
from quell.patient.beyond import Acting
from quell.patient.brain import Ports, World
from quell.patient.build import default_parts
from quell.patient.warmth import warmed

ONE = jnp.ones((1, 2))
PARTS = default_parts(thalamus=True, beyond=beyond.KINDS)
REST = brain.rest(PARTS, ONE)
PORTS = Ports(*(0.0 * ONE for _ in Ports._fields))
DAY = 86400.0
KIT = PARTS.beyond
NONE = jnp.zeros(1)
QUIET = {"diet": NONE, "vagus": NONE, "thalamus": NONE, "shock": NONE}


def lived(asked, days, macro=600.0, state=None):
    state = beyond.rest(KIT, 1, 2) if state is None else state

    def one(_, now):
        return beyond.step(KIT, now, QUIET | asked, lambda place: jnp.asarray([[1.0, 0.0]]), macro)

    return jax.lax.fori_loop(0, round(days * DAY / macro), one, state)


def felt(now, at=REST):
    """The drive of the fast layer, as a dict of `[1, 2]` arrays."""
    parts = beyond.moved(PARTS, now)
    inside = at._replace(ions=beyond.raised(parts, at.ions, now))
    made = beyond.felt(parts, brain.drive(parts, inside, World(PORTS, 0.0 * ONE, ONE)), now)
    return {name: np.broadcast_to(v, (1, 2)) for name, v in made._asdict().items() if v is not None}


PLAIN = felt(None)


def test_nothing_asked_for_is_no_part_at_all():
    assert beyond.kit(()) is None
    assert default_parts().beyond is None
    assert beyond.rest(None, 3, 2) == ()
    assert beyond.moved(PARTS, None) is PARTS


def test_at_its_usual_temperature_a_brain_is_as_without_temperature():
    same = jax.tree.map(lambda a, b: np.allclose(a, b, rtol=1e-12), PARTS, warmed(PARTS, KIT.temperature, 37.0))
    assert all(jax.tree.leaves(same))


def test_ten_degrees_change_rates_by_their_published_coefficient():
    cold = warmed(PARTS, KIT.temperature, 27.0)
    assert PARTS.patch.gaba.tau / cold.patch.gaba.tau == pytest.approx(1.0 / 2.1)  # Otis1992
    assert PARTS.energy.tau / cold.energy.tau == pytest.approx(1.0 / 2.8)  # Croughwell1992


def test_a_spike_opens_as_many_receptors_at_any_temperature():
    for T in (30.0, 40.0):
        gate = warmed(PARTS, KIT.temperature, T).patch.ampa
        assert gate.tau * gate.r_half == pytest.approx(PARTS.patch.ampa.tau * PARTS.patch.ampa.r_half)


def test_cold_moves_cells_away_from_firing_and_fever_towards_it():
    bias = [felt(Acting(temperature=jnp.full((1, 1), T)))["bias_E"][0, 0] for T in (33.0, 37.0, 40.0)]
    assert bias[0] < bias[1] < bias[2]


def test_cold_lessens_release_and_fever_does_not_add_to_it():
    cold, hot = (felt(Acting(temperature=jnp.full((1, 1), T))) for T in (33.0, 40.0))
    for name in ("g_ampa", "g_nmda", "g_gaba", "g_far"):
        assert cold[name][0, 0] < PLAIN[name][0, 0]
        assert hot[name][0, 0] == pytest.approx(PLAIN[name][0, 0])


def test_cold_holds_the_cortex_down_the_more_steeply_the_deeper():
    gained = [np.log(float(KIT.temperature.depth_gained(T))) for T in (37.0, 33.0, 29.0, 25.0)]
    steps = np.diff(gained)
    assert gained[0] == 0.0
    assert (steps[1:] > steps[:-1]).all()
    assert float(KIT.temperature.depth_gained(40.0)) == 1.0


def test_a_cold_brain_uses_less():
    shown = [
        beyond.shown(PARTS, REST, beyond.rest(KIT, 1, 2), Acting(temperature=jnp.full((1, 1), T)))["metabolic_rate"]
        for T in (27.0, 37.0, 39.0)
    ]
    assert shown[0] == pytest.approx(1 / 2.8, rel=0.05)
    assert shown[1] == pytest.approx(1.0, abs=0.02)
    assert (shown[2] > 1.1).all()


def test_half_of_the_plateau_of_ketones_is_reached_after_two_days():
    """Cervenka2017: ketosis after a median of two days."""
    two, ten = (float(lived({"diet": NONE + 1.0}, days).ketosis.ketones[0]) for days in (2, 10))
    assert two == pytest.approx(2.0, abs=0.1)
    assert 3.5 < ten < 4.0


def test_ketones_feed_open_potassium_channels_and_act_as_adenosine():
    now = Acting(ketones=jnp.full((1, 1), 4.0))
    assert beyond.supply(KIT, now, 0.7) > 0.7
    assert (felt(now)["g_potassium"] > PLAIN["g_potassium"]).all()
    assert (felt(now)["g_ampa"] < PLAIN["g_ampa"]).all()
    assert beyond.moved(PARTS, now).termination.tau_r[0, 0] < PARTS.termination.tau_r


def test_the_vagus_acts_little_at_once_and_more_after_weeks():
    hour, month = (lived({"vagus": NONE + 1.0}, days, macro=60.0 if days < 1 else 120.0) for days in (1 / 24, 3))
    pulls = [float(KIT.vagus.pull(state.vagus)[0]) for state in (hour, month)]
    assert 0.0 < pulls[0] < pulls[1]
    assert float(month.vagus.settled[0]) < 0.3  # three days are not weeks
    assert (felt(Acting(pull=jnp.full((1, 1), pulls[1])))["bias_E"] < PLAIN["bias_E"]).all()


def test_a_shock_drives_every_patch_for_seconds_and_leaves_terminators_and_gaba():
    now = Acting(shock=jnp.ones((1, 1)))
    assert beyond.stimulus(KIT, now, 0.0, 2.0) == pytest.approx(30.0)
    assert beyond.stimulus(KIT, now, 0.0, 4.0) == 0.0
    after = beyond.step(KIT, beyond.rest(KIT, 1, 2), QUIET | {"shock": NONE + 1.0}, None, 10.0)
    later = lived({}, 0.5 / 24, macro=10.0, state=after)
    gone = lived({}, 12 / 24, macro=60.0, state=later)
    assert float(after.shock.surge[0]) < 0.3 < float(later.shock.surge[0])
    assert float(gone.shock.surge[0]) < 0.01
    assert float(gone.shock.built[0]) == pytest.approx(0.15, rel=0.05)
    surged, built = Acting(surge=jnp.full((1, 1), 0.6)), Acting(built=jnp.full((1, 1), 0.6))
    assert (felt(surged)["g_potassium"] > PLAIN["g_potassium"]).all()
    assert (felt(built)["g_gaba"] > PLAIN["g_gaba"]).all()


def test_a_surge_adds_nothing_where_the_terminator_is_full():
    ions = REST.ions
    full = REST._replace(ions=ions._replace(termination=ions.termination._replace(terminator=ONE)))
    made = felt(Acting(surge=jnp.full((1, 1), 0.6)), full)
    assert made["g_potassium"] == pytest.approx(felt(None, full)["g_potassium"])


def test_a_stimulated_thalamus_is_lifted_jammed_and_heard_less():
    now = Acting(stimulated=jnp.ones((1, 1)))
    moved = beyond.moved(PARTS, now)
    world = World(PORTS, 0.0 * ONE, ONE)
    before, after = (thalamocortical.setting(parts, world) for parts in (PARTS, moved))
    after = beyond.lifted(moved, after, now)
    assert after.bias_T > before.bias_T
    assert after.bias_R > before.bias_R
    assert after.noise > before.noise
    assert moved.thalamus.loop.up == pytest.approx(0.5 * PARTS.thalamus.loop.up)


def test_tissue_taken_out_makes_no_current_and_hears_nobody():
    state = lived({"resect.focus": NONE + 1.0}, 1 / 24)
    made = felt(beyond.acting(KIT, state, QUIET, brainless()))
    for name in ("g_ampa", "g_nmda", "g_gaba", "g_far", "g_ahp", "g_EI", "noise"):
        assert made[name][0, 0] == 0.0
        assert made[name][0, 1] > 0.0
    assert made["bias_E"][0, 0] == -PARTS.patch.circuit.bias_limit
    assert tuple(state.joined[0]) == (0.0, 1.0)


def test_tissue_cut_off_lives_on_alone_and_no_longer_moves_the_body():
    state = lived({"disconnect.focus": NONE + 1.0}, 1 / 24)
    now = beyond.acting(KIT, state, QUIET, brainless())
    made = felt(now)
    assert made["g_ampa"][0, 0] > 0.0
    assert made["g_far"][0, 0] == 0.0
    ampa = jnp.full((1, 2), 0.3)
    assert tuple(population.heard(beyond.moved(PARTS, now).patch, ampa)[0]) == (0.0, pytest.approx(0.3))
    assert population.heard(PARTS.patch, ampa) is ampa
    assert tuple(beyond.reaching(now, jnp.asarray([[True, True]]))[0]) == (False, True)
    assert tuple(state.kept[0]) == (1.0, 1.0)


def test_suppression_is_that_of_what_is_left_in_the_head():
    now = Acting(kept=jnp.asarray([[0.0, 1.0]]))
    assert float(beyond.present(now, jnp.asarray([[1.0, 0.2]]))[0]) == pytest.approx(0.2)


def brainless():
    """A body at 37 degC, as far as the brain sees it."""
    from types import SimpleNamespace

    return SimpleNamespace(metabolism=SimpleNamespace(temperature=jnp.full(1, 37.0)))


def test_every_constant_is_used():
    """A card row that nothing reads would be a number without a meaning."""
    from quell.cell.temperature import Temperature

    base = warmed(PARTS, KIT.temperature, 30.0)
    leaves = jax.tree.leaves(base)
    for name in Temperature.__dataclass_fields__:
        if name in ("T_rest", "stilled"):
            continue
        other = jax.tree.leaves(warmed(PARTS, from_card(Temperature, **{name: 5.0}), 30.0))
        assert any(not np.allclose(a, b) for a, b in zip(leaves, other, strict=True)), name
