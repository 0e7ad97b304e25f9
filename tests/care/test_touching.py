"""Drugs meet the brain: a port nobody touches is not there, sedation may come from a receptor, a deaf run says so."""

import numpy as np
import pytest

from quell.care import touching
from quell.care.unfelt import unfelt
from quell.drugs.port import MEANINGS
from quell.ground.card import from_card
from quell.patient.arousal import Arousal

NONE = np.zeros(2)


def test_a_port_that_no_drug_touches_is_none():
    touched = touching.ports({"k2p": NONE + 0.5}, {}, NONE)
    assert touched.neurosteroid is None and touched.bzd.shape == (2, 1)
    assert touched.k2p.tolist() == [[0.5], [0.5]]


def test_patch_by_patch_drives_go_before_those_of_the_whole():
    here = {"carbonic_anhydrase": np.ones((2, 3))}
    assert touching.ports({"carbonic_anhydrase": NONE}, here, NONE).anhydrase.shape == (2, 3)


def test_dexmedetomidine_sedates_through_its_receptor_and_adds_to_other_sedatives():
    arousal, other = from_card(Arousal), {"sedation": NONE + 0.3}
    assert touching.lulled(arousal, other, NONE) is other
    both = touching.lulled(arousal, other | {"alpha2": NONE + 1.6}, NONE)
    assert both["sedation"].tolist() == pytest.approx([1.3, 1.3])


def test_a_drug_that_nothing_feels_is_named():
    (said,) = unfelt(["ethosuximide", "lorazepam", "rocuronium"], {"thalamus"})
    assert "ethosuximide acts on calcium.t_type" in said and "parts.thalamus = true" in said
    assert unfelt(["ethosuximide", "valproate"]) == [] == unfelt(["valproate"], {"thalamus"})
    deaf = MEANINGS | {"nmda.pore": MEANINGS["nmda.pore"]._replace(read_by="")}
    assert unfelt(["ketamine"], table=deaf) == ["ketamine acts on nmda.pore, which nothing in this run feels."]
