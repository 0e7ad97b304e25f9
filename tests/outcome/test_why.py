"""Why a dose worked or failed: each mechanism is named when it is to blame, and doubt is said."""

import json

import pytest
from synthetic_record import synthetic_events, synthetic_record

from quell.care.timeline import Event
from quell.outcome.acting import Acting, acting
from quell.outcome.dose import Dose, doses_of
from quell.outcome.reason import clock, place_words, span
from quell.outcome.spell import of_patient
from quell.outcome.summary import plain, summary
from quell.outcome.why import judge, why

BENZODIAZEPINE = Acting("benzodiazepine", "lorazepam", {"gaba_a.bzd_site": 0.0013})
SV2A = Acting("SV2A ligand", "levetiracetam", {"glutamate.release": 12.5})
KETAMINE = Acting("NMDA channel blocker", "lorazepam", {"nmda.pore": 0.001})
KNOWN = {"lorazepam": BENZODIAZEPINE, "levetiracetam": SV2A}


def set_at(record, **values):
    """The record with mechanisms of every patch put to one value."""
    return record.assign({name: record[name] * 0 + value for name, value in values.items()})


def test_the_late_dose_fails_because_gaba_excites(late):
    lorazepam = why(late, KNOWN)[0]
    assert lorazepam.result == "failed" and lorazepam.clear
    assert lorazepam.reasons[0].mechanism == "E_gaba"
    assert "−48 mV, above the firing threshold of −50 mV" in lorazepam.words
    assert "left temporal lobe" in lorazepam.words
    assert "The dose was not the problem" in lorazepam.words


def test_the_early_dose_works_and_the_text_claims_no_proof(early):
    (lorazepam,) = why(early, KNOWN)
    assert lorazepam.result == "stopped"
    assert lorazepam.stopped_s == 1080.0
    assert "GABA could still brake" in lorazepam.words
    assert "Only the same run without this dose" in lorazepam.words


def test_too_little_drug_is_blamed_where_gaba_was_sound(late):
    small = {**KNOWN, "lorazepam": Acting("benzodiazepine", "lorazepam", {"gaba_a.bzd_site": 0.05})}
    verdict = why(set_at(late, E_gaba=-72.0, gaba_a=1.0, nmda=1.0, reserve=1.0), small)[0]
    assert verdict.reasons[0].mechanism == "level"
    assert "Too little arrived: at most 0.12 times" in verdict.words


def test_a_dose_that_counts_as_no_trial_is_said_to_be_too_small_even_where_some_of_it_arrived(late):
    sound = set_at(late, E_gaba=-72.0, gaba_a=1.0, nmda=1.0, reserve=1.0)
    (dose, *_) = doses_of(late)
    judged = Event(dose.start_s, "judgement", "lorazepam IV: not adequate", "1 mg: 25 % of the least", drug="lorazepam")
    verdict = why(sound, KNOWN, [judged])[0]
    assert verdict.clear and verdict.reasons[0].mechanism == "level"
    assert "too small for a trial of the drug: 1 mg: 25 % of the least." in verdict.words
    assert "not the problem" not in verdict.words
    enough = judged._replace(what="lorazepam IV: adequate")
    assert "The dose was not the problem" in why(sound, KNOWN, [enough])[0].words


def test_a_drug_that_treats_no_seizure_shares_no_credit_and_gets_no_verdict(early):
    """A pressor begun between the dose and the silence: lorazepam alone was at work."""
    late = doses_of(early)[0]
    given = early["given_lorazepam"] * 0
    at = (early["time"] > late.end_s + 30) & (early["time"] <= late.end_s + 90)
    with_pressor = early.assign(given_norepinephrine=given + at.astype(float))
    assert [dose.drug for dose in doses_of(with_pressor)] == ["lorazepam", "norepinephrine"]
    (verdict,) = why(with_pressor, KNOWN)
    assert verdict.result == "stopped" and verdict.company == ()


def test_lost_receptors_are_blamed_where_the_gradient_was_sound(late):
    verdict = why(set_at(late, E_gaba=-72.0, gaba_a=0.3, nmda=1.0, reserve=1.0), KNOWN)[0]
    assert verdict.reasons[0].mechanism == "gaba_a"
    assert "Only 30% of the synaptic GABA-A receptors" in verdict.words


def test_when_nothing_recorded_explains_the_failure_that_is_said(late):
    verdict = why(set_at(late, E_gaba=-72.0, gaba_a=1.0, nmda=1.0, reserve=1.0), KNOWN)[0]
    assert not verdict.clear
    assert "No recorded mechanism accounts for this clearly." in verdict.words


def test_a_weak_brake_is_called_weak_and_not_exciting(late):
    verdict = why(set_at(late, E_gaba=-55.0), KNOWN)[0]
    assert "brake was weak" in verdict.words and "excited" not in verdict.words


