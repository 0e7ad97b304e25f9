"""What a user reads when something is wrong: one sentence, the place, what is allowed."""

import pytest

from quell.ground import errors
from quell.ground.errors import CardError, InputError, InterruptedRun, QuellError, RangeError


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({}, "'x' is no drug"),
        ({"file": "a.toml"}, "a.toml: 'x' is no drug"),
        ({"file": "a.toml", "line": 3}, "a.toml:3: 'x' is no drug"),
        ({"file": "a.toml", "line": 3, "field": "step.give"}, "a.toml:3, step.give: 'x' is no drug"),
        ({"field": "step.give"}, "step.give: 'x' is no drug"),
        ({"allowed": "lorazepam, propofol"}, "'x' is no drug. Allowed: lorazepam, propofol."),
        ({"allowed": "lorazepam."}, "'x' is no drug. Allowed: lorazepam."),
    ],
)
def test_an_input_error_says_where_what_and_what_is_allowed(place, text):
    assert str(InputError("'x' is no drug", **place)) == text


def test_the_parts_of_an_input_error_can_be_read_by_programs():
    error = InputError("no", file="a.toml", line=3, field="seed", allowed="a number")
    assert (error.what, error.file, error.line, error.field, error.allowed) == ("no", "a.toml", 3, "seed", "a number")


@pytest.mark.parametrize("kind", [InputError, CardError, RangeError, InterruptedRun])
def test_one_family_so_that_one_catch_is_enough(kind):
    assert issubclass(kind, QuellError)
    assert kind.__name__ in (errors.__doc__ or "")
