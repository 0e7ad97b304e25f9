"""What only some models ask for: APACHE II, PEEP, alcohol, genes of enzymes, as the papers print them."""

import pytest

import quell
from quell.cli.pk import persons
from quell.drugs.assembly import lay_out
from quell.drugs.traits import traits
from quell.ground.errors import InputError

HOUR = 3600.0


def values(drug, variant, **person):
    found = lay_out(drug, [f"{drug}/IV"], traits(persons(**person), None, [0]), variant=variant).values
    return {name: float(value[0]) for name, value in found.items()}


def test_midazolam_in_intensive_care_goes_by_age_alcohol_and_apache():
    """Swart 2004: CL 11.3 or 7.3 - 0.145 (age - 57), Q 40.8 - 2.75 (APACHE II - 26), L/h."""
    usual = values("midazolam", "swart", age=57)
    assert usual["CL"] * HOUR == pytest.approx(11.3) and usual["Q2"] * HOUR == pytest.approx(40.8)
    other = values("midazolam", "swart", age=67, alcohol=True, apache=30)
    assert other["CL"] * HOUR == pytest.approx(7.3 - 1.45) and other["Q2"] * HOUR == pytest.approx(40.8 - 11.0)


def test_lorazepam_in_intensive_care_goes_by_peep_and_after_alcohol_by_nothing():
    """Swart 2004: CL 4.13 - 0.417 (PEEP - 5), after alcohol 0.74 L/h whatever the pressure."""
    assert values("lorazepam", "swart")["CL"] * HOUR == pytest.approx(4.13)
    assert values("lorazepam", "swart", peep=8)["CL"] * HOUR == pytest.approx(4.13 - 3 * 0.417)
    assert values("lorazepam", "swart", peep=8, alcohol=True)["CL"] * HOUR == pytest.approx(0.74)


def test_slow_genes_slow_phenytoin_and_valproate():
    normal = values("phenytoin", "odani")["Vmax"]
    assert values("phenytoin", "odani", cyp2c9="intermediate")["Vmax"] == pytest.approx(0.67 * normal)
    assert values("phenytoin", "odani", cyp2c9="poor")["Vmax"] == pytest.approx(0.5 * normal)
    whole = values("valproate", "guo")["CL"]
    assert values("valproate", "guo", cyp2c19="reduced")["CL"] == pytest.approx(0.64 * whole)


def test_what_a_model_does_not_ask_for_is_said():
    told = quell.pk("10 mg IV", drug="midazolam", at=[5.0], apache=30, alcohol=True).attrs["notes"]
    assert any("midazolam healthy does not ask for apache_ii, alcohol" in note for note in told)
    heard = quell.pk("10 mg IV over 1 h", drug="midazolam", variant="swart", at=[5.0], apache=30).attrs["notes"]
    assert not any("does not ask" in note for note in heard)


@pytest.mark.parametrize(("how", "says"), [({"cyp2c9": "quick"}, "no kind of CYP2C9"), ({"peep": -1}, "negative")])
def test_what_nobody_has_is_refused(how, says):
    with pytest.raises(InputError, match=says):
        quell.pk("10 mg IV", drug="midazolam", at=[5.0], **how)
