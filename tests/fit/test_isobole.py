"""Isoboles: what two drugs do together follows from the gate, with no number for synergy."""

import numpy as np
import pytest

from quell.drugs.card import load
from quell.fit.isobole import isoboles, partner
from quell.ground.card import from_card
from quell.ground.errors import InputError
from quell.receptors.gaba_a import GabaA, Ports


def reached(first, second, a, b):
    """The gate's own answer for a pair of levels."""
    drive = {"bzd": 0.0, "direct": 0.0}
    for name, level in ((first, a), (second, b)):
        drive[partner(name).site] = drive.get(partner(name).site, 0.0) + level / partner(name).level_at_one
    return float(from_card(GabaA).synaptic_gain(Ports(**drive), 1.0, 1.0, 1.0))


@pytest.mark.parametrize("wanted", [1.3, 2.0, 3.0])
@pytest.mark.parametrize(
    ("first", "second"), [("midazolam", "propofol"), ("propofol", "lorazepam"), ("midazolam", "brexanolone")]
)
def test_every_pair_of_an_isobole_reaches_its_effect(first, second, wanted):
    (curve,) = isoboles(first, second, (wanted,))
    assert len(curve.first) > 50
    found = [reached(first, second, a, b) for a, b in zip(curve.first, curve.second, strict=True)]
    assert found == pytest.approx([wanted] * len(found), rel=1e-8)


@pytest.mark.parametrize(
    ("first", "second"), [("midazolam", "lorazepam"), ("pentobarbital", "propofol"), ("brexanolone", "ganaxolone")]
)
def test_drugs_of_one_site_only_add(first, second):
    for curve in isoboles(first, second, (1.2, 1.6)):
        assert curve.index == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize(
    "second", ["propofol", "phenobarbital", "pentobarbital", "isoflurane", "brexanolone", "ganaxolone"]
)
def test_a_benzodiazepine_and_an_opener_help_each_other(second):
    (curve,) = isoboles("diazepam", second, (2.0,))
    assert np.all(curve.index <= 1.0 + 1e-9) and curve.index.min() < 0.6


def test_a_benzodiazepine_never_triples_the_conductance_alone_but_spares_propofol():
    (curve,) = isoboles("midazolam", "propofol", (3.0,))
    assert np.isinf(curve.alone[0]) and np.isfinite(curve.alone[1])
    assert curve.second.min() < 0.5 * curve.alone[1]
    assert 0.4 < curve.index[curve.pair] < 0.9


def test_a_neurosteroid_and_an_anaesthetic_sit_at_different_sites_and_help_each_other():
    (curve,) = isoboles("brexanolone", "propofol", (2.0,))
    assert np.all(curve.index <= 1.0 + 1e-9) and 0.3 < curve.index.min() < 0.98


def test_the_two_axes_may_be_exchanged():
    (one,), (other,) = isoboles("midazolam", "propofol", (3.0,)), isoboles("propofol", "midazolam", (3.0,))
    assert one.alone == other.alone[::-1]
    assert np.array_equal(one.first, other.second) and np.array_equal(one.second, other.first)


def test_fewer_receptors_ask_for_more_drug_until_a_benzodiazepine_cannot_do_it():
    (all_,) = isoboles("lorazepam", "propofol", (1.2,))
    (half,) = isoboles("lorazepam", "propofol", (1.2,), left=0.5)
    assert half.alone[0] == np.inf or half.alone[0] > all_.alone[0]
    assert half.alone[1] > 2 * all_.alone[1]


def test_levels_are_total_plasma_at_the_usual_free_share():
    card = load("propofol")
    free = card.acts_on[0].EC50.read("mmol/L")[0] * 178.27
    assert partner("propofol").level_at_one == pytest.approx(free / 0.024)
    assert partner("midazolam").level_at_one == pytest.approx(1.8e-6 * 325.77 / 0.031, rel=1e-9)


@pytest.mark.parametrize(
    ("pair", "gain", "left", "complaint"),
    [
        (("ketamine", "propofol"), 2.0, 1.0, "ketamine has no site at the GABA-A gate"),
        (("midazolam", "lorazepam"), 3.0, 1.0, "never reach 3 times control"),
        (("midazolam", "propofol"), 1.0, 1.0, "needs no drug"),
        (("midazolam", "propofol"), 2.0, 0.0, "no share of receptors"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(pair, gain, left, complaint):
    with pytest.raises(InputError, match=complaint):
        isoboles(*pair, (gain,), left=left)