def test_a_drug_that_does_not_need_gaba_is_not_blamed_on_gaba(late):
    levetiracetam = why(late, KNOWN)[1]
    assert levetiracetam.result == "stopped"
    assert "did not matter" in levetiracetam.words
    assert all(reason.mechanism != "gaba_a" for reason in levetiracetam.reasons)


def test_an_nmda_blocker_finds_its_target_grown(early):
    grown = set_at(early, nmda=1.4)
    verdict = judge(grown, doses_of(grown)[0], doses_of(grown), KETAMINE)
    assert "its target had become the driver" in verdict.words


def test_a_dose_between_seizures_had_nothing_to_stop():
    calm = of_patient(synthetic_record(((0.0, 90.0),), (("lorazepam", 600.0, 4.0, 120.0),)))
    assert why(calm, KNOWN)[0].result == "not seizing"


def test_a_seizure_that_ends_before_the_drug_arrives_is_not_credited_to_it():
    chance = of_patient(synthetic_record(((0.0, 610.0),), (("lorazepam", 600.0, 4.0, 120.0),)))
    verdict = why(chance, KNOWN)[0]
    assert verdict.result == "ended before" and "ended by itself" in verdict.words


def test_a_pause_in_the_discharge_at_the_moment_of_the_dose_is_no_end():
    pausing = of_patient(synthetic_record(((0.0, 590.0), (620.0, 2000.0)), (("lorazepam", 600.0, 4.0, 120.0),)))
    assert why(pausing, KNOWN)[0].result == "failed"


def test_a_seizure_that_returns_is_not_called_stopped():
    back = of_patient(synthetic_record(((0.0, 700.0), (1500.0, 2000.0)), (("lorazepam", 500.0, 4.0, 120.0),)))
    verdict = why(back, KNOWN)[0]
    assert verdict.result == "returned" and "came back" in verdict.words


def test_a_second_drug_before_the_end_shares_the_credit():
    doses = (("levetiracetam", 500.0, 4200.0, 600.0), ("lorazepam", 1500.0, 4.0, 120.0))
    both = of_patient(synthetic_record(((0.0, 1700.0),), doses))
    assert [verdict.result for verdict in why(both, KNOWN)] == ["shared", "stopped"]


def test_a_record_that_ends_too_soon_gives_no_verdict():
    short = of_patient(synthetic_record(((0.0, 2000.0),), (("levetiracetam", 500.0, 4200.0, 600.0),), end_s=1800.0))
    assert why(short, KNOWN)[0].result == "too early to say"


def test_seizing_that_may_have_ended_by_itself_is_said_so():
    quick = of_patient(synthetic_record(((0.0, 160.0),), (("lorazepam", 60.0, 4.0, 60.0),)))
    assert "may have ended by itself" in why(quick, KNOWN)[0].words


def test_the_library_knows_how_drugs_act():
    assert acting("lorazepam").main_port == "gaba_a.bzd_site"
    assert acting("ketamine").main_port == "nmda.pore"
    assert acting("fosphenytoin").active == "phenytoin"
    assert acting("water") == Acting("drug", "water", {})


def test_an_unknown_drug_is_judged_with_its_doubt(late):
    verdict = judge(late, Dose("water", 2400.0, 2410.0, 1.0), [], acting("water"))
    assert "cannot be judged" in verdict.words


def test_the_summary_is_plain_json_with_every_endpoint(late_events):
    found = json.loads(json.dumps(summary(synthetic_record(), late_events), allow_nan=False))
    (one,) = found["patients"]
    assert one["movement_stopped_s"] == 3290.0 and one["eeg_stopped_s"] == 5400.0
    assert [stage["stage"] for stage in one["stages"]] == ["early status", "established status"]
    first = one["treatments"][0]
    assert first["met"]["E_gaba"] == pytest.approx(-47.7, abs=0.1)
    assert first["peak_brain_mg_L"] > 0
    assert first["stopped_s"] is None


def test_an_untreated_patient_has_a_summary():
    bare = synthetic_record(doses=())
    (one,) = summary(bare, synthetic_events(bare))["patients"]
    assert one["treatments"] == [] and one["first_dose_s"] is None and not one["rescue_used"]


def test_movement_that_never_was_has_not_stopped():
    limp = synthetic_record(((0.0, 600.0),), (("lorazepam", 300.0, 4.0, 120.0),))
    limp["convulsing"] = limp["convulsing"] & False
    (one,) = summary(limp, synthetic_events(limp))["patients"]
    assert one["movement_stopped_s"] is None and not one["convulsed"]


