"""The machine: what staff do when they see this, lane by lane, dose by dose."""

import jax
import numpy as np
import pytest
from written_course import protocol, show

from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.ground.errors import InputError

LORAZEPAM = 'id = "first"\nwhen = "seizing for 5 min"\ngive = "lorazepam 0.1 mg/kg IV over 2 min, max 4 mg{}"'
LEVETIRACETAM = """id = "second"
when = "seizing 10 min after the last dose"
give = "levetiracetam 60 mg/kg IV over 10 min, max 4500 mg"
"""
EEG = '[eeg]\nwhen = "at 0 min"\nsource = "assumed"\ngrade = "D"'


def test_a_dose_is_given_once_at_the_fifth_minute_and_runs_in_over_two(bedside):
    shown = bedside(LORAZEPAM.format(""))
    rate = np.asarray(shown.orders["lorazepam/IV"])[:, 0]
    assert shown.fired("first") == [5.0]
    assert shown.time_s[rate > 0].min() == 300 and (rate > 0).sum() == 12
    assert shown.mg("lorazepam/IV")[0] == pytest.approx(4.0, abs=1e-12)


def test_the_cap_counts_in_the_heavy_and_the_weight_in_the_light(bedside):
    shown = bedside(LORAZEPAM.format(""), weight=[20.0, 90.0], patients=(0, 1))
    assert shown.mg("lorazepam/IV") == pytest.approx([2.0, 4.0], abs=1e-12)


def test_a_repeat_comes_only_if_the_seizure_goes_on(bedside):
    again = LORAZEPAM.format(", repeat once at 5 min")
    assert bedside(again).fired("first") == [5.0, 10.0]
    assert bedside(again).mg("lorazepam/IV")[0] == pytest.approx(8.0)
    assert bedside(again, seizing=lambda m: m < 9).fired("first") == [5.0]


def test_nobody_repeats_the_first_drug_once_the_second_has_begun(bedside):
    shown = bedside(
        LORAZEPAM.format(", repeat once at 30 min"), LEVETIRACETAM, minutes=90, seizing=lambda m: not 20 < m < 30
    )
    assert shown.fired("first") == [5.0] and len(shown.fired("second")) == 1


def test_a_seizure_that_ends_before_the_drug_is_at_hand_is_not_treated(bedside):
    late = LORAZEPAM.format("") + '\ndelay = "10 min"'
    assert bedside(late).fired("first") == [15.0]
    assert bedside(late, seizing=lambda m: m < 12).fired("first") == []
    assert bedside(late, seizing=lambda m: m < 12 or m >= 20).fired("first") == [25.0]  # at hand by then


def test_the_next_step_waits_for_the_end_of_the_last_dose(bedside):
    assert bedside(LORAZEPAM.format(""), LEVETIRACETAM).fired("second") == [17.0]


def test_what_is_forbidden_waits(bedside):
    barred = LEVETIRACETAM + '\ndo_not_if = "before 40 min"'
    assert bedside(LORAZEPAM.format(""), barred).fired("second") == [40.0]
    never = LEVETIRACETAM + '\ndo_not_if = "at 0 min"'
    assert bedside(LORAZEPAM.format(""), never).mg("levetiracetam/IV")[0] == 0.0


def test_a_stop_rule_ends_a_push_when_the_seizure_ends(bedside):
    shown = bedside(LORAZEPAM.format("") + '\nstop_if = "no seizure"', seizing=lambda m: m < 6)
    assert shown.mg("lorazepam/IV")[0] == pytest.approx(2.0, abs=0.4)


def test_a_pause_shorter_than_allowed_is_the_same_seizure(bedside):
    def flicker(m):
        return not 2.0 <= m < 2.4

    assert bedside(LORAZEPAM.format(""), seizing=flicker, head='pause = "30 s"').fired("first") == [5.0]
    assert bedside(LORAZEPAM.format(""), seizing=flicker).fired("first") == [pytest.approx(7.5, abs=0.2)]


def test_half_delivered_is_half_the_milligrams_and_a_slow_hand_is_late(bedside):
    half = LORAZEPAM.format("") + '\ndelivered = 0.5\ndelay = "4 min"'
    shown = bedside(half, compiled={"delivered": 0.5, "delay_factor": 2.0})
    assert shown.mg("lorazepam/IV")[0] == pytest.approx(1.0)
    assert shown.fired("first") == [13.0]


