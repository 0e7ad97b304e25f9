"""Arms and rows: every row finds its arm, and fates are scored as the trials scored them."""

import csv
import tomllib

import numpy as np
import pytest

from quell.fit import arms, calibrate
from quell.fit.arms import Row, discharge, first_seizure, score
from quell.patient.person import FOLDER, People

TIME = np.arange(10.0, 3610.0, 10.0)


def record(*spans: tuple[float, float], fired: float | None = None) -> dict[str, np.ndarray]:
    """One patient who seizes in the spans (s); a dose at `fired`."""
    seizing = np.zeros((len(TIME), 1), bool)
    for begin, end in spans:
        seizing[(begin <= TIME) & (end > TIME)] = True
    log = np.zeros((len(TIME), 1))
    if fired is not None:
        log[np.searchsorted(TIME, fired)] = 1
    return {
        "time": TIME,
        "seizing": seizing,
        "responsiveness": np.where(seizing, 0.0, 0.8),
        "log.fired.first_line": log,
    }


def row(endpoint: str, **values: float) -> Row:
    kept = {"at": 0.0, "since": 0.0, "start": 0.0, "end": 0.0} | values
    return Row("X", "arm", endpoint, 1.0, **kept)


def test_every_row_has_an_arm_and_every_arm_a_parent_before_it():
    every, rows = arms.read()
    seen = {"start"}
    for name, arm in every.items():
        assert arm.parent in seen, name
        seen.add(name)
    assert {r.arm for r in rows.values()} <= set(every)


def test_late_and_early_arms_share_only_the_natural_course():
    every, _ = arms.read()
    early = {n for n, a in every.items() if not arms.is_late(a)}
    assert "natural" in early
    assert not early & {n for n, a in every.items() if arms.is_late(a)}


@pytest.mark.parametrize(("end", "expected"), [(400.0, True), (290.0, False)])
def test_ongoing_counts_the_first_seizure(end, expected):
    counts, success = score(row("ongoing", at=300.0), record((10.0, end), (1000.0, 2000.0)))
    assert counts[0] and success[0] == expected


@pytest.mark.parametrize(
    ("spans", "length"),
    [
        ([(10.0, 340.0)], 300.0),  # goes on after the train for five minutes
        ([(10.0, 40.0), (500.0, 900.0)], 10.0),  # silent at once; what comes later is another seizure
        ([(10.0, 100.0), (130.0, 340.0)], 300.0),  # a pause shorter than a minute does not end it
        ([(10.0, 9999.0)], np.inf),
    ],
)
def test_a_discharge_is_counted_from_the_end_of_the_train(spans, length):
    assert discharge(TIME, record(*spans)["seizing"], 36.0)[0] == length


def test_a_discharge_that_outlasts_counts_by_its_length():
    counts, success = score(row("outlasts", since=36.0, at=240.0, end=1800.0), record((10.0, 340.0)))
    assert counts[0] and not success[0]


def test_a_pause_shorter_than_a_minute_does_not_end_a_seizure():
    length, started = first_seizure(TIME, record((10.0, 100.0), (140.0, 300.0))["seizing"])
    assert started[0] and length[0] == pytest.approx(290.0, abs=10.0)
    length, _ = first_seizure(TIME, record((10.0, 100.0), (200.0, 300.0))["seizing"])
    assert length[0] == pytest.approx(90.0, abs=10.0)


def test_a_dose_counts_only_if_it_was_given_in_time_and_succeeds_only_if_quiet_holds():
    wanted = row("quiet_after_dose", start=600.0, end=900.0)
    counts, success = score(wanted, record((10.0, 500.0), fired=100.0))
    assert counts[0] and success[0]
    counts, success = score(wanted, record((10.0, 500.0), (800.0, 820.0), fired=100.0))
    assert counts[0] and not success[0]
    counts, _ = score(wanted, record((10.0, 500.0), fired=400.0))
    assert not counts[0]
    counts, _ = score(wanted, record((10.0, 500.0)))
    assert not counts[0]


def test_failures_of_the_table_are_turned_into_successes():
    table = {"F": {"n": "87", "events": "20"}}
    assert Row("X", "a", "b", 1.0, 0, 0, 0, 0, clinic="F", failures=True).target(table) == (87.0, 67.0)
    assert Row("X", "a", "b", 1.0, 0, 0, 0, 0, clinic="F").target(table) == (87.0, 20.0)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda p: p.stem)
def test_a_frozen_population_says_how_it_was_made(path):
    story = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == story["frozen"] <= story["plausible"] <= story["drawn"]
    weights = np.array([float(line["weight"]) for line in lines])
    assert (weights > 0).all() and weights.sum() == pytest.approx(1.0, abs=0.02)
    assert all({"clinic", "n", "members", "weighted"} <= set(r) for r in story["row"].values())


def test_a_repeated_arm_is_lived_with_other_noise_and_scored_by_the_mean(monkeypatch):
    lives = [record((10.0, 340.0)), record((10.0, 40.0)), record((10.0, 9999.0))]
    every, _ = arms.read()
    arm = every["insult_half"]
    monkeypatch.setattr(arms, "simulate_all", lambda *_, **__: ((arm, life) for life in lives))
    people = People(np.arange(1), {}, {})
    for life in lives:
        life["E_gaba"] = np.zeros((len(TIME), 1, 1))
    found = calibrate.early_fates(people)
    assert arm.repeats == len(lives)
    assert found["RAFIQ_4.counts"][0] == pytest.approx(2 / 3)  # five minutes, and to the end
    assert found["RAFIQ_4.success"][0] == pytest.approx(1 / 3)


def test_fresh_lives_replace_those_that_picked_a_member(monkeypatch):
    lives = iter([record((10.0, 340.0)), record((10.0, 40.0)), record((10.0, 9999.0)), record((10.0, 9999.0))])
    monkeypatch.setattr(arms, "alone", lambda *_: next(lives))
    rows = [row.id for row in arms.read()[1].values() if row.arm == "insult_half"]
    found = {f"{row}.{what}": np.array([1.0, 0.0]) for row in rows for what in ("counts", "success")}
    found |= {"member": np.array([5, 6]), "trait.a": np.zeros(2)}
    settled = calibrate.again(found.copy(), "RAFIQ_4", 4, most=0.9)
    assert settled["RAFIQ_4.counts"].tolist() == [1.0, 0.0]  # the first succeeds whenever it counts
    fresh = calibrate.again(found, "RAFIQ_4", 4)
    assert fresh["RAFIQ_4.counts"].tolist() == [0.75, 0.0]  # the second never counted and is not lived
    assert fresh["RAFIQ_4.success"].tolist() == [0.5, 0.0]
