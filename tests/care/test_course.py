"""A course: patients do not touch each other, stopping and branching leave no trace, doses act or do not exist."""

import hashlib
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.engine import checkpoint
from quell.engine.clock import PROJECTIVE
from quell.ground.errors import RangeError
from quell.patient.person import People, draw_bodies, draw_prior

LANES, STUDY = 64, 5
DOSE_AT, END = 30, 48  # macro steps of 10 s, of which 12 lie before onset: minute 3 and minute 6


def crowd(ids, widen=1.0) -> People:
    ids = np.asarray(ids)
    return People(ids, draw_prior(STUDY, ids, widen), draw_bodies(STUDY, ids))


WAITING = ("brexanolone/IV", "isoflurane/inhaled", "acetazolamide/IV")


def course_of(minutes=None, *, ids=range(LANES), widen=1.0, lines=(), **compiled):
    name, chosen = ("benzodiazepine_at", {"time": f"{minutes} min"}) if minutes else ("no_treatment", None)
    machine = compile_protocol(load_protocol(name, chosen), **compiled)
    return build_course(crowd(ids, widen), machine, study=STUDY, clocks=PROJECTIVE, extra_lines=lines)


def hashes(record) -> list[str]:
    """One SHA-256 per patient over all that was recorded of that patient."""
    found = []
    for lane in range(LANES):
        sha = hashlib.sha256()
        for name in sorted(record):
            if record[name].ndim > 1:
                sha.update(np.ascontiguousarray(record[name][:, lane]).tobytes())
        found.append(sha.hexdigest())
    return found


def same(one, other) -> bool:
    """Bit for bit, leaf by leaf."""
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in pairs)


def joined(records) -> dict:
    return {name: np.concatenate([record[name] for record in records]) for name in records[0]}


@pytest.fixture(scope="module")
def course():
    """64 patients of the prior, lorazepam at 3 min to those who still seize."""
    return course_of(3)


@pytest.fixture(scope="module")
def uninterrupted(course):
    return course.advance(course.start(), 0, END)


@pytest.fixture(scope="module")
def untreated():
    course = course_of()
    return course.advance(course.start(), 0, END)[1]


def test_the_dose_goes_to_those_who_seize_and_shows_in_their_blood(uninterrupted):
    _, record = uninterrupted
    dosed = record["order.lorazepam/IV"].sum(axis=0) > 0
    assert 10 < dosed.sum() < LANES
    assert (record["order.lorazepam/IV"][:DOSE_AT] == 0).all()
    assert (record["plasma_lorazepam"][-1] > 0).tolist() == dosed.tolist()
    assert (record["port.gaba_a.bzd_site"][-1] > 0).tolist() == dosed.tolist()
    assert record["seizing"][DOSE_AT - 1][dosed].mean() > 0.7


def test_the_dose_quiets_more_patients_than_no_dose(uninterrupted, untreated):
    assert uninterrupted[1]["seizing"][-1].sum() < untreated["seizing"][-1].sum()


def test_one_extra_dose_to_patient_17_changes_patient_17_and_nobody_else(course, uninterrupted):
    state, before = course.advance(course.start(), 0, 24)
    central = state.drugs["lorazepam.central"]
    given = state._replace(drugs=state.drugs | {"lorazepam.central": central.at[17].add(4.0)})
    _, after = course.advance(given, 24, END - 24)
    with_dose, without = hashes(joined([before, after])), hashes(uninterrupted[1])
    assert [lane for lane in range(LANES) if with_dose[lane] != without[lane]] == [17]


@pytest.mark.parametrize("sizes", [(24, 24), (1, 24, 23)])
def test_a_run_in_pieces_of_any_size_has_the_same_bits(course, uninterrupted, sizes):
    state, first, records = course.start(), 0, []
    for size in sizes:
        state, record = course.advance(state, first, size)
        first += size
        records.append(record)
    assert same(state, uninterrupted[0])
    assert same(joined(records), uninterrupted[1])


def test_chunks_cover_every_step_once(course, uninterrupted):
    parts = list(course.chunks(course.start(), 0, END, 24))
    assert same(parts[-1][0], uninterrupted[0])
    assert same(joined([record for _, record in parts]), uninterrupted[1])


def test_a_run_stopped_saved_loaded_and_resumed_has_the_same_bits(course, uninterrupted, tmp_path):
    state, _ = course.advance(course.start(), 0, 24)
    checkpoint.save(tmp_path / "moment.quell", state, 24, seconds=240.0)
    loaded, header = checkpoint.load(tmp_path / "moment.quell", course.start())
    assert header.macro_step == 24 and same(loaded, state)
    end, _ = course.advance(loaded, header.macro_step, 24)
    assert same(end, uninterrupted[0])


