"""Interactions: published sizes, the liver's law, what time does, and that nothing else happens."""

import numpy as np
import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from quell.drugs import interaction, library
from quell.drugs.interaction import Given, multipliers, table
from quell.drugs.warning import findings, warnings
from quell.drugs.well_stirred import CARD, induced, shared
from quell.ground.errors import CardError, InputError

HOUR, DAY = 3600.0, 86400.0
LONG = -np.inf
OUTSIDE = {  # act on drugs of the library without being on its shelf
    *("imipenem", "ertapenem", "efavirenz", "rifampicin", "ketoconazole", "voriconazole", "itraconazole"),
    *("clarithromycin", "ritonavir", "fentanyl", "remifentanil", "sufentanil", "opioids", "zonisamide"),
    *("oxcarbazepine", "cirrhosis", "renal_failure", "haemodialysis", "ecmo", "hypothermia"),
}


@pytest.mark.parametrize(
    ("of", "on", "parameter", "times"),
    [
        ("phenytoin", "valproate", "CL", 1.640),
        ("phenobarbital", "valproate", "CL", 1.386),
        ("carbamazepine", "valproate", "CL", 1.521),
        ("valproate", "phenobarbital", "CL", 0.711),
        ("valproate", "lorazepam", "CL", 0.69),
        ("voriconazole", "midazolam", "CL", (24.15 - 16.3) / 24.15),
        ("carbamazepine", "lacosamide", "CL", 1.48),
        ("phenytoin", "methylprednisolone", "CL", 2209.5 / 381.7),
        ("phenobarbital", "methylprednisolone", "CL", 1179.1 / 381.7),
        ("midazolam", "propofol", "CL", 1.61 / 1.94),
        ("sevoflurane", "rocuronium", "EC50", 0.98 / 1.62),
        ("propofol", "norepinephrine", "CL", np.exp(-0.0357 * 3.53)),
    ],
)
def test_full_effects_are_the_printed_ones(of, on, parameter, times):
    pairs = [found.full for found in findings([of, on]) if (found.of, found.on) == (of, on)]
    assert [full[parameter] for full in pairs if parameter in full] == [pytest.approx(times, rel=0.02)]


def test_inducers_leave_a_seventeenth_of_an_oral_dose_of_midazolam_and_double_its_clearance():
    """Backman 1996: oral area 5.7 % of controls; half-life 1.3 against 3.1 h."""
    factors = multipliers([Given("carbamazepine", LONG), "midazolam"])["midazolam"]
    assert factors["F oral"] / factors["CL"] == pytest.approx(0.057, abs=0.002)
    assert 1.5 < factors["CL"] < 3.1 / 1.3


def test_the_oral_share_under_efavirenz_falls_as_seen_while_the_vein_stays_under_two():
    factors = multipliers([Given("efavirenz", LONG), "midazolam"])["midazolam"]
    assert factors["F oral"] == pytest.approx(0.076 / 0.276, rel=0.03)
    assert 1.5 <= factors["CL"] <= 2.0


@supposing(st.floats(0.01, 0.99), st.floats(0.01, 100.0))
def test_the_liver_never_clears_more_than_its_flow(extraction, factor):
    after = shared(extraction, factor)
    assert 0.0 < after < 1.0
    assert (after > extraction) == (factor > 1.0) or factor == 1.0 or after == pytest.approx(extraction)
    assert shared(after, 1.0 / factor) == pytest.approx(extraction, rel=1e-9)


def test_no_change_of_capacity_changes_nothing():
    assert induced("midazolam", 1.0) == pytest.approx({"CL": 1.0, "F oral": 1.0})


def test_enzymes_take_days_and_hydrolase_hours():
    def share(of, on, parameter, after):
        full = multipliers([of, on])[on][parameter]
        return (multipliers([of, on], after)[on][parameter] - 1.0) / (full - 1.0)

    assert share("phenytoin", "valproate", "CL", 6 * HOUR) < 0.01
    assert 0.8 < share("phenytoin", "valproate", "CL", 14 * DAY) < 1.0
    assert share("meropenem", "valproate", "CL", DAY) > 0.85
    assert share("valproate", "lorazepam", "CL", 60.0) == 1.0


@pytest.mark.parametrize("row", [row for row in table() if row.times is not None])
def test_an_effect_starts_at_nothing_is_half_where_it_says_and_fades_when_its_cause_has_left(row):
    begun = Given(row.of[0], 5.0)
    assert row.progress(begun, 5.0) == 0.0
    assert row.progress(begun, 5.0 + row.half_after_s() + 1e-9) == pytest.approx(0.5 if row.onset else 1.0, abs=1e-6)
    assert row.progress(begun, np.inf) == 1.0
    left = row.progress(Given(row.of[0], LONG, 0.0), np.array([0.0, 3 * DAY, 90 * DAY]))
    assert left[0] == 1.0 and left[1] < 1.0 and left[2] < 1e-6


def test_recovery_of_valproate_takes_one_to_two_weeks():
    days = np.array([1.0, 7.0, 14.0]) * DAY
    left = multipliers([Given("meropenem", LONG, 0.0), "valproate"], days)["valproate"]["CL"] - 1.0
    assert left[0] > 0.5 and 0.05 < left[1] < 0.2 and left[2] < 0.03


def test_two_inducers_of_one_path_count_once_and_two_paths_multiply():
    one = multipliers(["phenytoin", "perampanel"])["perampanel"]["CL"]
    assert multipliers(["phenytoin", "carbamazepine", "perampanel"])["perampanel"]["CL"] == pytest.approx(one)
    both = multipliers(["phenytoin", "meropenem", "valproate"])["valproate"]["CL"]
    assert both == pytest.approx(1.640 * 1.75)


