"""The told timeline: runs of brief seizures and repeated findings on one line, everything else as it stands."""

import pandas as pd

from quell.care.timeline import Bout, seizure_events, table
from quell.report.telling import told

HOUR = 3600.0


def events(bouts, more=()):
    rows = table(seizure_events([Bout(a, b, c) for a, b, c in bouts]), 0)
    extra = [{"time_s": t, "kind": kind, "what": what, "detail": "", "patient": 0} for t, kind, what in more]
    return pd.concat([rows, pd.DataFrame(extra)], ignore_index=True) if extra else rows


def test_a_seizure_stands_on_one_line_with_its_length_and_the_silence_before_it():
    lines = told(events([(0.0, 600.0, True), (4200.0, 4500.0, True)]), 0)
    assert [line.what for line in lines] == [
        "seizure of 10 min, until 10 min", "seizure of 5 min, until 1 h 15 min",
    ]  # fmt: skip
    assert lines[1].detail == "after 1 h without"


def test_brief_seizures_in_a_row_are_counted_on_one_line():
    brief = [(262 * HOUR + k * 900.0, 262 * HOUR + k * 900.0 + 20.0, True) for k in range(31)]
    lines = told(events([(0.0, 600.0, True), *brief]), 0)
    assert len(lines) == 2
    assert lines[1].what == "31 brief seizures between 262 h and 269 h 30 min"
    assert lines[1].detail.startswith("20 s each")


def test_a_seizure_that_outlasts_the_record_says_so():
    (line,) = told(events([(0.0, 600.0, False)]), 0)
    assert line.what == "seizure that does not end in this record"


def test_the_same_finding_again_and_again_is_one_line_and_other_kinds_stay():
    again = [(k * 600.0, "body", "lactate above 5 mmol/L") for k in range(5)]
    far = [(40 * HOUR, "body", "lactate above 5 mmol/L"), (1.0, "dose", "lorazepam"), (2.0, "dose", "lorazepam")]
    lines = told(events([], [*again, *far]), 0)
    assert [line.what for line in lines if line.kind == "body"] == [
        "lactate above 5 mmol/L, 5 times until 40 min", "lactate above 5 mmol/L",
    ]  # fmt: skip
    assert sum(line.kind == "dose" for line in lines) == 2


def test_a_convulsion_that_goes_with_its_seizure_needs_no_line_of_its_own():
    both = pd.concat([
        table(seizure_events([Bout(0.0, 600.0, True), Bout(4200.0, 4500.0, True)]), 0),
        table(seizure_events([Bout(0.0, 600.0, True), Bout(4200.0, 4300.0, True)], "convulsion"), 0),
    ])  # fmt: skip
    lines = told(both, 0)
    assert [line.kind for line in lines] == ["seizure", "seizure", "convulsion"]
    assert lines[0].detail == "convulsing throughout"
