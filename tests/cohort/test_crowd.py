"""Many patients counted: shares among the right people, honest medians, bands that hold what they say."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from quell.cohort import crowd
from quell.outcome.endpoint import answers_above
from quell.outcome.proportion import wilson

END = 7200.0
NAN = float("nan")


def person(**changed) -> dict:
    """Somebody dosed with lorazepam at 20 min while seizing, silent 5 min later, awake at the end."""
    plain = {
        "first_dose_s": 1200.0, "eeg_stopped_s": 1500.0, "first_dose.result": "stopped", "rescue_used": False,
        "recurred_within_1_h": False, "seizing_at_end": False, "responsiveness_at_end": 1.0, "lorazepam.mg": 4.0,
        "lorazepam.result": "stopped", "weans.held": 0, "weans.failed": 0, "weans.seizures_back": 0, "relapses": 0,
    }  # fmt: skip
    stages = {f"stage.{name}_s": NAN for name in crowd.STAGES}
    made = plain | stages | {"stage.status epilepticus_s": 300.0} | changed
    return made | {"silent_after_s": made["eeg_stopped_s"] - made["first_dose_s"]}


def counted(*people) -> dict[str, tuple[int, int]]:
    found = crowd.shares(pd.DataFrame(people), END)
    return {share.name: (share.proportion.events, share.proportion.n) for share in found}


def test_a_share_counts_only_those_who_could_have_it():
    quick, slow = person(), person(eeg_stopped_s=3000.0)
    never = person(eeg_stopped_s=NAN, **{"first_dose.result": "failed", "lorazepam.result": "failed"})
    late = person(first_dose_s=END - 1200.0, eeg_stopped_s=NAN)  # ten minutes are seen, sixty are not
    idle = person(**{"first_dose.result": "not seizing", "lorazepam.result": "not seizing"})
    nothing = {"first_dose_s": NAN, "first_dose.result": "", "lorazepam.mg": 0.0, "lorazepam.result": ""}
    found = counted(quick, slow, never, late, idle, person(**nothing))
    assert found["treated"] == (5, 6)
    assert found["silent_10_min"] == (1, 4)
    assert found["silent_60_min"] == (2, 3)
    assert found["recurred_within_1_h"] == (0, 4)
    assert found["lorazepam"] == (3, 4)
    assert found["stage_status_epilepticus"] == (6, 6)


def test_weans_count_once_their_window_has_closed():
    held, failed = person(**{"weans.held": 1}), person(**{"weans.failed": 1, "weans.held": 1, "relapses": 1})
    brief = person(**{"weans.seizures_back": 1, "relapses": 2})
    found = counted(held, failed, brief, person())
    assert found["weaned"] == (1, 3)
    assert found["wean_failed"] == (1, 3)
    assert found["relapsed"] == (2, 4)
    assert "weaned" not in counted(person())


def test_who_answers_at_the_end_goes_by_the_mark_of_the_staff():
    marks = [answers_above() - 0.01, answers_above() + 0.01]
    assert counted(*(person(responsiveness_at_end=mark) for mark in marks))["answers_at_end"] == (1, 2)


def test_a_share_of_nobody_is_left_out_and_not_called_zero():
    assert "lorazepam" not in counted(person(**{"lorazepam.result": ""}))


@pytest.mark.parametrize(("count", "ranks"), [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (100, (40, 61))])
def test_the_median_lies_between_the_ranks_of_the_tables(count, ranks):
    """Conover 1999, nonparametric confidence limits for a median."""
    assert crowd.median_interval(np.arange(1.0, count + 1)) == ranks
    surely = 1 - 2 * stats.binom.cdf(ranks[0] - 1, count, 0.5)
    wider = 1 - 2 * stats.binom.cdf(ranks[0], count, 0.5)
    assert surely >= 0.95 > wider


def test_few_people_give_the_widest_interval_there_is():
    assert crowd.median_interval(np.array([3.0, 4.0, 9.0])) == (3.0, 9.0)


def test_numbers_are_told_in_their_unit_and_without_those_who_lack_them():
    people = pd.DataFrame({"first_dose_s": [600.0, 1200.0, 1800.0, NAN]})
    found = crowd.spread(people, "first_dose_s")
    assert (found["n"], found["median"], found["unit"]) == (3, 20.0, "min")
    assert crowd.spread(pd.DataFrame({"first_dose_s": [NAN]}), "first_dose_s") == {}


def test_the_band_of_a_share_is_the_interval_of_each_minute():
    values = np.array([[1, 0], [1, 0], [0, 0]])
    share, low, high = crowd.share_band(values)
    for minute, events in enumerate((2, 0)):
        p = wilson(events, 3)
        assert (share[minute], low[minute], high[minute]) == (p.share, p.low, p.high)
