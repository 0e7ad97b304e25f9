"""The whole illness: infusions and weans are judged, a return gets a reason and a run that could prove it."""

import json
from dataclasses import replace

import numpy as np
import pytest
from synthetic_record import coma_events, coma_record, synthetic_events, synthetic_record

from quell.care.bodily import RHYTHM, SYNDROME
from quell.care.step import parse_order
from quell.care.timeline import Event, events_of
from quell.cli.grammar import grammar
from quell.outcome.cause import cause_words
from quell.outcome.illness import illness, known_of
from quell.outcome.reason import moment
from quell.outcome.spell import of_patient
from quell.outcome.summary import summary
from quell.outcome.why import why

HOUR = 3600.0


def judged(record, events):
    one = of_patient(record)
    return known_of(one, events_of(events, 0), why(one))


@pytest.fixture(scope="module")
def coma():
    return coma_record()


@pytest.fixture(scope="module")
def told(coma):
    return summary(coma, coma_events(coma), cause="norse")["patients"][0]


def test_a_wean_that_fails_says_level_state_and_the_likeliest_reason(told):
    (wean,) = told["weans"]
    assert wean["result"] == "failed" and wean["wean"]["by"] == "status"
    assert "times half effect" in wean["words"] and "E_GABA" in wean["words"] and "own reserve" in wean["words"]
    assert "It failed: status returned at 34 h 10 min, 4 h 10 min after its end" in wean["words"]
    assert wean["reading"]["reasons"][0]["mechanism"] == "level"
    assert "the cover had thinned since 25 h 24 min (" in wean["reading"]["likeliest"]


def test_a_return_is_one_relapse_with_its_setting_and_what_staff_did(told):
    (relapse,) = told["relapses"]
    assert (relapse["seizures"], relapse["start_s"]) == (2, 34 * HOUR)
    assert relapse["setting"] == "4 h after propofol had come to zero"
    assert relapse["answered"] == "Staff restarted propofol at 36 h."


def test_the_inflamed_tissue_under_a_thinned_drug_is_named_unless_its_receptor_is_blocked(coma):
    inflamed = coma.assign(il1=coma["E_gaba"] * 0 + 1.2)
    reading = judged(inflamed, coma_events(coma)).attempts[0].reading
    assert "the tissue was inflamed (interleukin-1 1.2)" in reading.likeliest
    assert any("anakinra" in proof.command for proof in reading.proofs)
    blocked = inflamed.assign(port_cytokine_il1=coma["seizing"] * 0.0 + 20.0)
    reading = judged(blocked, coma_events(coma)).attempts[0].reading
    assert "inflamed" not in reading.likeliest and "of which drugs let 0.057 through" in reading.words


def test_where_no_mechanism_was_at_fault_that_is_said(coma):
    sound = coma.assign(
        {name: coma[name] * 0 + value for name, value in {"E_gaba": -70, "gaba_a": 1, "nmda": 1, "reserve": 1}.items()}
    )
    reading = judged(sound, coma_events(coma)).attempts[0].reading
    assert "No recorded mechanism of the tissue was at fault" in reading.likeliest
    assert "In order at that time: E_GABA −70 mV, GABA-A receptors 100%" in reading.words


def test_an_infusion_is_judged_over_its_whole_run(coma):
    infusion = next(v for v in why(of_patient(coma)) if v.dose.start_s == 36 * HOUR)
    assert infusion.result == "held" and "It held: no seizure began in the 40 h" in infusion.words
    through = coma.copy(deep=True)
    flag = through["seizing"].values
    flag[0, (through["time"].values > 50 * HOUR) & (through["time"].values <= 50.5 * HOUR)] = True
    infusion = next(v for v in why(of_patient(through)) if v.dose.start_s == 36 * HOUR)
    assert infusion.result == "broke through" and "status from 50 h 10 min" in infusion.words


def test_the_closing_answers_whether_the_coma_was_lifted(coma, told):
    assert (
        "The coma could not be lifted within this record: 1 attempt at weaning, of which 1 failed"
        in (told["story"]["closing"])
    )
    events = coma_events(coma)
    lifted = events[events["detail"] != "restarted at"][:4]
    calm = of_patient(coma.assign(seizing=coma["seizing"] & (coma["time"] < 10 * HOUR)))
    closing = illness(known_of(calm, events_of(lifted, 0), why(calm))).closing
    assert closing.startswith("The coma could be lifted: 1 attempt")
    (attempt,) = known_of(calm, events_of(lifted, 0), why(calm)).attempts
    assert attempt.result == "held" and "no seizure in the 48 h after it" in attempt.words


