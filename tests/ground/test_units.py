"""Units: a written quantity becomes the right number, or is refused in one sentence."""

import contextlib
import math
from typing import Annotated, get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quell.ground.errors import InputError
from quell.ground.units import Allowed, Unit, allowed_of, convert, mM, unit_of

finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.1 mM", "mM", 0.1),
        ("100 uM", "mM", 0.1),
        ("100 µM", "mM", 0.1),
        ("-85 mV", "mV", -85.0),
        ("2 min", "s", 120.0),
        ("0.022 1/min", "1/s", 0.022 / 60),
        ("5/min", "1/s", 5 / 60),
        ("11.3 L/h", "L/s", 11.3 / 3600),
        ("0.5 mg per kg", "mg/kg", 0.5),
        ("20 %", "", 0.2),
        ("0.2", "", 0.2),
        (" 1.5e-3 ", "", 0.0015),
        ("37 degC", "degC", 37.0),
        ("310.15 K", "degC", 37.0),
        ("0.0415 mM cm^2/uC", "mM cm^2/uC", 0.0415),
        ("20 mg PE", "mg", 20.0),
    ],
)
def test_a_written_quantity_comes_in_internal_units(text, unit, value):
    assert convert(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", "mM"),
        ("mM", "mM"),
        ("5", "mM"),
        ("5 mM", ""),
        ("5 mV", "mM"),
        ("five mM", "mM"),
        ("5 furlongs per fortnight", "mM"),
        ("3 + 4 s", "s"),
        ("2**3 s", "s"),
        ("9**9**9 s", "s"),
        ("5 s**9**9**9", "s"),
        ("1_000 s", "s"),
        ("1..2 s", "s"),
        ("5 mg/kg/70 kg", "mg"),
        ("__import__('os')", ""),
        ("nan s", "s"),
        ("inf s", "s"),
        ("1e999 s", "s"),
    ],
)
def test_what_is_no_quantity_is_refused_with_what_is_allowed(text, unit):
    with pytest.raises(InputError, match="Allowed: "):
        convert(text, unit)


@given(finite)
def test_any_number_survives_writing_and_reading(value):
    assert convert(f"{value!r} mM", "mM") == value
    assert convert(f"{value!r}", "") == value


@given(finite)
def test_minutes_are_sixty_seconds(value):
    assert convert(f"{value!r} min", "s") == pytest.approx(60 * value, rel=1e-12, abs=1e-300)


@given(st.text(max_size=60), st.sampled_from(["mM", "", "s", "degC", "mg/L"]))
@example("1" * 60, "s")
@example("5 °", "s")
@example("5 s^-", "s")
@example("5 /", "")
@example("5 *", "s")
@example("1e9999 s", "s")
@example("5 None", "")
@example("5 \x00", "")
def test_any_text_is_a_number_or_one_clear_sentence(text, unit):
    try:
        assert math.isfinite(convert(text, unit))
    except InputError as refusal:
        assert "\n" not in str(refusal)
        assert len(str(refusal)) < 300


@given(st.from_regex(r"[0-9.eE+-]{1,12} ?[a-zA-Z%µ*/^0-9 -]{0,12}", fullmatch=True))
def test_any_text_that_looks_like_a_quantity_is_a_number_or_refused(text):
    with contextlib.suppress(InputError):
        assert math.isfinite(convert(text, "mg"))


def test_a_refusal_names_the_place():
    with pytest.raises(InputError) as refusal:
        convert("5 mV", "mM", file="case.toml", line=7, field="patient.albumin")
    assert str(refusal.value).startswith("case.toml:7, patient.albumin: '5 mV' is not a quantity in mM")


def test_annotations_carry_unit_and_range():
    class Fields:
        Cl_i: mM
        share: float
        kcc2: "float"

    hints = get_type_hints(Fields, include_extras=True)
    assert unit_of(hints["Cl_i"]) == Unit("mM")
    assert unit_of(hints["share"]) is None
    assert allowed_of(hints["Cl_i"]) is None
    assert allowed_of(Annotated[mM, Allowed(0.1, 200.0)]) == Allowed(0.1, 200.0)
    assert unit_of(Annotated[mM, Allowed(0.1, 200.0)]) == Unit("mM")
