"""Ports: the table says what each one means and who feels it, and it does not lie."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from quell.drugs.body import reference_persons
from quell.drugs.card import load
from quell.drugs.pk import Pharmacy
from quell.drugs.port import MEANINGS, PORTS, ROLES, recorded

IMMUNE = {port for port in PORTS if port.startswith("cytokine.")} | {
    "inflammation.glucocorticoid",
    "antibody.level",
    "antibody.makers",
    "antibody.removal",
    "cox2",
    "pgp",
}


@pytest.mark.parametrize("port", PORTS)
def test_every_port_is_felt_by_the_module_that_is_said_to(port):
    spec = find_spec(MEANINGS[port].read_by or "nobody")
    assert spec is not None and spec.origin is not None
    assert f'"{port}"' in Path(spec.origin).read_text(encoding="utf-8")


def test_every_port_has_a_meaning_and_a_role():
    assert all(meaning.about and meaning.role in ROLES for meaning in MEANINGS.values())
    assert {port for port in PORTS if MEANINGS[port].role == "immune"} == IMMUNE


def test_a_run_keeps_what_is_felt_and_what_its_drugs_touch():
    plain = recorded(set())
    assert {"gaba_a.bzd_site", "sedation", "breathing.depression"} <= set(plain) and "cox2" not in plain
    assert "cox2" in recorded({"cox2"})


def test_the_ports_of_a_pharmacy_are_those_of_its_drugs(pharmacy):
    shop = pharmacy("lorazepam/IV")
    assert set(shop.ports(shop.rest(1))) == set(recorded({act.port for act in load("lorazepam").acts_on}))


def test_diazepam_is_felt_by_every_alpha_class_at_its_own_affinity_and_lorazepam_beside_it_at_its_one():
    """EC50 27, 30 (of 19 and 48) and 17 nM; a run without diazepam has no such ports at all."""
    how = {"study": None, "patients": [0], "step_s": 60.0, "interacting": False}
    site = "gaba_a.bzd_site"

    def drives(*drugs):
        lines = [f"{drug}/IV" for drug in drugs]
        shop = Pharmacy.build(lines, reference_persons(1), **how)
        state = shop.rest(1)
        for _ in range(10):
            state = shop.step(state, {line: np.array([0.01]) for line in lines})
        return {port: float(drive[0]) for port, drive in shop.ports(state).items() if port.startswith(site)}

    alone, other, both = drives("diazepam"), drives("lorazepam"), drives("diazepam", "lorazepam")
    assert set(other) == {site}
    assert alone[f"{site}.a2"] / alone[site] == pytest.approx(27 / 30, rel=0.02)  # its metabolite has hardly begun
    assert alone[f"{site}.a5"] / alone[site] == pytest.approx(27 / 17, rel=0.02)
    for port in both:
        assert both[port] == pytest.approx(alone[port] + other[site], rel=1e-9)
