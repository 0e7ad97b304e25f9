"""What drugs did to each other in a run is told with who, how far and at which levels."""

import numpy as np

from quell.care.mixing import mixing_events


def record(**values):
    time = np.arange(1, 5) * 3600.0
    return {"time": time} | {name.replace("__", "."): np.asarray(v, float)[:, None] for name, v in values.items()}


def test_the_one_who_changes_it_is_named_with_the_levels():
    told = mixing_events(
        record(
            plasma_valproate=[90, 80, 60, 55],
            free_valproate=[20, 15, 9, 8],
            plasma_meropenem=[0, 10, 10, 10],
            changed__valproate__CL=[1, 1.1, 1.3, 1.6],
        ),
        0,
    )
    first, most = (event for event in told if event.kind == "interaction")
    assert first.time_s == 3 * 3600.0 and "meropenem and valproate begins to matter" in first.what
    assert "x 1.60" in most.what and "total 55 mg/L, free 8 mg/L" in most.detail


def test_a_change_of_a_drug_that_nobody_got_is_not_told():
    told = mixing_events(record(plasma_valproate=[0, 0, 0, 0], changed__valproate__CL=[1, 1.5, 1.6, 1.7]), 0)
    assert not told


def test_a_free_level_above_its_range_is_told_though_the_total_is_usual():
    told = mixing_events(record(plasma_phenytoin=[12, 14, 15, 14], free_phenytoin=[1.5, 3, 4, 3]), 0)
    assert [event.what for event in told] == ["free phenytoin is above its usual range: 3 mg/L"]
    assert "total 14 mg/L" in told[0].detail


def test_a_level_that_falls_out_of_its_range_is_told_once():
    told = mixing_events(record(plasma_valproate=[80, 60, 45, 40], free_valproate=[9, 7, 5, 4]), 0)
    assert [event.time_s for event in told if "fallen below" in event.what] == [3 * 3600.0]