def test_a_branch_with_another_time_of_dose_equals_the_run_that_had_it_from_the_start(course, uninterrupted):
    later = course_of(5)
    trunk, _ = later.advance(later.start(), 0, 24)  # before either dose
    branch, record = course.advance(course.start()._replace(**trunk._asdict()), 24, 24)
    assert same(branch, uninterrupted[0])
    _, unbranched = later.advance(trunk, 24, 24)
    free = record["order.lorazepam/IV"].sum(axis=0) == 0
    free &= unbranched["order.lorazepam/IV"].sum(axis=0) == 0
    assert free.any()
    np.testing.assert_array_equal(record["rate_E"][:, free], unbranched["rate_E"][:, free])  # the same noise


@pytest.fixture(scope="module")
def waiting():
    """Lorazepam that never arrives, and drugs of every port that a brain has only where a drug touches it."""
    return course_of(3, lines=WAITING, delivered=0.0)


def test_drugs_that_are_ordered_but_never_delivered_change_no_bit(waiting, untreated):
    _, record = waiting.advance(waiting.start(), 0, END)
    assert (record["plasma_lorazepam"] == 0).all() and (record["port.gaba_a.bzd_site"] == 0).all()
    assert {"port.k2p", "port.gaba_a.neurosteroid_site", "port.carbonic_anhydrase"} <= set(record)
    for name in untreated:
        if not name.startswith("log."):
            np.testing.assert_array_equal(record[name], untreated[name], err_msg=name)


def test_a_neurosteroid_in_the_blood_quiets_those_who_seize(waiting, untreated):
    start = waiting.start()
    given = start._replace(drugs=start.drugs | {"brexanolone.central": start.drugs["brexanolone.central"] + 60.0})
    _, record = waiting.advance(given, 0, END)
    assert (record["port.gaba_a.neurosteroid_site"][12:] > 1.0).mean() > 0.9
    assert record["seizing"][-1].sum() < 0.7 * untreated["seizing"][-1].sum()


def test_patients_in_another_order_keep_their_bits(course, uninterrupted):
    order = np.random.default_rng(0).permutation(LANES)
    shuffled = course_of(3, ids=order)
    shuffled = replace(shuffled, machine=course.machine, programs=course.programs)  # one program, other constants
    _, record = shuffled.advance(shuffled.start(), 0, END)
    found, known = hashes(record), hashes(uninterrupted[1])
    assert found == [known[patient] for patient in order]


def test_a_patient_among_strangers_keeps_its_bits(course, uninterrupted):
    others = replace(course_of(3, ids=[*range(1000, 1040), 17, *range(2000, 2023)]), programs=course.programs)
    _, record = others.advance(others.start(), 0, END)
    assert hashes(record)[40] == hashes(uninterrupted[1])[17]


def test_another_study_is_another_world(course, uninterrupted):
    other = build_course(course.people, course.machine, study=STUDY + 1, clocks=PROJECTIVE)
    other = replace(other, programs=course.programs)
    _, record = other.advance(other.start(), 0, END)
    assert not set(hashes(record)) & set(hashes(uninterrupted[1]))


def test_the_run_stops_where_a_state_leaves_its_range_and_says_which(course):
    state = course.start()
    cations = state.whole.brain.ions.cations
    sick = cations._replace(K_o=cations.K_o.at[9, 1].set(jnp.nan))
    ions = state.whole.brain.ions._replace(cations=sick)
    brain = state.whole.brain._replace(ions=ions)
    with pytest.raises(RangeError) as found:
        course.advance(state._replace(whole=state.whole._replace(brain=brain)), 0, 24)
    told = str(found.value)
    assert told.startswith("Patient 9, -1.8 min:") and "nan" in told and "rate_E" in told


def test_64_patients_beyond_the_edges_of_the_prior_seize_for_half_an_hour_without_nan():
    course = course_of(ids=range(5000, 5000 + LANES), widen=1.5)
    state, record = course.advance(course.start(), 0, course.steps(30 * 60))  # the doctor watches
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state))
    assert record["seizing"].any(axis=0).mean() > 0.6
    assert record["K_o"].min() > 0.0 and record["K_o"].max() < 40.0 and record["rate_E"].max() < 200.0


@pytest.mark.slow
def test_2000_patients_beyond_the_edges_of_the_prior_live_two_hours_without_nan():
    first = course_of(ids=range(LANES), widen=1.5)
    for block in range(32):
        course = course_of(ids=range(block * LANES, (block + 1) * LANES), widen=1.5)
        course = replace(course, machine=first.machine, programs=first.programs)
        *_, (state, _) = course.chunks(course.start(), 0, course.steps(2 * 3600), 366)  # the doctor watches
        assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state))
