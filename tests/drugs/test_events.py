"""Event tables: read, written, expanded to stretches of input; wrong rows are named by line and column."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quell.drugs.events import Event, expand, rates, read_table, write_table
from quell.ground.errors import InputError

LINES = ("lorazepam/IV", "midazolam/IM", "propofol/IV")
positive = st.floats(1e-3, 1e6)


@st.composite
def events(draw):
    more = draw(st.integers(0, 5))
    steady = draw(st.integers(0, 1))
    return Event(
        patient=draw(st.integers(0, 10**6)),
        time_s=draw(st.floats(-1e6, 1e7)),
        amount_mg=draw(positive),
        rate_mg_s=draw(st.just(0.0) | positive),
        interval_s=draw(positive) if more or steady else draw(st.just(0.0) | positive),
        more=more,
        steady=steady,
        line=draw(st.sampled_from(LINES)),
    )


@given(st.lists(events(), max_size=5), st.sampled_from(["s", "min", "h", "d"]), st.booleans())
@settings(deadline=None)
def test_a_table_that_was_written_is_read_back_bit_for_bit(made, unit, numbered):
    lines = LINES if numbered else ()
    assert read_table(write_table(made, time_unit=unit, lines=lines), time_unit=unit, lines=lines) == made


@given(st.text(max_size=80), st.lists(st.text(alphabet='0123456789.-eEnaif/IV,\n" ', max_size=30), max_size=3))
@settings(deadline=None)
def test_any_text_gives_events_or_a_clear_error(head, rows):
    for text in (head, "ID,TIME,AMT,CMT,RATE,II,ADDL\n" + "\n".join(rows)):
        try:
            assert read_table(write_table(read_table(text))) == read_table(text)
        except InputError as error:
            assert str(error)


def test_two_pushes_and_an_infusion_become_stretches_of_input():
    text = (
        "ID,TIME,AMT,RATE,II,ADDL,SS,CMT,EVID,MDV\n"
        "1,0,4,0,0.0833333333333333,1,0,lorazepam/IV,1,1\n"
        "1,1,210,210,.,.,.,propofol/IV,1,1\n"
        "1,2,.,.,.,.,.,.,0,0\n"
    )
    first, second, drip = expand(read_table(text))
    assert (first.start_s, first.duration_s, first.mg_per_s) == (0.0, 10.0, 0.4)
    assert second.start_s == pytest.approx(300.0)
    assert (drip.start_s, drip.duration_s) == (3600.0, 3600.0)
    assert drip.mg_per_s * 3600 == pytest.approx(210.0)


def test_every_milligram_of_the_table_arrives():
    pieces = expand([Event(4, 3.0, 7.0, 0.123, line="lorazepam/IV"), Event(9, 11.0, 5.0, line="lorazepam/IV")])
    table = rates(pieces, [9, 4], start_s=0.0, step_s=10.0, steps=50)["lorazepam/IV"]
    assert (table * 10.0).sum(axis=0) == pytest.approx([5.0, 7.0], rel=1e-12)
    assert table[0, 0] == 0.0


def test_steady_state_needs_to_know_how_many_doses_came_before():
    event = Event(1, 0.0, 500.0, interval_s=43200.0, steady=1, line="levetiracetam/IV")
    with pytest.raises(InputError, match="SS"):
        expand([event])
    assert [piece.start_s for piece in expand([event], earlier=2)] == [-86400.0, -43200.0, 0.0]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("1,0,-4,lorazepam/IV,0,0,0,1,0", "AMT"),
        ("1,0,four,lorazepam/IV,0,0,0,1,0", "'four' is no number"),
        ("1,0,nan,lorazepam/IV,0,0,0,1,0", "not finite"),
        ("1,0,4,lorazepam/IV,-2,0,0,1,0", "RATE"),
        ("1,0,4,lorazepam/IV,0,0,3,1,0", "II"),
        ("1,0,4,lorazepam/IV,0,0,0,9,0", "EVID"),
        ("1,0,4,lorazepam/IV,0,6,0,1,7", "SS"),
        ("1,0,4,lorazepam,0,0,0,1,0", "CMT"),
        ("1,0,4,.,0,0,0,1,0", "CMT"),
        ("one,0,4,lorazepam/IV,0,0,0,1,0", "ID"),
        ("1,0,4", "3 cells under 9 columns"),
    ],
)
def test_a_wrong_row_is_named_by_file_line_and_column(row, complaint):
    text = f"ID,TIME,AMT,CMT,RATE,II,ADDL,EVID,SS\n1,0,4,lorazepam/IV,0,0,0,1,0\n{row}\n"
    with pytest.raises(InputError, match=complaint) as caught:
        read_table(text, file="doses.csv")
    assert str(caught.value).startswith("doses.csv:3")


def test_a_column_that_would_be_ignored_is_refused():
    with pytest.raises(InputError, match="WT is unknown"):
        read_table("ID,TIME,AMT,CMT,WT\n")
    with pytest.raises(InputError, match="AMT missing"):
        read_table("ID,TIME,CMT\n")
    with pytest.raises(InputError, match="no unit of time"):
        read_table("ID,TIME,AMT,CMT\n", time_unit="week")
    with pytest.raises(InputError, match="CMT 4 is no line"):
        read_table("ID,TIME,AMT,CMT\n1,0,4,4\n", lines=LINES)


def test_a_body_is_never_emptied():
    with pytest.raises(InputError, match="EVID 3"):
        expand([Event(1, 0.0, kind=3)])
    assert np.isclose(sum(p.mg_per_s * p.duration_s for p in expand([Event(1, 0, 3.0, line=LINES[0])])), 3.0)
