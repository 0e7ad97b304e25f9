"""Anaesthetic infusions: raised to the target, held, weaned in stages, restarted when seizures return."""

import numpy as np
import pytest
from written_course import show

from quell.care.infusion import FINISHED, HOLDING, RAISING, STOPPED, WEANING
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol

EEG = '[eeg]\nwhen = "at 0 min"\nsource = "assumed"\ngrade = "D"'
LED = """id = "coma"
when = "seizing for 5 min"
give = "midazolam 0.2 mg/kg IV over 2 min then 0.1 mg/kg/h"
{more}
[step.infusion]
target = "{target}"
raise_by = "0.1 mg/kg/h"
raise_every = "10 min"
most = "0.4 mg/kg/h"
bolus = "midazolam 0.1 mg/kg IV"
hold = "2 h"
wean_by = 0.25
wean_every = "1 h"
watch = "12 h"
restarts = {restarts}
"""


def coma(target="no seizure for 20 min", restarts=1, more=""):
    return LED.format(target=target, restarts=restarts, more=more)


def rates(shown, lane=0):
    """mg/h per step of time."""
    return np.asarray(shown.log["rate.coma"])[:, lane] * 3600


def at(shown, minute):
    return int(minute * 6)


def test_the_infusion_starts_when_its_loading_dose_is_in(bedside):
    shown = bedside(coma(), minutes=10)
    running = shown.time_s[rates(shown) > 0]
    assert running[0] == 300 + 120 and rates(shown)[-1] == pytest.approx(7.0)


def test_it_is_raised_with_a_bolus_every_ten_minutes_up_to_the_most(bedside):
    shown = bedside(coma(), minutes=90)
    assert np.unique(rates(shown).round(6)).tolist() == pytest.approx([0, 7, 14, 21, 28])
    assert np.flatnonzero(np.diff(rates(shown)) > 1e-6).size == 4  # start and three raises, none beyond the most
    boluses = np.asarray(shown.log["mg.coma.midazolam/IV"])[:, 0]
    assert boluses[boluses > 0].tolist() == pytest.approx([14, 7, 7, 7])


def test_held_two_hours_then_weaned_by_a_quarter_an_hour(bedside):
    shown = bedside(coma(), minutes=500, seizing=lambda m: m < 6)
    phase, rate = np.asarray(shown.log["phase.coma"])[:, 0], rates(shown)
    assert phase[at(shown, 20)] == RAISING and phase[at(shown, 27)] == HOLDING
    lowered = shown.time_s[1:][np.diff(rate) < -1e-9] / 60
    assert np.diff(lowered) == pytest.approx([60, 60, 60])
    assert lowered[0] == pytest.approx(26 + 120, abs=0.5)
    assert rate[at(shown, lowered[0] + 1)] == pytest.approx(7 * 0.75)
    assert phase[-1] == FINISHED and rate[-1] == 0


def test_a_seizure_while_it_is_held_raises_it_again(bedside):
    shown = bedside(coma(), minutes=120, seizing=lambda m: m < 6 or 60 <= m < 61)
    assert rates(shown)[at(shown, 59)] == pytest.approx(7) and rates(shown)[at(shown, 62)] == pytest.approx(14)
    assert int(shown.state["step.coma.relapses"][0]) == 0


def test_a_relapse_on_weaning_goes_back_to_the_rate_that_held(bedside):
    shown = bedside(coma(), minutes=700, seizing=lambda m: m < 6 or 230 <= m < 231)
    phase, rate = np.asarray(shown.log["phase.coma"])[:, 0], rates(shown)
    assert phase[at(shown, 229)] == WEANING and rate[at(shown, 229)] == pytest.approx(7 * 0.5)
    assert rate[at(shown, 232)] == pytest.approx(7.0)
    assert int(shown.state["step.coma.relapses"][0]) == 1 and phase[-1] == FINISHED


def test_a_relapse_after_its_end_counts_while_it_is_watched_for(bedside):
    soon = bedside(coma(), minutes=700, seizing=lambda m: m < 6 or 400 <= m < 401)
    assert rates(soon)[at(soon, 402)] == pytest.approx(7.0)
    late = bedside(coma(), minutes=1200, seizing=lambda m: m < 6 or 1100 <= m < 1101)
    assert rates(late)[-1] == 0.0 and int(late.state["step.coma.relapses"][0]) == 0


def test_after_the_last_restart_it_is_kept(bedside):
    shown = bedside(coma(restarts=0), minutes=1500, seizing=lambda m: m < 6 or 230 <= m < 231)
    assert rates(shown)[-1] == pytest.approx(7.0)
    assert np.asarray(shown.log["phase.coma"])[-1, 0] == HOLDING


def test_burst_suppression_is_a_deeper_target_than_silence_of_seizures(bedside):
    target = coma("suppression above 50 % for 20 min")
    light = bedside(target, minutes=90, seizing=lambda m: m < 6, suppression=0.2, head=EEG)
    assert rates(light)[-1] == pytest.approx(28)
    deep = bedside(target, minutes=90, seizing=lambda m: m < 6, suppression=lambda m: 0.8 * (m > 30), head=EEG)
    assert rates(deep)[-1] < 28 and np.asarray(deep.log["phase.coma"])[-1, 0] == HOLDING


def test_nobody_raises_blindly_while_the_relaxant_hides_everything(bedside):
    shown = bedside(coma(more='paralyse = "60 min"'), minutes=60)
    assert rates(shown)[-1] == pytest.approx(7.0)


def test_a_stop_rule_ends_the_infusion_for_good(bedside):
    shown = bedside(coma(more='stop_if = "at 40 min"'), minutes=120)
    assert rates(shown)[at(shown, 41)] == 0 and rates(shown)[-1] == 0
    assert np.asarray(shown.log["phase.coma"])[-1, 0] == STOPPED


def test_half_delivered_is_half_the_rate(bedside):
    assert rates(bedside(coma(more="delivered = 0.5"), minutes=10))[-1] == pytest.approx(3.5)


def test_an_infusion_that_is_not_led_ends_when_it_was_ordered_to(bedside):
    shown = bedside('id = "coma"\nwhen = "at 1 min"\ngive = "ketamine 1 mg/kg/h IV for 30 min"', minutes=60)
    assert shown.mg("ketamine/IV")[0] == pytest.approx(35.0)


@pytest.mark.parametrize("agent", ["midazolam", "propofol"])
def test_refractory_patients_get_ketamine_when_the_wean_fails(agent):
    machine = compile_protocol(load_protocol("refractory_anaesthetic"), {"anaesthetic": agent})
    fails = show(machine, 60 * 100, seizing=lambda m: m < 90, eeg=lambda m: m < 90 or 3200 < m < 3230)
    assert fails.mg("ketamine/IV")[0] > 0 and fails.fired("ketamine")[0] > 3200
    works = show(machine, 60 * 100, seizing=lambda m: m < 90)
    assert works.mg("ketamine/IV")[0] == 0 and works.mg(f"{agent}/IV")[0] > 100
    phase = np.asarray(works.log[f"phase.{agent}"])[:, 0]
    held = (phase == HOLDING).sum() * 10 / 3600
    assert 24 <= held <= 48.1
    rate = np.asarray(works.log[f"rate.{agent}"])[:, 0]
    weaned = np.flatnonzero((phase == WEANING) & (np.diff(rate, prepend=0) < 0)) * 10 / 3600
    assert np.all(np.diff(weaned) >= 3) and np.all(np.diff(weaned) <= 6.1)