def test_an_injection_into_muscle_is_in_within_one_step(bedside):
    shown = bedside('id = "im"\nwhen = "at 3 min"\ngive = "midazolam 10 mg IM"')
    assert (np.asarray(shown.orders["midazolam/IM"])[:, 0] > 0).sum() == 1
    assert shown.mg("midazolam/IM")[0] == pytest.approx(10.0)


def test_what_is_ordered_is_what_runs_in(bedside):
    shown = bedside(
        LORAZEPAM.format(", repeat twice at 1 min"), LEVETIRACETAM, patients=range(5), weight=[9, 20, 41, 70, 130]
    )
    for line in shown.machine.lines:
        ordered = sum(np.asarray(v).sum(0) for k, v in shown.log.items() if k.startswith("mg.") and k.endswith(line))
        assert shown.mg(line) == pytest.approx(ordered, rel=1e-12)


def test_the_relaxant_hides_movement_so_nobody_knows_without_an_eeg(bedside):
    tube = 'id = "tube"\nwhen = "convulsing for 2 min"\nparalyse = "20 min"'
    more = 'id = "more"\nwhen = "seizing for 10 min"\ngive = "lorazepam 4 mg IV"'
    quiet = 'id = "quiet"\nwhen = "no seizure for 5 min"\ngive = "ketamine 1 mg/kg IV"'
    blind = bedside(tube, more, quiet, minutes=40)
    assert blind.fired("more") == [pytest.approx(30.0, abs=0.2)] and blind.fired("quiet") == []
    assert bedside(tube, more, quiet, minutes=40, head=EEG).fired("more") == [10.0]


def test_the_eeg_shows_what_movement_does_not_but_only_after_its_delay(bedside):
    more = 'id = "more"\nwhen = "eeg seizing for 5 min"\ngive = "lorazepam 4 mg IV"'
    slow = EEG.replace('"at 0 min"', '"no seizure for 2 min"') + '\ndelay = "20 min"\nreading_lag = "3 min"'
    shown = bedside(more, seizing=lambda m: m < 4, eeg=True, head=slow)
    assert shown.fired("more") == [pytest.approx(4 + 2 + 20 + 3 + 5, abs=0.2)]


def test_seizures_without_waking_between_are_treated_as_one():
    machine = compile_protocol(load_protocol("refractory_anaesthetic"))
    clusters = show(machine, 60, seizing=lambda m: m % 4 < 2, responsive=False)
    awake = show(machine, 60, seizing=lambda m: m % 4 < 2)
    assert clusters.mg("lorazepam/IV")[0] > 0 and awake.mg("lorazepam/IV")[0] == 0


def test_slow_hands_are_slow_with_the_eeg_too(bedside):
    more = 'id = "more"\nwhen = "eeg seizing for 5 min"\ngive = "lorazepam 4 mg IV"'
    shown = bedside(more, head=EEG + '\ndelay = "5 min"', compiled={"delay_factor": 3.0})
    assert shown.fired("more") == [pytest.approx(20.0, abs=0.2)]


def test_of_two_orders_each_is_repeated_as_often_as_it_says(bedside):
    both = 'id = "both"\nwhen = "at 5 min"\ngive = ["lorazepam 2 mg IV, repeat once at 5 min", "ketamine 70 mg IV"]'
    shown = bedside(both, minutes=30)
    assert shown.mg("lorazepam/IV")[0] == pytest.approx(4.0) and shown.mg("ketamine/IV")[0] == pytest.approx(70.0)


def test_delays_differ_between_patients_around_their_median(bedside):
    spread = LORAZEPAM.format("") + '\ndelay = { median = "16 min", iqr = ["5 min", "45 min"] }'
    shown = bedside(spread, minutes=600, patients=range(400))
    first = np.asarray(shown.state["step.first.first"]) / 60 - 5
    assert np.median(first) == pytest.approx(16, rel=0.25)
    assert np.quantile(first, 0.75) / np.quantile(first, 0.25) == pytest.approx(9, rel=0.35)