@pytest.mark.parametrize("drugs", [["valproate", "phenytoin", "meropenem", "midazolam", "propofol"]])
def test_order_and_bystanders_change_nothing(drugs):
    straight, back = multipliers(drugs, DAY), multipliers(drugs[::-1], DAY)
    more = multipliers([*drugs, "levetiracetam"], DAY)
    for other in (back, more):
        assert {d: pytest.approx(f) for d, f in straight.items()} == other
    assert "levetiracetam" not in more


def test_times_may_be_a_row_of_times():
    times = np.array([0.0, 1.0, 5.0, 20.0]) * DAY
    course = multipliers(["phenytoin", "midazolam"], times)["midazolam"]["CL"]
    assert course.tolist() == [multipliers(["phenytoin", "midazolam"], t)["midazolam"]["CL"] for t in times]
    assert np.all(np.diff(course) > 0) and course[0] == pytest.approx(1.0)


def test_displacement_grows_with_the_level():
    free = [
        multipliers([Given("valproate", LONG, level=level), "phenytoin"])["phenytoin"]["fu"]
        for level in (0.0, 50.0, 100.0)
    ]
    assert free == pytest.approx([1.0, 1.425, 1.85])


def test_carbamazepine_induces_itself_only_from_the_naive_state():
    assert multipliers(["carbamazepine"]) == {}
    naive = multipliers(["carbamazepine"], 70 * HOUR, variants={"carbamazepine": "naive"})
    assert naive["carbamazepine"]["CL"] == pytest.approx(1.5, abs=0.01)


def test_a_prodrug_interacts_as_what_it_becomes():
    assert multipliers(["fosphenytoin", "Depakote"]) == multipliers(["phenytoin", "valproate"])


def test_every_drug_of_the_table_is_on_the_shelf_or_said_to_be_outside():
    named = {name for row in table() for name in (*row.of, *row.on)}
    assert named - set(library.names()) == OUTSIDE
    assert not {name for row in table() for name in row.on} & OUTSIDE
    assert not [pair for pair in interaction.between({n: Given(n) for n in interaction.names()}) if not pair[2].says]


def test_a_run_is_warned_of_what_matters_within_it():
    assert warnings(["valproate", "meropenem"], DAY)
    assert not warnings(["valproate", "meropenem"], 600.0)
    assert not warnings(["phenytoin", "midazolam"], 2 * HOUR)
    assert "infusions need about twice the dose" in warnings(["phenytoin", "midazolam"], 14 * DAY)[0]
    assert warnings([Given("phenytoin", LONG), "midazolam"], 600.0)
    assert not warnings(["levetiracetam", "lacosamide"], 30 * DAY)


def test_the_weightiest_interaction_is_told_first():
    changes = [found.change for found in findings(["valproate", "phenytoin", "meropenem", "midazolam"])]
    assert len(changes) == 4 and changes == sorted(changes, reverse=True)


def test_an_unknown_drug_is_refused_with_its_nearest_name():
    with pytest.raises(InputError, match="did you mean phenytoin"):
        multipliers(["phenytion", "valproate"])


def test_a_defect_of_the_table_is_named(tmp_path, monkeypatch):
    path = tmp_path / "interaction.toml"
    path.write_text(
        CARD.read_text(encoding="utf-8").replace('value = "1.640"', 'value = "1.640 L"', 1), encoding="utf-8"
    )
    monkeypatch.setattr(interaction, "CARD", path)
    table.cache_clear()
    try:
        with pytest.raises(CardError, match="interaction 1 "):
            table()
    finally:
        monkeypatch.undo()
        table.cache_clear()


@pytest.mark.parametrize(
    ("of", "on", "parameter", "factor"),
    [
        ("phenobarbital", "perampanel", "CL", 2.76),
        ("oxcarbazepine", "perampanel", "CL", 1.51),
        ("carbamazepine", "dexamethasone", "CL", 2.5),
        ("ketoconazole", "midazolam", "F oral", (0.276 + 0.379) / 0.276),
        ("ketoconazole", "midazolam", "CL of hydroxymidazolam", 0.67),
        ("efavirenz", "midazolam", "presystemic oral", (5.31 + 12.4) / 5.31),
        ("cirrhosis", "diazepam", "CL", 0.5),
        ("renal_failure", "lacosamide", "CL", (20 / 119) ** 0.311),
        ("renal_failure", "levetiracetam", "CL", 1 - 0.66 * (1 - 20 / 107)),
        ("hypothermia", "phenytoin", "CL", 0.75),
    ],
)
def test_the_table_has_what_the_literature_prints(of, on, parameter, factor):
    assert multipliers([of, on])[on][parameter] == pytest.approx(factor, rel=0.01)


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        (("valproate", "perampanel"), "no size was read"),
        (("phenytoin", "propofol"), "hardly speeds propofol up"),
        (("efavirenz", "midazolam"), "upper bound of clearance by vein x 2.57"),
        (("ecmo", "propofol"), "binds lipophilic drugs"),
        (("renal_failure", "midazolam"), "learance of midazolam glucuronide"),
        (("cirrhosis", "propofol"), "near what it was"),
    ],
)
def test_what_is_known_of_a_pair_is_said_with_its_source(pair, says):
    told = " ".join(one.words() for one in findings(pair))
    assert says in told and "grade" in told
