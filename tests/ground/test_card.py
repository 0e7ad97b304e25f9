"""Cards: a constant arrives with its unit, and a card that lies is refused by name."""

import jax
import pytest

from quell.ground.card import from_card, rows_of
from quell.ground.contract import process
from quell.ground.errors import CardError
from quell.ground.units import mM, second, share


@process
class Pool:
    rest: mM
    tau: second
    floor: share


GOOD = """
[Pool]
rest  = { value = "5000 uM", source = "article", grade = "A", range = [4000, 7000], species = "rat" }
tau   = { value = "2 min", source = "assumed", grade = "D", between = 0.3, note = "a guess" }
floor = { value = "0.2", source = "computed", grade = "B" }
"""


@pytest.fixture
def card(tmp_path):
    def write(text=GOOD):
        path = tmp_path / f"pool{len(list(tmp_path.iterdir()))}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_card_gives_constants_in_internal_units(card):
    pool = from_card(Pool, card())
    assert (pool.rest, pool.tau, pool.floor) == (pytest.approx(5.0), pytest.approx(120.0), 0.2)


def test_a_row_keeps_what_it_says_about_itself(card):
    rows = rows_of(Pool, card())
    assert rows["rest"].range == pytest.approx((4.0, 7.0))
    assert (rows["rest"].unit, rows["rest"].species, rows["rest"].grade) == ("mM", "rat", "A")
    assert (rows["tau"].between, rows["tau"].note, rows["tau"].source) == (0.3, "a guess", "assumed")


def test_a_single_constant_can_be_replaced(card):
    path = card()
    assert from_card(Pool, path, tau=60.0) == from_card(Pool, path).__class__(rest=5.0, tau=60.0, floor=0.2)
    with pytest.raises(CardError, match="Pool has no constant tua; it has rest, tau, floor"):
        from_card(Pool, path, tua=60.0)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[Pool]", "[Pond]", r"has no table \[Pool\]"),
        ("floor =", "flour =", "has flour, which the class does not declare"),
        ('floor = { value = "0.2", source = "computed", grade = "B" }', "", "Pool.floor needs value, source and grade"),
        ('source = "article", ', "", "Pool.rest needs value, source and grade"),
        ('grade = "A"', 'grade = "E"', "Pool.rest: grade 'E' is not one of A, B, C, D"),
        ("5000 uM", "5000 mV", "Pool.rest: .*not a quantity in mM"),
        ("5000 uM", "5000", "Pool.rest: .*not a quantity in mM"),
        ("5000 uM", "3000 uM", "lies outside its own range"),
        ("[Pool]", "[Pool", "pool0.toml: "),
    ],
)
def test_a_card_that_lies_is_refused_by_name(card, old, new, told):
    with pytest.raises(CardError, match=told):
        rows_of(Pool, card(GOOD.replace(old, new)))


def test_a_missing_card_is_named(tmp_path):
    with pytest.raises(CardError, match=r"pool\.toml is missing beside its module"):
        rows_of(Pool, tmp_path / "pool.toml")


def test_a_field_without_a_unit_is_refused(card):
    @process
    class Bare:
        rest: float

    with pytest.raises(CardError, match=r"Bare\.rest: the class gives no unit"):
        rows_of(Bare, card('[Bare]\nrest = { value = "1", source = "assumed", grade = "D" }'))


def test_a_process_is_a_frozen_tree_of_its_constants(card):
    pool = from_card(Pool, card())
    assert sorted(jax.tree.leaves(pool)) == pytest.approx([0.2, 5.0, 120.0])
    doubled = jax.tree.map(lambda x: 2 * x, pool)
    assert isinstance(doubled, Pool)
    assert doubled.tau == pytest.approx(240.0)
    with pytest.raises(AttributeError):
        pool.tau = 1.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        Pool(5.0, 120.0, 0.2)  # type: ignore[misc]  # constants are named, never counted
