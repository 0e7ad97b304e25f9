"""Parameters that go together: the covariance the paper prints, and no bit of any other draw moved."""

import numpy as np
import pytest

from quell.drugs import library
from quell.drugs.assembly import lay_out
from quell.drugs.body import reference_persons
from quell.drugs.card import read_card
from quell.drugs.traits import traits
from quell.ground.errors import CardError

PEOPLE = 4000


def volumes(variant, seed=1):
    plan = lay_out("midazolam", ["midazolam/IV"], _people(seed), variant=variant)
    return np.log(plan.V1["midazolam"]), np.log(plan.V1["hydroxymidazolam"]), plan.values


def _people(seed):
    return traits(reference_persons(PEOPLE), seed, np.arange(PEOPLE))


def test_the_volumes_of_midazolam_and_its_metabolite_covary_as_printed():
    """0.109819 on the log scale, variances 0.142583 and 0.158449 (Wiebe 2020); 4,000 people."""
    parent, product, _ = volumes("healthy")
    covariance = np.cov(parent, product)
    np.testing.assert_allclose(covariance, [[0.142583, 0.109819], [0.109819, 0.158449]], rtol=0.06)
    assert np.corrcoef(parent, product)[0, 1] == pytest.approx(0.731, abs=0.02)


def test_where_no_paper_says_so_they_do_not():
    parent, product, _ = volumes("icu")
    assert (parent == parent[0]).all() and product.std() > 0.3
    parent, product, _ = volumes("end_of_life")
    assert abs(np.corrcoef(parent, product)[0, 1]) < 0.06


def test_what_no_correlation_names_is_drawn_as_ever():
    """The first of a pair keeps its draw, other parameters theirs: bit by bit those of independent people."""
    who = _people(1)
    _, product, values = volumes("healthy")
    np.testing.assert_array_equal(values["V1"], 19.45 * who.draw(0.39, "midazolam", "V1"))
    np.testing.assert_array_equal(values["CL"], 24.15 / 3600 * who.draw(0.3, "midazolam", "CL"))
    assert not np.array_equal(product, np.log(175.6 * who.draw(0.41, "hydroxymidazolam", "V1")))


def test_the_typical_patient_is_not_touched():
    typical = lay_out("midazolam", ["midazolam/IV"], traits(reference_persons(), None, [0]), variant=None)
    assert typical.V1["midazolam"][0] == 19.45 and typical.V1["hydroxymidazolam"][0] == 175.6


ROW = '[[correlation]]\nbetween = ["{}", "{}"]\nr = {{ value = "{}", source = "assumed", grade = "D" }}\n'


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("V1", "CL", 1.2)], "between -1 and 1"),
        ([("V1", "V1", 0.5)], "with itself"),
        ([("V1", "V3", 0.5)], "midazolam V3 does not differ between people"),
        ([("V1", "elsewhere V1", 0.5)], "elsewhere V1 does not differ"),
        ([("CL", "V1", 0.9), ("CL", "hydroxymidazolam V1", -0.9)], "exclude each other"),
    ],
)
def test_a_correlation_that_cannot_be_is_refused(tmp_path, rows, says):
    text = (library.FOLDER / "midazolam.toml").read_text(encoding="utf-8")
    path = tmp_path / "midazolam.toml"
    path.write_text(text + "".join(ROW.format(*row) for row in rows), encoding="utf-8")
    with pytest.raises(CardError, match=says):
        read_card(path)
