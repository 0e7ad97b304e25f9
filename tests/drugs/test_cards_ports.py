"""Ports: the table says what each one means and who feels it, and it does not lie."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from quell.drugs.card import load
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
