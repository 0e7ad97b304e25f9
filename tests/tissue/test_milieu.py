"""The milieu: spoilt by a cause, mended by its antidote and by nothing else, untouched in health."""

from dataclasses import replace

import pytest

from quell.ground.card import from_card
from quell.tissue.milieu import Milieu

HEALTH = from_card(Milieu)
POISONED, SWOLLEN = replace(HEALTH, acetylcholine=1.0), replace(HEALTH, swollen=0.35)


def test_in_health_nothing_is_spoilt_and_no_antidote_does_anything():
    for drive in (0.0, 1.0, 100.0):
        assert HEALTH.acetylcholine_left(drive, drive) == 0.0 and HEALTH.swelling_left(drive) == 0.0
    assert HEALTH.depolarised(0.0, 0.0) == 0.0 and HEALTH.braked(0.0) == 1.0


def test_atropine_takes_acetylcholine_away_and_an_oxime_hardly():
    half, all_but, oxime = (POISONED.acetylcholine_left(*drives) for drives in ((1.0, 0.0), (99.0, 0.0), (0.0, 1e9)))
    assert half == pytest.approx(0.5) and all_but == pytest.approx(0.01)
    assert oxime == pytest.approx(1.0 - HEALTH.reach) and oxime > 0.8


def test_poisoned_and_crowded_cells_sit_nearer_to_firing():
    assert POISONED.depolarised(1.0, 0.0) == HEALTH.cholinergic and POISONED.braked(1.0) < 0.5
    assert SWOLLEN.depolarised(0.0, SWOLLEN.swelling_left(0.0)) == pytest.approx(0.35 * HEALTH.crowding)
    assert SWOLLEN.swelling_left(1.0) == pytest.approx(0.175)