def test_two_patients_are_summarised_apart():
    import xarray as xr

    other = synthetic_record(((0.0, 60.0),), (("lorazepam", 30.0, 4.0, 60.0),), patient=7)
    both = xr.concat([synthetic_record(), other], "patient", join="outer", data_vars="all").fillna(0.0)
    first, second = summary(both, synthetic_events(other))["patients"]
    assert (first["patient"], second["patient"]) == (0, 7)
    assert first["seizing_min"] > 80 and second["seizing_min"] == pytest.approx(1.0)


def test_numbers_that_do_not_exist_become_null():
    assert plain({"a": float("nan"), "b": [float("inf"), 1.5], 3: (True, None)}) == {
        "a": None,
        "b": [None, 1.5],
        "3": [True, None],
    }


def test_times_and_places_are_said_in_words():
    assert [clock(t) for t in (2400.0, 7500.0, -90.0, 3600.0, 3290.0)] == [
        "40 min",
        "2 h 05 min",
        "−1.5 min",
        "1 h",
        "55 min",
    ]
    assert [span(t) for t in (90.0, 190.0, 5400.0)] == ["90 s", "3 min", "1 h 30 min"]
    assert [place_words(p) for p in ("temporal_L", "frontal_R", "focus")] == [
        "left temporal lobe",
        "right frontal lobe",
        "focus",
    ]


def test_a_drug_that_works_over_days_is_not_judged_by_the_hour(late):
    verdict = judge(late, Dose("methylprednisolone", 3000.0, 6600.0, 1000.0), [], acting("methylprednisolone"))
    assert acting("methylprednisolone").immune and not acting("lorazepam").immune
    assert verdict.result == "too early to say"
    assert "over hours to weeks" in verdict.words


def test_a_raised_pump_is_blamed_for_what_it_carries_and_for_nothing_else(late):
    shape = late["E_gaba"] * 0
    ill = set_at(late, E_gaba=-72.0, gaba_a=1.0, nmda=1.0, reserve=1.0).assign(efflux=shape + 2.5, il1=shape + 1.0)
    for drug, blamed in (("lorazepam", False), ("phenytoin", True)):
        how = Acting(
            "benzodiazepine", "lorazepam", {"sodium_channel.inactivated": 0.0013}, carried=acting(drug).carried
        )
        words = why(ill, {**KNOWN, "lorazepam": how})[0].words
        assert ("P-glycoprotein had risen 2.5-fold" in words) == blamed
        assert "The tissue was inflamed" in words


def test_receptors_that_have_adapted_are_blamed_on_a_benzodiazepine_alone(late):
    known = {**KNOWN, "levetiracetam": SV2A}
    sound = late.assign(bzd_left=late["E_gaba"] * 0 + 0.7)
    sound = set_at(sound, E_gaba=-72.0, gaba_a=1.0, nmda=1.0, reserve=1.0)
    lorazepam, levetiracetam = why(sound, known)
    assert lorazepam.reasons[0].mechanism == "tolerance" and "70% of a benzodiazepine's potentiation" in lorazepam.words
    assert "adapted" not in levetiracetam.words


TWO_PORTS = Acting("barbiturate", "lorazepam", {"gaba_a.direct_site": 0.002, "ampa.channel": 0.004})


def test_a_drug_of_two_targets_is_told_by_both(early):
    (both,) = why(early, {"lorazepam": TWO_PORTS})
    (one,) = why(early, {"lorazepam": Acting("barbiturate", "lorazepam", {"gaba_a.direct_site": 0.002})})
    assert "where it holds the GABA-A channel open longer, even without GABA (" in both.words
    assert "times where it blocks AMPA channels)" in both.words
    assert "AMPA" not in one.words


def test_a_second_target_beyond_gaba_takes_blame_from_gaba(late):
    weight = {}
    for name, ports in {"one": {"gaba_a.direct_site": 0.001}, "two": TWO_PORTS.half_effect}.items():
        verdict = why(late, {**KNOWN, "lorazepam": BENZODIAZEPINE._replace(half_effect=ports)})[0]
        weight[name] = next(reason.weight for reason in verdict.reasons if reason.mechanism == "E_gaba")
    assert 0 < weight["two"] < weight["one"]


def test_excitation_by_gaba_matters_less_to_a_drug_with_another_target(early):
    (told,) = why(set_at(early, E_gaba=-45.0), {"lorazepam": TWO_PORTS})
    assert "above threshold; but this drug also blocks AMPA channels, which needs no GABA" in told.words


def test_other_targets_are_counted_at_their_own_half_effect():
    isoflurane = acting("isoflurane")
    drives = isoflurane.drives(2.0)
    assert drives[isoflurane.main_port] == 2.0
    level = 2.0 * isoflurane.half_effect[isoflurane.main_port]
    assert drives["k2p"] * isoflurane.half_effect["k2p"] == pytest.approx(level)
