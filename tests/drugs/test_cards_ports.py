"""Ports: the table says what each one means and who feels it, and it does not lie."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from quell.drugs import library
from quell.drugs.card import load
from quell.drugs.port import MEANINGS, PORTS, ROLES, recorded

SOURCE = Path(library.__file__).parents[1]
TELLING = ("drugs", "outcome", "report", "cli")  # rooms that name a port without feeling it
IMMUNE = {port for port in PORTS if port.startswith("cytokine.")} | {
    "inflammation.glucocorticoid",
    "antibody.level",
    "antibody.makers",
    "antibody.removal",
    "cox2",
    "pgp",
}


@pytest.mark.parametrize("port", [port for port in PORTS if MEANINGS[port].read_by])
def test_the_module_that_is_said_to_feel_a_port_names_it(port):
    spec = find_spec(MEANINGS[port].read_by)
    assert spec is not None and spec.origin is not None
    assert f'"{port}"' in Path(spec.origin).read_text(encoding="utf-8")


def test_a_port_that_nobody_is_said_to_feel_is_felt_nowhere():
    felt = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in TELLING]
    text = "\n".join(path.read_text(encoding="utf-8") for path in felt)
    assert not [port for port in PORTS if not MEANINGS[port].read_by and f'"{port}"' in text]


def test_every_port_has_a_meaning_and_a_role():
    assert all(meaning.about and meaning.role in ROLES for meaning in MEANINGS.values())
    assert {port for port in PORTS if MEANINGS[port].role == "immune"} == IMMUNE


def test_a_run_keeps_what_is_felt_and_what_its_drugs_touch():
    plain = recorded(set())
    assert {"gaba_a.bzd_site", *LASTING} <= set(plain) and "cox2" not in plain
    assert "cox2" in recorded({"cox2"})


def test_the_ports_of_a_pharmacy_are_those_of_its_drugs(pharmacy):
    shop = pharmacy("lorazepam/IV")
    assert set(shop.ports(shop.rest(1))) == set(recorded({act.port for act in load("lorazepam").acts_on}))