def test_the_story_is_plain_json_in_order_of_time(told):
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    times = [chapter["from_s"] for chapter in told["story"]["chapters"]]
    assert times == sorted(times) and len(times) >= 5


def test_every_command_of_the_story_is_one_that_quell_understands(told):
    proofs = [one["command"] for one in told["story"]["next"]]
    proofs += [one["proof"] for one in told["treatments"] if one["proof"]]
    assert proofs
    for command in proofs:
        program, *words = _split(command)
        asked = grammar().parse_args(words)
        assert program == "quell" and (asked.give or asked.without)
        for order in asked.give:
            parse_order(order)


def _split(command):
    import shlex

    return shlex.split(command)


def test_a_short_illness_without_anaesthetic_ends_with_what_was_at_work():
    record = synthetic_record(((0.0, 780.0),), (("lorazepam", 600.0, 4.0, 120.0),))
    closing = judged(record, synthetic_events(record))
    assert "lorazepam was at work and the likeliest cause" in illness(closing).closing


def test_two_drugs_at_work_are_not_told_apart_and_the_run_that_can_is_named():
    doses = (("levetiracetam", 500.0, 4200.0, 600.0), ("lorazepam", 1500.0, 4.0, 120.0))
    both = of_patient(synthetic_record(((0.0, 1700.0),), doses))
    first, second = why(both)
    assert first.company == ("lorazepam",) and second.company == ("levetiracetam",)
    assert "cannot tell them apart" in first.words and "--without levetiracetam" in first.proof
    assert '--at "25 min" --without lorazepam' in second.proof


def test_a_drug_that_had_not_arrived_shares_no_credit():
    doses = (("levetiracetam", 500.0, 4200.0, 600.0), ("lorazepam", 1500.0, 4.0, 120.0))
    late = of_patient(synthetic_record(((0.0, 1510.0),), doses))
    assert why(late)[0].company == () and why(late)[0].result == "stopped"


def test_a_pause_too_short_for_the_timeline_is_no_end_for_the_verdict():
    stuttering = synthetic_record(((0.0, 900.0), (960.0, 5000.0)), (("lorazepam", 600.0, 4.0, 120.0),))
    (verdict,) = why(of_patient(stuttering))
    assert verdict.result == "failed" and "It paused 5 min later, too briefly" in verdict.words


def test_a_seizure_that_ends_long_after_a_failed_dose_had_no_pause():
    late = of_patient(synthetic_record(((0.0, 2400.0),), (("lorazepam", 600.0, 4.0, 120.0),)))
    assert why(late)[0].result == "failed" and "paused" not in why(late)[0].words


def test_causes_tell_what_they_move():
    record = of_patient(synthetic_record())
    time = record["time"]
    moved = record.assign(
        gaba_made=(record["E_gaba"] * 0 + 0.25).where(time < 3000.0, 0.95),
        supply=("time", np.where(time.values < 360.0, 0.05, 0.88)),
        acetylcholine=("time", np.where(time.values < 600.0, 1.0, 0.1)),
    )
    assert "shares of the usual: 25% at onset, 95% at 50 min, 95% at the end" in cause_words(moved, "isoniazid")
    anoxic = cause_words(moved, "post_anoxic")
    assert "Supply of oxygen and glucose: 5% at onset" in anoxic and "ATP: " in anoxic
    assert "part of the inhibition between cells is lost" in anoxic
    assert "Acetylcholine, in shares of a full crisis: 100% at onset" in cause_words(moved, "nerve_agent")
    assert cause_words(moved, "") == ""


def test_moments_in_commands_are_read_back():
    from quell.care.span import seconds

    for at in (0.0, 40.0, 2400.0, 180050.0):
        assert seconds(moment(at)) == at


def test_in_short_a_heart_that_failed_comes_first_and_levels_come_last(coma):
    failed = Event(3.0 * HOUR, "body", RHYTHM, f"propofol has closed 53% of the burning of fat: {SYNDROME}")
    low = Event(2.0 * HOUR, "level", "total valproate has fallen below its usual range: 50 mg/L", drug="valproate")
    known = judged(coma, coma_events(coma))
    known = replace(known, events=[*known.events, low, failed])
    closing = illness(known).closing
    assert closing.startswith("The propofol infusion syndrome began at 3 h")
    assert closing.index("rhythm failed") < closing.index("At the end") < closing.index("Total valproate")


def test_nothing_is_said_to_have_ended_where_the_seizure_goes_on(late):
    last = late["time"].values[late["seizing"].values][-1]
    still = late.sel(time=late["time"] <= last)  # the record as it stood while the seizure ran
    known = known_of(still, [], why(still))
    assert known.verdicts and illness(known).closing.startswith("No drug has ended it. At the end")