def test_lots_are_balanced_and_can_be_decided():
    machine = compile_protocol(load_protocol("esett_established"))
    agents = machine.arms(5, np.arange(3000))["agent"]
    counts = [np.sum(agents == name) for name in ("levetiracetam", "fosphenytoin", "valproate")]
    assert sum(counts) == 3000 and min(counts) > 900
    decided = compile_protocol(load_protocol("esett_established"), {"agent": "valproate"})
    assert set(decided.arms(5, np.arange(50))["agent"]) == {"valproate"}
    with pytest.raises(InputError, match="did you mean valproate"):
        compile_protocol(load_protocol("esett_established"), {"agent": "valproat"})


def test_each_patient_of_the_trial_gets_one_second_line_drug():
    shown = show(compile_protocol(load_protocol("esett_established")), 180, patients=range(60), weight=75.0)
    given = np.stack([shown.mg(f"{drug}/IV") for drug in ("levetiracetam", "fosphenytoin", "valproate")])
    assert np.all((given > 0).sum(0) == 1)
    assert given.max(1) == pytest.approx([4500.0, 1500.0, 3000.0])
    rescue = np.asarray(shown.state["step.rescue.first"])
    trial = np.min(
        [np.asarray(shown.state[f"step.{d}.first"]) for d in ("levetiracetam", "fosphenytoin", "valproate")], 0
    )
    assert np.all(rescue - trial >= 20 * 60)


def test_in_the_field_the_needle_is_faster_than_the_vein():
    protocol = load_protocol("rampart_out_of_hospital")
    muscle = show(compile_protocol(protocol, {"route": "intramuscular"}), 90, patients=range(80))
    vein = show(compile_protocol(protocol, {"route": "intravenous"}), 90, patients=range(80))
    first = [
        np.asarray(s.state[f"step.{name}.first"])
        for s, name in ((muscle, "midazolam_adult"), (vein, "lorazepam_adult"))
    ]
    opened = [np.asarray(s.state["step.box_opened.first"]) for s in (muscle, vein)]
    assert np.array_equal(*opened)  # the same patients have the same luck with the ambulance
    wait = [np.median(f - o) / 60 for f, o in zip(first, opened, strict=True)]
    assert wait[0] < 2.5 and wait[1] == pytest.approx(4.8, abs=1.0)
    child = show(compile_protocol(protocol, {"route": "intramuscular"}), 60, weight=25.0)
    assert child.log["mg.midazolam_child.midazolam/IM"].max() == pytest.approx(5.0)


def test_swapping_beds_swaps_results_bit_for_bit():
    machine = compile_protocol(load_protocol("esett_established"))
    ids, weights = np.arange(8), np.linspace(12.0, 110.0, 8)
    order = np.array([3, 0, 7, 5, 1, 6, 2, 4])
    plain = show(machine, 120, patients=ids, weight=weights)
    mixed = show(machine, 120, patients=ids[order], weight=weights[order])
    for one, other in zip(
        jax.tree.leaves((plain.orders, plain.log)), jax.tree.leaves((mixed.orders, mixed.log)), strict=True
    ):
        assert np.array_equal(np.asarray(one)[:, order], np.asarray(other))


def test_an_extra_dose_to_one_patient_changes_only_that_patient():
    steps = [
        LORAZEPAM.format(""),
        'id = "extra"\nwhen = ["at 20 min", "weight above 100 kg"]\ngive = "ketamine 1 mg/kg IV"',
    ]
    weights = [50.0, 120.0, 70.0]
    plain = show(compile_protocol(protocol(steps[0])), 40, patients=(0, 1, 2), weight=weights)
    more = show(compile_protocol(protocol(*steps)), 40, patients=(0, 1, 2), weight=weights)
    assert np.array_equal(plain.orders["lorazepam/IV"], more.orders["lorazepam/IV"])
    assert (more.mg("ketamine/IV") > 0).tolist() == [False, True, False]


def test_no_treatment_gives_nothing():
    shown = show(compile_protocol(load_protocol("no_treatment")), 30)
    assert shown.orders == {} and bool(np.asarray(shown.log["believes_seizing"]).all())


def test_the_one_dose_comes_when_the_parameter_says():
    for time in (10, 40):
        machine = compile_protocol(load_protocol("benzodiazepine_at", {"time": f"{time} min"}))
        shown = show(machine, 60)
        assert shown.fired("first_line") == [time]
        assert shown.mg("lorazepam/IV")[0] == pytest.approx(4.0)
